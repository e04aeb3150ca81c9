"""What came in the folders of scanners."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from yakuba.services.reading.models import Arrival, ArrivalFolder

RECENT = timedelta(days=7)


def arrivals() -> QuerySet[Arrival]:
    """All files that came, newest first."""
    return Arrival.objects.select_related("folder", "batch").order_by("-came_at", "-pk")


def unsettled() -> QuerySet[Arrival]:
    """Refused files of the last days of which nobody has taken care."""
    rows = arrivals().filter(state=Arrival.State.REFUSED, settled=False)
    return rows.filter(came_at__gte=timezone.now() - RECENT)


def folders() -> QuerySet[Any]:
    """The folders with `waiting`, how many files are on their way, and `refused`, how many wait for a person."""
    waiting = Q(arrivals__state__in=(Arrival.State.COMING, Arrival.State.TAKING), arrivals__filed=False)
    refused = Q(arrivals__state=Arrival.State.REFUSED, arrivals__settled=False)
    counts = {"waiting": Count("arrivals", filter=waiting), "refused": Count("arrivals", filter=refused)}
    return ArrivalFolder.objects.annotate(**counts).order_by("name")


def folder_names() -> list[tuple[str, str]]:
    """(number, name) of every folder."""
    return [(str(number), name) for number, name in folders().values_list("pk", "name")]


def arrival_facts(row: Arrival) -> dict[str, Any]:
    """A file that came, as plain values. batch: 0 where it is in none."""
    return {
        "id": row.pk,
        "folder": row.folder.name,
        "name": row.name,
        "state": row.state,
        "message": row.message,
        "sender": row.sender,
        "subject": row.subject,
        "batch": row.batch_id or 0,
        "came_at": row.came_at,
    }


def folder_facts(row: Any) -> dict[str, Any]:
    """A folder as plain values."""
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "after": row.after,
        "active": row.active,
        "trouble": row.trouble or row.note,
    }
