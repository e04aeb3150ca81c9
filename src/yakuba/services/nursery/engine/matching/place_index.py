"""Which tuples have a child at each place: what narrowing and its reasons look up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from yakuba.services.nursery.engine.matching import layout
from yakuba.services.nursery.engine.matching.board import Plan
from yakuba.services.nursery.engine.matching.layout import Flags, Ints


class Index(NamedTuple):
    """first (P+1) into tuples: those with a child at the place, best first. special (P): their legs there are special
    (`board.Plan`). mixed (F): the family has a special leg somewhere."""

    first: Ints
    tuples: Ints
    special: Flags
    mixed: Flags


def index_of(plan: Plan) -> Index:
    """The index of a market."""
    first, members = layout.group_by(plan.holds["place"].copy(), plan.place_family.size)
    holds = np.diff(plan.tuples["hold_first"])
    tuples = np.repeat(np.arange(holds.size, dtype=np.int32), holds)
    families = plan.tuple_first.size - 1
    pairs = _by_resource(plan, "special_first") * families + plan.special
    special = np.isin(_by_resource(plan, "place_first") * families + plan.place_family, pairs)
    mixed = np.zeros(families, np.bool_)
    mixed[plan.special] = True
    return Index(first, tuples[members], special, mixed)


def _by_resource(plan: Plan, first: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The resource of each row of what that column groups."""
    return np.repeat(np.arange(plan.resources.size - 1), np.diff(plan.resources[first]))
