"""Family dynamics: one family after another claims its best tuple; who is pushed out claims again.

Where it ends with no claim left, the matching is stable. Without siblings it is deferred acceptance and ends at
the matching that is best for every child (Gale and Shapley 1962; order does not matter: McVitie and Wilson 1971).
With siblings it may circle (Roth 1984); then families that moved too often stay where they are and are counted as
blocking.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from yakuba.services.nursery.engine.arrays import Arrays
from yakuba.services.nursery.engine.board import (
    Board,
    Plan,
    best_claim,
    blocking,
    board_of,
    empty_board,
    lift,
    put,
)
from yakuba.services.nursery.engine.layout import Flags, Ints

MOST_MOVES = 60  # of one family, before it counts as going in a circle
RESTARTS = 8


def run(plan: Plan, restarts: int = RESTARTS, start: Ints | None = None) -> tuple[Ints, int]:
    """The best matching found: the tuple held by each family (F), and how many families block.

    start: tuples held (F) to set out from, say the result before a small change.
    """
    best, fewest = np.zeros(0, np.int32), -1
    for number in range(max(restarts, 1)):
        board = empty_board(plan) if start is None or number else board_of(plan, start)
        left = settle(plan, board, order_of(plan, number), MOST_MOVES)
        if fewest < 0 or left < fewest:
            best, fewest = board.held.copy(), left
        if not fewest:
            break
    return best, fewest


def order_of(plan: Plan, number: int) -> Ints:
    """(F) in which order families set out: single-child families first, then siblings first, then by chance (the
    same chance every time)."""
    families = plan.tuple_first.size - 1
    widest = np.maximum.reduceat(np.diff(plan.hold_first), plan.tuple_first[:-1]) if families else np.zeros(0)
    if number > 1:
        return np.random.default_rng(number).permutation(families).astype(np.int32)
    return np.argsort(widest if number == 0 else -widest, kind="stable").astype(np.int32)


@njit(cache=True)
def settle(plan: Plan, board: Board, order: Ints, most_moves: int) -> int:
    """Let families claim until nobody wants to; returns how many families block in the end."""
    families = order.size
    stack, waiting = np.empty(families, np.int32), np.zeros(families, np.bool_)
    moves = np.zeros(families, np.int32)
    freed = np.empty(64, np.int32)
    size = _push_all(order, stack, waiting)
    while True:
        while size:
            size -= 1
            family = stack[size]
            waiting[family] = False
            nowhere = board.held[family] == plan.tuple_first[family + 1]
            if not nowhere and moves[family] >= most_moves:
                continue
            claim = _choice(plan, board, family, moves[family] >= 4 * most_moves)
            if claim < board.held[family]:
                moves[family] += 1
                size = _move(plan, board, family, claim, freed, stack, waiting, size)
        claims = blocking(plan, board)
        for family in range(families):
            if claims[family] >= 0 and moves[family] < most_moves:
                stack[size], waiting[family] = family, True
                size += 1
        if not size:
            return int(np.count_nonzero(claims >= 0))


@njit(cache=True)
def _push_all(order: Ints, stack: Ints, waiting: Flags) -> int:
    """All families wait, the first of `order` on top."""
    for index in range(order.size):
        stack[order.size - 1 - index] = order[index]
        waiting[order[index]] = True
    return order.size


@njit(cache=True)
def _choice(plan: Plan, board: Board, family: int, tired: bool) -> int:
    """The best claim; for a family that has moved without end, its fallback, from which nobody pushes it out."""
    if tired:
        return min(board.held[family], plan.tuple_first[family + 1] - 1)
    return best_claim(plan, board, family)


@njit(cache=True)
def _move(
    plan: Plan, board: Board, family: int, joint: int, freed: Ints, stack: Ints, waiting: Flags, size: int
) -> int:
    """The family moves to the tuple, the lowest ranked leave where it gets too full; who may gain is woken.
    Returns the size of the stack."""
    count = _note_resources(plan, board.held[family], family, freed, 0)
    lift(plan, board, family)
    put(plan, board, family, joint)
    for leg in range(plan.leg_first[joint], plan.leg_first[joint + 1]):
        resource = plan.leg_resource[leg]
        place = plan.place_first[resource + 1] - 1
        while board.load[resource] > plan.capacity[resource] and place >= plan.place_first[resource]:
            other = plan.place_family[place]
            if board.taken[place] and other != family:
                count = _note_resources(plan, board.held[other], other, freed, count)
                lift(plan, board, other)
                if not waiting[other]:
                    stack[size], waiting[other] = other, True
                    size += 1
            place -= 1
    for index in range(count):
        resource = freed[index]
        if board.load[resource] < plan.capacity[resource]:
            size = _wake(plan, board, resource, stack, waiting, size)
    return size


@njit(cache=True)
def _note_resources(plan: Plan, joint: int, family: int, freed: Ints, count: int) -> int:
    """Add the resources of a tuple that is left; beyond the list's end the last full look will find them."""
    if joint < plan.tuple_first[family + 1]:
        for leg in range(plan.leg_first[joint], plan.leg_first[joint + 1]):
            if count < freed.size:
                freed[count] = plan.leg_resource[leg]
                count += 1
    return count


@njit(cache=True)
def _wake(plan: Plan, board: Board, resource: int, stack: Ints, waiting: Flags, size: int) -> int:
    """Families that would rather be at the resource look again."""
    for index in range(plan.interest_first[resource], plan.interest_first[resource + 1]):
        joint = plan.interest_tuple[index]
        family = plan.tuple_family[joint]
        if joint < board.held[family] and not waiting[family]:
            stack[size], waiting[family] = family, True
            size += 1
    return size


def assignment_of(arrays: Arrays, held: Ints) -> dict[str, str | None]:
    """Child → slot or None, for every child of the market, in the order of ids."""
    placed: dict[str, str | None] = dict(arrays.outsiders)
    for family, joint in enumerate(held.tolist()):
        first = arrays.child_first[family]
        slots = arrays.entry_slot[arrays.entry_first[joint] : arrays.entry_first[joint + 1]]
        for index, slot in enumerate(slots.tolist()):
            placed[arrays.child_ids[first + index]] = None if slot < 0 else arrays.slot_ids[slot]
    return placed
