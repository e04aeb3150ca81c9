"""Which column of a file is which of those that a reader knows: guessed by the headings, chosen by a person, remembered.

A reader knows its columns by one name each; `rows(…, renamed=…)` gives it a file whose columns are called otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from yakuba.kernel.values.characters import comparable

ALIKE = 0.7  # of 1: how near a heading must be to be proposed; a person sees it before anything is taken
UNUSED = "（使わない列）"


@dataclass(frozen=True)
class Column:
    """One column that a reader knows. also: headings that mean the same in other systems' files; own: further headings
    under which the reader finds it by itself."""

    name: str
    also: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All headings by which it is known without asking anybody."""
        return (self.name, *self.own, *self.also)


def known(
    headings: Sequence[str], columns: Sequence[Column], remembered: Mapping[str, str]
) -> dict[str, str]:
    """Column → heading, without any doubt: as a person chose before, else by a name that it is known by."""
    chosen = {one.name: remembered.get(one.name) for one in columns}
    found = {name: heading for name, heading in chosen.items() if heading and heading in headings}
    for one in columns:
        if one.name not in found and chosen[one.name] != "":  # else somebody chose to leave it out
            at = next((at for name in one.names if (at := _place(headings, name)) is not None), None)
            if at is not None and headings[at] not in found.values():
                found[one.name] = headings[at]
    return found


def guessed(
    headings: Sequence[str], columns: Sequence[Column], remembered: Mapping[str, str]
) -> dict[str, str]:
    """The same, and what merely looks alike: to be shown, never to be taken unseen."""
    found = known(headings, columns, remembered)
    for one in columns:
        if one.name not in found and remembered.get(one.name) != "":
            free = [name for name in headings if name and name not in found.values()]
            near = [match for name in one.names for match in get_close_matches(name, free, 1, ALIKE)]
            within = [name for name in free if any(each in name for each in one.names)]
            if near or within:
                found[one.name] = (within or near)[0]
    return found


def renaming(headings: Sequence[str], columns: Sequence[Column], chosen: Mapping[str, str]) -> dict[str, str]:
    """Heading of the file → the name under which the reader gets it, for those that change. Another column that has the
    name already steps aside: what a person chose holds."""
    renamed: dict[str, str] = {}
    for one in columns:
        heading = chosen.get(one.name, "")
        if heading and heading not in (one.name, *one.own):
            renamed[heading] = one.name
        usual = next((name for name in (one.name, *one.own) if name in headings), "")
        if usual and usual != heading:
            renamed.setdefault(usual, f"{usual}{UNUSED}")
    return renamed


def _place(headings: Sequence[str], name: str) -> int | None:
    wanted = comparable(name)
    return next((at for at, heading in enumerate(headings) if comparable(heading) == wanted), None)
