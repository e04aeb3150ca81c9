"""What can be done with effect and inventory, each declared once for pages, API and command line."""

from yakuba.services.reform.operations import (
    analysis,
    comparison,
    effects,
    initiatives,
    inventory,
    register,
    rounds,
    standards,
    terms,
)
from yakuba.services.reform.operations.table import OPERATIONS

__all__ = [
    "OPERATIONS",
    "analysis",
    "comparison",
    "effects",
    "initiatives",
    "inventory",
    "register",
    "rounds",
    "standards",
    "terms",
]
