"""Compiled moves on a matching: who is at which place, what fits, who must go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from yakuba.services.nursery.engine.arrays import Arrays
from yakuba.services.nursery.engine.layout import Ints


class Plan(NamedTuple):
    """The part of `arrays.Arrays` that compiled code reads."""

    tuple_first: Ints
    tuple_family: Ints
    hold_first: Ints
    hold_place: Ints
    hold_resource: Ints
    hold_weight: Ints
    leg_first: Ints
    leg_resource: Ints
    leg_worst: Ints
    leg_weight: Ints
    place_first: Ints
    place_family: Ints
    capacity: Ints
    interest_first: Ints
    interest_tuple: Ints


class Board(NamedTuple):
    """A matching under way. held (F): the family's tuple, or tuple_first[f + 1] while it holds nothing, not even
    its fallback. taken (P): weight at the place. load (R): weight at the resource."""

    held: Ints
    taken: Ints
    load: Ints


def plan_of(arrays: Arrays, capacity: Ints | None = None) -> Plan:
    """The plan, with other seats than the market's if given (R, as `Arrays.capacity`)."""
    values = {name: getattr(arrays, name) for name in Plan._fields}
    return Plan(**values | ({} if capacity is None else {"capacity": capacity}))


def empty_board(plan: Plan) -> Board:
    """Nobody is anywhere."""
    places, resources = plan.place_family.size, plan.capacity.size
    return Board(plan.tuple_first[1:].copy(), np.zeros(places, np.int32), np.zeros(resources, np.int32))


def board_of(plan: Plan, held: Ints) -> Board:
    """Every family at its tuple of `held` (F)."""
    board = empty_board(plan)
    seat_all(plan, board, held.astype(np.int32))
    return board


@njit(cache=True)
def seat_all(plan: Plan, board: Board, held: Ints) -> None:
    """Put every family at its tuple, on an empty board."""
    for family in range(held.size):
        if held[family] < plan.tuple_first[family + 1]:
            put(plan, board, family, held[family])


@njit(cache=True)
def put(plan: Plan, board: Board, family: int, joint: int) -> None:
    """The family takes the tuple; it must hold nothing."""
    board.held[family] = joint
    for hold in range(plan.hold_first[joint], plan.hold_first[joint + 1]):
        board.taken[plan.hold_place[hold]] = plan.hold_weight[hold]
        board.load[plan.hold_resource[hold]] += plan.hold_weight[hold]


@njit(cache=True)
def lift(plan: Plan, board: Board, family: int) -> None:
    """The family holds nothing from now on."""
    joint = board.held[family]
    board.held[family] = plan.tuple_first[family + 1]
    if joint < plan.tuple_first[family + 1]:
        for hold in range(plan.hold_first[joint], plan.hold_first[joint + 1]):
            board.taken[plan.hold_place[hold]] = 0
            board.load[plan.hold_resource[hold]] -= plan.hold_weight[hold]


@njit(cache=True)
def leg_fits(plan: Plan, board: Board, family: int, leg: int) -> bool:
    """Do the children of other families above the leg's worst place, and the family's own, fit in?"""
    resource = plan.leg_resource[leg]
    left = plan.capacity[resource] - plan.leg_weight[leg]
    if board.load[resource] <= left:
        return True
    for place in range(plan.place_first[resource], plan.leg_worst[leg]):
        if board.taken[place] and plan.place_family[place] != family:
            left -= board.taken[place]
            if left < 0:
                return False
    return left >= 0


@njit(cache=True)
def tuple_fits(plan: Plan, board: Board, family: int, joint: int) -> bool:
    """Could the family claim the tuple?"""
    for leg in range(plan.leg_first[joint], plan.leg_first[joint + 1]):
        if not leg_fits(plan, board, family, leg):
            return False
    return True


@njit(cache=True)
def best_claim(plan: Plan, board: Board, family: int) -> int:
    """The best tuple that the family could claim and prefers to what it holds; what it holds if there is none."""
    for joint in range(plan.tuple_first[family], board.held[family]):
        if tuple_fits(plan, board, family, joint):
            return joint
    return board.held[family]


@njit(cache=True)
def blocking(plan: Plan, board: Board) -> Ints:
    """(F) each family's best claim, or -1 where it has none."""
    families = board.held.size
    claims = np.full(families, -1, np.int32)
    for family in range(families):
        claim = best_claim(plan, board, family)
        if claim < board.held[family]:
            claims[family] = claim
    return claims
