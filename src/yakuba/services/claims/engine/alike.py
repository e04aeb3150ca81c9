"""Whether two persons of claims may be one: by the register's own matching, without a register."""

from __future__ import annotations

from yakuba.kernel.persons.matching import Entry, Likeness, Probe, compare


def alike(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """one, other: name, kana, birth. The same birth, and a name or reading that is the same or one letter apart; or a birth
    that is one digit apart (or two swapped) and the same name or reading, in whatever form it is written."""
    found = compare(Probe(*one), Entry("", *other, ""))
    near = max(found.name, found.kana)
    return near >= {Likeness.SAME: Likeness.NEAR, Likeness.NEAR: Likeness.FORM}.get(
        found.birth, Likeness.SAME + 1
    )
