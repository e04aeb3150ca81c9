"""The operations of the fieldwork room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("fieldwork")
