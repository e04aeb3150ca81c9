"""Which tuples can a family hold in a stable matching at all? Narrows every family's tuples before any search.

Two rules are repeated until nothing changes. Both drop a tuple only if no stable matching has it, so all stable
matchings survive, and a market where each family keeps one tuple has at most that one.

Guarantee. If at every resource of a tuple all the children of other families who could be there above, and the
family's own, fit in (the leg is safe), the family never holds anything worse.
Refusal. A family that claims a place (its best remaining tuple needs it, and the tuple's other legs are safe) gets
it or leaves no room below: else it would block. So a family cannot hold a tuple with a child below the claims and
beside the certain ones that fill a resource.

Without siblings these are the two one-sided deferred acceptances, so what is left lies between the children's and
the facilities' best stable matching. At legs that are not special (`board.Plan`) both rules are a threshold in the
resource's places, `safe_to` and `refused_from`, that moves one way only; the others are looked at in full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from yakuba.services.nursery.engine.board import Plan, Records, compiled, records
from yakuba.services.nursery.engine.layout import Flags, Ints

NEVER = np.iinfo(np.int32).max
ASSUMED = NEVER  # why a tuple was dropped: a search tries what follows
FAMILY = records("first", "left", "waiting", "relaxed")
TUPLE = records("dropped_at", "by")
PLACE = records("options", "claimed_at", "certain_at", "claim", "heaviest", "lightest")
RESOURCE = records("safe_to", "safe_sum", "refused_from", "refused_sum")
EVENT = records("kind", "index")
DROPPED, CERTAIN, CLAIMED = 0, 1, 2
CLOCK, SIZE, LATER = 0, 1, 2


class Narrow(NamedTuple):
    """families (F): first, best remaining tuple; left, how many remain; waiting; relaxed, allowed to block.
    tuples (T): dropped_at, when the tuple was dropped, or NEVER; by, the guaranteed tuple that did it, the refused
    leg as -1 - leg, or ASSUMED. places (P): options, remaining tuples with a child there; claimed_at, when the family
    claimed it; certain_at, since when all its remaining tuples have a child there; claim, weight claimed with it
    at the resource; heaviest, lightest weight of the child there. resources (R): safe_to, place before which a leg
    is safe, safe_sum, weight that could be above it; refused_from, place from which a leg is refused, refused_sum,
    weight that counts above it. stack (F): families to look at; later (F): those to look at when there is no
    other, for their legs take long. events (T + 2P): what happened, by clock. counters: CLOCK, SIZE of the stack,
    and of LATER.
    """

    families: Records
    tuples: Records
    places: Records
    resources: Records
    stack: Ints
    later: Ints
    events: Records
    counters: Ints


def start(plan: Plan, relaxed: Flags) -> Narrow:
    """Everything is possible. relaxed (F): nothing is concluded from these families' claims."""
    count = plan.tuple_first.size - 1
    families, tuples = np.zeros(count, FAMILY), np.zeros(plan.tuples.size - 1, TUPLE)
    places, resources = np.zeros(plan.place_family.size, PLACE), np.zeros(plan.resources.size - 1, RESOURCE)
    families["first"], families["left"] = plan.tuple_first[:-1], np.diff(plan.tuple_first)
    families["waiting"], families["relaxed"] = 1, relaxed
    tuples["dropped_at"] = NEVER
    places["claimed_at"] = places["certain_at"] = places["lightest"] = NEVER
    resources["safe_to"] = plan.resources["place_first"][:-1]
    resources["refused_from"] = plan.resources["place_first"][1:]
    stack = np.arange(count - 1, -1, -1).astype(np.int32)
    events = np.zeros(tuples.size + 2 * places.size, EVENT)
    counters = np.array([0, count, 0], np.int32)
    return Narrow(families, tuples, places, resources, stack, np.zeros_like(stack), events, counters)


@compiled
def narrow(plan: Plan, state: Narrow) -> int:
    """Narrow all families from the start. Returns the family that has no tuple left, or -1."""
    for index in range(plan.holds.size):
        hold = plan.holds[index]
        place = state.places[hold.place]
        place.options += 1
        place.heaviest = max(place.heaviest, hold.weight)
        place.lightest = min(place.lightest, hold.weight)
    for resource in range(state.resources.size):
        _move_safe(plan, state, resource)
    for family in range(state.families.size):
        _note_all_certain(plan, state, family)
    return _propagate(plan, state)


@compiled
def assume(plan: Plan, state: Narrow, family: int, joint: int) -> int:
    """Narrow on from a narrowed state as if the family held that tuple. Returns as `narrow` does."""
    for other in range(plan.tuple_first[family], plan.tuple_first[family + 1]):
        if other != joint and state.tuples[other].dropped_at == NEVER:
            _drop(plan, state, family, other, ASSUMED)
    return _propagate(plan, state)


def undo(plan: Plan, state: Narrow, clock: int, resources: Records) -> None:
    """Back to the narrowed state of that clock, when `state.resources` was as in the copy given."""
    _undo_events(plan, state, clock)
    state.resources[:] = resources


