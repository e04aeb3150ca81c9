"""What waits for a person on the home page: envelopes, orders that end soon, days that nobody has closed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.registry import QueueState
from yakuba.services.intake.models import DayClosing, FeeEntry, PostalRequest
from yakuba.services.intake.queries import fees


def envelopes(user: Any) -> QueueState:
    """Those that have not gone back; urgent once the day by which they should is over."""
    rows = PostalRequest.objects.filter(sent_on=None)
    found = rows.aggregate(number=Count("pk"), first=Min("arrived_on"), due=Min("due_on"))
    late = found["due"] is not None and found["due"] < timezone.localdate()
    return QueueState(found["number"], reverse("intake:post"), "返す", _noon(found["first"]), late)


def money_orders(user: Any) -> QueueState:
    """Orders that lie here and end within 30 days."""
    found = fees.near_end(timezone.localdate())
    return QueueState(len(found), reverse("intake:post"), "確かめる", urgent=bool(found))


def open_days(user: Any) -> QueueState:
    """Days before today with entries and no closing."""
    closed = DayClosing.objects.values("day")
    today = timezone.localdate()
    rows = FeeEntry.objects.filter(day__lt=today).exclude(day__in=closed)
    days = list(rows.order_by("day").values_list("day", flat=True).distinct())
    late = bool(days) and days[0] < today - timedelta(days=1)
    return QueueState(len(days), reverse("intake:fees"), "締める", _noon(days[0] if days else None), late)


def _noon(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time(12))) if day else None
