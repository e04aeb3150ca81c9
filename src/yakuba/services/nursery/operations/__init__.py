"""What can be done in the selection, each declared once for pages, API and command line."""

from yakuba.services.nursery.operations import (  # noqa: F401  they declare theirs
    applications,
    decisions,
    notices,
    outputs,
    rounds,
    runs,
)
from yakuba.services.nursery.operations.table import OPERATIONS

__all__ = ["OPERATIONS"]
