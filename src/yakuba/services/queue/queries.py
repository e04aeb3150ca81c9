"""Reads of the queue of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.db.models import Q
from django.utils import timezone

from yakuba.services.queue.engine.waiting import LEAST_MEASURED, Interval, interval
from yakuba.services.queue.models import Category, Desk, Service, Ticket

State = Ticket.State
OPEN_FOR = timedelta(minutes=20)  # a clerk who ended nobody for so long is not counted as an open counter
MEASURED_DAYS, MEASURED_MOST = 28, 60  # whose times a forecast is made of
SHOWN_CALLED = 8
STATISTICS_DAYS = 31


@dataclass(frozen=True)
class Line:
    """A category today. waiting: how many; forecast: for whoever takes a ticket now."""

    category: Category
    waiting: int
    forecast: Interval | None


@dataclass(frozen=True)
class Times:
    """A category's minutes over `days`. services: measured ones; waited, took: medians, None where there are none."""

    category: Category
    services: int
    waited: float | None
    took: float | None
    longest: float | None
    absent: int


def today() -> Any:
    """Tickets of today."""
    return Ticket.objects.filter(day=timezone.localdate()).select_related("category")


def waiting() -> Any:
    """Those who wait, in the order in which they are called."""
    return today().filter(state=State.WAITING).order_by("waits_since", "pk")


def called() -> list[Ticket]:
    """What the display shows: the one called last first."""
    return list(today().filter(state=State.CALLED).order_by("-told_at", "-pk")[:SHOWN_CALLED])


def current(clerk: Any) -> Ticket | None:
    """What this clerk has called and not ended."""
    return today().filter(state=State.CALLED, clerk=clerk).first()  # type: ignore[no-any-return]


def desk_of(clerk: Any) -> Desk | None:
    """Where the clerk sits."""
    return Desk.objects.filter(clerk=clerk).first()


def letters_of(desk: Desk) -> list[str]:
    """Of the categories that the clerk calls; none for all."""
    return [one for one in desk.letters.split(",") if one]


def lines() -> list[Line]:
    """Every category that gives tickets, and those that give none any more while somebody still waits."""
    counts: dict[int, int] = defaultdict(int)
    for ticket in waiting():
        counts[ticket.category_id] += 1
    shown = Category.objects.filter(Q(open=True) | Q(pk__in=list(counts)))
    return [Line(one, counts[one.pk], _forecast(one, None) if one.open else None) for one in shown]


def ahead_of(ticket: Ticket) -> int:
    """How many are called before it where it waits."""
    before = Q(waits_since__lt=ticket.waits_since) | Q(waits_since=ticket.waits_since, pk__lt=ticket.pk)
    return int(waiting().filter(before, category=ticket.category_id).count())


def forecast_of(ticket: Ticket) -> Interval | None:
    """When it is called."""
    return _forecast(ticket.category, ticket)


def _forecast(category: Category, ticket: Ticket | None) -> Interval | None:
    """From the last ones of the category, the counters that are open for it, and everybody whom these counters call before."""
    now = timezone.now()
    desks = [one for one in Desk.objects.all() if not one.letters or category.letter in letters_of(one)]
    called_now = {one.clerk_id: one for one in today().filter(state=State.CALLED)}
    lately = set(Service.objects.filter(ended_at__gte=now - OPEN_FOR).values_list("clerk_id", flat=True))
    open_desks = [one for one in desks if one.clerk_id in called_now or one.clerk_id in lately]
    measured = _Measured()
    if len(measured[category.pk]) < LEAST_MEASURED:  # of whoever waits for it nothing is known
        return None
    busy: list[tuple[float, Sequence[float]]] = []
    for one in open_desks:
        there = called_now.get(one.clerk_id)
        elapsed = max(1.0, (now - there.called_at).total_seconds()) if there else 0.0
        busy.append((elapsed, measured[there.category_id] if there else ()))
    letters = {letter for one in open_desks for letter in letters_of(one)}
    before = waiting()
    if letters and all(one.letters for one in open_desks):
        before = before.filter(category__letter__in=letters)
    if ticket is not None:
        before = before.filter(
            Q(waits_since__lt=ticket.waits_since) | Q(waits_since=ticket.waits_since, pk__lt=ticket.pk)
        )
    return interval([measured[one] for one in before.values_list("category_id", flat=True)], busy)


class _Measured(dict[int, list[float]]):
    """Category → seconds of its last services, asked for once."""

    def __missing__(self, category: int) -> list[float]:
        since = timezone.now() - timedelta(days=MEASURED_DAYS)
        rows = Service.objects.filter(
            category=category, how="done", seconds__isnull=False, ended_at__gte=since
        )
        self[category] = list(rows.order_by("-ended_at").values_list("seconds", flat=True)[:MEASURED_MOST])
        return self[category]


def times(days: int = STATISTICS_DAYS) -> list[Times]:
    """How long was waited and how long it took, by category."""
    rows = Service.objects.filter(called_at__gte=timezone.now() - timedelta(days=days))
    found: dict[int, list[Service]] = defaultdict(list)
    for row in rows:
        found[row.category_id].append(row)
    return [_times(one, found[one.pk]) for one in Category.objects.all()]


def _times(category: Category, rows: list[Service]) -> Times:
    took = [row.seconds / 60 for row in rows if row.how in ("done", "passed") and row.seconds is not None]
    waited = [row.waited / 60 for row in rows]
    return Times(
        category,
        len(took),
        median(waited) if waited else None,
        median(took) if took else None,
        max(waited, default=None),
        sum(row.how == "absent" for row in rows),
    )
