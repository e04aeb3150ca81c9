"""`yakuba signin …`: the way back in for who has lost everything and is the only one who could help."""

from __future__ import annotations

import typer

from yakuba.kernel.accounts.acting import named
from yakuba.kernel.cli.options import TOWN
from yakuba.kernel.cli.output import console, municipality_of
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.signin import actions

app = verbs("二つ目の確認")


@app.callback()
def signin() -> None:
    """二つ目の確認"""  # makes `forget` a word of its own although it is the only one


@app.command()
def forget(
    username: str = typer.Argument(help="電話も予備の番号もなくした職員の職員ID"),
    town: str = TOWN,
) -> None:
    """職員の二つ目の確認を外す。次のログインのあとで設定し直す"""
    with municipality_of(town):
        actions.reset(named(username), actor=None)
    console.print(f"職員 {username} の二つ目の確認を外しました。", highlight=False)
