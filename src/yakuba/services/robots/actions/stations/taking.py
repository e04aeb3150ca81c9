"""At the station: the rows of a sender are taken once, entered by the same machinery as own ones, and stopped where the sender
wants them no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.carried import Carried, carried_values, set_values, take_over
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Refused, attempt
from yakuba.services.robots.actions import runs, untold
from yakuba.services.robots.actions.rows import arrive, begin_anew
from yakuba.services.robots.actions.stations import registering
from yakuba.services.robots.actions.stations.files import Came
from yakuba.services.robots.actions.stations.handing import go
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.engine.outcomes import NOT_ASKED
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.engine.stationfile import HandedCase, Parcel, parcels_from
from yakuba.services.robots.models import (
    HandedRow,
    Row,
    RowEvent,
    Run,
    RunState,
    Scenario,
    ScenarioVersion,
    Station,
    stored_problem,
)
from yakuba.services.robots.queries import register

OWN_CASE = "この端末に、同じ手続と受付番号の別の受付があります。端末の受付簿で確かめ、要らなければ取り下げて消してから、渡し直してください。"
OTHERWISE_IN = (
    "この受付は、端末が前に渡された値とシナリオで、もう登録しました。今度の値かシナリオはそれと違います。基幹システムで登録の中身を"
    "直してから、その登録番号で「登録されている」を選んでください。"
)
OTHERWISE_OPEN = (
    "受付{receipt}は、前に渡された値かシナリオでの入力が端末でまだ止まっていません。止まってから、今度の値で続けます。媒体で運ぶときは、"
    "少し待って同じファイルをもう一度取り込んでください。"
)
NOT_CUT = "端末での前の試みの通信が、まだ切れていないかもしれません。前と同じシナリオで渡し直すか、端末の画面で照会してください。"
MOST_TOLD = 20  # sentences of a parcel
UNDER_WAY = "この端末で本番の入力が済んでいないので、試行できません。結果が出てから渡し直してください。"


@dataclass(frozen=True)
class Taken:
    """What a file brought: how many rows were new, and a sentence for each parcel that could not be taken."""

    new: int = 0
    refused: tuple[str, ...] = ()


class NotYet(Conflict):
    """What was handed over before, otherwise, is at work still: the same file brings the row when that has stopped."""


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
        count, later = taken or (0, [])
        if refusal is not None or later:
            refused[parcel.mark] = refusal.lines() if refusal else "\n".join(later[:MOST_TOLD])
        new += count
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
def _take_parcel(came: Came, parcel: Parcel) -> tuple[int, list[str]]:
    """How many of its rows are new, and why others have to wait."""
    station = held(came)
    known = set(HandedRow.objects.filter(sender=station, parcel=parcel.mark).values_list("number", "turn"))
    fresh = [row for row in parcel.rows if (row.number, row.turn) not in known]
    if not fresh:
        return 0, []
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
    later: list[str] = []
    for row in fresh:
        _, refusal = attempt(_take_row, station, run, row, version)
        if refusal is not None:
            later.append(str(refusal))
    if not run.rows.exists():  # all go on by rows of before, or were refused
        run.delete()
    untold.touch(station.pk)
    return len(fresh) - len(later), later


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


def _take_row(station: Station, run: Run, given: HandedCase, version: ScenarioVersion) -> None:
    """Raises NotYet; whatever else stands against it is told as its result."""
    handed = HandedRow(sender=station, parcel=run.parcel, number=given.number, turn=given.turn)
    try:
        with transaction.atomic():
            handed.row, handed.refused = _row_for(run, given, version)
    except NotYet:
        raise
    except Refused as refusal:
        handed.refused = refusal.lines()
    if (
        handed.row is not None
    ):  # whatever was said of it under another mark is told under this one from now on
        before = HandedRow.objects.filter(sender=station, row=handed.row, over_at=None)
        before.update(over_at=timezone.now())
    handed.save()


def _row_for(run: Run, given: HandedCase, version: ScenarioVersion) -> tuple[Row, str]:
    """What enters the case: the row that has tried before, with all that it remembers, or a new one; and why a person has to
    look at it although it is in. Raises Refused."""
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
        return _new_row(run, given, case), ""
    own = Row.objects.filter(case=case, run__came_from=run.came_from).select_related("run", "case__procedure")
    old = own.filter(run__dry_run=False).order_by("-pk").first()
    if not own.exists() or (case.is_entered and old is None):
        raise Conflict(OWN_CASE)
    if run.dry_run and (
        case.is_entered or (old is not None and old.row_state in OPEN | {RowState.UNDECIDED})
    ):
        raise Conflict(UNDER_WAY)
    same = {(one.field, one.value) for one in values} == {
        (one.field, one.value) for one in carried_values(case)
    }
    if old is not None and case.is_entered:
        return old, "" if same and old.run.scenario_id == run.scenario_id else OTHERWISE_IN
    if old is not None and old.row_state in OPEN:
        if not same or not _by_same_text(old.run, version):
            raise NotYet(OTHERWISE_OPEN.format(receipt=given.receipt_number))
        return old, ""
    set_values(case, values, source)
    if old is None or run.dry_run:
        if old is not None:
            Row.objects.filter(pk=old.pk).update(holds_case=False)
        return _new_row(run, given, case), ""
    Row.objects.filter(case=case, holds_case=True).exclude(pk=old.pk).update(holds_case=False)
    if _by_same_text(old.run, version):
        return _begin_again(old), ""
    return _begin_otherwise(old, run, given), ""


def _by_same_text(run: Run, version: ScenarioVersion) -> bool:
    """Whether a row of that run is entered by this text. One that has ended goes on with the newest."""
    ended = run.state in (RunState.DONE, RunState.STOPPED)
    return run.scenario_id == version.scenario_id and (ended or run.version_id == version.pk)


def _begin_otherwise(old: Row, run: Run, given: HandedCase) -> Row:
    """By another text than the row of before, which is over. Raises Conflict where something of it may still be under way."""
    intent = old.stated_intent
    if intent is not None and not intent.cut:
        raise Conflict(NOT_CUT)
    old.holds_case = False
    if old.row_state is not RowState.SKIPPED:
        go(old, RowState.SKIPPED)
        RowEvent.objects.create(row=old, state=old.state, message="別のシナリオか版で渡し直された")
    old.save()
    _enter_case(old.case, run)
    return _new_row(run, given, old.case)


def _enter_case(case: Case, run: Run) -> None:
    if case.status != Status.ENTERING:
        ledger.move(case, Status.READY, reason="渡した設備で、登録されていないことを確かめた")
        ledger.move(case, Status.ENTERING, reason=str(run))


def _new_row(run: Run, given: HandedCase, case: Case) -> Row:
    row = Row.objects.create(run=run, number=given.number, case=case)
    _let_go_on(run)
    return row


def _begin_again(row: Row) -> Row:
    """The sender's people have decided that it is to be tried again: they have seen that nothing was stored."""
    run = runs.locked(row.run)
    begin_anew(row)
    _enter_case(row.case, run)
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
        _tell_again_what_is_awaited(came.station, wanted)
        now, unwanted = timezone.now(), []
        still_open = HandedRow.objects.filter(sender=came.station, over_at=None).select_related("row__run")
        awaited = {one.row_id for one in still_open if (one.parcel, one.number, one.turn) in wanted}
        for one in still_open:
            if (one.parcel, one.number, one.turn) in wanted:
                continue
            if one.row is not None and one.row.row_state in OPEN:
                if one.row_id not in awaited:
                    unwanted.append(one.row)
            elif one.reported is not None and one.reported <= came.seen:
                one.acknowledged_at = one.acknowledged_at or now
                if (one.parcel, one.number) not in pending:
                    one.over_at = now
                one.save()
    for run in {row.run for row in unwanted}:
        _leave(run, [row.pk for row in unwanted if row.run_id == run.pk])


