"""What leaves the nursery room. No framework."""

from yakuba.kernel.definitions import Problem
from yakuba.services.nursery.contracts.applications import (
    Applications,
    Child,
    Facility,
    Household,
    SharedAges,
)
from yakuba.services.nursery.contracts.matching import (
    Blocking,
    Market,
    MarketRefused,
    Matching,
    SharedSeats,
    Status,
    Wish,
)
from yakuba.services.nursery.contracts.selection import (
    ChildIndex,
    Comparison,
    Explanation,
    Key,
    Move,
    NotEligible,
    Outcome,
    PointLine,
    Selection,
    Share,
    Slot,
    Standing,
    WishOutcome,
)

__all__ = [
    "Applications",
    "Blocking",
    "Child",
    "ChildIndex",
    "Comparison",
    "Explanation",
    "Facility",
    "Household",
    "Key",
    "Market",
    "MarketRefused",
    "Matching",
    "Move",
    "NotEligible",
    "Outcome",
    "PointLine",
    "Problem",
    "Selection",
    "Share",
    "SharedAges",
    "SharedSeats",
    "Slot",
    "Standing",
    "Status",
    "Wish",
    "WishOutcome",
]
