"""`yakuba translation …`: the operations."""

from __future__ import annotations

from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations.commands import add_commands
from yakuba.services.translation.operations import OPERATIONS

app = verbs("多言語")
add_commands(app, OPERATIONS)
