"""A day of the digest, as a person, a program or a mail is told of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.digest.models import Entry
from yakuba.kernel.registry import manifests


def yesterday() -> date:
    """The day that the morning's digest is about."""
    return timezone.localdate() - timedelta(days=1)


def of_day(day: date) -> QuerySet[Entry]:
    """What was noticed on that day; each entry has one day."""
    begin = timezone.make_aware(datetime.combine(day, time()))
    rows: QuerySet[Entry] = Entry.objects.filter(
        noticed_at__gte=begin, noticed_at__lt=begin + timedelta(days=1)
    )
    return rows.order_by("ended_at", "part", "failed_at", "pk")


def left_from_before(day: date) -> QuerySet[Entry]:
    """What was told on an earlier day and is still there."""
    begin = timezone.make_aware(datetime.combine(day, time()))
    rows: QuerySet[Entry] = Entry.objects.filter(noticed_at__lt=begin, ended_at=None)
    return rows.order_by("noticed_at", "pk")


def labels() -> dict[str, str]:
    """Part -> what staff call it."""
    return {one.name: one.label for one in manifests()}


def counts(day: date) -> dict[str, int]:
    """How many by part's label, with nothing of what they are."""
    named: dict[str, int] = {}
    known = labels()
    for part in of_day(day).values_list("part", flat=True):
        label = known.get(part, part)
        named[label] = named.get(label, 0) + 1
    return named


def facts(entry: Entry) -> dict[str, Any]:
    """For a program: times in ISO 8601, `ended_at` empty while it is there."""
    return {
        "part": labels().get(entry.part, entry.part),
        "title": entry.title,
        "reason": entry.reason,
        "url": entry.url,
        "failed_at": timezone.localtime(entry.failed_at).isoformat(timespec="seconds"),
        "ended_at": timezone.localtime(entry.ended_at).isoformat(timespec="seconds")
        if entry.ended_at
        else "",
    }
