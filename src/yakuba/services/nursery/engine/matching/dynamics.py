"""Family dynamics: one family after another claims its best tuple; who is pushed out claims again.

Where it ends with no claim left, the matching is stable. Without siblings it is deferred acceptance and ends at
the matching that is best for every child (Gale and Shapley 1962; order does not matter: McVitie and Wilson 1971).
With siblings it may circle (Roth 1984); then families that moved too often stay where they are and are counted as
blocking. Siblings drive the circles, so they may move less often: that ends sooner and with fewer who block.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.arrays import Arrays
from yakuba.services.nursery.engine.matching.board import (
    Board,
    Plan,
    best_claim,
    empty_board,
    lift,
    put,
)
from yakuba.services.nursery.engine.matching.layout import Flags, Ints

MOST_MOVES = 60  # of one family, before it counts as going in a circle
HEAD_START = 54  # moves that siblings are taken to have made before
RESTARTS = 3
LARGE = 50_000  # families
MOST_FREED = 64


class Stack(NamedTuple):
    """families (F): who waits to claim. waiting (F): whether they do. moves (F): how often each has moved. first (F):
    the tuple from which to look; none before it fits. mixed (F): families with special legs, for whom a move may
    open better tuples by where they are then themselves; they look at all."""

    families: Ints
    waiting: Flags
    moves: Ints
    first: Ints
    mixed: Flags


def run(plan: Plan) -> tuple[Ints, int]:
    """The best matching found, setting out a few times, once in a very large market: the tuple held by each family
    (F), and how many families block."""
    best, fewest = np.zeros(0, np.int32), -1
    for number in range(RESTARTS if plan.tuple_first.size <= LARGE else 1):
        board = empty_board(plan)
        left = settle(plan, board, order_of(plan, number))
        if fewest < 0 or left < fewest:
            best, fewest = board.held.copy(), left
        if not fewest:
            break  # stable: another order could only find another stable matching
    return best, fewest


def order_of(plan: Plan, number: int) -> Ints:
    """(F) in which order families set out: single-child families first, then siblings first, then by chance (the
    same chance every time)."""
    families = plan.tuple_first.size - 1
    if number > 1:
        return np.random.default_rng(number).permutation(families).astype(np.int32)
    # Stable: families of as many children keep the order of their ids, in every run.
    return np.argsort(plan.children if number == 0 else -plan.children, kind="stable").astype(np.int32)


def _stack(plan: Plan) -> Stack:
    """Nobody waits; siblings count as moved already."""
    moves = np.where(plan.children > 1, HEAD_START, 0).astype(np.int32)
    mixed = np.zeros(moves.size, np.bool_)
    mixed[plan.special] = True
    return Stack(np.zeros_like(moves), np.zeros_like(mixed), moves, plan.tuple_first[:-1].copy(), mixed)


def settle(plan: Plan, board: Board, order: Ints) -> int:
    """Let families claim, the first of `order` first, until nobody wants to; returns how many block in the end."""
    families = order.size
    stack = _stack(plan)
    stack.families[:], stack.waiting[:] = order[::-1], True
    return int(_settle(plan, board, stack, np.empty(MOST_FREED, np.int32), MOST_MOVES, families))


def resume(plan: Plan, board: Board, resting: Ints) -> int:
    """Settle after a small change: only who lost its seats, or could claim something now, moves.

    resting: families that keep what they hold though they could claim more (those that block by proof), unless
    they lose it. Returns how many block in the end.
    """
    without = np.flatnonzero(board.held == plan.tuple_first[1:])
    stack = _stack(plan)
    stack.families[: without.size] = without[::-1]
    stack.waiting[without] = True
    # As if they had moved often enough: they stay while they hold something, and claim again once they are pushed
    # out.
    stack.moves[resting] = MOST_MOVES
    return int(_settle(plan, board, stack, np.empty(MOST_FREED, np.int32), MOST_MOVES, without.size))


@compiled
def make_fit(plan: Plan, board: Board) -> None:
    """The lowest ranked leave where there are more than fit in; they hold nothing then."""
    for at in range(board.load.size):
        place = plan.resources[at + 1].place_first - 1
        while board.load[at] > plan.resources[at].capacity and place >= plan.resources[at].place_first:
            if board.taken[place]:
                lift(plan, board, plan.place_family[place])
            place -= 1


@compiled
def _settle(plan: Plan, board: Board, stack: Stack, freed: Ints, most_moves: int, size: int) -> int:
    families = stack.moves.size
    while True:
        while size:
            size -= 1
            family = stack.families[size]
            stack.waiting[family] = False
            moves = stack.moves[family]
            # It has gone in a circle and holds something: it stays. One that holds nothing claims all the same, for every
            # family has to end somewhere, if only at its fallback.
            if moves >= most_moves and board.held[family] < plan.tuple_first[family + 1]:
                continue
            claim = _choice(plan, board, stack, family, moves >= 4 * most_moves)
            stack.first[family] = claim
            if claim < board.held[family]:
                stack.moves[family] += 1
                size = _move(plan, board, stack, freed, family, claim, size)
        # Waking goes by a list of seats that were left, which is bounded, and passes over what a family's own move opens
        # to itself. So that nobody blocks is not said by an empty stack, only by looking at all of them once.
        count = 0
        for family in range(families):
            claim = best_claim(plan, board, family, plan.tuple_first[family])
            if claim < board.held[family]:
                count += 1
                stack.first[family] = claim
                if stack.moves[family] < most_moves:
                    size = _push(stack, family, size)
        if not size:
            return count


@compiled
def _push(stack: Stack, family: int, size: int) -> int:
    """Put the family on the stack unless it is there; returns the size."""
    if stack.waiting[family]:
        return size
    stack.families[size], stack.waiting[family] = family, True
    return size + 1


@compiled
def _choice(plan: Plan, board: Board, stack: Stack, family: int, tired: bool) -> int:
    """The best claim; for a family that has moved without end, its fallback, from which nobody pushes it out."""
    if tired:
        return min(board.held[family], plan.tuple_first[family + 1] - 1)
    first = plan.tuple_first[family] if stack.mixed[family] else stack.first[family]
    return best_claim(plan, board, family, first)


@compiled
def _move(plan: Plan, board: Board, stack: Stack, freed: Ints, family: int, joint: int, size: int) -> int:
    """The family moves to the tuple, the lowest ranked leave where it gets too full; who may gain is woken.
    Returns the size of the stack."""
    # Seated first and the others pushed out after: the family's own children count among those who are there, and are
    # passed over below, however low they rank.
    count = _note_resources(plan, board.held[family], family, freed, 0)
    lift(plan, board, family)
    put(plan, board, family, joint)
    for index in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
        at = plan.legs[index].resource
        first, place = plan.resources[at].place_first, plan.resources[at + 1].place_first - 1
        while board.load[at] > plan.resources[at].capacity and place >= first:
            other = plan.place_family[place]
            if board.taken[place] and other != family:
                count = _note_resources(plan, board.held[other], other, freed, count)
                lift(plan, board, other)
                size = _push(stack, other, size)
            place -= 1
    # Where somebody else sits down at once, nothing has become free, and nobody has to look again.
    for index in range(count):
        resource = freed[index]
        if board.load[resource] < plan.resources[resource].capacity:
            size = _wake(plan, board, stack, resource, size)
    return _push(stack, family, size) if stack.mixed[family] else size


@compiled
def _note_resources(plan: Plan, joint: int, family: int, freed: Ints, count: int) -> int:
    """Add the resources of a tuple that is left; beyond the list's end the last full look will find them."""
    if joint < plan.tuple_first[family + 1]:
        for index in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
            if count < freed.size:
                freed[count] = plan.legs[index].resource
                count += 1
    return count


@compiled
def _wake(plan: Plan, board: Board, stack: Stack, resource: int, size: int) -> int:
    """Families that would rather be at the resource look again."""
    first, last = plan.resources[resource].interest_first, plan.resources[resource + 1].interest_first
    for index in range(first, last):
        joint = plan.interest[index]
        family = plan.tuples[joint].family
        if joint < board.held[family]:
            # What it likes even better did not fit when it last looked, and only this resource has got room since.
            stack.first[family] = min(stack.first[family], joint)
            size = _push(stack, family, size)
    return size


def assignment_of(arrays: Arrays, held: Ints) -> dict[str, str | None]:
    """Child → slot or None, for every child of the market, in the order of ids."""
    children = np.diff(arrays.child_first)
    family = np.repeat(np.arange(children.size), children)
    nth = np.arange(family.size) - arrays.child_first[family]
    slots = arrays.entry_slot[arrays.entry_first[held[family]] + nth]
    names = [*arrays.slot_ids, None]  # the last for NOWHERE, which is -1
    placed = map(names.__getitem__, slots.tolist())
    return {**arrays.outsiders, **dict(zip(arrays.child_ids, placed, strict=True))}
