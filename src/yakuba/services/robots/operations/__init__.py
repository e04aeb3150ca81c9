"""What can be done with robots, each declared once for pages, API and command line. Values of cases never pass here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Rows, Trace, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.operations.printing import flat
from yakuba.kernel.refusals import Missing
from yakuba.services.robots.actions import decisions, lookups, runs, scenarios
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import UNFINISHED, Row, Run, ScenarioVersion
from yakuba.services.robots.operations.answers import RobotRunOut, RowDetail, RowOut, ScenarioOut
from yakuba.services.robots.operations.asked import (
    DecisionIn,
    OneRow,
    OneRun,
    ProcedureIn,
    ResumeIn,
    RowsIn,
    RunsIn,
    ScenarioIn,
    StartIn,
)
from yakuba.services.robots.operations.table import OPERATIONS
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries import runs as queries

SCENARIO_COLUMNS = {
    "id": "番号",
    "name": "シナリオ",
    "procedure": "手続",
    "version": "版",
    "owner": "責任者",
    "review_on": "見直し期限",
}
RUN_COLUMNS = {
    "id": "実行",
    "scenario": "シナリオ",
    "state_label": "状態",
    "done": "済み",
    "total": "全体",
    "message": "説明",
}
ROW_COLUMNS = {
    "number": "行",
    "id": "番号",
    "receipt_number": "受付番号",
    "state_label": "状態",
    "target_number": "登録番号",
    "problem.message": "理由",
}


def run_of(run_id: int) -> Run:
    """The run. Raises Missing."""
    return one(queries.runs(), run_id)


def _row_of(row_id: int) -> Row:
    return one(Row.objects.select_related("case__procedure", "run__scenario__system"), row_id)


def run_facts(run: Run) -> dict[str, Any]:
    """The run as it stands now."""
    return queries.run_facts(run_of(run.pk))


def _scenario_facts(version: ScenarioVersion) -> dict[str, Any]:
    return register.facts(one(register.scenarios(), version.scenario_id))


def _run_trace(run: Run, **details: Any) -> Trace:
    return Trace(f"run:{run.pk}", {"scenario": run.scenario_id, **details})


def _of_run(asked: Any, run: Run) -> Trace:
    return _run_trace(run)


def _of_row(asked: Any, row: Row) -> Trace:
    return Trace(f"case:{row.case_id}", {"run": row.run_id, "row": row.number})


def _of_rows(asked: Any, taken: list[Row]) -> Trace:
    return _run_trace(taken[0].run, rows=[row.number for row in taken])


def run_tables(facts: dict[str, Any]) -> Iterator[Rows]:
    """A run, how many rows stand in each state, and the rows where they are told."""
    yield Rows([facts], RUN_COLUMNS)
    counts = [{"state": RowState(state).label, "rows": number} for state, number in facts["counts"].items()]
    yield Rows(counts, {"state": "状態", "rows": "行"})
    if "rows" in facts:
        yield Rows([flat(row, ROW_COLUMNS) for row in facts["rows"]], ROW_COLUMNS)


A_RUN = Answer(RobotRunOut, run_facts, RUN_COLUMNS)
A_ROW = Answer(RowOut, queries.row_facts, ROW_COLUMNS)


# Scenarios


@OPERATIONS.add(
    "シナリオの台帳",
    "robots.view",
    "GET scenarios",
    command="scenarios",
    help="シナリオの台帳を出す",
    answer=Answer(list[ScenarioOut], columns=SCENARIO_COLUMNS),
)
def list_scenarios(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """All scenarios."""
    return [register.facts(scenario) for scenario in register.scenarios()]


@OPERATIONS.add(
    "シナリオの版を登録する",
    "robots.manage",
    "POST scenarios",
    command="load-scenario",
    help="シナリオ（YAMLファイル）の版を登録する。新しいシナリオの責任者は --user の人になる",
    answer=Answer(ScenarioOut, _scenario_facts, SCENARIO_COLUMNS),
    status=201,
)
def load_scenario(asked: ScenarioIn, actor: Actor) -> ScenarioVersion:
    """Load a scenario file; 422 with every mistake and its line."""
    return scenarios.load_scenario(asked.text, actor=actor)  # records it unless the same text stands already


# Runs


@OPERATIONS.add("実行の一覧", "robots.view", "GET runs", answer=Answer(list[RobotRunOut]))
def list_runs(asked: RunsIn, actor: Actor) -> list[dict[str, Any]]:
    """Runs, newest first."""
    found = queries.runs().filter(state=asked.state) if asked.state else queries.runs()
    return [queries.run_facts(run) for run in asked.of(found)]


@OPERATIONS.add(
    "ロボットを動かす",
    "robots.run",
    "POST runs",
    answer=A_RUN,
    status=201,
    event="robots.run_started",
    trace=lambda asked, run: _run_trace(
        run, rows=run.rows.count(), dry_run=run.dry_run, version=run.version.version
    ),
)
def create_run(asked: StartIn, actor: Actor) -> Run:
    """Start a run over the ready cases of a procedure."""
    if asked.scenario is None:
        scenario = register.only_scenario(asked.procedure)
    else:
        scenario = one(register.scenarios(), asked.scenario)
    return runs.start(scenario, actor=actor, dry_run=asked.dry_run, limit=asked.limit)


def _lacking() -> str:
    return "\n".join(
        f"この機械ではロボットが動きません: {one}" for one in missing(str(settings.YAKUBA.chromium))
    )


def _entered_so_far(run: Run) -> tuple[int, int, bool]:
    now = queries.progress(run_of(run.pk))
    return now.done, now.total, now.is_live


@OPERATIONS.add(
    "手続の申請をロボットで入力する",
    "robots.run",
    command="run",
    help="手続の、入力を待つ申請をロボットで入力する。ワーカーが動いていること",
    answer=Answer(RobotRunOut, run_facts, tables=run_tables),
    work=Work("入力", progress=_entered_so_far, waits=False, beforehand=_lacking),
)
def run_procedure(asked: ProcedureIn, actor: Actor) -> Run:
    """Start a run of the procedure's robot, or go on with the one that has stopped half way."""
    if not asked.from_row:
        return create_run(actor, procedure=asked.procedure, dry_run=asked.dry_run, limit=asked.limit or None)
    unfinished = queries.runs().filter(scenario__procedure__code=asked.procedure, state__in=UNFINISHED)
    if (run := unfinished.first()) is None:
        raise Missing(f"手続「{asked.procedure}」に途中の実行はありません。--from を付けずに始めてください。")
    return resume_run(actor, run_id=run.pk, first_row=asked.from_row)


