"""At the station: the rows of a sender are taken once, entered by the same machinery as own ones, and stopped where the sender
wants them no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.carried import Carried, set_values, take_over
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Refused, attempt
from yakuba.services.robots.actions import runs, untold
from yakuba.services.robots.actions.rows import arrive, begin_anew, send
from yakuba.services.robots.actions.stations import registering
from yakuba.services.robots.actions.stations.files import Came
from yakuba.services.robots.contracts import Command, RowState
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.engine.stationfile import HandedCase, Parcel, parcels_from
from yakuba.services.robots.models import HandedRow, Row, Run, RunState, Scenario, ScenarioVersion, Station
from yakuba.services.robots.queries import register

BEGUN_AGAIN = frozenset({RowState.UNDECIDED, RowState.FAILED, RowState.SKIPPED})
NOT_BEGUN = frozenset({RowState.WAITING, RowState.RETRY})
OWN_CASE = "この端末に、同じ手続と受付番号の別の受付があります。端末の受付簿で確かめ、要らなければ取り下げて消してから、渡し直してください。"
UNDER_WAY = "この端末で本番の入力が済んでいないので、試行できません。結果が出てから渡し直してください。"


@dataclass(frozen=True)
class Taken:
    """What a file brought: how many rows were new, and a sentence for each parcel that could not be taken."""

    new: int = 0
    refused: tuple[str, ...] = ()


class Overtaken(Conflict):
    """A newer file of the same sender has been taken meanwhile."""


def take(came: Came) -> Taken:
    """Do what the newest file of a sender says; the same again does nothing. Each parcel is one transaction. Raises Invalid for a
    file that is not as it should be, and Overtaken."""
    parcels = parcels_from(came.told)
    new, refused = 0, {}
    for parcel in parcels:
        taken, refusal = attempt(_take_parcel, came, parcel)
        if isinstance(refusal, Overtaken):
            raise refusal
        if refusal is not None:
            refused[parcel.mark] = refusal.lines()
        new += taken or 0
    _settle(came, parcels)
    told = {mark: {"refused": sentence} for mark, sentence in refused.items()}
    with transaction.atomic():
        station = held(came)
        if station.told != told:
            station.told = told
            station.touched += 1
        station.save()
    return Taken(new, tuple(refused.values()))


def held(came: Came) -> Station:
    """The station of a file until the transaction ends. Raises Overtaken."""
    station = registering.locked(came.station)
    if station.seen > came.serial:
        raise Overtaken(
            "もっと新しいファイルを、もう取り込みました。この古いファイルでは何も変えていません。"
        )
    return station


@transaction.atomic
def _take_parcel(came: Came, parcel: Parcel) -> int:
    """How many of its rows are new."""
    station = held(came)
    known = set(HandedRow.objects.filter(sender=station, parcel=parcel.mark).values_list("number", "turn"))
    fresh = [row for row in parcel.rows if (row.number, row.turn) not in known]
    if not fresh:
        return 0
    scenario, version = _scenario(parcel)
    run = Run.objects.select_for_update().filter(parcel=parcel.mark).first()
    if run is not None and run.came_from_id != station.pk:
        raise Conflict(
            "この小包は、別の設備から受け取ったことがあります。渡した設備で取り戻して、渡し直してください。"
        )
    run = run or Run.objects.create(
        scenario=scenario,
        version=version,
        dry_run=parcel.dry_run,
        came_from=station,
        parcel=parcel.mark,
        started_by=scenario.owner,
        state=RunState.DONE,  # until it has a row
    )
    for row in fresh:
        _take_row(station, run, row)
    if not run.rows.exists():  # all go on by rows of before, or were refused
        run.delete()
    untold.touch(station.pk)
    return len(fresh)


def _scenario(parcel: Parcel) -> tuple[Scenario, ScenarioVersion]:
    """What enters the parcel. Raises Conflict where it is not what the sender means, or may not run."""
    scenario = register.scenarios().filter(name=parcel.scenario, procedure__code=parcel.procedure).first()
    version = register.latest_version(scenario) if scenario else None
    if scenario is None or version is None:
        raise Conflict(
            f"端末に、手続「{parcel.procedure}」のシナリオ「{parcel.scenario}」がありません。渡す設備と同じ定義を、"
            "端末でも2人で公開してください。"
        )
    if register.whole_digest(version) != parcel.digest:
        raise Conflict(
            f"端末のシナリオ「{parcel.scenario}」（第{version.version}版）の本文が、渡した設備のもの（第{parcel.version}版）と"
            "違います。同じ本文を、端末でも2人で公開してください。"
        )
    register.require(scenario)
    return scenario, version


def _take_row(station: Station, run: Run, given: HandedCase) -> None:
    handed = HandedRow(sender=station, parcel=run.parcel, number=given.number, turn=given.turn)
    try:
        with transaction.atomic():
            handed.row = _row_for(run, given)
    except Refused as refusal:
        handed.refused = refusal.lines()
    if (
        handed.row is not None
    ):  # whatever was said of it under another mark is told under this one from now on
        before = HandedRow.objects.filter(sender=station, row=handed.row, over_at=None)
        before.update(over_at=timezone.now())
    handed.save()


def _row_for(run: Run, given: HandedCase) -> Row:
    """What enters the case: the row that has tried before, with all that it remembers, or a new one. Raises Refused."""
    values = [Carried(one.field, one.value, one.origin, one.trusted) for one in given.values]
    source = {"station": str(run.came_from)}
    procedure = run.scenario.procedure
    case = (
        Case.objects.select_for_update(of=("self",))
        .filter(procedure=procedure, receipt_number=given.receipt_number)
        .first()
    )
    if case is None:
        case = take_over(procedure, given.receipt_number, values, source)
        ledger.move(case, Status.ENTERING, reason=f"{run.came_from}から任された")
        return _new_row(run, given, case)
    own = Row.objects.filter(case=case, run__came_from=run.came_from).select_related("run", "case__procedure")
    if not own.exists():
        raise Conflict(OWN_CASE)
    old = own.filter(run__dry_run=False).order_by("-pk").first()
    if run.dry_run and (
        case.is_entered or (old is not None and old.row_state in OPEN | {RowState.UNDECIDED})
    ):
        raise Conflict(UNDER_WAY)
    if case.is_entered or (old is not None and old.row_state in OPEN):
        assert old is not None
        return old
    set_values(case, values, source)
    if old is None or run.dry_run:
        if old is not None:
            Row.objects.filter(pk=old.pk).update(holds_case=False)
        return _new_row(run, given, case)
    Row.objects.filter(case=case, holds_case=True).exclude(pk=old.pk).update(holds_case=False)
    return _begin_again(old)


def _new_row(run: Run, given: HandedCase, case: Case) -> Row:
    row = Row.objects.create(run=run, number=given.number, case=case)
    _let_go_on(run)
    return row


def _begin_again(row: Row) -> Row:
    """The sender's people have decided that it is to be tried again: they have seen that nothing was stored."""
    run = runs.locked(row.run)
    begin_anew(row)
    if row.case.status != Status.ENTERING:
        ledger.move(row.case, Status.READY, reason="渡した設備で、登録されていないことを確かめた")
        ledger.move(row.case, Status.ENTERING, reason=str(row))
    arrive(row)
    _let_go_on(run)
    return row


