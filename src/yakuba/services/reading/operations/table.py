"""The room's operations; the modules beside it declare them."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("reading")
