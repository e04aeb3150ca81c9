"""Tables of the sharing room."""

from yakuba.services.sharing.models.costs import (
    Amount,
    CostGroup,
    CostItem,
    GroupBody,
    Headcount,
    ItemCap,
    ItemKey,
    Used,
)
from yakuba.services.sharing.models.history import Bill, Closing, ClosingDraft, ReceivedBill, Share

__all__ = [
    "Amount",
    "Bill",
    "Closing",
    "ClosingDraft",
    "CostGroup",
    "CostItem",
    "GroupBody",
    "Headcount",
    "ItemCap",
    "ItemKey",
    "ReceivedBill",
    "Share",
    "Used",
]
