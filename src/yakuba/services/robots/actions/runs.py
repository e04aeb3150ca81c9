"""Runs: start, pause, resume, stop, try failed rows again; and taking a run in hand to work on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.meter.noting import note
from yakuba.kernel.refusals import Conflict, NothingToDo, Refused
from yakuba.services.robots.actions.rows import arrive, begin_anew, send
from yakuba.services.robots.contracts import (
    Command,
    Ending,
    Problem,
    ProblemKind,
    RowState,
    RunReport,
)
from yakuba.services.robots.engine.complaints import NO_EGRESS
from yakuba.services.robots.engine.outcomes import NOT_ASKED
from yakuba.services.robots.models import Row, Run, RunState, Scenario, ScenarioVersion, stored_problem
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.runs import OPEN_STATES

JOB = "robots.run"

_GO_ON = "直ってから「再開」を押すと、続きから入力します。"


@transaction.atomic
def start(
    scenario: Scenario,
    *,
    actor: Actor,
    dry_run: bool = False,
    limit: int | None = None,
    trial: ScenarioVersion | None = None,
    proving: bool = False,
) -> Run:
    """Take the procedure's ready cases, the oldest first and at most `limit`, and let the robot enter them. trial: a
    version that is not published yet; it is only rehearsed.  proving: rehearsed, to prove the fast lane.

    Raises Conflict when the robot may not run, and NothingToDo when nothing waits.
    """
    scenario = register.scenarios().get(pk=scenario.pk)  # as it stands in this transaction
    version = register.require(scenario, trial)
    dry_run = dry_run or proving or trial is not None
    ready = Case.objects.select_for_update().filter(procedure=scenario.procedure, status=Status.READY)
    cases = list(ready.order_by("pk")[:limit] if limit else ready.order_by("pk"))
    if not cases:
        raise NothingToDo(f"「{scenario.procedure}」に入力を待つ申請はありません。")
    run = Run.objects.create(
        scenario=scenario, version=version, dry_run=dry_run, proving=proving, started_by=actor
    )
    Row.objects.bulk_create([Row(run=run, number=n, case=case) for n, case in enumerate(cases, 1)])
    for case in cases:
        ledger.move(case, Status.ENTERING, user=actor, reason=str(run))
    _let_work(run)
    return run


@transaction.atomic
def pause(run: Run) -> Run:
    """Ask the robot to stop after the step it is at; a run that nobody works on yet is paused at once."""
    row = _here(run)
    if row.state != RunState.ACTIVE:
        raise Conflict(f"この実行は「{row.get_state_display()}」のため、一時停止できません。")
    row.wanted = Command.PAUSE.value
    if not row.holder:
        row.state, row.ending = RunState.PAUSED, Ending.PAUSED.value
    row.save()
    return row


@transaction.atomic
def resume(run: Run, *, first_row: int = 1) -> Run:
    """Go on, with the newest version of the scenario, from row `first_row` on. Raises Conflict."""
    row = _here(run)
    if not row.is_unfinished:
        raise Conflict(f"この実行は「{row.get_state_display()}」です。再開できるのは途中の実行だけです。")
    last = Row.objects.filter(run=row).aggregate(last=Max("number"))["last"] or 0
    if not 1 <= first_row <= last:
        raise Conflict(f"始める行は1から{last}までで指定してください。")
    _go_on(row, first_row)
    return row


@transaction.atomic
def stop(run: Run) -> Run:
    """End the run: rows that were not begun go back to the pile. A robot at work ends after its step."""
    row = _here(run)
    if not row.is_unfinished:
        raise Conflict(f"この実行は、すでに「{row.get_state_display()}」です。")
    row.wanted = Command.STOP.value
    row.save()
    if not row.holder:
        _release_rest(row)
    return row


@transaction.atomic
def retry_failed(run: Run, *, actor: Actor, only: Row | None = None) -> list[Row]:
    """Let the robot try failed and skipped rows again (or `only` one). Returns those it takes up; a case
    that somebody has taken out of the pile in the meantime is left alone. Raises Conflict for none."""
    run = _here(run)
    if run.came_from is not None:
        raise Conflict(
            f"「{run.came_from}」から任された申請です。もう一度流すかどうかは、渡した設備の画面で決めます。"
        )
    again = Row.objects.select_related("case").filter(
        run=run, state__in=[RowState.FAILED.value, RowState.SKIPPED.value]
    )
    taken = [row for row in (again.filter(pk=only.pk) if only else again) if _take_again(row, actor)]
    if not taken:
        raise Conflict(
            "もう一度流せる行がありません。受付が「入力待ち」になっているか、受付簿で確かめてください。"
        )
    work_again(run)
    return taken


def work_again(run: Run) -> None:
    """Rows of a run are open again: go on, unless a person has it paused or a problem holds it up.

    Call with the run's row locked. Raises Conflict when the robot may not run.
    """
    if run.state in (RunState.PAUSED, RunState.HALTED):
        return
    _go_on(run, run.first_row if run.state == RunState.ACTIVE else 1)


# Working on a run


@transaction.atomic
def take(run_id: int, holder: str) -> Run | None:
    """Make `holder` the one that works on the run; None when there is nothing to do.

    The former holder can commit no intent from here on. What it was about to press when it lost the run is cut off
    at the egress, before the row is looked at.
    """
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None or run.state != RunState.ACTIVE:
        return None
    run.holder = holder
    run.save()
    return run


def note_forms(version: ScenarioVersion, forms: Mapping[int, Sequence[str]]) -> None:
    """Keep what the steps of a version were seen to send: another form is stopped from here on."""
    learned = {str(line): list(sent) for line, sent in forms.items()}
    if learned != version.forms:
        ScenarioVersion.objects.filter(pk=version.pk).update(forms=learned)


@transaction.atomic
def give_back(run_id: int, holder: str, report: RunReport | None) -> Run | None:
    """The holder has finished its turn with `report` (None: it broke off). Returns the run as it stands now,
    None when somebody else holds it."""
    run = Run.objects.select_for_update().filter(pk=run_id, holder=holder).first()
    if run is None:
        return None
    run.holder, run.failures = "", 0
    if report is not None:
        note("robots.minutes", f"turn:{holder}", report.elapsed / 60)
        _end_turn(run, report)
    run.save()
    return run


@transaction.atomic
def give_up(refusal: Refused, *, run_id: int) -> None:
    """The job will not go on, for that reason, and neither does the run: a person sees why and goes on, or stops it.
    What the person wanted meanwhile is done. One that is not under way is left alone."""
    run = Run.objects.select_for_update().filter(pk=run_id, state=RunState.ACTIVE).first()
    if run is None:
        return
    run.holder = ""
    if run.wanted == Command.STOP.value:
        _release_rest(run)
        return
    run.state, run.ending = RunState.HALTED, Ending.GIVEN_UP.value
    run.problem = stored_problem(Problem(ProblemKind.SETUP, f"{refusal.lines()}\n{_GO_ON}"))
    run.save()


@transaction.atomic
def take_up(*, run_id: int) -> None:
    """The job that had given up is begun again. Raises Conflict when the robot may not run."""
    run = Run.objects.select_related("scenario__system", "scenario__owner").select_for_update(of=("self",))
    given_up = run.filter(pk=run_id, state=RunState.HALTED, ending=Ending.GIVEN_UP.value).first()
    if given_up is not None:
        _go_on(given_up, given_up.first_row)


def _end_turn(run: Run, report: RunReport) -> None:
    """What the ending of a turn means for the run. It stays active when there is more to do at once."""
    wanted = Command(run.wanted)
    if wanted is Command.STOP:
        _release_rest(run)
    elif report.ending is Ending.FINISHED:
        _after_last_row(run)
    elif report.ending is Ending.PAUSED:
        if wanted is Command.PAUSE:
            run.state, run.ending = RunState.PAUSED, Ending.PAUSED.value
    elif report.ending is Ending.WAITING:
        run.failures = report.failures
    elif report.ending is not Ending.LOST:
        if report.ending is Ending.NO_EGRESS:
            _give_intents_to_person(run)
        run.state, run.ending = RunState.HALTED, report.ending.value
        run.problem = stored_problem(report.problem)


def _after_last_row(run: Run) -> None:
    still_open = Row.objects.filter(run=run, state__in=OPEN_STATES)
    if still_open.filter(number__gte=run.first_row).exists():
        return  # a person has put a row back while the robot was busy
    left = still_open.count()
    if left:
        run.state, run.ending = RunState.PAUSED, Ending.PAUSED.value
        message = f"{run.first_row}行目からの入力は終わりました。それより前に{left}行が残っています。"
        run.problem = stored_problem(
            Problem(ProblemKind.SETUP, f"{message}「再開」か「中止」を押してください。")
        )
    else:
        run.state, run.ending = RunState.DONE, Ending.FINISHED.value
        run.problem, run.ended_at = None, timezone.now()


def _give_intents_to_person(run: Run) -> None:
    """Nobody can say what has left for them, nor look them up."""
    rows = Row.objects.select_related("case__procedure", "run").filter(run=run, state__in=OPEN_STATES)
    for row in rows.exclude(intent_at=None).order_by("number"):
        row.problem = stored_problem(NO_EGRESS)
        _step_towards(row, RowState.UNDECIDED)
        arrive(row)


def _release_rest(run: Run) -> None:
    """Put back what was not begun. A row whose button may have been pressed goes to a person instead."""
    rows = Row.objects.select_related("case__procedure", "run").filter(run=run, state__in=OPEN_STATES)
    for row in rows.order_by("number"):
        if row.intent_at is not None:
            row.problem = stored_problem(NOT_ASKED)
            _step_towards(row, RowState.UNDECIDED)
        else:
            row.problem = None
            _step_towards(row, RowState.SKIPPED)
        arrive(row)
    run.state, run.ending, run.ended_at = RunState.STOPPED, Ending.STOPPED.value, timezone.now()
    run.problem = None
    run.save()


def _step_towards(row: Row, target: RowState) -> None:
    """Set a stopped row's state by way of the states that the table asks for in between."""
    state = row.row_state
    if target is RowState.SKIPPED and state not in (RowState.WAITING, RowState.RETRY):
        send(row, RowState.WAITING)
    elif target is RowState.UNDECIDED and state in (RowState.WAITING, RowState.RETRY):
        send(row, RowState.LOOKING_UP)
    send(row, target)


