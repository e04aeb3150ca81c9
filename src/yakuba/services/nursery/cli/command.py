"""`yakuba nursery …`: the operations, and what needs more than one or no database at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import typer

from yakuba.kernel.cli.output import fail, print_json
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations.commands import add_commands
from yakuba.kernel.operations.printing import lines
from yakuba.kernel.refusals import Problem
from yakuba.services.nursery.operations import OPERATIONS

REFUSED = 2

app = verbs("入所選考: 準備、割り当て、検査")
round_app = add_commands(app, OPERATIONS)["round"]


@app.callback()
def nursery() -> None:
    """入所選考: 申込から選考のデータを作り、割り当て、確かめる"""


def refused(problems: Sequence[Problem], head: str, as_json: bool) -> typer.Exit:
    """Tells every fault by line; nothing was done. The caller raises what comes back."""
    rows = [asdict(problem) for problem in problems]
    if as_json:
        print_json({"problems": rows})
    return fail(f"{head}\n{lines(rows)}", REFUSED)
