"""`yakuba robots …`: what the pages do, a script can do. Secrets come from standard input or the environment."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from django.conf import settings

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.accounts.models import User
from yakuba.kernel.cli.output import (
    console,
    errors,
    fail,
    municipality_of,
    print_json,
    print_rows,
    progress_bar,
)
from yakuba.kernel.definitions import DefinitionRefused, decoded
from yakuba.services.robots.actions import runs as actions
from yakuba.services.robots.actions import scenarios as scenario_actions
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.actions.decisions import decide as carry_out
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import Row, Run, RunState
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries import runs as queries
from yakuba.services.robots.queries.refusal import NotPossible

app = typer.Typer(no_args_is_help=True, help="ロボット")

USER = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で動きます")
TOWN = typer.Option("", "--municipality", help="団体コード。--user があるか、自治体が1つなら省けます")
JSON = typer.Option(False, "--json", help="JSONで出す")
SECRETS_VARIABLE = "ROBOTS_SECRETS"

SCENARIO_HEADINGS = {
    "id": "番号",
    "name": "シナリオ",
    "procedure": "手続",
    "version": "版",
    "owner": "責任者",
    "review_on": "見直し期限",
}
RUN_HEADINGS = {
    "id": "実行",
    "scenario": "シナリオ",
    "state_label": "状態",
    "done": "済み",
    "total": "全体",
    "message": "説明",
}
ROW_HEADINGS = {
    "number": "行",
    "id": "番号",
    "receipt_number": "受付番号",
    "state_label": "状態",
    "target_number": "登録番号",
    "message": "理由",
}


@app.command("load-scenario")
def load_scenario(file: Path, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """シナリオ（YAMLファイル）の版を登録する。新しいシナリオの責任者は --user の人になる"""
    try:
        text = decoded(file.read_bytes())
    except (OSError, DefinitionRefused) as error:
        raise fail(f"{file}: {error}") from error
    with _acting(municipality, user, "robots.manage") as actor:
        version = scenario_actions.load_scenario(text, actor=actor)
        facts = register.facts(register.scenarios().get(pk=version.scenario_id))
    print_rows([facts], SCENARIO_HEADINGS, as_json=as_json)


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
    text = sys.stdin.read() if from_stdin else os.environ.get(SECRETS_VARIABLE, "")
    secrets = _secrets(text)
    with _acting(municipality, user, "robots.manage") as actor:
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


@app.command("scenarios")
def list_scenarios(municipality: str = TOWN, as_json: bool = JSON) -> None:
    """シナリオの台帳を出す"""
    with municipality_of(municipality):
        rows = [register.facts(one) for one in register.scenarios()]
    print_rows(rows, SCENARIO_HEADINGS, as_json=as_json)


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
    with _acting(municipality, user, "robots.run") as actor:
        scenario = register.only_scenario(procedure)
        if from_row:
            row = actions.resume(_unfinished(procedure), actor=actor, first_row=from_row)
        else:
            row = actions.start(scenario, actor=actor, dry_run=dry_run, limit=limit or None)
        facts = _waited(row.pk, quiet=as_json) if wait else _facts(row.pk)
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
            print_rows([queries.run_facts(one) for one in queries.runs()[:20]], RUN_HEADINGS, as_json=as_json)
            return
        facts = _facts(run_id)
        if rows:
            found = queries.rows(Run.objects.get(pk=run_id))
            facts["rows"] = [queries.row_facts(one) for one in found]
    _print_run(facts, as_json)


@app.command("pause")
def pause(run_id: int, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """一時停止する"""
    with _acting(municipality, user, "robots.run") as actor:
        actions.pause(_run(run_id), actor=actor)
        facts = _facts(run_id)
    _print_run(facts, as_json)


@app.command("resume")
def resume(
    run_id: int,
    from_row: int = typer.Option(1, "--from", min=1, help="この行から"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """再開する"""
    with _acting(municipality, user, "robots.run") as actor:
        actions.resume(_run(run_id), actor=actor, first_row=from_row)
        facts = _facts(run_id)
    _print_run(facts, as_json)


@app.command("stop")
def stop(run_id: int, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """中止する。まだ入力していない申請は「入力待ち」に戻る"""
    with _acting(municipality, user, "robots.run") as actor:
        actions.stop(_run(run_id), actor=actor)
        facts = _facts(run_id)
    _print_run(facts, as_json)


@app.command("retry")
def retry(run_id: int, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """入らなかった行をもう一度流す"""
    with _acting(municipality, user, "robots.run") as actor:
        actions.retry_failed(_run(run_id), actor=actor)
        facts = _facts(run_id)
    _print_run(facts, as_json)


@app.command("undecided")
def undecided(municipality: str = TOWN, as_json: bool = JSON) -> None:
    """ロボットが決められない申請を出す"""
    with municipality_of(municipality):
        rows = [_flat(queries.row_facts(row)) for row in queries.undecided()]
    print_rows(rows, ROW_HEADINGS, as_json=as_json)


@app.command("decide")
def decide(
    row_id: int,
    decision: Decision,
    number: str = typer.Option("", "--number", help="基幹システムの登録番号（entered のとき）"),
    reason: str = typer.Option("", "--reason", help="取り下げの理由（withdraw のとき）"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """決められない申請を判断する: entered 登録されている / again もう一度 / aside 値を直す / withdraw 取り下げ"""
    with _acting(municipality, user, "robots.decide") as actor:
        row = Row.objects.filter(pk=row_id).first()
        if row is None:
            raise fail(f"番号 {row_id} の行はありません。", 2)
        done = carry_out(row, decision, actor=actor, target_number=number, reason=reason)
        facts = _flat(queries.row_facts(done))
    print_rows([facts], ROW_HEADINGS, as_json=as_json)


@contextmanager
def _acting(municipality: str, username: str, permission: str) -> Iterator[User]:
    """Work as a member of staff, with that person's rights; what is refused ends the command."""
    with acting(username, permission, municipality=municipality) as actor:
        try:
            yield actor
        except (NotPossible, DefinitionRefused) as error:
            raise fail(str(error)) from error


