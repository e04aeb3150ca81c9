"""Doing one ticket's job in a worker's thread: begin, call the handler, note how it ended."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from django.db import connections

from yakuba.kernel.jobs import registry, states
from yakuba.kernel.jobs.context import JobContext, JobPostponed, JobStopped, Lease
from yakuba.kernel.jobs.persistence import persistently
from yakuba.kernel.jobs.progress import Progress
from yakuba.kernel.jobs.registry import JobKind
from yakuba.kernel.refusals import Conflict, Refused, Unavailable
from yakuba.kernel.refusals.traces import without_words
from yakuba.kernel.tenancy import active_municipality, no_municipality

if TYPE_CHECKING:
    from yakuba.kernel.jobs.models import Job

log = logging.getLogger("yakuba.jobs")
UNEXPECTED = (
    "処理の途中で思わぬエラーが起きました。「もう一度動かす」を押しても続くときは、"
    "この画面の「技術的なエラー」を添えてシステム担当へ知らせてください。"
)
UNKNOWN_KIND = "この仕事を行うプログラムが見つかりません。システム担当へ知らせてください。"
TECHNICAL_ERROR_LENGTH = 8000  # characters; the end of a traceback says most


class Execution:
    """What one worker is doing now. `active` are the tickets whose handlers run in this process."""

    def __init__(self, worker_id: str, lease: Lease) -> None:
        self._worker_id = worker_id
        self._lease = lease
        self._lock = threading.Lock()
        self._active: set[str] = set()

    @property
    def active(self) -> set[str]:
        """A copy of the tickets that are being worked on."""
        with self._lock:
            return set(self._active)

    def run(self, ticket: str) -> None:
        """Do the job of a ticket. Never raises: how it ended stands in the row."""
        with self._lock:
            self._active.add(ticket)
        try:
            self._run(ticket)
        except Exception:
            # The row stays as it is; upkeep finds it without a handler and puts it back.
            log.exception("the end of a job could not be written down")
        finally:
            with self._lock:
                self._active.discard(ticket)
            connections.close_all()

    @no_municipality()
    def _run(self, ticket: str) -> None:
        if self._lease.stopping:
            persistently(lambda: states.put_back(ticket))
            return
        job = persistently(lambda: states.claim(ticket, self._worker_id))
        if job is None:
            # Nothing happens to a ticket that is no longer good; a good one is for a worker that counts as alive.
            persistently(lambda: states.put_back(ticket))
            return
        context = JobContext(job, self._lease)
        with active_municipality(job.municipality):
            _handle(ticket, job, context)


def _handle(ticket: str, job: Job, context: JobContext) -> None:
    try:
        kind = registry.kind(job.name)
    except LookupError as error:
        technical = str(error)
        persistently(
            lambda: states.fail(ticket, because=Conflict(UNKNOWN_KIND), technical_error=technical, attempts=1)
        )
        return
    try:
        kind.handler(context, **job.arguments)
    except JobStopped:
        persistently(lambda: states.stop(ticket, context.untold))
    except JobPostponed as later:
        seconds = later.seconds
        persistently(lambda: states.postpone(ticket, seconds, context.untold))
    except (Exception, SystemExit) as error:
        _fail(ticket, kind, error, context.untold)
    else:
        persistently(lambda: states.finish(ticket, context.untold))


def _fail(ticket: str, kind: JobKind, error: BaseException, progress: Progress | None) -> None:
    if isinstance(error, Refused):
        because, technical = error, ""
    else:
        because = Unavailable(UNEXPECTED)
        technical = without_words(error)[-TECHNICAL_ERROR_LENGTH:]
        log.warning("the job %s failed with %s", kind.name, type(error).__name__)
    persistently(
        lambda: states.fail(
            ticket,
            progress,
            because=because,
            technical_error=technical,
            attempts=kind.attempts,
            retry_after=kind.retry_after,
        )
    )
