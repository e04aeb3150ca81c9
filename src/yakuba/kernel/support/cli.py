"""`yakuba support …`: who the operators of the installation are, said on the machine itself."""

from __future__ import annotations

import typer

from yakuba.kernel.accounts.acting import named
from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import console, municipality_of, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.support import actions, queries
from yakuba.kernel.tenancy import every_municipality

app = verbs("運用者の支援：自治体が許したあいだだけ、画面を見る人")
TOWN = typer.Option("", "--municipality", help="運用者の組織の団体コード。自治体が1つなら省けます")


@app.command()
def operator(username: str = typer.Argument(help="運用者の職員ID"), town: str = TOWN) -> None:
    """運用者として登録する。自治体が許すまでは、何も見えない"""
    with municipality_of(town):
        actions.name_operator(named(username))
    console.print(f"{username} を運用者として登録しました。", highlight=False)


@app.command()
def dismiss(username: str, town: str = TOWN) -> None:
    """運用者の登録をやめる。見ているものは、すぐに終わる"""
    with municipality_of(town):
        actions.dismiss_operator(named(username))
    console.print(f"{username} は、もう運用者ではありません。", highlight=False)


@app.command("list")
def list_operators(as_json: bool = JSON) -> None:
    """運用者の一覧を出す"""
    with every_municipality("the operators of the installation"):
        rows = [
            {"username": row.user.username, "name": str(row.user), "organisation": str(row.user.municipality)}
            for row in queries.operators()
        ]
    print_rows(rows, {"username": "職員ID", "name": "氏名", "organisation": "組織"}, as_json=as_json)
