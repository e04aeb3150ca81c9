"""From a market to a matching with what is known of it."""

from __future__ import annotations

import time

import numpy as np

from yakuba.services.nursery.contracts import Blocking, Matching, Status
from yakuba.services.nursery.engine import dynamics, exact
from yakuba.services.nursery.engine.arrays import Arrays
from yakuba.services.nursery.engine.board import Plan, blocking, board_of, plan_of
from yakuba.services.nursery.engine.exact import Clock, Told
from yakuba.services.nursery.engine.layout import Ints
from yakuba.services.nursery.engine.narrowing import NEVER, narrow
from yakuba.services.nursery.engine.narrowing import start as all_possible
from yakuba.services.nursery.engine.place_index import index_of

SEATING = "割り当てています"


def solve(
    arrays: Arrays, *, seconds: float = 60.0, start: Ints | None = None, told: Told | None = None
) -> Matching:
    """Match a market: family dynamics, then, where families block, the exact search for as long as `seconds` allow.

    start: tuples held (F) to set out from, say the result before a small change. told(step, share of the time
    0..1): called now and then; what it raises stops the work. The result depends on the market alone, not on the
    order of its file, unless the time ends first. seconds=0: dynamics only.
    """
    clock = Clock(seconds, told)
    if told:
        told(SEATING, 0.0)
    plan = plan_of(arrays)
    held, fewest = dynamics.run(plan, start=start)
    took = {"dynamics": time.perf_counter() - clock.started}
    bound = 0
    if fewest and seconds > 0:
        proof = exact.fewest_blocking(plan, held, clock, _liking(arrays))
        held, fewest, bound = proof.held, proof.fewest, proof.bound
        took["exact"] = time.perf_counter() - clock.started - took["dynamics"]
    return Matching(
        assignment=dynamics.assignment_of(arrays, held),
        status=_status(fewest, bound),
        blocking=claims_of(arrays, plan, held),
        bound=bound,
        seats_proved=not fewest and _seats_are_proved(arrays, plan, held, clock),
        seconds=took,
    )


def _status(fewest: int, bound: int) -> Status:
    if not fewest:
        return Status.STABLE
    return Status.MINIMUM if bound == fewest else Status.NOT_PROVEN


def _liking(arrays: Arrays) -> dict[int, int]:
    """Families that rather block: with siblings, for without them there would be no need to."""
    return dict.fromkeys(np.flatnonzero(np.diff(arrays.child_first) > 1).tolist(), 1)


def _seats_are_proved(arrays: Arrays, plan: Plan, held: Ints, clock: Clock) -> bool:
    """Does no stable matching seat more children than this stable one?

    With single children who take one seat each all stable matchings seat the same (rural hospitals theorem: Roth
    1986). Else no family has more children seated by any tuple that narrowing leaves to it.
    """
    if len(arrays.resource_ids) == len(arrays.slot_ids) and (plan.children == 1).all():
        return True
    if clock.left <= 0:
        return False
    seated = np.add.reduceat(arrays.entry_slot >= 0, arrays.entry_first[:-1])
    state = all_possible(plan, np.zeros(arrays.families, np.bool_))
    narrow(plan, index_of(plan), state)
    remaining = np.where(state.tuples["dropped_at"] == NEVER, seated, 0)
    most = np.maximum.reduceat(remaining, arrays.tuple_first[:-1])
    return int(most.sum()) == int(seated[held].sum())


def claims_of(arrays: Arrays, plan: Plan, held: Ints) -> tuple[Blocking, ...]:
    """Every blocking family with its best claim, in the order of ids."""
    claims = blocking(plan, board_of(plan, held))
    return tuple(
        Blocking(arrays.family_ids[family], wish_of(arrays, joint))
        for family, joint in enumerate(claims.tolist())
        if joint >= 0
    )


def wish_of(arrays: Arrays, joint: int) -> tuple[str | None, ...]:
    """The slots of a tuple."""
    slots = arrays.entry_slot[arrays.entry_first[joint] : arrays.entry_first[joint + 1]]
    return tuple(None if slot < 0 else arrays.slot_ids[slot] for slot in slots.tolist())