@OPERATIONS.add("実行の状況", "robots.view", "GET runs/{run_id}", answer=A_RUN)
def show_run(asked: OneRun, actor: Actor) -> Run:
    """One run."""
    return run_of(asked.run_id)


@OPERATIONS.add("実行の行", "robots.view", "GET runs/{run_id}/rows", answer=Answer(list[RowOut]))
def list_rows(asked: RowsIn, actor: Actor) -> list[dict[str, Any]]:
    """The run's rows in order."""
    found = queries.rows(run_of(asked.run_id))
    if asked.state is not None:
        found = found.filter(state=asked.state.value)
    return [queries.row_facts(row) for row in asked.of(found)]


@OPERATIONS.add(
    "一時停止する",
    "robots.run",
    "POST runs/{run_id}/pause",
    command="pause",
    answer=A_RUN,
    event="robots.run_paused",
    trace=_of_run,
)
def pause_run(asked: OneRun, actor: Actor) -> Run:
    """Ask the robot to pause."""
    return runs.pause(run_of(asked.run_id))


@OPERATIONS.add(
    "再開する",
    "robots.run",
    "POST runs/{run_id}/resume",
    command="resume",
    answer=A_RUN,
    event="robots.run_resumed",
    trace=lambda asked, run: _run_trace(run, first_row=asked.first_row, version=run.version.version),
)
def resume_run(asked: ResumeIn, actor: Actor) -> Run:
    """Go on from a row."""
    return runs.resume(run_of(asked.run_id), first_row=asked.first_row)


