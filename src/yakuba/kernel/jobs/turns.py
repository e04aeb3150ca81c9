"""Whose turn it is: which waiting rows go into the engine's queue next.

The queue is kept short, and what enters it is chosen anew each time: the town that has least in its line comes first.
So a town with one sheet does not wait behind another's four hundred, and nobody's work is counted beforehand. Jobs of
a lane with a limit stand in a line of their own; all others share one, for the threads that all of them use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.tenancy import every_municipality

QUEUED_A_THREAD = 8  # so many tickets wait for each thread, or short jobs would find the queue empty

Group = tuple[int, str]  # municipality and lane


@dataclass
class Line:
    """Jobs that wait for the same threads. `room`: how many more tickets it takes; `held`: what is in the queue
    or runs, by municipality; `groups`: the waiting ones, oldest first."""

    room: int
    held: Counter[int]
    groups: list[Group]


@every_municipality("a worker looks after the jobs of all towns")
def next_tickets(threads: int) -> list[tuple[str, str]]:
    """Ticket and lane of the rows to hand over now, in this order, for so many threads of all workers together."""
    return [chosen for line in _lines(threads) for chosen in _in_turn(line)]


def _lines(threads: int) -> Iterable[Line]:
    waiting = Job.all_municipalities.filter(state=State.WAITING, handed_over_at=None)
    groups = waiting.order_by().values_list("municipality", "lane").annotate(first=Min("pk"))
    oldest = [(town, lane) for town, lane, _ in sorted(groups, key=lambda group: group[2])]
    if not oldest:
        return []
    lines: dict[str | None, Line] = {}
    for town, lane in oldest:
        lines.setdefault(_line_of(lane), Line(_room(lane, threads), Counter(), [])).groups.append(
            (town, lane)
        )
    taken = Job.all_municipalities.filter(
        Q(state=State.RUNNING) | Q(state=State.WAITING, handed_over_at__isnull=False)
    )
    for town, lane, state, count in (
        taken.order_by().values_list("municipality", "lane", "state").annotate(count=Count("pk"))
    ):
        if line := lines.get(_line_of(lane)):
            line.held[town] += count
            line.room -= count if state == State.WAITING else 0
    return lines.values()


def _in_turn(line: Line) -> list[tuple[str, str]]:
    """Up to `room` rows: each time the oldest of the town that has least."""
    waiting: dict[int, list[tuple[int, str, str]]] = {}
    for town, lane in line.groups if line.room > 0 else ():
        due = Q(due_at=None) | Q(due_at__lte=Now())
        rows = Job.all_municipalities.filter(
            due, state=State.WAITING, handed_over_at=None, municipality=town, lane=lane
        )
        waiting.setdefault(town, []).extend(
            rows.order_by("pk").values_list("pk", "ticket", "lane")[: line.room]
        )
    for rows_of_town in waiting.values():
        rows_of_town.sort(reverse=True)
    chosen: list[tuple[str, str]] = []
    while len(chosen) < line.room and any(waiting.values()):
        _, _, town = min((line.held[town], rows[-1], town) for town, rows in waiting.items() if rows)
        _, ticket, lane = waiting[town].pop()
        line.held[town] += 1
        chosen.append((ticket, lane))
    return chosen


def _line_of(lane: str) -> str | None:
    return None if registry.lane_limit(lane) is None else lane


def _room(lane: str, threads: int) -> int:
    limit = registry.lane_limit(lane)
    return QUEUED_A_THREAD * threads if limit is None else limit
