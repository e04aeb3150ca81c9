"""`yakuba nursery …`: the operations, and what needs more than one or no database at all."""

from __future__ import annotations

from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations.commands import add_commands
from yakuba.services.nursery.operations import OPERATIONS

app = verbs("入所選考: 準備、割り当て、検査")
round_app = add_commands(app, OPERATIONS)["round"]


@app.callback()
def nursery() -> None:
    """入所選考: 申込から選考のデータを作り、割り当て、確かめる"""
