"""Narrowing from a start, on from a state, and back."""

from __future__ import annotations

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.board import Plan, Records
from yakuba.services.nursery.engine.matching.layout import Ints
from yakuba.services.nursery.engine.matching.narrowing.changes import (
    drop,
    drop_worse,
    is_refused,
    look_later,
    move_safe,
    note_all_certain,
    note_claim,
)
from yakuba.services.nursery.engine.matching.narrowing.special import look
from yakuba.services.nursery.engine.matching.narrowing.state import (
    ASSUMED,
    CERTAIN,
    CLAIMED,
    CLOCK,
    DONE,
    DROPPED,
    LATER,
    NEVER,
    REFUSED,
    SAFE,
    Narrow,
)
from yakuba.services.nursery.engine.matching.place_index import Index


@compiled
def narrow(plan: Plan, index: Index, state: Narrow) -> int:
    """Narrow all families from the start. Returns the family that has no tuple left, or -1."""
    for at in range(plan.holds.size):
        hold = plan.holds[at]
        place = state.places[hold.place]
        place.options += 1
        place.heaviest = max(place.heaviest, hold.weight)
        place.lightest = min(place.lightest, hold.weight)
    for resource in range(state.resources.size):
        move_safe(plan, state, resource)
    for family in range(state.families.size):
        conflict = _take_up(plan, index, state, family)
        if conflict >= 0:
            return conflict
    return _propagate(plan, index, state)


@compiled
def assume(plan: Plan, index: Index, state: Narrow, family: int, joint: int) -> int:
    """Narrow on from a narrowed state as if the family held that tuple. Returns as `narrow` does."""
    for other in range(plan.tuple_first[family], plan.tuple_first[family + 1]):
        if other != joint and state.tuples[other].dropped_at == NEVER:
            drop(plan, state, family, other, ASSUMED)
    conflict = _reconsider(plan, index, state, family)
    return conflict if conflict >= 0 else _propagate(plan, index, state)


@compiled
def tighten(plan: Plan, index: Index, state: Narrow, families: Ints) -> int:
    """Narrow on from a narrowed state: these relaxed families may not block after all. Returns as `narrow` does."""
    for family in families:
        state.families[family].relaxed = 0
        conflict = _take_up(plan, index, state, family)
        if conflict >= 0:
            return conflict
    return _propagate(plan, index, state)


@compiled
def _take_up(plan: Plan, index: Index, state: Narrow, family: int) -> int:
    """Conclude from what is known of the family. Returns it if it has no tuple left, or -1."""
    for joint in range(plan.tuple_first[family], plan.tuple_first[family + 1]):
        if not state.tuples[joint].unsafe and not state.families[family].relaxed:
            drop_worse(plan, state, family, joint)
            break
    return _reconsider(plan, index, state, family)


@compiled
def most_seats(plan: Plan, state: Narrow, seats: Ints, most: Ints) -> int:
    """Write how many children each family could have seated at best into `most` (F), by seats (T) of its remaining
    tuples; returns their sum."""
    total = 0
    for family in range(most.size):
        best = 0
        for joint in range(state.families[family].first, plan.tuple_first[family + 1]):
            if seats[joint] > best and state.tuples[joint].dropped_at == NEVER:
                best = seats[joint]
            if best == plan.children[family]:
                break
        most[family] = best
        total += best
    return total


def undo(plan: Plan, index: Index, state: Narrow, clock: int, resources: Records) -> None:
    """Back to the narrowed state of that clock, when `state.resources` was as in the copy given."""
    _undo_events(plan, index, state, clock)
    state.resources[:] = resources


