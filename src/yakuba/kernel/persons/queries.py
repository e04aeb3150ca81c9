"""Reads of the active municipality's register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet

from yakuba.kernel.persons import matching
from yakuba.kernel.persons.matching import Entry, Match, Probe
from yakuba.kernel.persons.models import Load, Person
from yakuba.kernel.persons.variants import kana_key, name_key

MOST = 500  # candidates of one block; a name that more people share proves nothing without a birth date


def current() -> Load | None:
    """The load that is in use; None where no register was loaded yet."""
    return Load.objects.filter(current=True).first()


def match(probe: Probe) -> Match:
    """Who is meant (see `matching`), looked for by number, birth date, name and reading, so that a single wrong piece
    does not hide the person."""
    load = current()
    if load is None:
        return Match(None, (), "宛名の登録簿がまだ取り込まれていません。")
    found: dict[str, Entry] = {}
    for block in _blocks(load.persons.all(), probe):
        persons = list(block[: MOST + 1])
        found |= {person.number: _entry(person) for person in persons}
        if len(persons) > MOST:  # somebody who could be meant may be among those not looked at
            several = matching.match(probe, found.values()).candidates
            return Match(None, several, "同じ氏名か生年月日の人が多すぎて、決められません。")
    return matching.match(probe, found.values())


def near_duplicates(entry: Entry) -> list[matching.Candidate]:
    """Who else in the register may be the same person: same birth date or reading, and near in name or address."""
    probe = Probe(entry.name, entry.kana, entry.birth, entry.address)
    return [found for found in match(probe).candidates if found.entry.number != entry.number]


def numbers() -> Iterator[str]:
    """The number of everybody in the register; nothing where none was loaded."""
    load = current()
    if load is not None:
        yield from load.persons.order_by().values_list("number", flat=True).iterator(chunk_size=10_000)


def _blocks(persons: QuerySet[Person], probe: Probe) -> list[QuerySet[Person]]:
    blocks = []
    if probe.number:
        blocks.append(persons.filter(number=probe.number))
    birth = _date(probe.birth)
    if birth:
        blocks.append(persons.filter(birth=birth))
    name = Q(name_key=name_key(probe.name)) if probe.name else Q()
    kana = Q(kana_key=kana_key(probe.kana)) if probe.kana else Q()
    return [*blocks, *[persons.filter(key) for key in (name, kana) if key]]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _entry(person: Person) -> Entry:
    birth = person.birth.isoformat() if person.birth else ""
    return Entry(person.number, person.name, person.kana, birth, person.address)
