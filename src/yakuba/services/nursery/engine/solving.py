"""From a market to a matching with what is known of it."""

from __future__ import annotations

import time

from yakuba.services.nursery.contracts import Blocking, Matching, Status
from yakuba.services.nursery.engine import dynamics
from yakuba.services.nursery.engine.arrays import Arrays
from yakuba.services.nursery.engine.board import Plan, blocking, board_of, plan_of
from yakuba.services.nursery.engine.layout import Ints


def solve(arrays: Arrays) -> Matching:
    started = time.perf_counter()
    plan = plan_of(arrays)
    held, fewest = dynamics.run(plan)
    seconds = {"dynamics": time.perf_counter() - started}
    status = Status.NOT_PROVEN if fewest else Status.STABLE
    return Matching(
        dynamics.assignment_of(arrays, held), status, claims_of(arrays, plan, held), 0, seconds=seconds
    )


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