@OPERATIONS.add(
    "中止する",
    "robots.run",
    "POST runs/{run_id}/stop",
    command="stop",
    help="中止する。まだ入力していない申請は「入力待ち」に戻る",
    answer=A_RUN,
    event="robots.run_stopped",
    trace=_of_run,
)
def stop_run(asked: OneRun, actor: Actor) -> Run:
    """End the run."""
    return runs.stop(run_of(asked.run_id))


@OPERATIONS.add(
    "入らなかった行をもう一度流す",
    "robots.run",
    "POST runs/{run_id}/retry",
    command="retry",
    answer=Answer(RobotRunOut, lambda taken: run_facts(taken[0].run), RUN_COLUMNS),
    event="robots.rows_retried",
    trace=_of_rows,
)
def retry_run(asked: OneRun, actor: Actor) -> list[Row]:
    """Try failed and skipped rows again."""
    return runs.retry_failed(run_of(asked.run_id), actor=actor)


# Rows


@OPERATIONS.add(
    "ロボットが決められない申請",
    "robots.decide",
    "GET undecided",
    command="undecided",
    help="ロボットが決められない申請を出す",
    answer=Answer(list[RowOut], columns=ROW_COLUMNS),
)
def list_undecided(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Rows that wait for a person, the oldest first."""
    return [queries.row_facts(row) for row in asked.of(queries.undecided())]


@OPERATIONS.add("行と経過", "robots.view", "GET rows/{row_id}", answer=Answer(RowDetail))
def show_row(asked: OneRow, actor: Actor) -> dict[str, Any]:
    """One row with its history."""
    row = _row_of(asked.row_id)
    events = [
        {
            "at": event.at,
            "state": event.state,
            "message": queries.said(row, event.message),
            "by": str(event.user or ""),
        }
        for event in row.events.select_related("user").order_by("at", "pk")
    ]
    return queries.row_facts(row) | {"events": events}


@OPERATIONS.add(
    "入らなかった行を1つ、もう一度流す",
    "robots.run",
    "POST rows/{row_id}/retry",
    command="retry-row",
    answer=Answer(RowOut, lambda taken: queries.row_facts(taken[0]), ROW_COLUMNS),
    event="robots.rows_retried",
    trace=_of_rows,
)
def retry_row(asked: OneRow, actor: Actor) -> list[Row]:
    """Try one failed or skipped row again."""
    row = _row_of(asked.row_id)
    return runs.retry_failed(row.run, actor=actor, only=row)


@OPERATIONS.add(
    "基幹システムを照会する",
    "robots.decide",
    "POST rows/{row_id}/look-up",
    command="look-up",
    help="決められない申請を、ロボットに基幹システムで照会させる。入力はしない",
    answer=A_ROW,
    event="robots.looked_up",
    trace=_of_row,
)
def look_up_row(asked: OneRow, actor: Actor) -> Row:
    """Let a robot ask the target system about an undecided row; it enters nothing."""
    return lookups.ask(_row_of(asked.row_id))


_DECIDED = {
    Decision.ENTERED: "robots.decided_entered",
    Decision.AGAIN: "robots.decided_again",
    Decision.ASIDE: "robots.decided_aside",
    Decision.WITHDRAW: "robots.decided_withdrawn",
}


@OPERATIONS.add(
    "判断する",
    "robots.decide",
    "POST rows/{row_id}/decide",
    command="decide",
    help="決められない申請を判断する: entered 登録されている / again もう一度 / aside 値を直す / withdraw 取り下げ",
    answer=A_ROW,
    event=lambda asked: _DECIDED[asked.decision],
    trace=_of_row,
)
def decide_row(asked: DecisionIn, actor: Actor) -> Row:
    """Decide an undecided row."""
    return decisions.decide(
        _row_of(asked.row_id),
        asked.decision,
        actor=actor,
        target_number=asked.target_number,
        reason=asked.reason,
        seconds=asked.seconds,
    )


from yakuba.services.robots.operations import catalogue as _catalogue  # noqa: E402, F401 - each adds its own to the table
from yakuba.services.robots.operations import lanes as _lanes  # noqa: E402, F401
from yakuba.services.robots.operations import recordings as _recordings  # noqa: E402, F401
from yakuba.services.robots.operations import stations as _stations  # noqa: E402, F401