@compiled
def _undo_events(plan: Plan, index: Index, state: Narrow, clock: int) -> None:
    """Take back what happened since; nobody waits any more."""
    while state.counters[CLOCK] > clock:
        state.counters[CLOCK] -= 1
        event = state.events[state.counters[CLOCK]]
        if event.kind == CERTAIN:
            state.places[event.index].certain_at = NEVER
        elif event.kind == CLAIMED:
            state.places[event.index].claimed_at = NEVER
        elif event.kind == SAFE:
            # Only an event that was followed up had lowered the counts of its tuples.
            if state.counters[CLOCK] < state.counters[DONE] and not index.special[event.index]:
                for at in range(index.first[event.index], index.first[event.index + 1]):
                    state.tuples[index.tuples[at]].unsafe += 1
        elif event.kind == DROPPED:
            state.tuples[event.index].dropped_at = NEVER
            row = state.families[plan.tuples[event.index].family]
            row.left += 1
            row.first = min(row.first, event.index)
            for at in range(plan.tuples[event.index].hold_first, plan.tuples[event.index + 1].hold_first):
                state.places[plan.holds[at].place].options += 1
    state.counters[DONE] = min(state.counters[DONE], clock)
    while state.counters[LATER]:
        state.counters[LATER] -= 1
        state.families[state.later[state.counters[LATER]]].waiting = 0


@compiled
def _propagate(plan: Plan, index: Index, state: Narrow) -> int:
    """Follow all events up, then look at the families that wait, until there are none, or one has no tuple left."""
    while True:
        while state.counters[DONE] < state.counters[CLOCK]:
            event = state.events[state.counters[DONE]]
            state.counters[DONE] += 1
            conflict = -1
            if event.kind == SAFE:
                conflict = _follow_safe(plan, index, state, event.index)
            elif event.kind == REFUSED:
                conflict = _follow_refused(plan, index, state, event.index)
            if conflict >= 0:
                return conflict
        # Families with special legs cost a look at all their tuples: they wait until the cheap events have run dry, and are
        # then looked at once for all that happened.
        if not state.counters[LATER]:
            return -1
        state.counters[LATER] -= 1
        family = state.later[state.counters[LATER]]
        state.families[family].waiting = 0
        look(plan, state, family)
        if not state.families[family].left:
            return family


@compiled
def _follow_safe(plan: Plan, index: Index, state: Narrow, place: int) -> int:
    """A place became safe: so did a leg of the tuples there. Returns the family if it has no tuple left, or -1."""
    family = plan.place_family[place]
    if index.special[place]:
        return -1
    guaranteed = -1
    for at in range(index.first[place], index.first[place + 1]):
        joint = index.tuples[at]
        state.tuples[joint].unsafe -= 1
        if not state.tuples[joint].unsafe and guaranteed < 0:
            guaranteed = joint
    # Who may block may also hold something worse than it is sure to get: nothing is dropped for it.
    if state.families[family].relaxed:
        return -1
    if guaranteed >= 0:
        drop_worse(plan, state, family, guaranteed)
    return _reconsider(plan, index, state, family)


@compiled
def _follow_refused(plan: Plan, index: Index, state: Narrow, place: int) -> int:
    """A place was refused: drop the tuples there; where the family is certain to be it is itself among those who
    count. Returns the family if it has no tuple left, or -1."""
    row = state.places[place]
    if index.special[place] or not row.options:
        return -1
    family = plan.place_family[place]
    for at in range(index.first[place], index.first[place + 1]):
        joint = index.tuples[at]
        if state.tuples[joint].dropped_at != NEVER:
            continue
        for leg in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
            if plan.legs[leg].worst == place and is_refused(plan, state, leg):
                drop(plan, state, family, joint, -1 - leg)
                break
    return _reconsider(plan, index, state, family)


@compiled
def _reconsider(plan: Plan, index: Index, state: Narrow, family: int) -> int:
    """Tuples of the family were dropped, or became safer: what is certain, what does it claim? Returns the family if
    it has no tuple left, or -1."""
    row = state.families[family]
    if not row.left:
        return family
    note_all_certain(plan, state, family)
    if index.mixed[family]:
        look_later(state, family)
    elif not row.relaxed and state.tuples[row.first].unsafe <= 1:
        for at in range(plan.tuples[row.first].hold_first, plan.tuples[row.first + 1].hold_first):
            hold = plan.holds[at]
            safe = hold.place < state.resources[hold.resource].safe_to
            if state.places[hold.place].claimed_at == NEVER and not (safe and state.tuples[row.first].unsafe):
                note_claim(plan, state, row.first, at)
    return -1
