"""The room's operations."""

from yakuba.kernel.operations import Operations

LARGEST = 20_000_000  # bytes of a table, as on its page
OPERATIONS = Operations("cityhub")
