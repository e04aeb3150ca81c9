"""Tables of the sharing room."""

from yakuba.services.sharing.models.advisors import Advisor, Case, Request, Visit, VisitMember
from yakuba.services.sharing.models.costs import (
    TAX_RATES,
    Amount,
    CostGroup,
    CostItem,
    GroupBody,
    Headcount,
    ItemCap,
    ItemKey,
    Used,
)
from yakuba.services.sharing.models.definitions import RoomDefinition
from yakuba.services.sharing.models.history import Bill, Closing, ClosingDraft, ReceivedBill, Share
from yakuba.services.sharing.models.prices import Price
from yakuba.services.sharing.models.registers import RegisterChange, RegisterEntry

__all__ = [
    "TAX_RATES",
    "Advisor",
    "Amount",
    "Bill",
    "Case",
    "Closing",
    "ClosingDraft",
    "CostGroup",
    "CostItem",
    "GroupBody",
    "Headcount",
    "ItemCap",
    "ItemKey",
    "Price",
    "ReceivedBill",
    "RegisterChange",
    "RegisterEntry",
    "Request",
    "RoomDefinition",
    "Share",
    "Used",
    "Visit",
    "VisitMember",
]
