"""Moves of a job row along `TRANSITIONS`. Each is one small transaction and needs the ticket."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, ExpressionWrapper, F, IntegerField, Q, Value, When
from django.db.models.functions import Now

from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.models import TRANSITIONS, Job, State, StopRequest, Worker
from yakuba.kernel.jobs.progress import RESUMED, Progress
from yakuba.kernel.refusals import Conflict, Refused, Unavailable
from yakuba.kernel.tenancy import active_municipality, every_municipality

log = logging.getLogger("yakuba.jobs")
CANCELLED = "中止しました。"
# So many worker deaths in a row without any progress mean that the job itself kills the worker.
CRASHES_ALLOWED = 10
LONGEST_RETRY_PAUSE = timedelta(hours=1)
CRASHED_TOO_OFTEN = (
    f"処理の途中でワーカーが{CRASHES_ALLOWED}回続けて止まったため、この仕事を中止しました。"
    "対象のファイルや設定を確かめてから「もう一度動かす」を押してください。"
)


def new_ticket() -> str:
    """A ticket that nobody holds yet."""
    return uuid.uuid4().hex


def from_now(delay: timedelta) -> ExpressionWrapper:
    """The database's clock plus `delay` (negative for the past), so that the clocks of machines do not matter."""
    return ExpressionWrapper(Now() + Value(delay), output_field=DateTimeField())


def move(job: Job, target: State, *, because: Refused | None = None, **changes: Any) -> None:
    """Move a locked row to `target`; `because` says why it failed. Raises ValueError for a move that is not in the
    table."""
    source = State(job.state)
    if target not in TRANSITIONS[source]:
        raise ValueError(f"a job cannot move from {source} to {target}")
    changes |= {"state": target, "stop_request": StopRequest.NONE, "worker": None, "untold": False}
    if target == State.WAITING:
        changes |= {"ticket": new_ticket(), "handed_over_at": None, "finished_at": None}
    elif target in (State.DONE, State.FAILED, State.CANCELLED):
        changes |= {"finished_at": Now()}
    Job.all_municipalities.filter(pk=job.pk).update(**changes)
    if target in (State.FAILED, State.CANCELLED):
        tell_end(job, because or Conflict(CANCELLED))


def tell_end(job: Job, because: Refused) -> None:
    """The room's row ends with its job. What goes wrong there must not keep the job alive; it is told later then."""
    ended = _callbacks(job)[0]
    if ended is None:
        return
    try:
        with transaction.atomic(), active_municipality(job.municipality):
            ended(because, **job.arguments)
    except Exception:
        log.exception("the room could not be told that its job %s has ended", job.name)
        Job.all_municipalities.filter(pk=job.pk).update(untold=True)


def tell_again(job: Job) -> None:
    """The room's row is under way again. Raises what the room refuses."""
    again = _callbacks(job)[1]
    if again is not None:
        with active_municipality(job.municipality):
            again(**job.arguments)


def _callbacks(job: Job) -> tuple[Callable[..., None] | None, Callable[..., None] | None]:
    try:
        kind = registry.kind(job.name)
    except LookupError:
        return None, None
    return kind.ended, kind.again


@contextmanager
def locked(**lookup: Any) -> Iterator[Job | None]:
    """A transaction in which the row found by `lookup` stands still; None when there is no such row."""
    with transaction.atomic():
        yield Job.all_municipalities.select_for_update().filter(**lookup).first()


@every_municipality("a ticket names its job, whosever it is")
def claim(ticket: str, worker_id: str) -> Job | None:
    """Begin the job of a ticket; None when the ticket is no longer good (cancelled, paused, adopted).

    Nor for a worker that was taken for dead: one that slept takes a ticket before its own heartbeat tells it.
    """
    living = Exists(Worker.objects.filter(pk=worker_id, left_at=None))
    begun = Job.all_municipalities.filter(living, ticket=ticket, state=State.WAITING).update(
        state=State.RUNNING,
        worker=worker_id,
        started_at=Now(),
        progress_from=F("progress_done"),
        run_again=False,
        progress_note=Case(
            When(Q(crashes__gt=0) | Q(failures__gt=0), then=Value(RESUMED)), default=Value("")
        ),
        error="",
        technical_error="",
    )
    if not begun:
        return None
    return Job.all_municipalities.select_related("municipality").filter(ticket=ticket).first()


