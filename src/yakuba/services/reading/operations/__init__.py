"""What can be done with sheets and their values, each declared once for API and command line."""

from yakuba.services.reading.operations import batches, sheets, values  # noqa: F401  they declare theirs
from yakuba.services.reading.operations.table import OPERATIONS

__all__ = ["OPERATIONS"]
