"""What can be done in the sharing room, each declared once for pages, API and command line."""

from yakuba.services.sharing.operations import (
    advisors,
    bills,
    cases,
    costs,
    grants,
    group_tables,
    months,
    prices,
    registers,
    supports,
)
from yakuba.services.sharing.operations.table import OPERATIONS

__all__ = [
    "OPERATIONS",
    "advisors",
    "bills",
    "cases",
    "costs",
    "grants",
    "group_tables",
    "months",
    "prices",
    "registers",
    "supports",
]
