"""Who in the register an application is about (宛名突合). Pure; the register's rows come as `Entry`.

One certain match passes, anything else asks a person. Certain means all of these:

* the birth date is the same, the name is the same or a form of it, and the address is the same (with or without its
  municipality, room or building);
* what else is given does not contradict: the reading is the same, the number is that person's;
* nobody else in the register could be meant: no other entry of that birth date with a name or reading as near
  (twins), and none of that name at that address with a birth date as near.

A register has people who share name, reading and birth date, and an application may come from someone who is not in
it at all; therefore the address belongs to the proof, and a person who moved is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from yakuba.kernel.persons.variants import address_key, kana_key, local_part, name_key

NEAR_SCORE = 3  # an entry below it is not shown as a possibility


@dataclass(frozen=True)
class Probe:
    """What an application says; canonical values, empty where it says nothing."""

    name: str = ""
    kana: str = ""
    birth: str = ""  # ISO 8601
    address: str = ""
    number: str = ""


@dataclass(frozen=True)
class Entry:
    """One person of the register."""

    number: str
    name: str
    kana: str
    birth: str
    address: str


class Likeness(IntEnum):
    """How far one piece agrees; `UNKNOWN` where one side says nothing."""

    OTHER = -1
    UNKNOWN = 0
    NEAR = 1
    FORM = 2
    SAME = 3


@dataclass(frozen=True)
class Candidate:
    """An entry with how each piece agrees; `score` only puts candidates in order."""

    entry: Entry
    name: Likeness
    kana: Likeness
    birth: Likeness
    address: Likeness
    number: Likeness

    @property
    def score(self) -> int:
        return sum((self.name, self.kana, 2 * self.birth, self.address, 2 * self.number))

    @property
    def reasons(self) -> tuple[str, ...]:
        """What does not simply agree, in words for staff."""
        pieces = {"氏名": self.name, "フリガナ": self.kana, "生年月日": self.birth, "住所": self.address}
        said = [_WORDS[likeness].format(label) for label, likeness in pieces.items() if likeness in _WORDS]
        return (*said, "宛名番号が違います") if self.number == Likeness.OTHER else tuple(said)


_WORDS = {
    Likeness.OTHER: "{}が違います",
    Likeness.NEAR: "{}が少し違います",
    Likeness.FORM: "{}の字体や書き方が違います",
}


@dataclass(frozen=True)
class Match:
    """`certain`: that person, or None; `candidates`: who could be meant, the likeliest first; `reason`: why a person
    is asked, empty when it is certain."""

    certain: Entry | None
    candidates: tuple[Candidate, ...]
    reason: str


def match(probe: Probe, entries: Iterable[Entry]) -> Match:
    """Decide among the entries that blocking found (each person once)."""
    likely = [found for entry in entries if (found := compare(probe, entry)).score >= NEAR_SCORE]
    likely.sort(key=lambda found: (-found.score, found.entry.number))
    if not likely:
        return Match(None, (), "登録簿に、あてはまる人が見つかりません。")
    proved = [found for found in likely if _proved(found)]
    if len(proved) > 1:
        return Match(None, tuple(likely), "あてはまる人が2人以上います。")
    if not proved:
        return Match(None, tuple(likely), _lacking(probe, likely[0]))
    if any(_could_be_meant(other) for other in likely if other is not proved[0]):
        return Match(None, tuple(likely), "よく似た人（双子や同じ名の家族など）がほかにいます。")
    return Match(proved[0].entry, tuple(likely), "")


def compare(probe: Probe, entry: Entry) -> Candidate:
    """How far the pieces agree."""
    return Candidate(
        entry,
        name=_likeness(probe.name, entry.name, name_key),
        kana=_likeness(probe.kana, entry.kana, kana_key),
        birth=_birth(probe.birth, entry.birth),
        address=_address(probe.address, entry.address),
        number=_exact(probe.number, entry.number),
    )


def _proved(found: Candidate) -> bool:
    return (
        found.birth == Likeness.SAME
        and found.name >= Likeness.FORM
        and found.address >= Likeness.FORM
        and found.kana in (Likeness.UNKNOWN, Likeness.FORM, Likeness.SAME)
        and found.number != Likeness.OTHER
    )


def _could_be_meant(other: Candidate) -> bool:
    """Somebody whom one wrong letter or digit on the application would make the one who is meant."""
    if other.birth == Likeness.SAME:
        return other.name >= Likeness.NEAR or other.kana >= Likeness.NEAR
    return other.name >= Likeness.FORM and other.address >= Likeness.FORM and other.birth != Likeness.OTHER


def _lacking(probe: Probe, best: Candidate) -> str:
    for label, given in (("氏名", probe.name), ("生年月日", probe.birth), ("住所", probe.address)):
        if not given:
            return f"申請に{label}がないので、決められません。"
    return "、".join(best.reasons) + "。"


def _likeness(one: str, other: str, key: object) -> Likeness:
    if not one or not other:
        return Likeness.UNKNOWN
    if one == other:
        return Likeness.SAME
    left, right = key(one), key(other)  # type: ignore[operator]
    if left == right:
        return Likeness.FORM
    return Likeness.NEAR if one_edit_apart(left, right) else Likeness.OTHER


def _exact(one: str, other: str) -> Likeness:
    if not one or not other:
        return Likeness.UNKNOWN
    return Likeness.SAME if one == other else Likeness.OTHER


def _birth(one: str, other: str) -> Likeness:
    same = _exact(one, other)
    if same != Likeness.OTHER:
        return same
    return Likeness.NEAR if one_edit_apart(one, other) else Likeness.OTHER


def _address(one: str, other: str) -> Likeness:
    if not one or not other:
        return Likeness.UNKNOWN
    left, right = address_key(one), address_key(other)
    if left == right:
        return Likeness.SAME
    left, right = local_part(left), local_part(right)
    if not left or not right:
        return Likeness.OTHER
    shorter, longer = sorted((left, right), key=len)
    rest = longer[len(shorter) :]
    if longer.startswith(shorter) and any(c.isdigit() for c in shorter) and not rest[:1].isdigit():
        # One names the building or room, the other does not; 1-2 and 1-23 are two houses, and so are 1-2 and 1-2-3.
        return Likeness.FORM if not rest or not rest.startswith("-") else Likeness.NEAR
    return Likeness.NEAR if one_edit_apart(left, right) else Likeness.OTHER


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one character put in, left out or exchanged, or two neighbours swapped, make one text the other."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 2:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    if len(one) == len(other):
        rest, swapped = one[start + 1 :], other[start : start + 2][::-1] == one[start : start + 2]
        return rest == other[start + 1 :] or (swapped and one[start + 2 :] == other[start + 2 :])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[start + 1 :] == shorter[start:]
