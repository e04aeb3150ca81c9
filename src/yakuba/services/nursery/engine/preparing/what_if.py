"""What would come out with other seats, or another level of the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from yakuba.kernel.definitions import plain
from yakuba.services.nursery.contracts import (
    AGES,
    Applications,
    Facility,
    MarketRefused,
    Problem,
    Selection,
    Slot,
)
from yakuba.services.nursery.engine.preparing import prepare
from yakuba.services.nursery.engine.preparing.faults import reserved_fact
from yakuba.services.nursery.engine.rules import Rules


def selection(
    applications: Applications, rules: Rules, seats: Mapping[str, int], level: str = ""
) -> Selection:
    """The round made ready with what is tried. seats: slot id → seats more (or fewer, negative); level: `child` or
    `household`, empty for as the rules say. Raises MarketRefused (also for a slot of an unknown facility or fewer seats
    than none)."""
    tried = rules.for_round(applications.number)
    return prepare(with_seats(applications, seats), tried.with_level(level) if level else tried)


def with_seats(applications: Applications, seats: Mapping[str, int]) -> Applications:
    """The applications with other free seats. seats: slot id → more or fewer. Raises MarketRefused."""
    if not seats:
        return applications
    facilities = {facility.id: facility for facility in applications.facilities}
    problems: list[Problem] = []
    for slot, more in seats.items():
        place = Slot.read(slot)
        facility = facilities.get(place.facility)
        if facility is None or place.age not in AGES:
            reason = "この枠は選考にありません。施設と年齢を確かめてください。"
            problems.append(Problem(0, f"枠 {slot}", reason))
            continue
        facilities[place.facility], left = _with_seats(facility, place, more)
        if left < 0:
            reason = f"空き枠は{left - more}なので、{-more}減らすことはできません。"
            problems.append(Problem(0, f"枠 {slot}", reason))
    if problems:
        raise MarketRefused(problems)
    return replace(applications, facilities=tuple(facilities.values()))


def _with_seats(facility: Facility, slot: Slot, more: int) -> tuple[Facility, int]:
    """The facility with more seats, and how many free ones the slot has then."""
    if slot.reserved:
        name = reserved_fact(slot.reserved, slot.age)
        left = int(plain(facility.facts.get(name, "")) or 0) + more
        return replace(facility, facts={**facility.facts, name: str(left)}), left
    left = facility.vacancies.get(slot.age, 0) + more
    return replace(facility, vacancies={**facility.vacancies, slot.age: left}), left
