"""Compiled loops that lay a market out as flat arrays. See `arrays.Arrays` for the names and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from yakuba.kernel.machinecode import compiled_with_arrays

Ints = np.ndarray[Any, np.dtype[np.int32]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

NOWHERE = -1


@compiled_with_arrays
def joint_tuples(
    child_first: Ints, wish_count: Ints, wish_slots: Ints, current: Ints
) -> tuple[Ints, Ints, Ints]:
    """Each family's wishes and, last, its fallback; wishes behind a wish that equals the fallback are left out.

    child_first (F+1), wish_count (F), wish_slots (flat, slot or NOWHERE for each child of each wish), current
    (C, slot or NOWHERE). Returns tuple_first (F+1), entry_first (T+1) and entry_slot (flat).
    """
    families = wish_count.size
    widths = child_first[1:] - child_first[:-1]
    room = wish_slots.size + child_first[families]
    tuple_first = np.zeros(families + 1, np.int32)
    entry_first = np.zeros(wish_count.sum() + families + 1, np.int32)
    entry_slot = np.empty(room, np.int32)
    source = made = filled = 0
    for family in range(families):
        width, first = widths[family], child_first[family]
        found = False
        for wish in range(wish_count[family]):
            start = source + wish * width
            same = True
            for child in range(width):
                entry_slot[filled + child] = wish_slots[start + child]
                same &= wish_slots[start + child] == current[first + child]
            made += 1
            filled += width
            entry_first[made] = filled
            # What all of them have today stays open to them: what they listed behind it can never come true.
            if same:
                found = True
                break
        if not found:
            for child in range(width):
                entry_slot[filled + child] = current[first + child]
            made += 1
            filled += width
            entry_first[made] = filled
        source += wish_count[family] * width
        tuple_first[family + 1] = made
    return tuple_first, entry_first[: made + 1].copy(), entry_slot[:filled].copy()


@compiled_with_arrays
def holds_of(
    tuple_first: Ints,
    entry_first: Ints,
    entry_slot: Ints,
    child_first: Ints,
    current: Ints,
    use_first: Ints,
    use_resource: Ints,
    use_weight: Ints,
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """What each tuple takes: one row for every child placed and every resource that its slot uses.

    Returns hold_first (T+1), and flat resource, child, weight, own (1 where the child is at its own seat).
    """
    tuples = entry_first.size - 1
    count = 0
    for slot in entry_slot:
        if slot >= 0:
            count += use_first[slot + 1] - use_first[slot]
    hold_first = np.zeros(tuples + 1, np.int32)
    resource, child_of = np.empty(count, np.int32), np.empty(count, np.int32)
    weight, own = np.empty(count, np.int32), np.empty(count, np.int32)
    made = 0
    for family in range(tuple_first.size - 1):
        for joint in range(tuple_first[family], tuple_first[family + 1]):
            for entry in range(entry_first[joint], entry_first[joint + 1]):
                slot = entry_slot[entry]
                if slot < 0:
                    continue
                child = child_first[family] + entry - entry_first[joint]
                for use in range(use_first[slot], use_first[slot + 1]):
                    resource[made], child_of[made] = use_resource[use], child
                    weight[made], own[made] = use_weight[use], current[child] == slot
                    made += 1
            hold_first[joint + 1] = made
    return hold_first, resource, child_of, weight, own


@compiled_with_arrays
def group_by(keys: Ints, groups: int) -> tuple[Ints, Ints]:
    """Indices of `keys` grouped by value, order kept: first (groups+1), members (len(keys))."""
    first = np.zeros(groups + 1, np.int32)
    for key in keys:
        first[key + 1] += 1
    for group in range(groups):
        first[group + 1] += first[group]
    cursor = first[:-1].copy()
    members = np.empty(keys.size, np.int32)
    for index in range(keys.size):
        members[cursor[keys[index]]] = index
        cursor[keys[index]] += 1
    return first, members


@compiled_with_arrays
def _listed(ranking: Ints, resource: int, wanted: Ints, seen: Ints, place: Ints, count: int) -> int:
    """Give places to the wanted children in the order of `ranking`; the next free place, or -1 at a duplicate."""
    for child in ranking:
        if child < 0:
            continue
        # Marked with the resource, so that nothing has to be wiped between two of them.
        if seen[child] == resource:
            return -1
        seen[child] = resource
        if wanted[child] == resource:
            place[child] = count
            count += 1
    return count


@compiled_with_arrays
def places_of(
    ranking_first: Ints, ranking: Ints, resource: Ints, child_of: Ints, own: Ints, children: int
) -> tuple[Ints, Ints, Ints, int]:
    """A place for every (resource, child) that occurs: who is at the own seat first, then as ranked.

    ranking (flat by resource, child or -1 for a stranger). Returns place_first (R+1), place_child (P),
    hold_place (H), and the first hold whose child is not ranked at its resource (-1: none, -2: a child is ranked
    twice).
    """
    resources = ranking_first.size - 1
    first, members = group_by(resource, resources)
    place_first = np.zeros(resources + 1, np.int32)
    place_child = np.empty(resource.size, np.int32)
    hold_place = np.full(resource.size, -1, np.int32)
    wanted, seen = np.full(children, -1, np.int32), np.full(children, -1, np.int32)
    seated = np.full(children, -1, np.int32)
    own_place, place = np.zeros(children, np.int32), np.zeros(children, np.int32)
    count = 0
    for at in range(resources):
        for hold in members[first[at] : first[at + 1]]:
            child = child_of[hold]
            if not own[hold]:
                wanted[child] = at
            elif seated[child] != at:
                seated[child] = at
                own_place[child] = count
                count += 1
        rows = ranking[ranking_first[at] : ranking_first[at + 1]]
        count = _listed(rows, at, wanted, seen, place, count)
        if count < 0:
            return place_first, place_child, hold_place, -2
        for hold in members[first[at] : first[at + 1]]:
            child = child_of[hold]
            if not own[hold] and seen[child] != at:
                return place_first, place_child, hold_place, hold
            hold_place[hold] = own_place[child] if own[hold] else place[child]
            place_child[hold_place[hold]] = child
        place_first[at + 1] = count
    return place_first, place_child[:count].copy(), hold_place, -1


@compiled_with_arrays
def legs_of(
    hold_first: Ints, resource: Ints, hold_place: Ints, weight: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Holds of a tuple put together by resource: leg_first (T+1), resource, worst place, weight taken."""
    tuples = hold_first.size - 1
    leg_first = np.zeros(tuples + 1, np.int32)
    leg_resource, leg_worst = np.empty(resource.size, np.int32), np.empty(resource.size, np.int32)
    leg_weight = np.empty(resource.size, np.int32)
    made = 0
    for joint in range(tuples):
        start = made
        for hold in range(hold_first[joint], hold_first[joint + 1]):
            leg = start
            while leg < made and leg_resource[leg] != resource[hold]:
                leg += 1
            if leg == made:
                leg_resource[leg], leg_worst[leg], leg_weight[leg] = resource[hold], -1, 0
                made += 1
            leg_worst[leg] = max(leg_worst[leg], hold_place[hold])
            leg_weight[leg] += weight[hold]
        leg_first[joint + 1] = made
    return leg_first, leg_resource[:made].copy(), leg_worst[:made].copy(), leg_weight[:made].copy()


