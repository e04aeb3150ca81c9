"""At the sender: cases are handed over to a station, and taken back. What is away is entered by no worker of this installation,
and no time that passes changes that."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.exchange.message import LARGEST_PART
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.carried import carried_values
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, NothingToDo, attempt
from yakuba.services.robots.actions import untold
from yakuba.services.robots.actions.rows import arrive, send
from yakuba.services.robots.actions.stations import keys, registering
from yakuba.services.robots.contracts import Ending, Problem, ProblemKind, RowState
from yakuba.services.robots.engine.scenario import Attach, every
from yakuba.services.robots.engine.states import way
from yakuba.services.robots.engine.stationfile import (
    MOST_PARCELS,
    MOST_ROWS,
    HandedCase,
    HandedValue,
    Parcel,
    parcels_as_bytes,
    parcels_from,
)
from yakuba.services.robots.models import Row, Run, RunState, Scenario, Station, stored_problem
from yakuba.services.robots.queries import register

JOB = "robots.station"
TAKEN_BACK = Problem(
    ProblemKind.UNCLEAR,
    "別の端末に渡したまま、取り戻しました。端末がもう入力したか、これから入力するかもしれません。基幹システムで受付番号を"
    "探し、端末が止まったことも確かめてから判断してください。",
)
MOST_AWAY = 5_000  # rows at one station: all of them go into each file
MOST_BYTES = LARGEST_PART * 3 // 4  # of what is told; rows that people hand over again come on top
TOO_LONG = (
    "渡す申請の中に、値が長すぎるか項目が多すぎて、端末へのファイルに入らないものがあります。受付簿で長い値（20,000文字まで）を"
    "短くしてください。何も渡していません。"
)
NO_FILES = (
    "このシナリオは申請書の画像やフォルダのファイルを相手に渡します。ファイルは別の端末へ運ばれないので、渡せません。"
    "基幹システムに届くパソコンで、このシナリオを動かしてください。"
)


@transaction.atomic
def hand_over(
    scenario: Scenario, station: Station, *, actor: Actor, dry_run: bool = False, limit: int | None = None
) -> Run:
    """Take the procedure's ready cases, the oldest first and at most `limit` and `MOST_ROWS`, and let the station enter them.

    Raises Conflict where the robot or the station may not, Missing where this installation has no keys, and NothingToDo where
    nothing waits.
    """
    scenario = register.scenarios().get(pk=scenario.pk)  # as it stands in this transaction
    version = register.require(scenario, away=True)
    keys.newest()
    station = registering.locked(station)
    if station.is_sender or not station.in_use:
        raise Conflict(
            f"「{station}」は、入力を任せる端末として使用中ではありません。「別の端末」で確かめてください。"
        )
    if any(isinstance(step, Attach) for step in every(register.parsed(version).entry)):
        raise Conflict(NO_FILES)
    if _open_runs(station).count() >= MOST_PARCELS:
        raise Conflict(
            f"「{station}」に渡した実行のうち{MOST_PARCELS:,}が終わっていません。結果を取り込み、判断を待つ行を片づけてから渡してください。"
        )
    away = Row.objects.filter(run__away_at=station, state=RowState.WAITING.value).count()
    most = min(limit or MOST_ROWS, MOST_ROWS, MOST_AWAY - away)
    if most < 1:
        raise Conflict(f"「{station}」には{away:,}件を渡したままです。結果を取り込んでから渡してください。")
    ready = Case.objects.select_for_update().filter(procedure=scenario.procedure, status=Status.READY)
    cases = list(ready.order_by("pk")[:most])
    if not cases:
        raise NothingToDo(f"「{scenario.procedure}」に入力を待つ申請はありません。")
    run = Run.objects.create(
        scenario=scenario,
        version=version,
        dry_run=dry_run,
        state=RunState.AWAY,
        away_at=station,
        parcel=uuid.uuid4().hex,
        started_by=actor,
    )
    Row.objects.bulk_create([Row(run=run, number=n, case=case, turn=1) for n, case in enumerate(cases, 1)])
    for case in cases:
        ledger.move(case, Status.ENTERING, user=actor, reason=f"{run}（{station}へ渡した）")
    _require_readable(station)
    tell(station)
    return run


def _require_readable(station: Station) -> None:
    """Raise Conflict where the station would refuse the file with what is handed over now, and with it all that is away."""
    content = parcels_as_bytes(parcels_of(station))
    if len(content) > MOST_BYTES:
        raise Conflict(
            f"「{station}」に渡したままの申請とあわせて、ファイルに入る大きさを超えます。件数を減らすか、結果を取り込んでから渡してください。"
        )
    _, refusal = attempt(parcels_from, content)
    if refusal is not None:
        raise Conflict(TOO_LONG) from refusal


@transaction.atomic
def take_back(run: Run, *, actor: Actor) -> Run:
    """Wait for the station no longer. What it has not told of goes to a person, who alone can say whether it is in; of a
    rehearsal, which enters nothing, it goes back to the pile. Raises Conflict where nothing is away."""
    if run.away_at is not None:
        registering.locked(run.away_at)  # before the run: who takes a file in holds them in that order
    row = locked(run)
    if row.state != RunState.AWAY or row.away_at is None:
        raise Conflict(f"この実行は「{row.get_state_display()}」です。取り戻すものはありません。")
    for one in rows_of(row).filter(state=RowState.WAITING.value):
        if row.dry_run:
            send(one, RowState.SKIPPED)
        else:
            one.problem = stored_problem(TAKEN_BACK)
            go(one, RowState.UNDECIDED)
        arrive(one, user=actor)
    row.state, row.ending, row.ended_at = RunState.STOPPED, Ending.TAKEN_BACK.value, timezone.now()
    row.save()
    tell(row.away_at)
    return row


def hand_over_again(run: Run, row: Row) -> None:
    """A person has decided that a row, which waits, is to be entered after all: the station goes on with the one that it has.
    Called with the run locked, before the row is saved. Raises Conflict where the station is not in use."""
    if run.away_at is None or not run.away_at.in_use:
        raise Conflict(
            f"「{run.away_at}」は休止中です。「別の端末」のページで使用中にしてから、もう一度入力に回してください。"
        )
    row.turn += 1
    run.state, run.ending, run.ended_at = RunState.AWAY, "", None
    run.save()
    tell(run.away_at)


def parcels_of(station: Station) -> list[Parcel]:
    """All that the station is to enter, and about which a person still decides; the oldest first."""
    runs = _open_runs(station).select_related("scenario__procedure", "scenario__system", "version")
    return [_parcel(run) for run in runs.order_by("pk")]


def _open_runs(station: Station) -> QuerySet[Run]:
    open_rows = Row.objects.filter(
        run__away_at=station, state__in=[RowState.WAITING.value, RowState.UNDECIDED.value], holds_case=True
    )
    return Run.objects.filter(pk__in=open_rows.values("run"))


def _parcel(run: Run) -> Parcel:
    rows = list(rows_of(run).filter(state=RowState.WAITING.value)) if run.state == RunState.AWAY else []
    undecided = Row.objects.filter(run=run, state=RowState.UNDECIDED.value, holds_case=True)
    return Parcel(
        mark=run.parcel,
        procedure=run.scenario.procedure.code,
        scenario=run.scenario.name,
        version=run.version.version,
        digest=register.whole_digest(run.version),
        dry_run=run.dry_run,
        rows=tuple(
            HandedCase(
                row.number,
                row.turn,
                row.case.receipt_number,
                tuple(
                    HandedValue(one.field, one.value, one.origin, one.trusted)
                    for one in carried_values(row.case)
                ),
            )
            for row in rows
        ),
        pending=tuple(undecided.order_by("number").values_list("number", flat=True)),
    )


def rows_of(run: Run) -> QuerySet[Row]:
    """The run's rows in order, with what is changed with them."""
    return Row.objects.select_related("case__procedure", "run").filter(run=run).order_by("number")


def locked(run: Run) -> Run:
    """The run as it stands now, until the transaction ends."""
    return Run.objects.select_for_update(of=("self",)).select_related("scenario", "away_at").get(pk=run.pk)


def go(row: Row, target: RowState) -> None:
    """Set a row's state by the shortest way of the table. Raises AssertionError where there is none."""
    steps = way(row.row_state, target)
    if steps is None:
        raise AssertionError(f"row {row.pk}: {row.state} -> {target}")
    for state in steps:
        send(row, state)


def tell(station: Station) -> None:
    """The station has to be told something new; where there is a folder, in a moment."""
    untold.touch(station.pk)
    if station.folder:
        ask(station)


def ask(station: Station) -> None:
    """A turn with its folder."""
    jobs.enqueue(JOB, key=station.job_key, lane=f"stations:{station.pk}", station_id=station.pk)
