"""`yakuba ledger …`: procedures, which forms and scenarios refer to."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.accounts.acting import author
from yakuba.kernel.cli.options import JSON, TOWN, WHO
from yakuba.kernel.cli.output import console, municipality_of, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions import decoded
from yakuba.kernel.definitions.given import content
from yakuba.kernel.definitions.procedures import parse_procedure, read_document
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import Procedure

app = verbs("手続")

MANAGE = "definitions.manage"


@app.command("load-procedure")
def load_procedure(
    path: Path = typer.Argument(help="手続のYAMLファイル"),
    username: str = WHO,
    town: str = TOWN,
) -> None:
    """手続を登録する。もうあれば、その内容に直す"""
    with municipality_of(town):
        actor = author(username, MANAGE)
        document = read_document(path)
        parse_procedure(document, path.name)  # says what is wrong with the file by its name
        procedure = actions.load_procedure(document, actor=actor)
    console.print(f"手続「{procedure.title}」第{procedure.version}版を登録しました。", highlight=False)


@app.command("load-reduction")
def load_reduction(
    path: Path = typer.Argument(help="縮退表のCSVファイル（UTF-8）"),
    username: str = WHO,
    town: str = TOWN,
) -> None:
    """縮退表を登録する。Shift_JISのCSVに書き出すときに使う"""
    with municipality_of(town):
        actor = author(username, MANAGE)
        rows = actions.load_reduction(decoded(content(path)), actor=actor)
    console.print(f"縮退表（{rows:,}字）を登録しました。", highlight=False)


@app.command()
def procedures(town: str = TOWN, as_json: bool = JSON) -> None:
    """手続の一覧を出す"""
    with municipality_of(town):
        rows = list(Procedure.objects.order_by("code").values("code", "title", "version"))
    print_rows(rows, {"code": "コード", "title": "名称", "version": "版"}, as_json=as_json)
