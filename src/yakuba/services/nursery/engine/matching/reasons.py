"""Why narrowing came to a contradiction: which families' claims were used.

The trace goes back from the contradiction over dropped tuples. Each was dropped because of what was known before:
enough children who cannot be above (a safe leg), or enough children who are certain or claim (a refused leg). Only
as many as are needed are followed, first those already known. If all families that come out are allowed to block,
the contradiction is gone; if none may, there is no stable matching. So every matching has a blocking family among
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.board import Plan
from yakuba.services.nursery.engine.matching.layout import Flags, Ints
from yakuba.services.nursery.engine.matching.narrowing.state import ASSUMED, NEVER, Narrow
from yakuba.services.nursery.engine.matching.place_index import Index


class Trace(NamedTuple):
    """used (F): families whose claims were used. assumed (F): families of which a tuple was assumed. needed (T):
    dropped tuples to explain; stack, size (1): those not explained yet. claimed (P): claims to explain. floor (1):
    what was known before that time is not followed any further, only noted as needed or claimed."""

    used: Flags
    assumed: Flags
    needed: Flags
    claimed: Flags
    stack: Ints
    size: Ints
    floor: Ints


@dataclass(frozen=True)
class Reason:
    """Why something is impossible. used: families whose claims were used. assumed: families of which a tuple was
    assumed. tuples: which had been dropped, and places: which had been claimed, before the floor."""

    used: frozenset[int]
    assumed: frozenset[int]
    tuples: frozenset[int]
    places: frozenset[int]

    def __or__(self, other: Reason) -> Reason:
        return Reason(
            self.used | other.used,
            self.assumed | other.assumed,
            self.tuples | other.tuples,
            self.places | other.places,
        )


NOTHING = Reason(frozenset(), frozenset(), frozenset(), frozenset())


def new_trace(plan: Plan, floor: int) -> Trace:
    """Nothing needed yet."""
    families, tuples = plan.tuple_first.size - 1, plan.tuples.size - 1
    return Trace(
        np.zeros(families, np.bool_),
        np.zeros(families, np.bool_),
        np.zeros(tuples, np.bool_),
        np.zeros(plan.place_family.size, np.bool_),
        np.empty(tuples, np.int32),
        np.zeros(1, np.int32),
        np.array([floor], np.int32),
    )


@compiled
def need(state: Narrow, trace: Trace, joint: int) -> None:
    """The tuple's being dropped is part of the contradiction."""
    if not trace.needed[joint] and state.tuples[joint].dropped_at != NEVER:
        trace.needed[joint] = True
        trace.stack[trace.size[0]] = joint
        trace.size[0] += 1


def explain(plan: Plan, state: Narrow, index: Index, tuples: Ints, floor: int) -> Reason:
    """Why those of the tuples that were dropped were, as far back as the time `floor`."""
    trace = new_trace(plan, floor)
    need_all(state, trace, tuples)
    follow(plan, state, index, trace)
    needed, places = np.flatnonzero(trace.needed), np.flatnonzero(trace.claimed)
    before = needed[state.tuples["dropped_at"][needed] < floor]
    claimed = places[state.places["claimed_at"][places] < floor]
    used, assumed = np.flatnonzero(trace.used), np.flatnonzero(trace.assumed)
    return Reason(*(frozenset(rows.tolist()) for rows in (used, assumed, before, claimed)))


def used_by(plan: Plan, state: Narrow, index: Index, reason: Reason) -> frozenset[int]:
    """All families whose claims the reason used, down to the start; nothing may be assumed any more."""
    trace = new_trace(plan, 0)
    tuples, places = (np.array(sorted(rows), np.int32) for rows in (reason.tuples, reason.places))
    # Places of a resource follow each other: the place belongs to the last resource that begins at it or before.
    resources = np.searchsorted(plan.resources["place_first"], places, side="right").astype(np.int32) - 1
    need_all(state, trace, tuples)
    need_claims(plan, state, index, trace, places, resources)
    follow(plan, state, index, trace)
    return reason.used | frozenset(np.flatnonzero(trace.used).tolist())


@compiled
def need_all(state: Narrow, trace: Trace, tuples: Ints) -> None:
    """That those of the tuples that were dropped were is part of the contradiction."""
    for joint in tuples:
        need(state, trace, joint)


