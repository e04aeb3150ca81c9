"""`yakuba localwords …`: the operations."""

from __future__ import annotations

from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.localwords.operations import OPERATIONS
from yakuba.kernel.operations.commands import add_commands

app = verbs("自治体ごとに違うところの言葉")
add_commands(app, OPERATIONS)
