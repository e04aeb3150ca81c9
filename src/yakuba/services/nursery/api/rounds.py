"""Rounds, calculations and results for programs."""

# No `from __future__ import annotations`: ninja reads the annotations of the guarded operations as objects.
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Schema, Status

from yakuba.kernel.accounts import person_of
from yakuba.kernel.api.authentication import scoped
from yakuba.kernel.audit.chain import record
from yakuba.services.nursery.actions import files, rules, runs, taking
from yakuba.services.nursery.api.operations import ProblemOut, part, router
from yakuba.services.nursery.models import Placement
from yakuba.services.nursery.queries import rounds as round_queries
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries import told
from yakuba.services.nursery.queries.finding import round_of, run_of


class RoundOut(Schema):
    """A round. next_step: what somebody has to do next; problems: what stands in the way of calculating; notes: what
    somebody should look at before."""

    id: int
    title: str
    year: int
    number: int
    start: str
    procedure: str
    rules: str
    state: str
    adopted: int | None
    next_step: str
    applications: int
    households: int
    facilities: int
    seats: int
    problems: list[ProblemOut]
    notes: list[ProblemOut]


class TakenOut(Schema):
    """What taking applications did; problems: rows that were refused."""

    new: int
    changed: int
    same: int
    kept: int
    withdrawn: int
    left_out: dict[str, int]
    problems: list[ProblemOut]


class RulesIn(Schema):
    """A rule file's text."""

    text: str = Field(max_length=400_000)


class RulesOut(Schema):
    """A version of the rules."""

    id: int
    name: str
    version: str
    digest: str


class RunIn(Schema):
    """How long a calculation may take, and whether to calculate unchanged inputs again."""

    seconds: int = Field(60, ge=1, le=3600)
    again: bool = False


class BlockingOut(Schema):
    """A household with the wish that it could claim by the rules."""

    family: str
    wish: list[str | None]


class RunOut(Schema):
    """A calculation. status: stable, minimum or not_proven (bound: no result has fewer blocking households).

    base: of a what-if, the calculation that it starts from.
    """

    id: int
    round: int
    base: int | None
    label: str
    rules: str
    change: dict[str, Any]
    state: str
    done: int
    total: int
    status: str
    certificate: str
    checked: bool
    bound: int
    blocking: list[BlockingOut]
    counts: dict[str, Any]
    seconds: dict[str, float]
    digest: str
    problems: list[ProblemOut]
    notes: list[ProblemOut]
    started_at: datetime
    ended_at: datetime | None


class ResultOut(Schema):
    """One child's result. slot: empty for none; wish: 0 for none or for the seat of today. application: to decide on."""

    id: int
    application: int
    receipt_number: str
    household: str
    slot: str
    wish: int
    age: int | None
    index: int | None
    unstable: bool
    explanation: dict[str, Any] | None = None


@router.get("/rounds", response=list[RoundOut], summary="選考回の一覧")
@scoped("nursery.view")
def list_rounds(request: HttpRequest) -> Any:
    """All rounds, the newest first."""
    return [told.round_facts(round) for round in round_queries.rounds()]


@router.get("/rounds/{round_id}", response=RoundOut, summary="選考回")
@scoped("nursery.view")
def show_round(request: HttpRequest, round_id: int) -> Any:
    """One round."""
    return told.round_facts(round_of(round_id))


@router.post("/rounds/{round_id}/take", response=TakenOut, summary="受付簿から申込を取り込む")
@scoped("nursery.edit")
def take(request: HttpRequest, round_id: int) -> Any:
    """Take the ledger's confirmed applications; rows that cannot be taken stand in `problems`."""
    round = round_of(round_id)
    return taking.from_ledger(round, actor=person_of(request)).to_json()


@router.post("/rules", response={201: RulesOut}, summary="選考基準の版を登録する")
@scoped("nursery.rules")
def load_rules(request: HttpRequest, body: RulesIn) -> Any:
    """Load a rule file; 422 with every fault and its line."""
    return Status(201, rules.load(body.text, actor=person_of(request)))


@router.get("/rounds/{round_id}/runs", response=list[RunOut], summary="計算の一覧")
@scoped("nursery.view")
def list_runs(request: HttpRequest, round_id: int, limit: int = 100, offset: int = 0) -> Any:
    """The round's calculations, the newest first."""
    return [told.run_facts(run) for run in part(queries.runs(round_of(round_id)), limit, offset)]


@router.post("/rounds/{round_id}/runs", response={201: RunOut, 200: RunOut}, summary="計算する")
@scoped("nursery.run")
def start_run(request: HttpRequest, round_id: int, body: RunIn) -> Any:
    """Start a calculation (201), or give the one that has the result of unchanged inputs already (200)."""
    round = round_of(round_id)
    run = runs.start(round, actor=person_of(request), seconds=body.seconds, again=body.again)
    return Status(200 if run.is_done else 201, told.run_facts(run))


@router.get("/runs/{matching_id}", response=RunOut, summary="計算の状況と証明")
@scoped("nursery.view")
def show_run(request: HttpRequest, matching_id: int) -> Any:
    """One calculation."""
    return told.run_facts(run_of(matching_id))


@router.post("/runs/{matching_id}/adopt", response=RunOut, summary="結果を採用する")
@scoped("nursery.run")
def adopt(request: HttpRequest, matching_id: int) -> Any:
    """Make the result the one that counts in its round."""
    run = run_of(matching_id)
    return told.run_facts(runs.adopt(run, actor=person_of(request)))


@router.get("/runs/{matching_id}/results", response=list[ResultOut], summary="児童ごとの結果")
@scoped("nursery.view")
def list_results(
    request: HttpRequest, matching_id: int, explained: bool = False, limit: int = 100, offset: int = 0
) -> Any:
    """Results by receipt number; with `explained` every wish's explanation too."""
    rows = part(queries.placements(run_of(matching_id), explained=explained), limit, offset)
    return [told.placement_facts(row, explained=explained) for row in rows]


@router.get("/results/{placement_id}", response=ResultOut, summary="一人の結果と説明")
@scoped("nursery.view")
def show_result(request: HttpRequest, placement_id: int) -> Any:
    """One child's result with its explanation."""
    row: Placement = get_object_or_404(Placement.objects.select_related("application"), pk=placement_id)
    record(
        "nursery.application_viewed", subject=f"application:{row.application_id}", actor=person_of(request)
    )
    return told.placement_facts(row, explained=True)


@router.get("/runs/{matching_id}/market", summary="選考のデータ（JSON）")
@scoped("nursery.run")
def export_market(request: HttpRequest, matching_id: int) -> Any:
    """The market file of a calculation: ids only, no names."""
    run = run_of(matching_id)
    return files.take_market(run, actor=person_of(request)).answer()
