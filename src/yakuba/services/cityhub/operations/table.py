"""The room's operations."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("cityhub")
