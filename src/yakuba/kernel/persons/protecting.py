"""Whether something is about a person under protection (支援措置), and what the register itself hides of that person.

Certain is: the number is the same, or the name and the birth date are and the register (where none is loaded, the address)
proves the person. Whatever else could be that person is asked of staff, and hidden until they have said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from yakuba.kernel.persons import queries
from yakuba.kernel.persons.matching import Candidate, Entry, Likeness, Match, Probe, compare
from yakuba.kernel.persons.models import Person
from yakuba.kernel.protection import policy
from yakuba.kernel.protection.actions import put_under
from yakuba.kernel.protection.models import Covered, Protection
from yakuba.kernel.protection.queries import held

KIND = "persons.person"
CERTAIN, ASKED = Covered.State.CERTAIN, Covered.State.ASKED
UNPROVABLE = "支援措置の対象なので、住所では確かめられません。担当者に確かめてください。"


@dataclass(frozen=True)
class Named:
    """One of those whom a thing names; canonical, empty where it says nothing."""

    name: str = ""
    kana: str = ""
    birth: str = ""


@dataclass(frozen=True)
class Told:
    """What a thing says of people: whom it names, and the addresses and numbers in it."""

    people: Sequence[Named] = ()
    addresses: Sequence[str] = ()
    numbers: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """state: of `Covered`; why: a sentence for staff."""

    state: str
    why: str


def judge(row: Protection, told: Told) -> Verdict | None:
    """Whether it is about the person; None where it is not."""
    if row.number and row.number in told.numbers:
        return Verdict(CERTAIN, "宛名番号が同じです。")
    found = [verdict for one in told.people if (verdict := _judge_one(row, one, told.addresses))]
    if found:
        return min(found, key=lambda verdict: verdict.state != CERTAIN)
    if row.household and row.address and any(_same_address(row, one) for one in told.addresses):
        return Verdict(CERTAIN, "住所が同じです（世帯の人として）。")
    return None


def _judge_one(row: Protection, one: Named, addresses: Sequence[str]) -> Verdict | None:
    address = next((text for text in addresses if _same_address(row, text)), "")
    agreed = _compared(row, one, address)
    alike = max(agreed.name, agreed.kana)
    if alike < Likeness.NEAR or (agreed.name == Likeness.OTHER and agreed.kana < Likeness.FORM):
        return None
    if agreed.birth == Likeness.SAME:
        if alike >= Likeness.FORM and _proved(row, one, address, addresses):
            return Verdict(CERTAIN, "氏名と生年月日が同じで、登録簿か住所でも確かです。")
        return Verdict(ASKED, "氏名と生年月日が同じか、よく似ています。")
    if alike < Likeness.FORM or agreed.birth == Likeness.OTHER:
        return None
    if agreed.birth == Likeness.NEAR:
        return Verdict(ASKED, "氏名が同じで、生年月日が少し違います。")
    if address:
        return Verdict(CERTAIN, "氏名と住所が同じです。")
    return Verdict(ASKED, "氏名が同じで、生年月日が書かれていません。")


def _compared(row: Protection, one: Named, address: str) -> Candidate:
    entry = Entry(row.number, row.name, row.kana, row.birth_text, row.address)
    return compare(Probe(one.name, one.kana, one.birth, address), entry)


def _same_address(row: Protection, text: str) -> bool:
    return _compared(row, Named(), text).address >= Likeness.FORM


def _proved(row: Protection, one: Named, address: str, addresses: Sequence[str]) -> bool:
    if address:
        return True
    if not row.number:
        return False
    probes = [Probe(one.name, one.kana, one.birth, text) for text in addresses]
    certain = [queries.match(probe).certain for probe in probes]
    return any(entry is not None and entry.number == row.number for entry in certain)


def judge_all(told: Told) -> list[tuple[Protection, Verdict]]:
    """Every protection that something comes under, with why."""
    found = [(row, judge(row, told)) for row in held()]
    return [(row, verdict) for row, verdict in found if verdict]


def spread(row: Protection) -> None:
    """Find the person, and with the household whoever lives there, in the register in use."""
    load = queries.current()
    if load is None or not row.is_held:
        return
    if row.number:
        put_under(row, KIND, row.number, CERTAIN, "宛名番号が同じです。")
    persons = load.persons.filter(name=row.name) | load.persons.filter(birth=row.birth or None)
    if row.birth is None:
        persons = load.persons.filter(name=row.name)
    if row.household and row.address:
        persons = persons | load.persons.filter(address=row.address)
    for person in persons:
        verdict = judge(row, _told_of(person))
        if verdict and person.number != row.number:
            put_under(row, KIND, person.number, verdict.state, verdict.why)


def spread_all() -> None:
    """The same for everybody under protection, after another register was loaded."""
    for row in held():
        spread(row)


def _told_of(person: Person) -> Told:
    birth = person.birth.isoformat() if person.birth else ""
    return Told([Named(person.name, person.kana, birth)], [person.address], [person.number])


def seen_by(user: Any, probe: Probe, match: Match) -> Match:
    """The match as `user` may see it: of whom it is hidden where they live, neither the address is shown nor whether the
    one asked for is theirs."""
    numbers = [one.entry.number for one in match.candidates]
    closed = policy.hidden(user, KIND, numbers)
    if not closed:
        return match
    blind = replace(probe, address="")
    shown = tuple(_covered(blind, one) if one.entry.number in closed else one for one in match.candidates)
    shown = tuple(sorted(shown, key=lambda one: (-one.score, one.entry.number)))
    return Match(None, shown, UNPROVABLE)


def _covered(blind: Probe, one: Candidate) -> Candidate:
    return replace(
        compare(blind, replace(one.entry, address="")), entry=replace(one.entry, address=policy.HIDDEN)
    )
