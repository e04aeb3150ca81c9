"""Many what-ifs about seats at once: each sets out from the base result and moves only whom the change concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.services.nursery.engine.matching import dynamics
from yakuba.services.nursery.engine.matching.arrays import Arrays
from yakuba.services.nursery.engine.matching.board import Board, blocking, board_of, with_capacity
from yakuba.services.nursery.engine.matching.layout import Ints


@dataclass(frozen=True)
class WhatIf:
    """held (F): the tuple of each family after the change; blocking: how many families block."""

    held: Ints
    blocking: int


def what_ifs(arrays: Arrays, held: Ints, changes: Sequence[Mapping[str, int]]) -> Iterator[WhatIf]:
    """For each change (slot or shared seats → more seats, fewer if negative) the result that is reached from `held`
    (F), the result of the market as it is.

    It is counted on the board for every family who blocks; where nobody does it is a stable matching of the changed
    market, though not always the one that a run from the start finds. Families that block in `held` rest.
    KeyError: unknown slot. ValueError: fewer seats than children who have a seat there today.
    """
    plan = arrays.plan
    number = {name: index for index, name in enumerate(arrays.resource_ids)}
    least = board_of(plan, arrays.fallback_tuples()).load
    base = board_of(plan, held)
    resting = np.flatnonzero(blocking(plan, base) >= 0).astype(np.int32)
    for change in changes:
        capacity = arrays.capacity.copy()
        for name, seats in change.items():
            capacity[number[name]] += seats
        if (capacity < least).any():
            name = arrays.resource_ids[int(np.argmax(capacity < least))]
            raise ValueError(f"枠「{name}」の席が、今いる児童より少なくなります。")
        changed = with_capacity(plan, capacity)
        board = Board(base.held.copy(), base.taken.copy(), base.load.copy())
        dynamics.make_fit(changed, board)
        left = dynamics.resume(changed, board, resting)
        yield WhatIf(board.held, left)
