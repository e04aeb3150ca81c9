"""Both rules for families with a special leg, who are looked at in full."""

from __future__ import annotations

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.board import Plan
from yakuba.services.nursery.engine.matching.narrowing.changes import (
    drop,
    drop_worse,
    is_refused,
    note_all_certain,
    note_claim,
)
from yakuba.services.nursery.engine.matching.narrowing.state import NEVER, Narrow


@compiled
def look(plan: Plan, state: Narrow, family: int) -> None:
    """Both rules for a family with special legs, and what it claims."""
    relaxed = state.families[family].relaxed
    if not relaxed:
        _guarantee(plan, state, family)
    _refuse(plan, state, family)
    if state.families[family].left:
        note_all_certain(plan, state, family)
        if not relaxed:
            _claim(plan, state, family)


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
            drop_worse(plan, state, family, joint)
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
                refused = is_refused(plan, state, index)
            if refused:
                drop(plan, state, family, joint, -1 - index)
                break


@compiled
def _claim(plan: Plan, state: Narrow, family: int) -> None:
    """Note where the family claims its best remaining tuple: at a leg, when all its other legs are safe."""
    joint = state.families[family].first
    # With two legs that are not safe it may be kept off by either, and claims neither for certain: counting ends
    # there.
    unsafe, found = _unsafe_legs(plan, state, family, joint, 2)
    if unsafe > 1:
        return
    for index in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
        hold = plan.holds[index]
        elsewhere = unsafe == 1 and hold.resource != plan.legs[found].resource
        if state.places[hold.place].claimed_at == NEVER and not elsewhere:
            note_claim(plan, state, joint, index)


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
