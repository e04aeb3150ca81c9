"""Markets of single children without shared seats: deferred acceptance, and nothing to prove.

Gale and Shapley 1962: it ends with the stable matching that is best for every child. All stable matchings seat the
same children (rural hospitals theorem: Roth 1986), so it also seats the most.
"""

from __future__ import annotations

import numpy as np

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.arrays import Arrays
from yakuba.services.nursery.engine.matching.board import Plan
from yakuba.services.nursery.engine.matching.layout import Flags, Ints


def are_all(arrays: Arrays) -> bool:
    """Does every family have one child, and no slot shared seats?"""
    alone = len(arrays.child_ids) == arrays.families
    # Shared seats are resources beside the slots: where there are none, a place is a seat.
    return alone and len(arrays.resource_ids) == len(arrays.slot_ids)


def deferred_acceptance(arrays: Arrays) -> Ints:
    """The tuple of each family (F) in the stable matching that is best for every child."""
    plan = arrays.plan
    held = plan.tuple_first[:-1] - np.int32(1)  # before the first wish: the loop moves on before it asks
    worst = plan.resources["place_first"][:-1] - np.int32(1)
    taken = np.zeros(plan.place_family.size, np.bool_)
    waiting = np.arange(held.size, dtype=np.int32)
    _apply(plan, arrays.capacity.copy(), held, taken, worst, waiting)
    return held


@compiled
def _apply(plan: Plan, free: Ints, held: Ints, taken: Flags, worst: Ints, waiting: Ints) -> None:
    """Children apply in turn, each to the next of its wishes; who was let in may be pushed out again by somebody
    who ranks higher. free (R): seats left; worst (R): the last place that is taken. The fallback always fits."""
    size = waiting.size
    while size:
        size -= 1
        family = waiting[size]
        while True:
            held[family] += 1
            hold = plan.tuples[held[family]].hold_first
            if hold == plan.tuples[held[family] + 1].hold_first:
                break  # no seat
            place, slot = plan.holds[hold].place, plan.holds[hold].resource
            if free[slot] > 0:
                free[slot] -= 1
                taken[place] = True
                worst[slot] = max(worst[slot], place)
                break
            # Full: a child gets in only before the last who is there, and that one goes on with its list where it had
            # stopped.
            if place < worst[slot]:
                last = worst[slot]
                taken[place], taken[last] = True, False
                waiting[size] = plan.place_family[last]
                size += 1
                # Once a slot is full its last place only moves up: each place is passed once in all.
                while not taken[last]:
                    last -= 1
                worst[slot] = last
                break
