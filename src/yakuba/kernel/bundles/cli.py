"""`yakuba definitions …`: definitions as one file, from town to town."""

from __future__ import annotations

from pathlib import Path

import typer

from yakuba.kernel.accounts.acting import author
from yakuba.kernel.bundles import actions, queries
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.cli.options import JSON, TOWN, WHO
from yakuba.kernel.cli.output import console, fail, municipality_of, print_rows, write_file
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import LARGEST_BUNDLE
from yakuba.kernel.definitions.given import content
from yakuba.kernel.refusals import said_as

app = verbs("定義を1つのファイルで渡し、受け取る")
MANAGE = "definitions.manage"


@app.command("export")
def export_bundle(
    procedure: str = typer.Argument(help="手続のコード"),
    path: Path = typer.Argument(help="作るファイル（.zip）"),
    username: str = WHO,
    town: str = TOWN,
) -> None:
    """手続と、その様式・シナリオ・選考基準・通知の様式を1つのファイルに書き出す"""
    with municipality_of(town):
        actor = author(username, MANAGE)
        packed = actions.export(procedure, actor=actor)
    write_file(path, packed, 2)
    console.print(f"{path} に書き出しました。", highlight=False)


@app.command("import")
def import_bundle(
    path: Path = typer.Argument(help="受け取ったファイル（.zip）"),
    use: bool = typer.Option(False, "--publish", help="試して問題がなければ、すぐに使い始める"),
    username: str = WHO,
    town: str = TOWN,
) -> None:
    """受け取ったファイルの定義を下書きにして、試す"""
    with municipality_of(town):
        actor = author(username, MANAGE)
        packed = content(path, LARGEST_BUNDLE)
        with said_as(DefinitionError, f"{path.name}: "):
            drafts = actions.draft(packed, actor=actor)
            actions.try_out(drafts, actor=actor)
            if use:
                actions.publish(drafts, actor=actor)
    told = "使い始めました" if use else "試して、使えることを確かめました。まだ使い始めていません"
    console.print(f"{len(drafts)}件の定義を{told}。", highlight=False)


@app.command("list")
def list_versions(town: str = TOWN, as_json: bool = JSON) -> None:
    """受け取った定義の版と状態の一覧を出す"""
    with municipality_of(town):
        rows = [
            {
                "kind": row.kind,
                "code": row.code,
                "version": row.version,
                "title": row.title,
                "state": row.state if as_json else row.get_state_display(),
            }
            for row in DefinitionVersion.objects.order_by("kind", "code", "-changed_at")
        ]
    headings = {"kind": "種類", "code": "コード", "version": "版", "title": "名称", "state": "状態"}
    print_rows(rows, headings, as_json=as_json)


@app.command()
def publish(username: str = WHO, town: str = TOWN) -> None:
    """試した定義を、まとめて使い始める"""
    with municipality_of(town):
        actor = author(username, MANAGE)
        tried = queries.tried()
        with said_as(DefinitionError):
            actions.publish(tried, actor=actor)
    console.print(f"{len(tried)}件の定義を使い始めました。", highlight=False)


@app.command()
def withdraw(
    kind: str = typer.Argument(help="種類（procedure、letter、form、scenario、rules）"),
    code: str = typer.Argument(help="コード"),
    version: str = typer.Argument(help="版"),
    username: str = WHO,
    town: str = TOWN,
) -> None:
    """定義の版を取り下げる"""
    with municipality_of(town):
        actor = author(username, MANAGE)
        row = DefinitionVersion.objects.filter(kind=kind, code=code, version=version).first()
        if row is None:
            raise fail(f"{kind}「{code}」第{version}版はありません。list で確かめてください。", 2)
        actions.withdraw(row, actor=actor)
    console.print(f"「{row}」を取り下げました。", highlight=False)
