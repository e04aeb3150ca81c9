"""Calculations, what-ifs and results."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Trace, Work
from yakuba.kernel.operations.finding import one
from yakuba.services.nursery.actions import files, runs, trying
from yakuba.services.nursery.models import Placement, Run
from yakuba.services.nursery.operations import answers
from yakuba.services.nursery.operations import asked as given
from yakuba.services.nursery.operations.outputs import exported
from yakuba.services.nursery.operations.rounds import failure, to_look_at
from yakuba.services.nursery.operations.table import OPERATIONS
from yakuba.services.nursery.queries import covering, rules
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries.finding import round_of, run_of

RUN_COLUMNS = {"id": "計算", "state": "状態", "status": "結果", "certificate": "証明", "bound": "下限"}
RESULT_COLUMNS = {
    "receipt_number": "受付番号", "slot": "枠", "wish": "希望", "index": "指数", "unstable": "不安定",
}  # fmt: skip


def _facts(run: Run) -> dict[str, Any]:
    return answers.run_facts(run_of(run.pk))


A_RUN = Answer(answers.RunOut, _facts, RUN_COLUMNS, notes=to_look_at, fault=failure)
CALCULATING = Work("計算", here=lambda run, told: runs.calculate(run.pk, told), unchanged=runs.unchanged)


@OPERATIONS.add(
    "計算の一覧",
    "nursery.view",
    "GET rounds/{round_id}/runs",
    "round runs",
    answer=Answer(list[answers.RunOut], columns=RUN_COLUMNS),
)
def list_runs(asked: given.RoundPart, actor: Actor) -> list[dict[str, Any]]:
    """The round's calculations, the newest first."""
    return [answers.run_facts(run) for run in asked.of(queries.runs(round_of(asked.round_id)))]


@OPERATIONS.add(
    "計算する",
    "nursery.run",
    "POST rounds/{round_id}/runs",
    "round run",
    help="いまここで計算し、結果と証明を出す（計算できなければ終了コード1）",
    answer=A_RUN,
    status=201,
    found=lambda run: run.is_done,
    work=CALCULATING,
)
def start_run(asked: given.RunIn, actor: User) -> Run:
    """Start a calculation (201), or give the one that has the result of unchanged inputs already (200)."""
    return runs.start(round_of(asked.round_id), actor=actor, seconds=asked.seconds, again=asked.again)


@OPERATIONS.add(
    "もしもを試す",
    "nursery.run",
    "POST runs/{matching_id}/what-ifs",
    "round what-if",
    help="枠・指数の数え方・選考基準を変えて、いまここで計算する（選考の結果は変わらない）",
    answer=A_RUN,
    status=201,
    found=lambda run: run.is_done,
    work=CALCULATING,
)
def start_what_if(asked: given.WhatIfIn, actor: User) -> Run:
    """Start a what-if (201), or give the one that tried the same before (200)."""
    rule_set = rules.rule_set(asked.rules) if asked.rules else None
    tried = asked.model_dump(exclude={"matching_id", "rules"})
    return trying.try_out(run_of(asked.matching_id), actor=actor, rule_set=rule_set, **tried)


@OPERATIONS.add("計算の状況と証明", "nursery.view", "GET runs/{matching_id}", "round status", answer=A_RUN)
def show_run(asked: given.OneRun, actor: Actor) -> Run:
    """One calculation."""
    return run_of(asked.matching_id)


@OPERATIONS.add(
    "計算を中止する",
    "nursery.run",
    "POST runs/{matching_id}/stop",
    answer=A_RUN,
    event="nursery.run_stopped",
    trace=lambda asked, run: Trace(f"run:{run.pk}"),
)
def stop_run(asked: given.OneRun, actor: User) -> Run:
    """End a calculation; nothing of it is kept."""
    return runs.stop(run_of(asked.matching_id))


@OPERATIONS.add(
    "結果を採用する",
    "nursery.run",
    "POST runs/{matching_id}/adopt",
    "round adopt",
    answer=A_RUN,
    event="nursery.run_adopted",
    trace=lambda asked, run: Trace(f"run:{run.pk}", {"round": run.round_id}),
)
def adopt(asked: given.OneRun, actor: User) -> Run:
    """Make the result the one that counts in its round."""
    return runs.adopt(run_of(asked.matching_id))


@OPERATIONS.add(
    "児童ごとの結果",
    "nursery.view",
    "GET runs/{matching_id}/results",
    "round results",
    answer=Answer(list[answers.ResultOut], columns=RESULT_COLUMNS),
)
def list_results(asked: given.ResultsIn, actor: Actor) -> list[dict[str, Any]]:
    """Results by receipt number; with `explained` every wish's explanation too."""
    run = run_of(asked.matching_id)
    rows, unnamed = queries.placements(run, explained=asked.explained), covering.unnamed(None, run.round_id)
    return [
        answers.placement_facts(row, explained=asked.explained, unnamed=unnamed) for row in asked.of(rows)
    ]


@OPERATIONS.add(
    "一人の結果と説明",
    "nursery.view",
    "GET results/{placement_id}",
    "round result",
    answer=Answer(answers.ResultOut, lambda row: answers.placement_facts(row, explained=True)),
    event="nursery.application_viewed",
    trace=lambda asked, row: Trace(f"application:{row.application_id}"),
)
def show_result(asked: given.OneResult, actor: Actor) -> Placement:
    """One child's result with its explanation."""
    return one(Placement.objects.select_related("application", "run__round"), asked.placement_id)


@OPERATIONS.add(
    "選考のデータ（JSON）",
    "nursery.run",
    "GET runs/{matching_id}/market",
    "round market",
    help="計算のもとになった選考のデータ（JSON）を書き出す。solve と check で確かめられる",
    answer=Answer(media_type="application/json"),
    by_operator=False,
    **exported("market"),
    step_up=True,
)
def export_market(asked: given.OneRun, actor: User) -> Download:
    """The market file of a calculation: ids only, no names."""
    return files.take_market(run_of(asked.matching_id))