@compiled
def _undo_events(plan: Plan, state: Narrow, clock: int) -> None:
    """Take back what happened since; nobody waits any more."""
    while state.counters[CLOCK] > clock:
        state.counters[CLOCK] -= 1
        event = state.events[state.counters[CLOCK]]
        if event.kind == CERTAIN:
            state.places[event.index].certain_at = NEVER
        elif event.kind == CLAIMED:
            state.places[event.index].claimed_at = NEVER
        else:
            state.tuples[event.index].dropped_at = NEVER
            row = state.families[plan.tuples[event.index].family]
            row.left += 1
            row.first = min(row.first, event.index)
            for index in range(plan.tuples[event.index].hold_first, plan.tuples[event.index + 1].hold_first):
                state.places[plan.holds[index].place].options += 1
    while True:
        family = _next(state)
        if family < 0:
            break
        state.families[family].waiting = 0


@compiled
def _note(state: Narrow, kind: int, index: int) -> int:
    """Write an event down; returns its time."""
    now = state.counters[CLOCK]
    state.events[now].kind, state.events[now].index = kind, index
    state.counters[CLOCK] += 1
    return now


@compiled
def _propagate(plan: Plan, state: Narrow) -> int:
    """Look at the waiting families until there are none, or one has no tuple left."""
    while True:
        family = _next(state)
        if family < 0:
            return -1
        row = state.families[family]
        row.waiting = 0
        if not row.relaxed:
            _guarantee(plan, state, family)
        _refuse(plan, state, family)
        if not row.left:
            return family
        if not row.relaxed:
            _claim(plan, state, family)


@compiled
def _next(state: Narrow) -> int:
    """Take a family off the stacks; -1 when nobody waits."""
    if state.counters[SIZE]:
        state.counters[SIZE] -= 1
        return int(state.stack[state.counters[SIZE]])
    if state.counters[LATER]:
        state.counters[LATER] -= 1
        return int(state.later[state.counters[LATER]])
    return -1


@compiled
def _push(state: Narrow, family: int) -> None:
    if not state.families[family].waiting:
        state.families[family].waiting = 1
        state.stack[state.counters[SIZE]] = family
        state.counters[SIZE] += 1


@compiled
def _push_special(plan: Plan, state: Narrow, resource: int) -> None:
    """Something changed at the resource: who has a special leg there looks again."""
    first, last = plan.resources[resource].special_first, plan.resources[resource + 1].special_first
    for index in range(first, last):
        family = plan.special[index]
        if not state.families[family].waiting:
            state.families[family].waiting = 1
            state.later[state.counters[LATER]] = family
            state.counters[LATER] += 1


@compiled
def _move_safe(plan: Plan, state: Narrow, resource: int) -> None:
    """Move the threshold down as far as legs are safe."""
    row = state.resources[resource]
    last, capacity = plan.resources[resource + 1].place_first, plan.resources[resource].capacity
    while row.safe_to < last and row.safe_sum + 1 <= capacity:
        _push(state, plan.place_family[row.safe_to])
        if state.places[row.safe_to].options:
            row.safe_sum += state.places[row.safe_to].heaviest
        row.safe_to += 1


@compiled
def _move_refused(plan: Plan, state: Narrow, resource: int) -> None:
    """Move the threshold up as far as legs are refused."""
    row = state.resources[resource]
    first, capacity = plan.resources[resource].place_first, plan.resources[resource].capacity
    while row.refused_from > first:
        place = state.places[row.refused_from - 1]
        total = row.refused_sum
        if place.claimed_at != NEVER and place.claim == 1 and place.certain_at == NEVER:
            total -= place.lightest
        if total + 1 <= capacity:
            break
        row.refused_from -= 1
        row.refused_sum = total
        _push(state, plan.place_family[row.refused_from])


@compiled
def special_is_safe(plan: Plan, state: Narrow, family: int, index: int) -> bool:
    """Do all the others who could be above, and the family's own, fit in?"""
    leg = plan.legs[index]
    left = plan.resources[leg.resource].capacity - leg.weight
    for place in range(plan.resources[leg.resource].place_first, leg.worst):
        if state.places[place].options and plan.place_family[place] != family:
            left -= state.places[place].heaviest
    return left >= 0


@compiled
def special_is_refused(plan: Plan, state: Narrow, family: int, index: int) -> bool:
    """Do those certainly there, those who claim a place above, and the family's own not fit in together?

    A claim of weight w above a child of weight v counts if w ≤ v: were the claimant not there while the child is,
    the others above the claimant would leave at least v.
    """
    leg = plan.legs[index]
    left = plan.resources[leg.resource].capacity - leg.weight
    lightest = state.places[leg.worst].lightest
    first, last = plan.resources[leg.resource].place_first, plan.resources[leg.resource + 1].place_first
    for at in range(first, last):
        place = state.places[at]
        if plan.place_family[at] == family:
            continue
        claims = at < leg.worst and place.claimed_at != NEVER and place.claim <= lightest
        if claims or place.certain_at != NEVER:
            left -= place.lightest
    return left < 0


