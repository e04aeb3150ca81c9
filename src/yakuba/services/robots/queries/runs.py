"""Runs and rows: lists, counts, progress."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from yakuba.kernel.jobs.models import State
from yakuba.kernel.jobs.work import Work, job_of, why_it_waits, work_of
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.sight import sight, without_places
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.robots.contracts import Command, Problem, RowState
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.models import Row, RowEvent, RowPicture, Run, RunState
from yakuba.services.robots.queries.stations import at_station

OPEN_STATES = tuple(sorted(state.value for state in OPEN))
WORKED_ON = (RowState.LOOKING_UP, RowState.ENTERING, RowState.INTENT, RowState.SUBMITTING)
GOOD = (RowState.ENTERED, RowState.FOUND_ALREADY, RowState.REHEARSED)


@dataclass(frozen=True)
class Progress(Work):
    """A run at this moment, by its rows. `counts` has every state that occurs; `current` is the row being worked on;
    seconds_per_row: machine time a finished row took on average."""

    counts: dict[RowState, int] = field(default_factory=dict)
    current: Row | None = None
    seconds_per_row: float = 0.0


def entered_by_month() -> dict[str, dict[date, int]]:
    """How many cases robots entered, by procedure and the first day of the month; a rehearsal enters none."""
    found: dict[str, dict[date, int]] = {}
    rows = (
        RowEvent.objects.filter(state=RowState.ENTERED.value)
        .annotate(month=TruncMonth("at"))
        .values_list("row__case__procedure__code", "month")
        .annotate(number=Count("row__case", distinct=True))
        .order_by("row__case__procedure__code", "month")
    )
    for code, month, number in rows:
        found.setdefault(code, {})[timezone.localdate(month)] = number
    return found


def runs() -> QuerySet[Run]:
    """All runs, newest first."""
    return Run.objects.select_related(
        "scenario__procedure", "scenario__system", "version", "started_by", "away_at", "came_from"
    ).order_by("-pk")


def rows(run: Run) -> QuerySet[Row]:
    """The run's rows in order."""
    return Row.objects.filter(run=run).select_related("case").order_by("number")


def counts(run: Run) -> dict[RowState, int]:
    """How many rows stand in each state, in the order of the states."""
    found = dict(Row.objects.filter(run=run).values_list("state").annotate(Count("pk")))
    return {state: found[state.value] for state in RowState if state.value in found}


def progress(run: Run) -> Progress:
    """Where the run stands now."""
    by_state = counts(run)
    total = sum(by_state.values())
    left = sum(number for state, number in by_state.items() if state in OPEN)
    current = rows(run).filter(state__in=[state.value for state in WORKED_ON]).first()
    each = _seconds_per_row(run)
    return Progress(
        counts=by_state,
        total=total,
        done=total - left,
        current=current,
        seconds_per_row=each,
        seconds_left=left * each if left and each else None,
        note=_note(run),
        is_live=run.state == RunState.ACTIVE,
    )


def failed(run: Run) -> int:
    """How many rows can be tried again."""
    again = (RowState.FAILED.value, RowState.SKIPPED.value)
    return Row.objects.filter(run=run, state__in=again, case__status=Status.READY).count()


def undecided() -> QuerySet[Row]:
    """Rows that wait for a person, the oldest first."""
    found = Row.objects.filter(state=RowState.UNDECIDED.value, holds_case=True)
    return found.select_related("case__procedure", "run__scenario__system").order_by("changed_at", "pk")


def ready_by_procedure() -> dict[Procedure, tuple[int, datetime | None]]:
    """Procedures with cases that wait for a robot: how many, and since when."""
    waiting = Case.objects.filter(status=Status.READY).values("procedure")
    found = {
        row["procedure"]: (row["n"], row["oldest"])
        for row in waiting.annotate(n=Count("pk"), oldest=Min("updated_at"))
    }
    return {one: found[one.pk] for one in Procedure.objects.filter(pk__in=found).order_by("title")}