def _let_go_on(run: Run) -> None:
    """A run that is at work, or that a person has stopped half way, stays as it is."""
    if run.state in (RunState.DONE, RunState.STOPPED):
        runs.work_again(run)


def _settle(came: Came, parcels: Sequence[Parcel]) -> None:
    """What the sender wants no longer is not begun; what it has read is acknowledged, and over where nothing hangs on it."""
    wanted = {(parcel.mark, row.number, row.turn) for parcel in parcels for row in parcel.rows}
    pending = {(parcel.mark, number) for parcel in parcels for number in parcel.pending}
    with transaction.atomic():
        held(came)
        now, unwanted = timezone.now(), []
        for one in HandedRow.objects.filter(sender=came.station, over_at=None).select_related("row__run"):
            if (one.parcel, one.number, one.turn) in wanted:
                if one.acknowledged_at is not None:  # the sender came back from a backup
                    one.acknowledged_at = None
                    one.save()
                    untold.touch(came.station.pk)
                continue
            if one.row is not None and one.row.row_state in OPEN:
                unwanted.append(one.row)
            elif one.reported is not None and one.reported <= came.seen:
                one.acknowledged_at = one.acknowledged_at or now
                if (one.parcel, one.number) not in pending:
                    one.over_at = now
                one.save()
    for run in {row.run for row in unwanted}:
        _leave(run, [row.pk for row in unwanted if row.run_id == run.pk])


@transaction.atomic
def _leave(run: Run, unwanted: Sequence[int]) -> None:
    """Begin these rows of a run no more. What may have been pressed goes on to be looked up, and is told."""
    run = runs.locked(run)
    left = Row.objects.filter(run=run, state__in=[state.value for state in OPEN]).exclude(pk__in=unwanted)
    if not left.exists():
        if run.is_unfinished:
            runs.stop(run)
        return
    if run.holder:  # it is asked to pause, and the next look finds it so
        Run.objects.filter(pk=run.pk).update(wanted=Command.PAUSE.value)
        return
    rows = Row.objects.select_related("case__procedure", "run").filter(pk__in=unwanted, intent_at=None)
    for row in rows.filter(state__in=[state.value for state in NOT_BEGUN]):
        send(row, RowState.SKIPPED)
        arrive(row)
    attempt(runs.resume, run)  # what keeps it from running is told with the results
