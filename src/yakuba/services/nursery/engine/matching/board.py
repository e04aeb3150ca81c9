"""Compiled moves on a matching: who is at which place, what fits, who must go.

The plan packs a market into few record arrays: compiled functions copy every array that they are handed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from yakuba.kernel.machinecode import compiled
from yakuba.services.nursery.engine.matching.layout import Ints

Records = np.ndarray[Any, np.dtype[np.void]]


def records(*names: str) -> np.dtype[np.void]:
    """A record of 32-bit integers."""
    return np.dtype([(name, np.int32) for name in names])


TUPLE = records("family", "hold_first", "leg_first")
HOLD = records("place", "resource", "weight")
LEG = records("resource", "worst", "weight", "special")
RESOURCE = records("place_first", "capacity", "interest_first", "special_first")


class Plan(NamedTuple):
    """F families, R resources (slots, then shared seats), T tuples, P places.

    A tuple is a joint wish, or a family's last one, its fallback. Family f owns tuples tuple_first[f]:tuple_first[f+1].
    A place is a rank of a child at a resource; places of a resource are consecutive and best first. A hold: a child
    that is placed, at a resource that its slot uses. A leg: the holds of a tuple at one resource, with the worst of their
    places and all their weight. The arrays tuples and resources have one more row, where the last one ends.

    A leg is special when it is not one child of weight 1 who is alone of its family at the resource in all tuples.
    special: families with a special leg, by resource. interest: tuples with a leg at the resource.
    """

    children: Ints  # F: how many
    tuple_first: Ints  # F+1
    tuples: Records  # T+1
    holds: Records
    legs: Records
    place_family: Ints  # P
    resources: Records  # R+1; capacity without the seats of children who belong to no family
    interest: Ints
    special: Ints


class Board(NamedTuple):
    """A matching under way. held (F): the family's tuple, or tuple_first[f + 1] while it holds nothing, not even
    its fallback. taken (P): weight at the place. load (R): weight at the resource."""

    held: Ints
    taken: Ints
    load: Ints


def pack(kind: np.dtype[np.void], *columns: Ints) -> Records:
    """The columns as records of that kind."""
    rows = np.empty(columns[0].size, kind)
    for name, column in zip(kind.names or (), columns, strict=True):
        rows[name] = column
    return rows


def with_capacity(plan: Plan, capacity: Ints) -> Plan:
    """The same market with other seats (R, as `Arrays.capacity`)."""
    resources = plan.resources.copy()
    resources["capacity"][:-1] = capacity
    return plan._replace(resources=resources)


def empty_board(plan: Plan) -> Board:
    """Nobody is anywhere."""
    places, resources = plan.place_family.size, plan.resources.size - 1
    return Board(plan.tuple_first[1:].copy(), np.zeros(places, np.int32), np.zeros(resources, np.int32))


def board_of(plan: Plan, held: Ints) -> Board:
    """Every family at its tuple of `held` (F)."""
    board = empty_board(plan)
    seat_all(plan, board, held.astype(np.int32))
    return board


@compiled
def seat_all(plan: Plan, board: Board, held: Ints) -> None:
    """Put every family at its tuple, on an empty board."""
    for family in range(held.size):
        if held[family] < plan.tuple_first[family + 1]:
            put(plan, board, family, held[family])


@compiled
def put(plan: Plan, board: Board, family: int, joint: int) -> None:
    """The family takes the tuple; it must hold nothing."""
    board.held[family] = joint
    for index in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
        hold = plan.holds[index]
        board.taken[hold.place] = hold.weight
        board.load[hold.resource] += hold.weight


@compiled
def lift(plan: Plan, board: Board, family: int) -> None:
    """The family holds nothing from now on."""
    joint = board.held[family]
    board.held[family] = plan.tuple_first[family + 1]
    if joint < plan.tuple_first[family + 1]:
        for index in range(plan.tuples[joint].hold_first, plan.tuples[joint + 1].hold_first):
            hold = plan.holds[index]
            board.taken[hold.place] = 0
            board.load[hold.resource] -= hold.weight


@compiled
def tuple_fits(plan: Plan, board: Board, family: int, joint: int) -> bool:
    """Could the family claim the tuple: at each resource, do the children of other families above its worst place
    there, and its own, fit in?"""
    for index in range(plan.tuples[joint].leg_first, plan.tuples[joint + 1].leg_first):
        leg = plan.legs[index]
        resource = plan.resources[leg.resource]
        left = resource.capacity - leg.weight
        # Room for everybody, whoever ranks where: no place has to be looked at, as mostly. The load counts children of
        # this family who are there now and would leave, so that it may say no where the places below say yes.
        if board.load[leg.resource] <= left:
            continue
        place = resource.place_first
        while place < leg.worst and left >= 0:
            if board.taken[place] and plan.place_family[place] != family:
                left -= board.taken[place]
            place += 1
        if left < 0:
            return False
    return True


@compiled
def best_claim(plan: Plan, board: Board, family: int, first: int) -> int:
    """The best tuple, from `first` on, that the family could claim and prefers to what it holds; what it holds if
    there is none."""
    for joint in range(first, board.held[family]):
        if tuple_fits(plan, board, family, joint):
            return joint
    return board.held[family]


def blocking(plan: Plan, board: Board) -> Ints:
    """(F) each family's best claim, or -1 where it has none."""
    claims = np.full(board.held.size, -1, np.int32)
    note_claims(plan, board, claims)
    return claims


@compiled
def note_claims(plan: Plan, board: Board, claims: Ints) -> int:
    """Write each family's best claim, or -1, into claims (F); returns how many block."""
    count = 0
    for family in range(claims.size):
        claim = best_claim(plan, board, family, plan.tuple_first[family])
        claims[family] = claim if claim < board.held[family] else -1
        count += claim < board.held[family]
    return count
