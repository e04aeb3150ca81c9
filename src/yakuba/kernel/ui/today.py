"""Today's work of one person: what waits, what failed and why, what runs, and the one next thing to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from yakuba.kernel.accounts import allowed
from yakuba.kernel.registry import Failure, QueueState, RunningWork, WorkQueue, manifests, resolve


def work_queues(user: Any) -> list[tuple[WorkQueue, QueueState]]:
    """The queues the user may work on, with what waits in each."""
    queues = [queue for manifest in manifests() for queue in manifest.queues]
    return [(queue, resolve(queue.load)(user)) for queue in queues if allowed(user, queue.permission)]


def failures(user: Any) -> list[Failure]:
    """What failed in any room, newest first. Each room shows only what the user may see."""
    rows = [row for manifest in manifests() if manifest.failures for row in resolve(manifest.failures)(user)]
    return sorted(rows, key=lambda failure: failure.when, reverse=True)


def running(user: Any) -> list[RunningWork]:
    """What runs now in any room."""
    return [row for manifest in manifests() if manifest.running for row in resolve(manifest.running)(user)]


def todays_work(user: Any) -> dict[str, Any]:
    """The home page's context (see `ui/home.html`)."""
    queues = [asdict(state) | {"label": queue.label} for queue, state in work_queues(user)]
    return {
        "queues": queues,
        "failures": failures(user),
        "running": running(user),
        "next_action": _next_action(queues),
    }


def _next_action(queues: list[dict[str, Any]]) -> dict[str, str] | None:
    """The urgent queue first, then the one that has waited longest."""
    waiting = [queue for queue in queues if queue["count"]]
    if not waiting:
        return None
    first = min(
        waiting, key=lambda queue: (not queue["urgent"], queue["oldest"] is None, queue["oldest"] or 0)
    )
    return {
        "label": first["action_label"],
        "url": first["url"],
        "detail": f"{first['label']}が{first['count']}件あります。",
    }
