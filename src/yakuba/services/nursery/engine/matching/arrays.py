"""A market as flat arrays, numbered in an order that depends on the ids alone, never on the file's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np

from yakuba.services.nursery.contracts import Market, SharedSeats
from yakuba.services.nursery.engine.matching import layout
from yakuba.services.nursery.engine.matching.board import HOLD, LEG, RESOURCE, TUPLE, Plan, pack
from yakuba.services.nursery.engine.matching.layout import NOWHERE, Ints

UNKNOWN, NAMELESS = -2, -3  # beside NOWHERE, which is -1 and a wish that is allowed


class Unsound(ValueError):
    """The market breaks a rule; `market_file.problems` says which, where, and why."""


@dataclass(frozen=True)
class Arrays:
    """The numbers of a market (`board.Plan`) with the ids that they stand for, and the slots of each tuple."""

    family_ids: list[str]
    child_ids: list[str]
    slot_ids: list[str]
    resource_ids: list[str]
    child_first: Ints  # F+1
    entry_first: Ints  # T+1, into entry_slot
    entry_slot: Ints  # slot or NOWHERE for each child of the tuple's family
    outsiders: dict[str, str]  # children with a seat and no family
    plan: Plan

    @property
    def families(self) -> int:
        """F."""
        return len(self.family_ids)

    @property
    def capacity(self) -> Ints:
        """(R) seats, without those of children who belong to no family."""
        return self.plan.resources["capacity"][:-1]

    def fallback_tuples(self) -> Ints:
        """The tuple (F) that each family keeps when no other is possible."""
        return self.plan.tuple_first[1:] - np.int32(1)


def build(market: Market) -> Arrays:
    """Lay a market out. Raises Unsound at the first broken rule, without saying which.

    Also refuses what the compiled loops could not bear: ids that are no strings, lists that are no lists.
    """
    try:
        return _build(market)
    except (KeyError, TypeError, AttributeError, OverflowError, IndexError) as error:
        raise Unsound(str(error)) from error


def _build(market: Market) -> Arrays:
    # By id, so that the same market in another order of lines comes to the same matching, seat for seat.
    order = sorted(range(len(market.family_ids)), key=market.family_ids.__getitem__)
    family_ids = [market.family_ids[index] for index in order]
    children = [market.children[index] for index in order]
    wishes = [market.wishes[index] for index in order]
    _ids_are_sound(family_ids, children, market)
    slot_ids = sorted(market.capacity)
    shared = sorted(market.shared, key=lambda item: item.id)
    resource_ids = slot_ids + [item.id for item in shared]
    slot_index: dict[str | None, int] = {slot: index for index, slot in enumerate(slot_ids)}
    child_ids = list(chain.from_iterable(children))
    child_index = {child: index for index, child in enumerate(child_ids)}
    _require(len(child_index) == len(child_ids), "a child twice")
    _require(len(set(resource_ids)) == len(resource_ids), "a slot twice")

    widths = _counts(children)
    child_first = _starts(widths)
    current, outsiders = _current(market.current, child_index, slot_index)
    wish_count = _counts(wishes)
    wish_slots = _wish_slots(wishes, np.repeat(widths, wish_count), slot_index)
    tuple_first, entry_first, entry_slot = layout.joint_tuples(child_first, wish_count, wish_slots, current)

    use_first, use_resource, use_weight = _uses(slot_ids, shared)
    hold_first, resource, child_of, weight, own = layout.holds_of(
        tuple_first, entry_first, entry_slot, child_first, current, use_first, use_resource, use_weight
    )
    ranking_first, ranking = _ranking(market.priorities, resource_ids, child_index)
    place_first, place_child, hold_place, missing = layout.places_of(
        ranking_first, ranking, resource, child_of, own, len(child_ids)
    )
    _require(missing == -1, "a child is not ranked, or twice")
    leg_first, leg_resource, leg_worst, leg_weight = layout.legs_of(hold_first, resource, hold_place, weight)
    interest_first, interested = layout.group_by(leg_resource, len(resource_ids))
    flags, special_first, special = layout.special_legs(
        tuple_first, leg_first, leg_resource, leg_worst, leg_weight, len(resource_ids)
    )
    tuple_family = np.repeat(np.arange(len(family_ids), dtype=np.int32), np.diff(tuple_first))
    leg_tuple = np.repeat(np.arange(leg_first.size - 1, dtype=np.int32), np.diff(leg_first))
    child_family = np.repeat(np.arange(len(family_ids), dtype=np.int32), widths)
    capacity = _capacity(market, slot_ids, shared, outsiders, current)
    plan = Plan(
        children=widths,
        tuple_first=tuple_first,
        tuples=pack(TUPLE, np.append(tuple_family, 0), hold_first, leg_first),
        holds=pack(HOLD, hold_place, resource, weight),
        legs=pack(LEG, leg_resource, leg_worst, leg_weight, flags),
        place_family=child_family[place_child],
        resources=pack(RESOURCE, place_first, np.append(capacity, 0), interest_first, special_first),
        interest=leg_tuple[interested],
        special=special,
    )
    return Arrays(
        family_ids, child_ids, slot_ids, resource_ids, child_first, entry_first, entry_slot, outsiders, plan
    )


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Unsound(what)


def _only(kind: type, values: Iterable[Any]) -> bool:
    return set(map(type, values)) <= {kind}


def _ids_are_sound(family_ids: list[str], children: list[Any], market: Market) -> None:
    ids = chain(family_ids, chain.from_iterable(children), market.capacity, market.current)
    _require(_only(str, ids), "an id is no string")
    _require(_only(str, market.current.values()), "a seat is no string")
    _require("" not in market.capacity and "" not in market.current, "an empty id")
    _require("" not in family_ids and "" not in set(chain.from_iterable(children)), "an empty id")
    _require(len(set(family_ids)) == len(family_ids), "a family twice")
    _require(all(children), "a family without children")


def _counts(rows: Sequence[Sequence[Any]]) -> Ints:
    return np.fromiter(map(len, rows), np.int32, len(rows))


def _starts(counts: Ints) -> Ints:
    first = np.zeros(counts.size + 1, np.int32)
    np.cumsum(counts, out=first[1:])
    return first


def _current(
    seats: Mapping[str, str], child_index: dict[str, int], slot_index: dict[str | None, int]
) -> tuple[Ints, dict[str, str]]:
    """Seat of each child of a family (C), and the seats of the others."""
    current = np.full(len(child_index), NOWHERE, np.int32)
    outsiders = {}
    for child, slot in seats.items():
        _require(slot in slot_index, "a seat in an unknown slot")
        if child in child_index:
            current[child_index[child]] = slot_index[slot]
        else:
            outsiders[child] = slot
    return current, outsiders


def _wish_slots(wishes: list[Any], widths: Ints, slot_index: dict[str | None, int]) -> Ints:
    """Slot or NOWHERE for every child of every wish, flat."""
    rows = list(chain.from_iterable(wishes))
    _require(set(map(type, wishes)) <= {list, tuple} and set(map(type, rows)) <= {list, tuple}, "no list")
    _require(np.array_equal(_counts(rows), widths), "a wish of the wrong length")
    numbers = slot_index | {None: NOWHERE}
    entries = chain.from_iterable(rows)
    flat = np.fromiter(map(numbers.get, entries, repeat(UNKNOWN)), np.int32, int(widths.sum()))
    _require(not flat.size or int(flat.min()) > UNKNOWN, "a wish for an unknown slot")
    return flat


def _uses(slot_ids: list[str], shared: Sequence[SharedSeats]) -> tuple[Ints, Ints, Ints]:
    """Resources that a child in a slot uses: use_first (S+1), resource, weight."""
    resource: dict[str, list[tuple[int, int]]] = {slot: [(i, 1)] for i, slot in enumerate(slot_ids)}
    for index, item in enumerate(shared):
        for slot, weight in item.weights.items():
            _require(type(weight) is int and 0 < weight <= 1_000_000, "a weight is no positive number")
            resource[slot].append((len(slot_ids) + index, weight))
    rows = [resource[slot] for slot in slot_ids]
    flat = np.array(list(chain.from_iterable(rows)), np.int32).reshape(-1, 2)
    return _starts(_counts(rows)), flat[:, 0].copy(), flat[:, 1].copy()


def _ranking(
    priorities: Mapping[str, Sequence[str]], resource_ids: list[str], child_index: dict[str, int]
) -> tuple[Ints, Ints]:
    """Children ranked at each resource: first (R+1), child or UNKNOWN where it is in no family."""
    _require(set(priorities) <= set(resource_ids), "priorities of an unknown slot")
    rows = [priorities.get(name, ()) for name in resource_ids]
    _require(set(map(type, rows)) <= {list, tuple}, "no list")
    counts = _counts(rows)
    _require(_only(str, chain.from_iterable(rows)), "an id is no string")
    entries = chain.from_iterable(rows)
    numbers = child_index | {"": NAMELESS}
    flat = np.fromiter(map(numbers.get, entries, repeat(UNKNOWN)), np.int32, int(counts.sum()))
    _require(NAMELESS not in flat, "an empty id")
    return _starts(counts), flat


def _capacity(
    market: Market,
    slot_ids: list[str],
    shared: Sequence[SharedSeats],
    outsiders: dict[str, str],
    current: Ints,
) -> Ints:
    """Seats (R) for the families' children. Raises Unsound when those who have a seat do not fit."""
    seats = [*(market.capacity[slot] for slot in slot_ids), *(item.capacity for item in shared)]
    _require(_only(int, seats) and all(0 <= value <= 1_000_000 for value in seats), "no number of seats")

    def load(slots: Iterable[str]) -> Ints:
        taken = Counter(slots)
        used = (sum(taken[slot] * weight for slot, weight in item.weights.items()) for item in shared)
        return np.array([*(taken[slot] for slot in slot_ids), *used], np.int32)

    # Whoever belongs to no family never moves, so that its seat is not to be had.
    free = np.array(seats, np.int32) - load(outsiders.values())
    mine = load(slot_ids[at] for at in current[current >= 0].tolist())
    _require(bool((mine <= free).all()), "too few seats")
    return free
