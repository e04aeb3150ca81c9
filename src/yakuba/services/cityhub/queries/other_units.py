"""Values that came in another unit than their series has: those that were converted, and those that wait for a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse

from yakuba.kernel.registry.queues import QueueState, queued
from yakuba.services.cityhub.engine.units import may_come_of, unfit
from yakuba.services.cityhub.models import OtherUnit, RawReading


def others() -> QuerySet[Any]:
    """All, with `waits`: how many values wait; those that wait for a person first, then the newest."""
    return (
        OtherUnit.objects.select_related("series", "decided_by")
        .annotate(waits=Count("readings"))
        .order_by("-state", "-last_at", "-pk")
    )


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those of which this was decided."""
    return rows.filter(state=state)


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose entity or attribute is called so."""
    return rows.filter(series__entity_id__icontains=text) | rows.filter(series__attribute__icontains=text)


def sentence_of(row: OtherUnit) -> str:
    """What is wrong, where, and what to do."""
    return unfit(row.series.entity_id, row.series.attribute, row.unit, row.series.unit)


def waiting(user: Any) -> QueueState:
    """Those that nobody has decided about, for the home page."""
    rows = OtherUnit.objects.filter(state=OtherUnit.State.WAITING)
    return queued(rows, "first_came_at", reverse("cityhub:other_units") + "?state=waiting", "単位を決める")


def with_sent(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Readings with `sent` and `sent_unit`: what came, where another value was made of it."""
    raw = RawReading.objects.filter(series=OuterRef("series"), at=OuterRef("at"))
    return rows.annotate(sent=Subquery(raw.values("number")[:1]), sent_unit=Subquery(raw.values("unit")[:1]))


def sent_words(number: float, sent: float | None, sent_unit: str | None, unit: str) -> str:
    """What came, for people; empty where it is the value itself, or was sent anew in the series' own unit since."""
    if sent is None or not may_come_of(number, sent, sent_unit or "", unit):
        return ""
    return f"{sent:,.6g} {sent_unit or unit}".strip()
