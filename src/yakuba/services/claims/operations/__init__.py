"""What can be done with claims and declarations, each declared once for pages, API and command line."""

from yakuba.services.claims.operations import checks, findings, imports, tax
from yakuba.services.claims.operations.table import OPERATIONS

__all__ = ["OPERATIONS", "checks", "findings", "imports", "tax"]