@compiled_with_arrays
def special_legs(
    tuple_first: Ints, leg_first: Ints, leg_resource: Ints, leg_worst: Ints, leg_weight: Ints, resources: int
) -> tuple[Ints, Ints, Ints]:
    """Legs of more than one child, of another weight than 1, or of a family with several children who could be at
    the resource: flag (legs); and the families with such legs by resource: first (R+1), family."""
    flags = np.zeros(leg_resource.size, np.int32)
    owner, place = np.full(resources, -1, np.int32), np.full(resources, -1, np.int32)
    several, listed = np.full(resources, -1, np.int32), np.full(resources, -1, np.int32)
    row_resource, row_family = np.empty(leg_resource.size, np.int32), np.empty(leg_resource.size, np.int32)
    rows = 0
    for family in range(tuple_first.size - 1):
        legs = range(leg_first[tuple_first[family]], leg_first[tuple_first[family + 1]])
        for leg in legs:
            resource = leg_resource[leg]
            another = owner[resource] == family and place[resource] != leg_worst[leg]
            if another or leg_weight[leg] != 1:
                several[resource] = family
            owner[resource], place[resource] = family, leg_worst[leg]
        for leg in legs:
            resource = leg_resource[leg]
            if several[resource] == family:
                flags[leg] = 1
                if listed[resource] != family:
                    listed[resource] = family
                    row_resource[rows], row_family[rows] = resource, family
                    rows += 1
    first, members = group_by(row_resource[:rows], resources)
    return flags, first, row_family[members]
