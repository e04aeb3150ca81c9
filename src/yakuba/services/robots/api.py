"""`/api/v1/robots/…`: scenarios, runs, rows and decisions for programs. Values of cases never pass here."""

# No `from __future__ import annotations`: ninja reads the annotations of the guarded operations as objects.
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from yakuba.kernel.api.authentication import scoped
from yakuba.kernel.api.problems import ApiProblem
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.actions import runs as actions
from yakuba.services.robots.actions import scenarios
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.actions.decisions import decide as carry_out
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import Row, Run, RunState
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries import runs as queries
from yakuba.services.robots.queries.refusal import NotPossible

router = Router(tags=["robots"])
LARGEST_PAGE = 500


class ScenarioIn(Schema):
    """A scenario file's text."""

    text: str = Field(max_length=200_000)


class ScenarioOut(Schema):
    """A register entry. `obstacles`: why it may not run now, empty when it may."""

    id: int
    name: str
    procedure: str
    system: str
    version: int
    owner: str
    successor: str
    review_on: str
    in_use: bool
    obstacles: list[str]


class RunIn(Schema):
    """What to run: the procedure's scenario, or one by its id."""

    procedure: str = ""
    scenario: int | None = None
    dry_run: bool = False
    limit: int | None = Field(None, ge=1)


class RunOut(Schema):
    """A run. `counts`: rows by state; `message`: why it stands still, in Japanese."""

    id: int
    scenario: str
    version: int
    procedure: str
    dry_run: bool
    state: RunState
    state_label: str
    total: int
    done: int
    counts: dict[str, int]
    seconds_per_row: float
    seconds_left: float | None
    message: str
    started_at: datetime
    ended_at: datetime | None


class ProblemOut(Schema):
    """Why a row did not go on."""

    kind: str
    message: str
    field: str


class RowOut(Schema):
    """A row. `case`: id of the case in the ledger."""

    id: int
    number: int
    case: int
    receipt_number: str
    state: RowState
    state_label: str
    target_number: str
    attempts: int
    seconds: float
    problem: ProblemOut | None


class EventOut(Schema):
    """A change of a row's state; `by` is empty for the robot."""

    at: datetime
    state: RowState
    message: str
    by: str


class RowDetail(RowOut):
    """A row with its history."""

    events: list[EventOut]


class ResumeIn(Schema):
    """From which row to go on."""

    first_row: int = Field(1, ge=1)


class DecisionIn(Schema):
    """A person's decision: entered needs target_number, withdraw needs reason."""

    decision: Decision
    target_number: str = ""
    reason: str = ""
    seconds: float = Field(0.0, ge=0, le=3600)


@router.get("/scenarios", response=list[ScenarioOut], summary="シナリオの台帳")
@scoped("robots.view")
def list_scenarios(request: HttpRequest) -> Any:
    """All scenarios."""
    return [register.facts(one) for one in register.scenarios()]


@router.post("/scenarios", response={201: ScenarioOut}, summary="シナリオの版を登録する")
@scoped("robots.manage")
def load_scenario(request: HttpRequest, body: ScenarioIn) -> Any:
    """Load a scenario file; 422 with every mistake and its line."""
    with _refusals():
        version = scenarios.load_scenario(body.text, actor=request.user)
    return Status(201, register.facts(register.scenarios().get(pk=version.scenario_id)))


@router.get("/runs", response=list[RunOut], summary="実行の一覧")
@scoped("robots.view")
def list_runs(request: HttpRequest, state: RunState | None = None, limit: int = 100, offset: int = 0) -> Any:
    """Runs, newest first."""
    found = queries.runs().filter(state=state) if state else queries.runs()
    return [queries.run_facts(run) for run in _part(found, limit, offset)]


@router.post("/runs", response={201: RunOut}, summary="ロボットを動かす")
@scoped("robots.run")
def create_run(request: HttpRequest, body: RunIn) -> Any:
    """Start a run over the ready cases of a procedure."""
    with _refusals():
        if body.scenario is not None:
            scenario = get_object_or_404(register.scenarios(), pk=body.scenario)
        else:
            scenario = register.only_scenario(body.procedure)
        run = actions.start(scenario, actor=request.user, dry_run=body.dry_run, limit=body.limit)
    return Status(201, _run(run.pk))


