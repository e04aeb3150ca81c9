"""`yakuba nursery round …`: what the pages do with a round, a script can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.output import errors, fail, municipality_of, print_json, print_rows, progress_bar
from yakuba.kernel.definitions import decoded
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.nursery.actions import files, handing, taking
from yakuba.services.nursery.actions import rounds as actions
from yakuba.services.nursery.actions import rules as rule_actions
from yakuba.services.nursery.actions import runs as run_actions
from yakuba.services.nursery.cli.command import (
    JSON,
    TOWN,
    USER,
    lines,
    round_app,
    write,
)
from yakuba.services.nursery.contracts import Problem
from yakuba.services.nursery.models import Round, Run
from yakuba.services.nursery.queries import rounds as queries
from yakuba.services.nursery.queries import rules as rule_queries
from yakuba.services.nursery.queries import runs as run_queries
from yakuba.services.nursery.queries import told
from yakuba.services.nursery.queries.finding import round_of, run_of
from yakuba.services.nursery.queries.refusal import NotPossible, UnderWay

Row = TypeVar("Row")
FILE = typer.Argument(..., exists=True, dir_okay=False, readable=True)
START = typer.Option(..., "--start", formats=["%Y-%m-%d"], help="入所日（例 2027-04-01）")
ROUND_HEADINGS = {
    "id": "番号", "title": "選考回", "start": "入所日", "state": "状態", "applications": "申込",
    "seats": "空き枠", "next_step": "次にすること",
}  # fmt: skip
RUN_HEADINGS = {
    "id": "計算", "state": "状態", "status": "結果", "certificate": "証明", "bound": "下限",
}  # fmt: skip
RESULT_HEADINGS = {
    "receipt_number": "受付番号", "slot": "枠", "wish": "希望", "index": "指数", "unstable": "不安定",
}  # fmt: skip


@round_app.command("list")
def list_rounds(municipality: str = TOWN, as_json: bool = JSON) -> None:
    """選考回の一覧を出す"""
    with municipality_of(municipality):
        rows = [told.round_facts(round) for round in queries.rounds()]
    print_rows(rows, ROUND_HEADINGS, as_json=as_json)


@round_app.command("load-rules")
def load_rules(file: Path = FILE, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """選考基準（YAMLファイル）の版を登録する"""
    with acting(user, "nursery.rules", municipality=municipality) as actor:
        row = rule_actions.load(decoded(file.read_bytes()), actor=actor)
        facts = {"id": row.pk, "name": row.name, "version": row.version}
    print_rows([facts], {"id": "番号", "name": "選考基準", "version": "版"}, as_json=as_json)


@round_app.command("new")
def new_round(
    title: str = typer.Argument(..., help="名称"),
    start: datetime = START,
    rules: int = typer.Option(..., "--rules", help="選考基準の番号"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """選考回を作る"""
    with acting(user, "nursery.edit", municipality=municipality) as actor:
        rule_set = rule_queries.rule_set(rules)
        procedure = Procedure.objects.filter(code=rule_set.procedure_code).first()
        if procedure is None:
            raise NotPossible(f"手続「{rule_set.procedure_code}」が登録されていません。")
        round = actions.make(title, start.date(), procedure, rule_set, actor=actor)
        _print_round(round, as_json)


@round_app.command("show")
def show_round(round_id: int, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """選考回の申込・空き枠と、計算の前に直すところを出す（直すところがあれば終了コード1）"""
    with municipality_of(municipality):
        facts = _print_round(round_of(round_id), as_json)
    if facts["problems"]:
        raise typer.Exit(1)


@round_app.command("take")
def take(round_id: int, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """受付簿で確認の済んだ申込を取り込む"""
    with acting(user, "nursery.edit", municipality=municipality) as actor:
        _print_taken(taking.from_ledger(round_of(round_id), actor=actor), as_json)


@round_app.command("load-facilities")
def load_facilities(
    round_id: int, file: Path = FILE, user: str = USER, municipality: str = TOWN, as_json: bool = JSON
) -> None:
    """施設と空き枠をCSVから取り込む（誤った行は行番号と理由を出し、終了コード1）"""
    with acting(user, "nursery.edit", municipality=municipality) as actor:
        _print_taken(taking.facilities_from_file(round_of(round_id), file.read_bytes(), actor=actor), as_json)


@round_app.command("load-applications")
def load_applications(
    round_id: int, file: Path = FILE, user: str = USER, municipality: str = TOWN, as_json: bool = JSON
) -> None:
    """申込をCSVから取り込む（誤った行は行番号と理由を出し、終了コード1）"""
    with acting(user, "nursery.edit", municipality=municipality) as actor:
        _print_taken(
            taking.applications_from_file(round_of(round_id), file.read_bytes(), actor=actor), as_json
        )


@round_app.command("run")
def run(
    round_id: int,
    seconds: int = typer.Option(60, "--seconds", help="かけてよい時間（秒）"),
    again: bool = typer.Option(False, "--again", help="内容が変わっていなくても計算する"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """いまここで計算し、結果と証明を出す（計算できなければ終了コード1）"""
    with acting(user, "nursery.run", municipality=municipality) as actor:
        round = round_of(round_id)
        row = started(lambda: run_actions.start(round, actor=actor, seconds=seconds, again=again))
        calculate_here(row, as_json)
        print_run(run_of(row.pk), as_json)


@round_app.command("adopt")
def adopt(run_id: int, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """計算の結果を採用する"""
    with acting(user, "nursery.run", municipality=municipality) as actor:
        print_run(run_actions.adopt(run_of(run_id), actor=actor), as_json)


@round_app.command("results")
def results(
    run_id: int,
    explained: bool = typer.Option(False, "--explained", help="希望ごとの説明も出す（--json と使う）"),
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """児童ごとの結果を出す"""
    with municipality_of(municipality):
        rows = run_queries.placements(run_of(run_id), explained=explained)
        facts = [told.placement_facts(row, explained=explained) for row in rows]
    print_rows(facts, RESULT_HEADINGS, as_json=as_json)


@round_app.command("market")
def market(
    run_id: int,
    out: Path = typer.Option(..., "--out", dir_okay=False, help="書くファイル"),
    user: str = USER,
    municipality: str = TOWN,
) -> None:
    """計算のもとになった選考のデータ（JSON）を書き出す。solve と check で確かめられる"""
    with acting(user, "nursery.run", municipality=municipality) as actor:
        write(files.take_market(run_of(run_id), actor=actor), out)


@round_app.command("hand-over")
def hand_over(round_id: int, user: str = USER, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """確定した選考の決定を受付簿に書き、ロボットの入力待ちに並べる"""
    with acting(user, "nursery.propose", municipality=municipality) as actor:
        done = handing.hand_over(round_of(round_id), actor=actor)
    facts = asdict(done)
    headings = {"new": "新しい", "changed": "変わった", "same": "同じ", "late": "入力済みで直せない"}
    print_rows([facts], headings, as_json=as_json)
    if done.refused:
        raise fail(handing.sentence(done))


def started(start: Callable[[], Row]) -> Row:
    """What `start` starts, or what was started before and perhaps killed half way: whoever comes to its end first has
    made it, so it may be done here even while a worker does it, too."""
    try:
        return start()
    except UnderWay as earlier:
        errors.print(
            "前に始めて、まだ終わっていないものがあります。ここで終わりまで行います。", highlight=False
        )
        row: Row = earlier.row
        return row


def calculate_here(run: Run, quiet: bool) -> None:
    """Do the work of a run in this process, with a bar on standard error, unless its result is there already."""
    if run.is_done:
        errors.print(run_actions.unchanged(run), highlight=False)
        return
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("計算", total=run_actions.STEPS)
        run_actions.calculate(run.pk, lambda done, total, _: bar.update(task, completed=done))


def _print_round(round: Round, as_json: bool) -> dict[str, Any]:
    facts = told.round_facts(round)
    if as_json:
        print_json(facts)
    else:
        print_rows([facts], ROUND_HEADINGS, as_json=False)
        if facts["problems"]:
            errors.print(lines([Problem(**one) for one in facts["problems"]]), highlight=False, markup=False)
        _print_notes(facts["notes"])
    return facts


def _print_notes(notes: Sequence[dict[str, Any]]) -> None:
    """What should be looked at although it can be calculated."""
    if notes:
        said = lines([Problem(**one) for one in notes])
        errors.print(f"確かめるところ {len(notes)}か所\n{said}", highlight=False, markup=False)


def _print_taken(taken: taking.Taken, as_json: bool) -> None:
    if as_json:
        print_json(taken.to_json())
    else:
        headings = {"new": "新しい", "changed": "変わった", "same": "同じ", "kept": "修正を残した"}
        print_rows([taken.to_json()], headings, as_json=False)
    if taken.problems:
        raise fail(lines(taken.problems))


def print_run(run: Run, as_json: bool) -> None:
    """How the run stands. Raises typer.Exit(1) when it failed, with the reasons."""
    facts = told.run_facts(run)
    if as_json:
        print_json(facts)
    else:
        print_rows([facts], RUN_HEADINGS, as_json=False)
        _print_notes(run.notes)
    if run.state == Run.State.FAILED:
        raise fail(lines([Problem(**one) for one in run.problems]))
