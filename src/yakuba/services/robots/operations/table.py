"""The room's table of operations; each file of them adds its own."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("robots")
