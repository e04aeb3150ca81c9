"""What would come out with other seats, another level of the index, or other rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from yakuba.kernel.definitions import plain
from yakuba.services.nursery.contracts import Applications, Facility, MarketRefused, Problem, Selection
from yakuba.services.nursery.engine.preparing import prepare
from yakuba.services.nursery.engine.preparing.faults import OLDEST, reserved_fact
from yakuba.services.nursery.engine.rules import Rules, read


@dataclass(frozen=True)
class Change:
    """What is tried. seats: slot id → seats more (or fewer, negative); level: `child` or `household`, empty for as
    the rules say; rules_text: another rule file, empty for none."""

    seats: Mapping[str, int] = field(default_factory=dict)
    level: str = ""
    rules_text: str = ""


def selection(applications: Applications, rules: Rules, change: Change) -> Selection:
    """The round made ready with the change. Raises MarketRefused (also for a slot of an unknown facility or fewer
    seats than none) or RulesRefused."""
    tried = read(change.rules_text) if change.rules_text else rules
    tried = tried.for_round(applications.number)
    if change.level:
        tried = tried.with_level(change.level)
    return prepare(with_seats(applications, change.seats), tried)


def with_seats(applications: Applications, seats: Mapping[str, int]) -> Applications:
    """The applications with other free seats. seats: slot id → more or fewer. Raises MarketRefused."""
    facilities = {facility.id: facility for facility in applications.facilities}
    problems: list[Problem] = []
    for slot, more in seats.items():
        name, reserved, age = _parts(slot)
        facility = facilities.get(name)
        if facility is None or not age.isdigit() or int(age) > OLDEST:
            reason = "この枠は選考にありません。施設と年齢を確かめてください。"
            problems.append(Problem(0, f"枠 {slot}", reason))
            continue
        facilities[name], left = _with_seats(facility, int(age), reserved, more)
        if left < 0:
            reason = f"空き枠は{left - more}なので、{-more}減らすことはできません。"
            problems.append(Problem(0, f"枠 {slot}", reason))
    if problems:
        raise MarketRefused(problems)
    return replace(applications, facilities=tuple(facilities.values()))


def _parts(slot: str) -> tuple[str, str, str]:
    """Facility, label of reserved seats and age in `<facility>-<age>*<label>`."""
    plain, _, reserved = slot.partition("*")
    facility, _, age = plain.rpartition("-")
    return facility, reserved, age


def _with_seats(facility: Facility, age: int, reserved: str, more: int) -> tuple[Facility, int]:
    """The facility with more seats, and how many free ones the slot has then."""
    if reserved:
        name = reserved_fact(reserved, age)
        left = int(plain(facility.facts.get(name, "")) or 0) + more
        return replace(facility, facts={**facility.facts, name: str(left)}), left
    left = facility.vacancies.get(age, 0) + more
    return replace(facility, vacancies={**facility.vacancies, age: left}), left