@compiled
def _unsafe_legs(plan: Plan, state: Narrow, family: int, joint: int, most: int) -> tuple[int, int]:
    """How many legs of the tuple are not safe, counted up to `most`, and the last of them."""
    count, found = 0, -1
    for index in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
        leg = plan.legs[index]
        if leg.special:
            safe = special_is_safe(plan, state, family, index)
        else:
            safe = leg.worst < state.resources[leg.resource].safe_to
        if not safe:
            count += 1
            found = index
            if count == most:
                break
    return count, found


@compiled
def _guarantee(plan: Plan, state: Narrow, family: int) -> None:
    """Drop what is worse than a guaranteed tuple. If that tuple was dropped itself, the family must hold a better
    one, or there is no stable matching."""
    row, last, seen = state.families[family], plan.tuple_first[family + 1], 0
    for joint in range(plan.tuple_first[family], last):
        seen += state.tuples[joint].dropped_at == NEVER
        if seen == row.left and state.tuples[joint].dropped_at == NEVER:
            break  # nothing worse remains
        if _unsafe_legs(plan, state, family, joint, 1)[0] == 0:
            for worse in range(joint + 1, last):
                if state.tuples[worse].dropped_at == NEVER:
                    _drop(plan, state, family, worse, joint)
            break


@compiled
def _refuse(plan: Plan, state: Narrow, family: int) -> None:
    """Drop what others keep the family from. Where it is certain to be, it is itself among those who count."""
    for joint in range(state.families[family].first, plan.tuple_first[family + 1]):
        if state.tuples[joint].dropped_at != NEVER:
            continue
        for index in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
            leg = plan.legs[index]
            if leg.special:
                refused = special_is_refused(plan, state, family, index)
            else:
                own = 1 if state.places[leg.worst].certain_at != NEVER else 0
                row = state.resources[leg.resource]
                full = row.refused_sum - own + 1 > plan.resources[leg.resource].capacity
                refused = leg.worst >= row.refused_from and full
            if refused:
                _drop(plan, state, family, joint, -1 - index)
                break


@compiled
def _drop(plan: Plan, state: Narrow, family: int, joint: int, by: int) -> None:
    """The tuple is impossible; thresholds move, and whom that concerns looks again."""
    row = state.families[family]
    state.tuples[joint].dropped_at, state.tuples[joint].by = _note(state, DROPPED, joint), by
    row.left -= 1
    while row.first < plan.tuple_first[family + 1] and state.tuples[row.first].dropped_at != NEVER:
        row.first += 1
    _push(state, family)
    for index in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
        hold = plan.holds[index]
        state.places[hold.place].options -= 1
        if not state.places[hold.place].options:
            _push_special(plan, state, hold.resource)
            if hold.place < state.resources[hold.resource].safe_to:
                state.resources[hold.resource].safe_sum -= state.places[hold.place].heaviest
                _move_safe(plan, state, hold.resource)
    if row.left:
        _note_all_certain(plan, state, family)


@compiled
def _note_all_certain(plan: Plan, state: Narrow, family: int) -> None:
    """Note the places that the family has in every tuple that remains."""
    row = state.families[family]
    for index in range(plan.tuples[row.first].hold_first, plan.tuples[row.first + 1].hold_first):
        place = state.places[plan.holds[index].place]
        if place.options == row.left and place.certain_at == NEVER:
            _note_certain(plan, state, index)


@compiled
def _note_certain(plan: Plan, state: Narrow, index: int) -> None:
    """The child of this hold is there in every tuple that remains."""
    hold = plan.holds[index]
    place, resource = state.places[hold.place], state.resources[hold.resource]
    counted = place.claimed_at != NEVER and place.claim == 1 and hold.place < resource.refused_from
    place.certain_at = _note(state, CERTAIN, hold.place)
    _push_special(plan, state, hold.resource)
    if not counted:
        resource.refused_sum += place.lightest
        _move_refused(plan, state, hold.resource)


@compiled
def _claim(plan: Plan, state: Narrow, family: int) -> None:
    """Note where the family claims its best remaining tuple: at a leg, when all its other legs are safe."""
    joint = state.families[family].first
    unsafe, found = _unsafe_legs(plan, state, family, joint, 2)
    if unsafe > 1:
        return
    for index in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
        hold = plan.holds[index]
        elsewhere = unsafe == 1 and hold.resource != plan.legs[found].resource
        if state.places[hold.place].claimed_at == NEVER and not elsewhere:
            _note_claim(plan, state, joint, index)


@compiled
def _note_claim(plan: Plan, state: Narrow, joint: int, index: int) -> None:
    """The family claims the place of this hold; the claim's weight is that of all its children there."""
    hold = plan.holds[index]
    place, resource = state.places[hold.place], state.resources[hold.resource]
    for at in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
        if plan.legs[at].resource == hold.resource:
            place.claim = plan.legs[at].weight
    place.claimed_at = _note(state, CLAIMED, hold.place)
    _push_special(plan, state, hold.resource)
    if place.claim == 1 and hold.place < resource.refused_from and place.certain_at == NEVER:
        resource.refused_sum += place.lightest
        _move_refused(plan, state, hold.resource)
