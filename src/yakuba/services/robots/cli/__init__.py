"""`yakuba robots …`: the operations, and what needs more than one. Secrets come from standard input or the environment."""

from __future__ import annotations

import os
import sys

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.output import fail, municipality_of, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations import Answer
from yakuba.kernel.operations.commands import JSON, TOWN, USER, add_commands
from yakuba.kernel.operations.printing import print_answer
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.robots.actions import catalogue as templates
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.cli import record
from yakuba.services.robots.operations import OPERATIONS, RUN_COLUMNS, run_of, run_tables
from yakuba.services.robots.queries import runs as queries

app = verbs("ロボット")
add_commands(app, OPERATIONS)

app.command("record")(record.record)

SECRETS_VARIABLE = "ROBOTS_SECRETS"
LONGEST_SECRETS = 100_000  # characters


@app.command("set-system")
def set_target_system(
    name: str,
    base_url: str,
    settle: float = typer.Option(60.0, "--settle", help="登録の結果が分からないとき、照会し直すまで待つ秒数"),
    idempotent: bool = typer.Option(
        False, "--refuses-known", help="同じ受付番号の2件目を必ず断るシステム（押し直してよい）"
    ),
    from_stdin: bool = typer.Option(False, "--secrets-stdin", help="秘密を標準入力から読む（1行に 名前=値）"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """接続先を登録する。秘密は標準入力か環境変数 ROBOTS_SECRETS から、1行に 名前=値 の形で渡す"""
    text = sys.stdin.read(LONGEST_SECRETS + 1) if from_stdin else os.environ.get(SECRETS_VARIABLE, "")
    if len(text) > LONGEST_SECRETS:
        raise fail(f"秘密が長すぎます（{LONGEST_SECRETS:,}文字まで）。渡したものを確かめてください。", 2)
    secrets = _secrets(text)
    with acting(user, "robots.manage", municipality=municipality) as actor:
        system = set_system(name, base_url, settle, secrets, idempotent=idempotent, actor=actor)
    facts = {
        "id": system.pk,
        "name": system.name,
        "base_url": system.base_url,
        "settle_seconds": system.settle_seconds,
        "idempotent": system.idempotent,
        "secrets": system.credential_names,
    }
    headings = {"id": "番号", "name": "接続先", "base_url": "アドレス", "secrets": "登録済みの秘密"}
    print_rows([facts], headings, as_json=as_json)


@app.command("set-group")
def set_group(
    name: str = typer.Argument(help="集まりの名称"),
    codes: list[str] | None = typer.Argument(
        None, help="集まりの自治体の団体コード（6けた）を、すべて並べる。なければ集まりを解く"
    ),
    as_json: bool = JSON,
) -> None:
    """ひな形を分け合う集まりを決める（運用者）。並べた自治体だけが、互いの出したひな形を見る"""
    wanted = codes or []
    found = {town.code: town for town in Municipality.objects.filter(code__in=wanted)}
    if unknown := [code for code in wanted if code not in found]:
        raise fail(f"団体コード {'、'.join(unknown)} の自治体はありません。何も変えていません。", 2)
    towns = templates.set_group(name, [found[code] for code in wanted])
    rows = [{"code": town.code, "name": town.name, "group": name.strip()} for town in towns]
    print_rows(rows, {"code": "団体コード", "name": "自治体", "group": "集まり"}, as_json=as_json)


@app.command("status")
def status(
    run_id: int = typer.Argument(0, help="実行の番号。省くと最近の実行の一覧"),
    rows: bool = typer.Option(False, "--rows", help="行も出す"),
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """実行の状況を出す"""
    with municipality_of(municipality):
        if not run_id:
            print_rows([queries.run_facts(one) for one in queries.runs()[:20]], RUN_COLUMNS, as_json=as_json)
            return
        found = run_of(run_id)
        facts = queries.run_facts(found)
        if rows:
            facts["rows"] = [queries.row_facts(one) for one in queries.rows(found)]
    print_answer(Answer(tables=run_tables), facts, as_json=as_json)


def _secrets(text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise fail("秘密は1行に 名前=値 の形で渡してください（値は表示しません）。", 2)
    return {name.strip(): value for name, _, value in pairs}
