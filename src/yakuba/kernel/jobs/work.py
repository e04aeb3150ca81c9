"""A long piece of work as people see it, whatever room it belongs to: how far it is, how long it still takes, why it
does not go on. Pages show it by `{% work … %}`, the home page by `on_home`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.models import Job, State, Worker
from yakuba.kernel.jobs.states import from_now
from yakuba.kernel.registry import RunningWork

SILENCE = timedelta(seconds=60)  # after that no worker is believed to be there
LONG_SILENCE = timedelta(minutes=2)  # after that somebody is called; a worker gives a sign every few seconds
NO_WORKER = "処理をするワーカーが動いていません。システム担当へ知らせてください。動きだすと自動で始まります。"
ONE_BY_ONE = "順番を待っています。同じ相手への仕事は一つずつ動きます。"
IN_LINE = "順番を待っています。ワーカーの手が空きしだい始まります。"


@dataclass(frozen=True)
class Work:
    """`total` 0: not known yet.  seconds_left: an estimate, None when nothing is left or nothing is known.  note: what
    staff should know.  reason: why it ended without being done, or why its last try failed; empty else.  is_live: it
    waits or runs.  can_retry: its job has failed or was cancelled.  job: the number of the one job that does it, None when there is none or there are many; permission:
    of whom its buttons are."""

    done: int = 0
    total: int = 0
    note: str = ""
    seconds_left: float | None = None
    reason: str = ""
    is_live: bool = False
    can_retry: bool = False
    job: int | None = None
    permission: str = ""

    def on_home(self, title: str, url: str) -> RunningWork:
        """Its entry on the home page."""
        return RunningWork(title, self.done, self.total, url, self.note)


def workers_heard(within: timedelta = LONG_SILENCE) -> QuerySet[Worker]:
    """The workers that have not ended and gave a sign so lately, by the database's clock."""
    return Worker.objects.filter(left_at=None, heartbeat_at__gt=from_now(-within))


def job_of(name: str, key: str) -> Job | None:
    """The job of that name and key."""
    return Job.objects.filter(name=name, key=key).select_related("worker").first()


def work_of(name: str, key: str) -> Work:
    """What the job of that name and key does; nothing at all when there is no such job."""
    job = job_of(name, key)
    return told(job) if job is not None else Work()


def works_of(name: str, keys: Iterable[str]) -> dict[str, Work]:
    """The same for several keys at once; those without a job are left out."""
    return {job.key: told(job) for job in Job.objects.filter(name=name, key__in=list(keys))}


def told(job: Job) -> Work:
    """A job's work."""
    return Work(
        done=job.progress_done,
        total=job.progress_total,
        note=why_it_waits(job) if job.state == State.WAITING else job.progress_note,
        seconds_left=_seconds_left(job),
        reason=job.error or ("" if job.state != State.CANCELLED else State.CANCELLED.label),
        is_live=not job.is_finished,
        can_retry=job.state in (State.FAILED, State.CANCELLED),
        job=job.pk,
        permission=job.permission,
    )


def why_it_waits(job: Job) -> str:
    """Why a waiting job has not begun, for staff; empty when it only waits for its time."""
    if not workers_heard(SILENCE).exists():
        return NO_WORKER
    if Job.objects.filter(pk=job.pk, due_at__gt=from_now(timedelta(0))).exists():
        return ""
    one_by_one = registry.lane_limit(job.lane) == 1
    others = Job.objects.filter(lane=job.lane, state=State.RUNNING).exclude(pk=job.pk)
    return ONE_BY_ONE if one_by_one and others.exists() else IN_LINE


def _seconds_left(job: Job) -> float | None:
    """By the pace since the last start; both times are the database's clock."""
    steps, left = job.progress_done - job.progress_from, job.progress_total - job.progress_done
    if job.state != State.RUNNING or steps <= 0 or left <= 0 or not (job.started_at and job.progress_at):
        return None
    return float((job.progress_at - job.started_at).total_seconds() / steps * left)