def _tell_again_what_is_awaited(station: Station, wanted: set[tuple[str, int, int]]) -> None:
    """A sender that awaits what it has read is a backup, however long ago it had read it."""
    read = HandedRow.objects.filter(sender=station, parcel__in={mark for mark, _, _ in wanted})
    for one in read.exclude(over_at=None, acknowledged_at=None):
        if (one.parcel, one.number, one.turn) in wanted:
            one.acknowledged_at = one.over_at = one.reported = None
            one.save()
            untold.touch(station.pk)


@transaction.atomic
def _leave(run: Run, unwanted: Sequence[int]) -> None:
    """These rows of a run end before anything more of them is pressed: whoever is at work on one can commit nothing of it any more
    (`actions.store`). What may have been pressed goes to a person: a worker that looked it up and did not find it might press
    again. What else the run does, and whether somebody has paused it, stays."""
    run = runs.locked(run)
    rows = Row.objects.select_related("case__procedure", "run").select_for_update(of=("self",))
    for row in rows.filter(pk__in=unwanted, state__in=[state.value for state in OPEN]).order_by("number"):
        if row.intent_at is None:
            row.problem = None
            go(row, RowState.SKIPPED)
        else:
            row.problem = stored_problem(NOT_ASKED)
            go(row, RowState.UNDECIDED)
        arrive(row)
    left = Row.objects.filter(run=run, state__in=[state.value for state in OPEN])
    if run.is_unfinished and not left.exclude(pk__in=unwanted).exists():
        runs.stop(run)
