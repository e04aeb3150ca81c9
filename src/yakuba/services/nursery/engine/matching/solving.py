"""From a market to a matching with what is known of it."""

from __future__ import annotations

import time

import numpy as np

from yakuba.services.nursery.contracts import Blocking, Matching, Status
from yakuba.services.nursery.engine.matching import dynamics, exact, singles
from yakuba.services.nursery.engine.matching.arrays import Arrays
from yakuba.services.nursery.engine.matching.board import blocking, board_of
from yakuba.services.nursery.engine.matching.exact import Clock, Told
from yakuba.services.nursery.engine.matching.layout import Ints

SEATING = "割り当てています"
FEW_TRIES, MANY_TRIES = 100, 5000  # for more seats: next to nothing, and some seconds in a city


def solve(
    arrays: Arrays,
    *,
    seconds: float = 60.0,
    seat_tries: int = FEW_TRIES,
    told: Told | None = None,
) -> Matching:
    """Match a market: family dynamics, then the exact search for fewer blocking families and more seats, for as long
    as `seconds` allow.

    seat_tries: how much work to spend on seating more where as few families block, some milliseconds each.
    told(step, share of the time 0..1): called now and then; what it raises stops the work. The result depends on the
    market alone, not on the order of its file, unless the time ends first. seconds=0: dynamics only.
    """
    clock = Clock(seconds, told)
    if told:
        told(SEATING, 0.0)
    # Without siblings and shared seats one pass is the proof: all stable matchings seat the same children, and this one is
    # the best for each of them (`singles`).
    if singles.are_all(arrays):
        held = singles.deferred_acceptance(arrays)
        took = {"dynamics": time.perf_counter() - clock.started}
        placed = dynamics.assignment_of(arrays, held)
        return Matching(placed, Status.STABLE, (), bound=0, seats_proved=True, seconds=took)
    held, fewest = dynamics.run(arrays.plan)
    took = {"dynamics": time.perf_counter() - clock.started}
    bound, seats_proved = 0, False
    if seconds > 0:
        proof = exact.prove(arrays.plan, held, _seats(arrays), clock, _liking(arrays), seat_tries)
        held, fewest, bound, seats_proved = proof.held, proof.fewest, proof.bound, proof.seats_proved
        took["exact"] = time.perf_counter() - clock.started - took["dynamics"]
    return Matching(
        assignment=dynamics.assignment_of(arrays, held),
        status=_status(fewest, bound),
        blocking=claims_of(arrays, held),
        bound=bound,
        seats_proved=seats_proved,
        seconds=took,
    )


def _status(fewest: int, bound: int) -> Status:
    if not fewest:
        return Status.STABLE
    return Status.MINIMUM if bound == fewest else Status.NOT_PROVEN


def _liking(arrays: Arrays) -> dict[int, int]:
    """Families that rather block: with siblings, for without them there would be no need to."""
    return dict.fromkeys(np.flatnonzero(np.diff(arrays.child_first) > 1).tolist(), 1)


def _seats(arrays: Arrays) -> Ints:
    """(T) how many children a tuple seats."""
    return np.add.reduceat(arrays.entry_slot >= 0, arrays.entry_first[:-1], dtype=np.int32)


def claims_of(arrays: Arrays, held: Ints) -> tuple[Blocking, ...]:
    """Every blocking family with its best claim, in the order of ids."""
    claims = blocking(arrays.plan, board_of(arrays.plan, held))
    return tuple(
        Blocking(arrays.family_ids[family], wish_of(arrays, joint))
        for family, joint in enumerate(claims.tolist())
        if joint >= 0
    )


def wish_of(arrays: Arrays, joint: int) -> tuple[str | None, ...]:
    """The slots of a tuple."""
    slots = arrays.entry_slot[arrays.entry_first[joint] : arrays.entry_first[joint + 1]]
    return tuple(None if slot < 0 else arrays.slot_ids[slot] for slot in slots.tolist())
