"""What a handler is given: for whom it works, how it tells its progress, and whether it must stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from django.db import connection

from yakuba.kernel.jobs.persistence import FOR_ASKING, PASSING, persistently
from yakuba.kernel.jobs.progress import RESUMED, Progress
from yakuba.kernel.tenancy import every_municipality

if TYPE_CHECKING:
    from yakuba.kernel.jobs.models import Job
    from yakuba.kernel.tenancy.models import Municipality

# Progress is for eyes: more often than this only costs writes.
PROGRESS_INTERVAL = 0.25


class JobStopped(BaseException):
    """The handler must end now: somebody paused or cancelled the job, or the worker is shutting down or has
    lost the job. Not an Exception, so that a handler that catches the errors of one row lets it through."""


class JobPostponed(Exception):
    """The handler has nothing to do for `seconds`: its thread and its lane are free until then, and it is called
    again. No failure, and no try is used up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Lease(Protocol):
    """The worker as the handler sees it: `stopping` when it shuts down or was taken for dead."""

    stopping: bool


class JobContext:
    """Handed to every handler. `attempt` counts from 1; `municipality` is active while the handler runs."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self.job_id: int = job.pk
        self.name: str = job.name
        self.key: str = job.key
        self.attempt: int = job.failures + 1
        self.generation: int = job.generation
        self.municipality: Municipality = job.municipality
        self._ticket = job.ticket
        self._lease = lease
        self._told_at = time.monotonic()
        self._untold: Progress | None = None
        self._begun_before = bool(job.crashes or job.failures)

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell that `done` of `total` steps are finished; `note` (200 characters) is Japanese, for staff.

        Written at most four times a second, and always at the end; where the database is locked, at the next
        call. Raises JobStopped when the job is lost.
        """
        from yakuba.kernel.jobs import states

        self._untold = Progress(done, total, f"{note}{RESUMED}" if self._begun_before else note)
        if time.monotonic() - self._told_at < PROGRESS_INTERVAL:
            return
        self._told_at = time.monotonic()
        try:
            still_ours = states.note_progress(self._ticket, self._untold)
        except PASSING:
            if connection.in_atomic_block:
                raise
            return
        if not still_ours:
            raise JobStopped("the job is no longer ours")
        self._untold = None

    def went_on(self, done: int, total: int, note: str = "") -> None:
        """`check`, and then `progress`: what an action calls that knows nothing of jobs."""
        self.check()
        self.progress(done, total, note)

    def telling(self, unit: str = "") -> Callable[[int, int], None]:
        """`(done, total)` → tell it, in staff's words where a unit is given, and stop where the handler must."""

        def tell(done: int, total: int) -> None:
            self.check()
            self.progress(done, total, f"{done:,}{unit}" if unit else "")

        return tell

    @property
    def untold(self) -> Progress | None:
        """The progress that is not written yet."""
        return self._untold

    def check(self) -> None:
        """Call between steps. Raises JobStopped when the handler must end here."""
        from yakuba.kernel.jobs.models import Job, State

        if self._lease.stopping:
            raise JobStopped("the worker is shutting down")
        rows = Job.all_municipalities.filter(ticket=self._ticket).values_list("state", "stop_request")
        with every_municipality("a ticket names its job, whosever it is"):
            row = persistently(rows.first, FOR_ASKING)
        if row is None or row[0] != State.RUNNING:
            raise JobStopped("the job is no longer ours")
        if row[1]:
            raise JobStopped(f"{row[1]} was asked for")
