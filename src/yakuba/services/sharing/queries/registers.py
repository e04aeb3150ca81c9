"""Entries of registers, and what of them is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry import Failure, QueueState
from yakuba.services.sharing.engine import registers
from yakuba.services.sharing.models import RegisterEntry

SOON = 30  # days


def entries(kind: str) -> QuerySet[RegisterEntry]:
    """Of one kind, what is due first at the top."""
    found: QuerySet[RegisterEntry] = RegisterEntry.objects.filter(kind=kind).order_by("closed", "due_on", "-pk")  # fmt: skip
    return found


def standing(kind: str) -> dict[str, registers.Entry]:
    """Of one kind by title, as they stand."""
    rows = RegisterEntry.objects.filter(kind=kind)
    return {one.title: registers.Entry(one.title, one.values, one.evidence) for one in rows}


def counts() -> dict[str, tuple[int, int]]:
    """By kind: all entries, and those that are due soon."""
    soon = timezone.localdate() + timedelta(days=SOON)
    due = Count("pk", filter=Q(closed=False, due_on__lte=soon))
    rows = RegisterEntry.objects.order_by().values_list("kind").annotate(number=Count("pk"), due=due)
    return {kind: (number, due) for kind, number, due in rows}


def due(by: date) -> QuerySet[RegisterEntry]:
    """What is open and due by that day, the oldest first."""
    found: QuerySet[RegisterEntry] = RegisterEntry.objects.filter(closed=False, due_on__lte=by).order_by("due_on", "pk")  # fmt: skip
    return found


def waiting(user: User) -> QueueState:
    """A tile of the home page: what is due within a month."""
    rows = due(timezone.localdate() + timedelta(days=SOON))
    first = rows.first()
    oldest = timezone.make_aware(datetime.combine(first.due_on, time())) if first and first.due_on else None
    late = rows.filter(due_on__lt=timezone.localdate()).exists()
    return QueueState(rows.count(), reverse("sharing:due"), "期日を見る", oldest, urgent=late)


def failures(user: User, most: int | None = None) -> list[Failure]:
    """What is past its day, for the day's digest."""
    if not allowed(user, "sharing.registers"):
        return []
    rows = due(timezone.localdate() - timedelta(days=1))[:most]
    return [
        Failure(
            f"台帳「{row.title}」の期日が過ぎました",
            f"期日は{row.due_on.isoformat()}でした。" if row.due_on else "",
            reverse("sharing:entry", args=[row.pk]),
            "記録を見る",
            timezone.make_aware(datetime.combine(row.due_on, time())) if row.due_on else row.changed_at,
        )
        for row in rows
    ]
