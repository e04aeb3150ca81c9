"""`yakuba nursery …`: the command that the modules beside this one add theirs to."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="入所選考: 準備、割り当て、検査")


@app.callback()
def nursery() -> None:
    """入所選考: 申込から選考のデータを作り、割り当て、確かめる"""