def look_up_of(row: Row) -> dict[str, Any]:
    """What the target said of an undecided row: `at` (None: nobody has asked), `numbers`, `problem`; and `work`: the robot
    that is on its way, or why it did not get there."""
    stored = {"at": "", "numbers": [], "problem": "", **(row.look_up or {})}
    at = datetime.fromisoformat(stored["at"]) if stored["at"] else None
    return stored | {"at": at, "work": work_of("robots.look_up", f"row-{row.pk}")}


def last_picture(run: Run) -> RowPicture | None:
    """The newest picture of the run."""
    return RowPicture.objects.filter(row__run=run).select_related("row__case", "file").order_by("-pk").first()


def run_facts(run: Run) -> dict[str, Any]:
    """A run as the API and the command line tell it."""
    now, problem = progress(run), run.stated_problem
    return {
        "id": run.pk,
        "scenario": run.scenario.name,
        "version": run.version.version,
        "procedure": run.scenario.procedure.code,
        "dry_run": run.dry_run,
        "proving": run.proving,
        "station": str(run.away_at or ""),
        "sender": str(run.came_from or ""),
        "state": run.state,
        "state_label": run.get_state_display(),
        "total": now.total,
        "done": now.done,
        "counts": {state.value: number for state, number in now.counts.items()},
        "seconds_per_row": round(now.seconds_per_row, 2),
        "seconds_left": now.seconds_left and round(now.seconds_left),
        "message": problem.message if problem else now.note or run.ending_label,
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
    }


def row_facts(row: Row) -> dict[str, Any]:
    """A row as the API and the command line tell it; without the values of the case."""
    problem = problem_of(row)
    return {
        "id": row.pk,
        "number": row.number,
        "case": row.case_id,
        "receipt_number": row.case.receipt_number,
        "state": row.state,
        "state_label": row.row_state.label,
        "target_number": row.target_number,
        "attempts": row.attempts,
        "seconds": round(row.total_seconds, 2),
        "lane": row.lane,
        "problem": {"kind": problem.kind.value, "message": problem.message, "field": problem.field}
        if problem
        else None,
    }


def _seconds_per_row(run: Run) -> float:
    finished = Row.objects.filter(run=run, state__in=[state.value for state in GOOD])
    spent = [sum(seconds.values()) for seconds in finished.values_list("seconds", flat=True)]
    return sum(spent) / len(spent) if spent else 0.0


def _note(run: Run) -> str:
    """What the state alone does not say."""
    if run.state == RunState.AWAY:
        return at_station(run)
    if run.state != RunState.ACTIVE:
        return ""
    if run.wanted == Command.PAUSE.value:
        return "いまの操作が済みしだい、一時停止します。"
    if run.wanted == Command.STOP.value:
        return "いまの操作が済みしだい、中止します。"
    job = job_of("robots.run", run.job_key)
    if job is None or job.state != State.WAITING:
        return _waiting_rows(run)
    resting = "相手システムの失敗が続いたため、しばらく間をおいています。"
    return why_it_waits(job) or _waiting_rows(run) or resting


def _waiting_rows(run: Run) -> str:
    states = Counter(rows(run).filter(state__in=OPEN_STATES).values_list("state", flat=True))
    if set(states) == {RowState.RETRY.value}:
        return f"やり直す時刻を待っています（{states[RowState.RETRY.value]}行）。"
    return ""


def said(row: Row, text: str, user: Any = None) -> str:
    """What the robot wrote down about a row, without what is hidden from `user`; from everybody where none is given."""
    return without_places(row.case, text) if text and sight(user, row.case).hidden else text


def problem_of(row: Row, user: Any = None) -> Problem | None:
    """Why the row did not go on, as `user` may read it."""
    problem = row.stated_problem
    return replace(problem, message=said(row, problem.message, user)) if problem else None


def reason(row: Row) -> str:
    """The same in one sentence, as everybody may read it; empty where it went on."""
    problem = problem_of(row)
    return problem.message if problem else ""