@every_municipality("a ticket names its job, whosever it is")
def put_back(ticket: str) -> None:
    """Give the job of a ticket that was not begun a new one."""
    Job.all_municipalities.filter(ticket=ticket, state=State.WAITING).update(
        ticket=new_ticket(), handed_over_at=None
    )


def finish(ticket: str, progress: Progress | None = None) -> None:
    """The handler has returned: done, or once more when somebody enqueued the job while it ran."""
    with locked(ticket=ticket, state=State.RUNNING) as job:
        if job is None:
            return
        if job.run_again:
            move(job, _after_stop(job), due_at=None, failures=0, crashes=0, **_told(progress))
        else:
            move(job, State.DONE, crashes=0, **_told(progress))


def stop(ticket: str, progress: Progress | None = None) -> None:
    """The handler has stopped at a check: where it goes depends on what was asked; a shutdown only interrupts."""
    with locked(ticket=ticket, state=State.RUNNING) as job:
        if job is not None:
            move(job, _after_stop(job), due_at=None, **_told(progress))


def postpone(ticket: str, seconds: float, progress: Progress | None = None) -> None:
    """The handler has nothing to do for a while; at once when somebody enqueued the job while it ran."""
    with locked(ticket=ticket, state=State.RUNNING) as job:
        if job is not None:
            due = None if job.run_again else from_now(timedelta(seconds=seconds))
            move(job, _after_stop(job), due_at=due, failures=0, crashes=0, **_told(progress))


def fail(
    ticket: str,
    progress: Progress | None = None,
    *,
    because: Refused,
    technical_error: str = "",
    attempts: int,
    retry_after: timedelta = timedelta(0),
) -> None:
    """A try has ended with an error: wait and try again, or fail after `attempts` tries, or at once when that says it
    is no use.

    The pause is `retry_after` at first and doubles with each try.
    """
    with locked(ticket=ticket, state=State.RUNNING) as job:
        if job is None:
            return
        failures = job.failures + 1
        told: dict[str, Any] = {"failures": failures, "error": because.lines()}
        told |= {"technical_error": technical_error} | _told(progress)
        if failures >= attempts or not because.again:
            move(job, State.FAILED, because=because, **told)
        else:
            pause = min(retry_after * 2 ** min(failures - 1, 20), LONGEST_RETRY_PAUSE)
            move(job, _after_stop(job), due_at=from_now(pause), **told)


def interrupt(job_id: int, worker_id: str) -> None:
    """The worker that ran this job is gone: back to the queue, or where somebody asked it to go."""
    with locked(pk=job_id, state=State.RUNNING, worker=worker_id) as job:
        if job is None:
            return
        crashes = job.crashes + 1
        if crashes >= CRASHES_ALLOWED:
            because = Unavailable(CRASHED_TOO_OFTEN)
            move(job, State.FAILED, because=because, crashes=crashes, error=CRASHED_TOO_OFTEN)
        else:
            move(job, _after_stop(job), due_at=None, crashes=crashes)


@every_municipality("a ticket names its job, whosever it is")
def note_progress(ticket: str, progress: Progress) -> bool:
    """Write the progress; False when the ticket is no longer good."""
    return bool(
        Job.all_municipalities.filter(ticket=ticket, state=State.RUNNING).update(
            crashes=Case(
                When(progress_done__lt=progress.done, then=Value(0)),
                default=F("crashes"),
                output_field=IntegerField(),
            ),
            **_told(progress),
        )
    )


def _told(progress: Progress | None) -> dict[str, Any]:
    if progress is None:
        return {}
    return {
        "progress_done": progress.done,
        "progress_total": progress.total,
        "progress_note": progress.note[:200],
        "progress_at": Now(),
    }


def _after_stop(job: Job) -> State:
    return {
        StopRequest.PAUSE: State.PAUSED,
        StopRequest.CANCEL: State.CANCELLED,
    }.get(StopRequest(job.stop_request), State.WAITING)
