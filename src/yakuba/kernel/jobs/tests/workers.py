"""A worker that is no process, for tests that take a job by hand."""

from __future__ import annotations

from django.db.models.functions import Now

from yakuba.kernel.jobs.models import Worker


def standing_worker(number: str = "0" * 32) -> Worker:
    """It counts as alive: made, or there already."""
    values = {
        "host": "h",
        "place": "",
        "pid": 1,
        "pid_started": 1,
        "started_at": Now(),
        "heartbeat_at": Now(),
    }
    return Worker.objects.get_or_create(id=number, defaults=values)[0]
