"""What rooms and pages do with jobs. All of it writes job rows only, in the caller's transaction; the workers
look for rows that wait, so a job of a rolled-back transaction never existed and none is lost by a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yakuba.kernel.jobs import registry
from yakuba.kernel.tenancy import current_municipality

if TYPE_CHECKING:
    from yakuba.kernel.jobs.models import Job


def enqueue(name: str, *, key: str, lane: str | None = None, **arguments: Any) -> Job:
    """Ask for a job of the active municipality; the handler gets `arguments`, which must be plain JSON.

    The same name and key is the same job: while it waits or is paused nothing changes, while it runs it will
    run once more afterwards (it may already have passed what is new), and once it has finished it starts
    anew as the next generation. `lane` is the room's name when not given. Returns the row.
    Raises LookupError for an unknown name, TypeError for arguments that are not JSON, ValueError for a key
    that is empty or longer than 200 characters.
    """
    from yakuba.kernel.jobs.models import FINISHED, Job, State
    from yakuba.kernel.jobs.states import move, new_ticket

    registry.kind(name)
    json.dumps(arguments, allow_nan=False)
    if not 0 < len(key) <= 200:
        raise ValueError("a job's key has 1 to 200 characters")
    lane = lane or name.partition(".")[0]
    with transaction.atomic():
        fresh = {"lane": lane, "arguments": arguments, "ticket": new_ticket()}
        job, created = Job.objects.get_or_create(
            municipality=current_municipality(), name=name, key=key, defaults=fresh
        )
        if created:
            return job
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state == State.RUNNING:
            Job.objects.filter(pk=job.pk).update(run_again=True)
        elif job.state in FINISHED:
            move(job, State.WAITING, lane=lane, arguments=arguments, **_clean(job.generation + 1))
    return job.refreshed()


def lock(name: str, key: str) -> None:
    """Let the job of that name and key stand still until the transaction ends, if there is one. A room that locks its
    row and then enqueues calls this first: a job that ends is locked before its room's row."""
    from yakuba.kernel.jobs.models import Job

    Job.objects.select_for_update().filter(name=name, key=key).first()


def cancel(job: Job) -> Job:
    """Take the job out of the queue; a running one ends at its handler's next check. Finished: no change."""
    from yakuba.kernel.jobs.models import State, StopRequest

    return _ask_to_stop(job, StopRequest.CANCEL, State.CANCELLED, (State.WAITING, State.PAUSED))


def pause(job: Job) -> Job:
    """Hold the job; a running one ends at its handler's next check and keeps its progress. Finished: no change."""
    from yakuba.kernel.jobs.models import State, StopRequest

    return _ask_to_stop(job, StopRequest.PAUSE, State.PAUSED, (State.WAITING,))


def resume(job: Job) -> Job:
    """Let a paused job go on; withdraws a pause that a running one has not obeyed yet. Otherwise no change."""
    from yakuba.kernel.jobs.models import Job, State, StopRequest
    from yakuba.kernel.jobs.states import locked, move

    with locked(pk=job.pk) as row:
        if row is not None and row.state == State.PAUSED:
            move(row, State.WAITING, due_at=None)
        elif row is not None and row.stop_request == StopRequest.PAUSE:
            Job.all_municipalities.filter(pk=row.pk).update(stop_request=StopRequest.NONE)
    return job.refreshed()


def retry(job: Job) -> Job:
    """Put a failed or cancelled job back in the queue with all its tries. Otherwise no change. Raises what the room
    refuses."""
    from yakuba.kernel.jobs.models import State
    from yakuba.kernel.jobs.states import locked, move, tell_again

    with locked(pk=job.pk) as row:
        if row is not None and row.state in (State.FAILED, State.CANCELLED):
            changes = _clean(row.generation) | {
                "progress_done": row.progress_done,
                "progress_total": row.progress_total,
            }
            move(row, State.WAITING, **changes)
            tell_again(row)
    return job.refreshed()


def _ask_to_stop(job: Job, request: str, target: Any, at_once: tuple[Any, ...]) -> Job:
    from yakuba.kernel.jobs.models import Job, State
    from yakuba.kernel.jobs.states import locked, move

    with locked(pk=job.pk) as row:
        if row is not None and row.state in at_once:
            move(row, target)
        elif row is not None and row.state == State.RUNNING:
            Job.all_municipalities.filter(pk=row.pk).update(stop_request=request)
    return job.refreshed()


def _clean(generation: int) -> dict[str, Any]:
    """What a row looks like before its first try."""
    return {
        "generation": generation,
        "failures": 0,
        "crashes": 0,
        "progress_done": 0,
        "progress_total": 0,
        "progress_from": 0,
        "progress_note": "",
        "error": "",
        "technical_error": "",
        "started_at": None,
        "due_at": None,
    }
