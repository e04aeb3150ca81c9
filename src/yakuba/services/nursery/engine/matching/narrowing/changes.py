"""The single changes that narrowing makes: a tuple dropped, a place certain or claimed, a threshold moved."""

from __future__ import annotations

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.board import Plan
from yakuba.services.nursery.engine.matching.narrowing.state import (
    CERTAIN,
    CLAIMED,
    CLOCK,
    DROPPED,
    LATER,
    NEVER,
    REFUSED,
    SAFE,
    Narrow,
)


@compiled
def drop(plan: Plan, state: Narrow, family: int, joint: int, by: int) -> None:
    """The tuple is impossible; the family has to be reconsidered when all such are dropped."""
    row = state.families[family]
    state.tuples[joint].dropped_at, state.tuples[joint].by = note(state, DROPPED, joint), by
    row.left -= 1
    while row.first < plan.tuple_first[family + 1] and state.tuples[row.first].dropped_at != NEVER:
        row.first += 1
    for at in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
        hold = plan.holds[at]
        state.places[hold.place].options -= 1
        if not state.places[hold.place].options:
            _changed(plan, state, hold.resource)
            if hold.place < state.resources[hold.resource].safe_to:
                state.resources[hold.resource].safe_sum -= state.places[hold.place].heaviest
                move_safe(plan, state, hold.resource)


@compiled
def drop_worse(plan: Plan, state: Narrow, family: int, guaranteed: int) -> None:
    """The family never holds anything worse than this tuple, whether or not it can hold the tuple itself."""
    for worse in range(guaranteed + 1, plan.tuple_first[family + 1]):
        if state.tuples[worse].dropped_at == NEVER:
            drop(plan, state, family, worse, guaranteed)


@compiled
def note_all_certain(plan: Plan, state: Narrow, family: int) -> None:
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
    place.certain_at = note(state, CERTAIN, hold.place)
    _changed(plan, state, hold.resource)
    # As a claim it stood in the sum already.
    if not counted:
        resource.refused_sum += place.lightest
        _move_refused(plan, state, hold.resource)


@compiled
def note_claim(plan: Plan, state: Narrow, joint: int, index: int) -> None:
    """The family claims the place of this hold; the claim's weight is that of all its children there."""
    hold = plan.holds[index]
    place, resource = state.places[hold.place], state.resources[hold.resource]
    for at in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
        if plan.legs[at].resource == hold.resource:
            place.claim = plan.legs[at].weight
    place.claimed_at = note(state, CLAIMED, hold.place)
    _changed(plan, state, hold.resource)
    if place.claim == 1 and hold.place < resource.refused_from and place.certain_at == NEVER:
        resource.refused_sum += place.lightest
        _move_refused(plan, state, hold.resource)


@compiled
def is_refused(plan: Plan, state: Narrow, index: int) -> bool:
    """Is this leg, not a special one, refused?"""
    leg = plan.legs[index]
    row = state.resources[leg.resource]
    # Who is certainly there is in the sum itself, and is not refused because of itself.
    own = 1 if state.places[leg.worst].certain_at != NEVER else 0
    full = row.refused_sum - own + 1 > plan.resources[leg.resource].capacity
    return bool(leg.worst >= row.refused_from and full)


@compiled
def look_later(state: Narrow, family: int) -> None:
    if not state.families[family].waiting:
        state.families[family].waiting = 1
        state.later[state.counters[LATER]] = family
        state.counters[LATER] += 1


@compiled
def _changed(plan: Plan, state: Narrow, resource: int) -> None:
    """Something changed at the resource: who has a special leg there looks again."""
    first, last = plan.resources[resource].special_first, plan.resources[resource + 1].special_first
    for at in range(first, last):
        look_later(state, plan.special[at])


@compiled
def move_safe(plan: Plan, state: Narrow, resource: int) -> None:
    """Move the threshold down as far as legs are safe."""
    row = state.resources[resource]
    last, capacity = plan.resources[resource + 1].place_first, plan.resources[resource].capacity
    while row.safe_to < last and row.safe_sum + 1 <= capacity:
        note(state, SAFE, row.safe_to)
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
        # A claim counts for the places below it alone, and the threshold is about to pass it; who is certain counts
        # for all.
        if place.claimed_at != NEVER and place.claim == 1 and place.certain_at == NEVER:
            total -= place.lightest
        if total + 1 <= capacity:
            break
        row.refused_from -= 1
        row.refused_sum = total
        note(state, REFUSED, row.refused_from)


@compiled
def note(state: Narrow, kind: int, index: int) -> int:
    """Write an event down; returns its time."""
    now = state.counters[CLOCK]
    state.events[now].kind, state.events[now].index = kind, index
    state.counters[CLOCK] += 1
    return now
