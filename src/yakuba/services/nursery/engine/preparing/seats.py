"""The slots of a round: their capacity, reserved seats, and ages that share seats or teachers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import lcm

from yakuba.kernel.definitions import plain
from yakuba.services.nursery.contracts import AGES, Facility, SharedSeats, Slot
from yakuba.services.nursery.engine.preparing.facts import Applicant, gives_up
from yakuba.services.nursery.engine.preparing.faults import reserved_fact
from yakuba.services.nursery.engine.rules import Rules


def slot_id(facility: str, age: int, reserved: str = "") -> str:
    """The id of a slot in the market."""
    return f"{facility}-{age}*{reserved}" if reserved else f"{facility}-{age}"


class Seats:
    """slots and capacity by slot id; own: child → slot where it has a seat now and keeps it without a better one."""

    def __init__(
        self, facilities: Sequence[Facility], taking_part: Sequence[Applicant], rules: Rules
    ) -> None:
        self.slots: dict[str, Slot] = {}
        self.capacity: dict[str, int] = {}
        for one in sorted(facilities, key=lambda facility: facility.id):
            self._add(one, rules)
        self.own: dict[str, str] = {}
        for applicant in taking_part:
            child = applicant.child
            slot = slot_id(child.current, applicant.age) if child.current else ""
            # The vacancies of a facility do not count who is there. Who takes part brings the own seat into the round: it
            # is given to another child in the same round where this one moves on, and falls back to it where not.
            if slot in self.slots:  # else the child grows out of the facility and has no seat to keep
                self.capacity[slot] += 1
                # Given up, the seat is there for others in this round, and the child has nothing to fall back to.
                if not gives_up(child, rules):
                    self.own[child.id] = slot
        self.shared = self._shared(facilities, rules)

    def _add(self, one: Facility, rules: Rules) -> None:
        for age in AGES:
            if age in one.vacancies:
                slot = slot_id(one.id, age)
                self.slots[slot] = Slot(slot, one.id, age)
                self.capacity[slot] = one.vacancies[age]
            for reserved in rules.reserved:
                seats = int(plain(one.facts.get(reserved_fact(reserved.label, age), "")) or 0)
                if seats:
                    slot = slot_id(one.id, age, reserved.label)
                    self.slots[slot] = Slot(slot, one.id, age, reserved.label)
                    self.capacity[slot] = seats

    def _shared(self, facilities: Sequence[Facility], rules: Rules) -> tuple[SharedSeats, ...]:
        """Seats: a child takes one. Teachers: all take their part of one by the staff ratios, in the smallest unit
        that makes every part whole; reserved seats need teachers too. Children who have a seat now bring along what
        they take, so that they can keep it."""
        # Whole units, not parts of a teacher: 1/3 + 1/6 + 1/20 + … of them, added as floating point numbers, can come out
        # above or below a whole one, and a child would lose or win a seat by the rounding.
        unit = lcm(*rules.ratios)
        taken = Counter(self.own.values())
        found = []
        for one in facilities:
            for shared in one.shared:
                slots = [slot_id(one.id, age) for age in sorted(set(shared.ages))]
                if shared.seats is not None:
                    weights = dict.fromkeys(slots, 1)
                    found.append(_kept(f"{one.id}/{shared.id}", shared.seats, weights, taken))
                if shared.teachers is not None:
                    weights = {
                        slot.id: unit // rules.ratios[slot.age]
                        for slot in self.slots.values()
                        if slot.facility == one.id and slot.age in shared.ages
                    }
                    name = f"{one.id}/{shared.id}/保育士"
                    found.append(_kept(name, shared.teachers * unit, weights, taken))
        return tuple(sorted(found, key=lambda item: item.id))


def _kept(name: str, free: int, weights: Mapping[str, int], taken: Mapping[str, int]) -> SharedSeats:
    own = sum(weight * taken[slot] for slot, weight in weights.items())
    return SharedSeats(name, free + own, weights)