def _secrets(text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise fail("秘密は1行に 名前=値 の形で渡してください（値は表示しません）。", 2)
    return {name.strip(): value for name, _, value in pairs}


def _run(run_id: int) -> Run:
    found = queries.runs().filter(pk=run_id).first()
    if found is None:
        raise fail(f"実行 {run_id} はありません。yakuba robots status で番号を確かめてください。", 2)
    return found


def _unfinished(procedure: str) -> Run:
    halted = queries.runs().filter(scenario__procedure__code=procedure, state__in=actions.UNFINISHED)
    found = halted.first()
    if found is None:
        raise fail(f"手続「{procedure}」に途中の実行はありません。--from を付けずに始めてください。", 2)
    return found


def _facts(run_id: int) -> dict[str, Any]:
    return queries.run_facts(_run(run_id))


def _waited(run_id: int, *, quiet: bool) -> dict[str, Any]:
    """Wait until nothing more happens by itself."""
    with progress_bar(quiet=quiet) as bar:
        facts = _facts(run_id)
        task = bar.add_task(facts["scenario"], total=facts["total"])
        while facts["state"] == RunState.ACTIVE and not queries.is_stuck(_run(run_id)):
            bar.update(task, completed=facts["done"])
            time.sleep(0.5)
            facts = _facts(run_id)
        bar.update(task, completed=facts["done"])
    return facts


def _print_run(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    print_rows([facts], RUN_HEADINGS, as_json=False)
    console.print("、".join(f"{RowState(state).label} {number}" for state, number in facts["counts"].items()))
    if "rows" in facts:
        print_rows([_flat(row) for row in facts["rows"]], ROW_HEADINGS, as_json=False)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"message": row["problem"]["message"] if row["problem"] else ""}