@router.get("/runs/{run_id}", response=RunOut, summary="実行の状況")
@scoped("robots.view")
def show_run(request: HttpRequest, run_id: int) -> Any:
    """One run."""
    return _run(run_id)


@router.get("/runs/{run_id}/rows", response=list[RowOut], summary="実行の行")
@scoped("robots.view")
def list_rows(
    request: HttpRequest, run_id: int, state: RowState | None = None, limit: int = 100, offset: int = 0
) -> Any:
    """The run's rows in order."""
    found = queries.rows(get_object_or_404(Run, pk=run_id))
    if state is not None:
        found = found.filter(state=state.value)
    return [queries.row_facts(row) for row in _part(found, limit, offset)]


@router.post("/runs/{run_id}/pause", response=RunOut, summary="一時停止する")
@scoped("robots.run")
def pause_run(request: HttpRequest, run_id: int) -> Any:
    """Ask the robot to pause."""
    return _act(run_id, lambda run: actions.pause(run, actor=request.user))


@router.post("/runs/{run_id}/resume", response=RunOut, summary="再開する")
@scoped("robots.run")
def resume_run(request: HttpRequest, run_id: int, body: ResumeIn) -> Any:
    """Go on from a row."""
    return _act(run_id, lambda run: actions.resume(run, actor=request.user, first_row=body.first_row))


@router.post("/runs/{run_id}/stop", response=RunOut, summary="中止する")
@scoped("robots.run")
def stop_run(request: HttpRequest, run_id: int) -> Any:
    """End the run."""
    return _act(run_id, lambda run: actions.stop(run, actor=request.user))


@router.post("/runs/{run_id}/retry", response=RunOut, summary="入らなかった行をもう一度流す")
@scoped("robots.run")
def retry_run(request: HttpRequest, run_id: int) -> Any:
    """Try failed and skipped rows again."""
    return _act(run_id, lambda run: actions.retry_failed(run, actor=request.user))


@router.get("/undecided", response=list[RowOut], summary="ロボットが決められない申請")
@scoped("robots.decide")
def list_undecided(request: HttpRequest, limit: int = 100, offset: int = 0) -> Any:
    """Rows that wait for a person, the oldest first."""
    return [queries.row_facts(row) for row in _part(queries.undecided(), limit, offset)]


@router.get("/rows/{row_id}", response=RowDetail, summary="行と経過")
@scoped("robots.view")
def show_row(request: HttpRequest, row_id: int) -> Any:
    """One row with its history."""
    row = get_object_or_404(Row.objects.select_related("case", "run"), pk=row_id)
    events = [
        {"at": event.at, "state": event.state, "message": event.message, "by": str(event.user or "")}
        for event in row.events.select_related("user").order_by("at", "pk")
    ]
    return queries.row_facts(row) | {"events": events}


@router.post("/rows/{row_id}/decide", response=RowOut, summary="判断する")
@scoped("robots.decide")
def decide_row(request: HttpRequest, row_id: int, body: DecisionIn) -> Any:
    """Decide an undecided row."""
    row = get_object_or_404(Row, pk=row_id)
    with _refusals():
        decided = carry_out(
            row,
            body.decision,
            actor=request.user,
            target_number=body.target_number,
            reason=body.reason,
            seconds=body.seconds,
        )
    return queries.row_facts(decided)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except DefinitionRefused as error:
        mistakes = [{"line": one.line, "message": one.message} for one in error.problems]
        raise ApiProblem(422, "シナリオに直すところがあります", str(error), errors=mistakes) from error
    except NotPossible as error:
        raise ApiProblem(409, "いまはできません", str(error)) from error


def _act(run_id: int, action: Callable[[Run], Any]) -> dict[str, Any]:
    run = get_object_or_404(Run, pk=run_id)
    with _refusals():
        action(run)
    return _run(run_id)


def _run(run_id: int) -> dict[str, Any]:
    return queries.run_facts(get_object_or_404(queries.runs(), pk=run_id))


def _part(rows: Any, limit: int, offset: int) -> Any:
    """At most 500 rows from `offset` on."""
    if not (1 <= limit <= LARGEST_PAGE and offset >= 0):
        raise ApiProblem(422, "入力が正しくありません", f"limit は1～{LARGEST_PAGE}、offset は0以上です。")
    return rows[offset : offset + limit]