@compiled
def need_claims(plan: Plan, state: Narrow, index: Index, trace: Trace, places: Ints, resources: Ints) -> None:
    """That these places, each of its resource, were claimed is part of the contradiction."""
    for at in range(places.size):
        need_claim(plan, state, index, trace, places[at], resources[at])


@compiled
def follow(plan: Plan, state: Narrow, index: Index, trace: Trace) -> None:
    """Explain all that is needed."""
    while trace.size[0]:
        trace.size[0] -= 1
        joint = trace.stack[trace.size[0]]
        family = plan.tuples[joint].family
        when, by = state.tuples[joint].dropped_at, state.tuples[joint].by
        if when < trace.floor[0]:
            continue
        # What `drop` was told: an assumption, the guaranteed tuple that is better, or -1 less the leg that is
        # refused.
        if by == ASSUMED:
            trace.assumed[family] = True
        elif by >= 0:
            trace.used[family] = True
            for leg in range(plan.tuples[by].leg_first, plan.tuples[by + 1].leg_first):
                explain_safe(plan, state, index, trace, family, leg, when)
        else:
            explain_refused(plan, state, index, trace, family, -1 - by, when)


@compiled
def explain_safe(
    plan: Plan, state: Narrow, index: Index, trace: Trace, family: int, leg_index: int, when: int
) -> None:
    """Enough children cannot be above the leg: need what their tuples' being dropped needs."""
    leg = plan.legs[leg_index]
    first = plan.resources[leg.resource].place_first
    excess = leg.weight - plan.resources[leg.resource].capacity
    for place in range(first, leg.worst):
        if plan.place_family[place] != family:
            excess += state.places[place].heaviest
    # First what has to be explained anyway: the fewer claims a reason uses, the smaller is the core.
    for known in (True, False):
        for place in range(first, leg.worst):
            if excess <= 0:
                return
            if plan.place_family[place] == family:
                continue
            if _gone(state, index, trace, place, when) == (1 if known else 2):
                excess -= state.places[place].heaviest
                for at in range(index.first[place], index.first[place + 1]):
                    need(state, trace, index.tuples[at])


@compiled
def _gone(state: Narrow, index: Index, trace: Trace, place: int, when: int) -> int:
    """0: someone could be at the place then; 1: nobody, as is needed anyway; 2: nobody."""
    known = True
    for at in range(index.first[place], index.first[place + 1]):
        if state.tuples[index.tuples[at]].dropped_at >= when:
            return 0
        known &= trace.needed[index.tuples[at]]
    return 1 if known else 2


@compiled
def explain_refused(
    plan: Plan, state: Narrow, index: Index, trace: Trace, family: int, leg_index: int, when: int
) -> None:
    """Enough children are certain, or claim a place above the leg."""
    leg = plan.legs[leg_index]
    first, last = plan.resources[leg.resource].place_first, plan.resources[leg.resource + 1].place_first
    left = plan.resources[leg.resource].capacity - leg.weight
    lightest = state.places[leg.worst].lightest
    for known in (True, False):
        for at in range(first, last):
            if left < 0:
                return
            place, other = state.places[at], plan.place_family[at]
            if other == family:
                continue
            claims = at < leg.worst and place.claimed_at < when and place.claim <= lightest
            if (claims or place.certain_at < when) and (trace.used[other] or trace.claimed[at]) == known:
                left -= place.lightest
                if claims:
                    need_claim(plan, state, index, trace, at, leg.resource)
                else:
                    _need_certain(plan, state, trace, at)


@compiled
def need_claim(plan: Plan, state: Narrow, index: Index, trace: Trace, at: int, resource: int) -> None:
    """The family claimed the place: all better tuples were dropped, and the other legs were safe."""
    if trace.claimed[at]:
        return
    trace.claimed[at] = True
    family, when = plan.place_family[at], state.places[at].claimed_at
    trace.used[family] = True
    if when < trace.floor[0]:
        return
    joint = plan.tuple_first[family]
    while state.tuples[joint].dropped_at < when:
        need(state, trace, joint)
        joint += 1
    for leg in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
        if plan.legs[leg].resource != resource:
            explain_safe(plan, state, index, trace, family, leg, when)


@compiled
def _need_certain(plan: Plan, state: Narrow, trace: Trace, at: int) -> None:
    """Every tuple of the family without the place was dropped."""
    family = plan.place_family[at]
    for joint in range(plan.tuple_first[family], plan.tuple_first[family + 1]):
        there = False
        for hold in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
            there |= plan.holds[hold].place == at
        if not there:
            need(state, trace, joint)