def _take_again(row: Row, actor: Actor) -> bool:
    case = Case.objects.select_for_update().get(pk=row.case_id)
    if case.status != Status.READY:
        return False
    begin_anew(row)
    ledger.move(case, Status.ENTERING, user=actor, reason=str(row))
    row.case = case
    arrive(row, user=actor)
    return True


def _go_on(run: Run, first_row: int) -> None:
    trial = None if run.version.published else run.version
    run.version, run.first_row = register.require(run.scenario, trial), first_row
    run.wanted, run.state = Command.GO.value, RunState.ACTIVE
    run.ending, run.problem, run.ended_at = "", None, None
    run.save()
    _let_work(run)


def _let_work(run: Run) -> None:
    job = jobs.enqueue(JOB, key=run.job_key, lane=run.job_lane, run_id=run.pk)
    jobs.resume(job)


def _here(run: Run) -> Run:
    """The run, held, if a robot of this installation enters it. Raises Conflict."""
    row = locked(run)
    if row.away_at is not None:
        raise Conflict(
            f"この実行は、別の端末「{row.away_at}」に渡したものです。止める・再開する・もう一度流すのは、端末の画面で行います。"
            "端末の結果を待たないときは、「取り戻す」を押してください。"
        )
    return row


def locked(run: Run) -> Run:
    """The run as it stands now, until the transaction ends. Its job before it: whoever ends a job takes them in that
    order (`give_up`)."""
    jobs.lock(JOB, run.job_key)
    runs = Run.objects.select_related("scenario__system", "scenario__owner", "away_at", "came_from")
    return runs.select_for_update(of=("self",)).get(pk=run.pk)
