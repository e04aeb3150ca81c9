"""What can be done in the sharing room, each declared once for pages, API and command line."""

from yakuba.services.sharing.operations import bills, costs, grants, prices, registers
from yakuba.services.sharing.operations.table import OPERATIONS

__all__ = ["OPERATIONS", "bills", "costs", "grants", "prices", "registers"]
