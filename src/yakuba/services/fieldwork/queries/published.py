"""What everybody may read of reports: those that a person released, with the text that a person wrote for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.ledger.sight import KIND as CASES
from yakuba.kernel.maps import geojson
from yakuba.kernel.maps.geojson import Feature, Shape
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.protection import policy
from yakuba.services.fieldwork.models import Report, ReportPhoto, ToldReport

PLACES = 4  # decimals of a degree: about ten metres
SHOWN = 300


def released() -> QuerySet[Report]:
    """The newest first; none whose case is under protection (支援措置) by now, whenever it was released."""
    rows = Report.objects.exclude(released_at=None).exclude(case__in=under_protection())
    return rows.select_related("section").order_by("-received_at")


def for_everybody(most: int) -> list[Report | ToldReport]:
    """The newest of these; outside what the inside told, which has no photographs."""
    if is_outside():
        return list(ToldReport.objects.exclude(released_at=None).order_by("-received_at")[:most])
    return list(released().prefetch_related("photos")[:most])


def photos_of(row: Report | ToldReport) -> list[ReportPhoto]:
    """Those of its photographs that everybody may see."""
    return [one for one in row.photos.all() if one.released] if isinstance(row, Report) else []  # type: ignore[attr-defined]


def under_protection() -> list[int]:
    """The cases under protection, by their numbers."""
    return [int(one) for one in policy.under(CASES)]


def photo(photo_id: int) -> ReportPhoto | None:
    """A photograph that everybody may see."""
    if is_outside():
        return None
    return (
        ReportPhoto.objects.select_related("file")
        .filter(report__in=released())
        .filter(pk=photo_id, released=True)
        .first()
    )


def rounded(row: Report | ToldReport) -> tuple[float, float] | None:
    """Longitude and latitude as everybody reads them; None where only words say where."""
    if row.latitude is None or row.longitude is None:
        return None
    return round(row.longitude, PLACES), round(row.latitude, PLACES)


def days(row: Report | ToldReport) -> float:
    """Whole days from its coming until it was done, or today."""
    return float(((row.done_at or timezone.now()) - row.received_at).days)


def properties(row: Report | ToldReport) -> dict[str, Any]:
    """What stands beside its place: nothing of who reported it."""
    return {
        "number": row.number,
        "category": row.category_label,
        "state": row.get_state_display(),
        "text": row.public_text,
        "received_on": timezone.localdate(row.received_at).isoformat(),
        "done_on": timezone.localdate(row.done_at).isoformat() if row.done_at else "",
    }


def places(rows: Iterable[Report | ToldReport]) -> str:
    """GeoJSON of those that have a place."""
    found = ((row, rounded(row)) for row in rows)
    return geojson.write(Feature(Shape(points=(at,)), properties(row)) for row, at in found if at)
