"""Today's work of one person: what waits, what failed and why, what runs, and the one next thing to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from yakuba.kernel.accounts import allowed, used_manifests
from yakuba.kernel.registry import Failure, FirstStep, QueueState, RunningWork, WorkQueue, resolve
from yakuba.kernel.ui.doors import may_open


def work_queues(user: Any) -> list[tuple[WorkQueue, QueueState]]:
    """The queues the user may work on, with what waits in each."""
    queues = [queue for manifest in used_manifests(user) for queue in manifest.queues]
    mine = [queue for queue in queues if not queue.permission or allowed(user, queue.permission)]
    states = [(queue, resolve(queue.load)(user)) for queue in mine]
    return [(queue, state) for queue, state in states if state is not None]


def failures(user: Any) -> list[Failure]:
    """What failed in any room, newest first. Each room shows only what the user may see."""
    rows = [
        row
        for manifest in used_manifests(user)
        if manifest.failures
        for row in resolve(manifest.failures)(user)
    ]
    return sorted(rows, key=lambda failure: failure.when, reverse=True)


def running(user: Any) -> list[RunningWork]:
    """What runs now in any room."""
    return [
        row
        for manifest in used_manifests(user)
        if manifest.running
        for row in resolve(manifest.running)(user)
    ]


def todays_work(user: Any) -> dict[str, Any]:
    """The home page's context (see `ui/home.html`)."""
    queues = [asdict(state) | {"label": queue.label} for queue, state in work_queues(user)]
    queues.sort(
        key=lambda queue: not queue["count"]
    )  # on a telephone what is done would stand before what waits
    shown = {
        "queues": [_openable(user, queue) for queue in queues],
        "failures": [_openable(user, asdict(failure)) for failure in failures(user)],
        "running": [_openable(user, asdict(work)) for work in running(user)],
    }
    return shown | {"next_action": _next_action(shown["queues"]) or _first_step(user)}


def _openable(user: Any, row: dict[str, Any]) -> dict[str, Any]:
    """The row without its button where the person may not open what is behind it."""
    return row if may_open(user, row["url"]) else row | {"url": ""}


def _first_step(user: Any) -> dict[str, str] | None:
    """Where nothing has been begun yet: what the first room that has nothing wants to be done."""
    steps = (resolve(manifest.first_step)(user) for manifest in used_manifests(user) if manifest.first_step)
    step: FirstStep | None = next((step for step in steps if step is not None), None)
    if step is None or not may_open(user, step.url):
        return None
    return {"heading": "はじめにすること", "label": step.label, "url": step.url, "detail": step.text}


def _next_action(queues: list[dict[str, Any]]) -> dict[str, str] | None:
    """The urgent queue first, then the one that has waited longest."""
    waiting = [queue for queue in queues if queue["count"] and queue["url"]]
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
