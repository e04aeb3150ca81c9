"""`yakuba robots …`: the operations, and what needs more than one. Secrets come from standard input or the environment."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import typer
from django.conf import settings

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.output import (
    console,
    errors,
    fail,
    municipality_of,
    print_json,
    print_rows,
    progress_bar,
)
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations.commands import JSON, TOWN, USER, add_commands, flat
from yakuba.kernel.refusals import Missing
from yakuba.services.robots import operations
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import UNFINISHED, Run, RunState
from yakuba.services.robots.operations import ROW_COLUMNS, RUN_COLUMNS, run_facts, run_of
from yakuba.services.robots.queries import runs as queries

app = verbs("ロボット")
add_commands(app, operations.OPERATIONS)

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


@app.command("run")
def run(
    procedure: str,
    dry_run: bool = typer.Option(False, "--dry-run", help="試行。登録ボタンの手前まで"),
    from_row: int = typer.Option(0, "--from", min=0, help="途中で止まった実行を、この行から再開する"),
    limit: int = typer.Option(0, "--limit", min=0, help="件数。0なら全部"),
    wait: bool = typer.Option(False, "--wait", help="終わるまで待つ"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """手続の、入力を待つ申請をロボットで入力する。ワーカーが動いていること"""
    for sentence in missing(str(settings.YAKUBA.chromium)):
        errors.print(f"この機械ではロボットが動きません: {sentence}", style="yellow", markup=False)
    with acting(user, "robots.run", municipality=municipality) as actor:
        if from_row:
            row = operations.resume_run(actor, run_id=_unfinished(procedure).pk, first_row=from_row)
        else:
            row = operations.create_run(actor, procedure=procedure, dry_run=dry_run, limit=limit or None)
        facts = _waited(row, quiet=as_json) if wait else run_facts(row)
    _print_run(facts, as_json)


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
    _print_run(facts, as_json)


def _secrets(text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise fail("秘密は1行に 名前=値 の形で渡してください（値は表示しません）。", 2)
    return {name.strip(): value for name, _, value in pairs}


def _unfinished(procedure: str) -> Run:
    halted = queries.runs().filter(scenario__procedure__code=procedure, state__in=UNFINISHED)
    found = halted.first()
    if found is None:
        raise Missing(f"手続「{procedure}」に途中の実行はありません。--from を付けずに始めてください。")
    return found


def _waited(run: Run, *, quiet: bool) -> dict[str, Any]:
    """Wait until nothing more happens by itself."""
    with progress_bar(quiet=quiet) as bar:
        facts = run_facts(run)
        task = bar.add_task(facts["scenario"], total=facts["total"])
        while facts["state"] == RunState.ACTIVE:
            bar.update(task, completed=facts["done"])
            time.sleep(0.5)
            facts = run_facts(run)
        bar.update(task, completed=facts["done"])
    return facts


def _print_run(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    print_rows([facts], RUN_COLUMNS, as_json=False)
    console.print("、".join(f"{RowState(state).label} {number}" for state, number in facts["counts"].items()))
    if "rows" in facts:
        print_rows([flat(row, ROW_COLUMNS) for row in facts["rows"]], ROW_COLUMNS, as_json=False)
