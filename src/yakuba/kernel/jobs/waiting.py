"""Waiting for jobs in scripts and tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from yakuba.kernel.jobs.models import Job
from yakuba.kernel.tenancy import every_municipality


class StillRunning(TimeoutError):
    """The time is up and some jobs are not finished; they go on. `jobs` are all rows as they stand."""

    def __init__(self, jobs: list[Job]) -> None:
        super().__init__(f"{sum(not job.is_finished for job in jobs)} jobs are not finished")
        self.jobs = jobs


def wait_for(
    jobs: Iterable[Job],
    timeout: float,
    on_progress: Callable[[list[Job]], None] | None = None,
    *,
    interval: float = 0.2,
) -> list[Job]:
    """Wait until every job is done, failed or cancelled; returns the rows as they stand then, in order of id.

    `on_progress` gets the rows each time one of them has changed. Looks every `interval` seconds and raises
    StillRunning after `timeout` seconds.
    """
    ids = [job.pk for job in jobs]
    deadline = time.monotonic() + timeout
    seen: list[tuple[object, ...]] = []
    while True:
        with every_municipality("jobs that somebody holds already"):
            rows = list(Job.all_municipalities.filter(pk__in=ids).order_by("pk"))
        now = [(row.state, row.progress_done, row.progress_total, row.progress_note) for row in rows]
        if on_progress and now != seen:
            on_progress(rows)
        seen = list(now)
        if all(row.is_finished for row in rows):
            return rows
        if time.monotonic() >= deadline:
            raise StillRunning(rows)
        time.sleep(interval)
