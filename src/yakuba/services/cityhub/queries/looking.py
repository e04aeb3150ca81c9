"""What the pages show of entities and series."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone

from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.services.cityhub.contracts import LastValue
from yakuba.services.cityhub.engine.boards import SPANS, BoardSpan, window
from yakuba.services.cityhub.engine.entities import place_of
from yakuba.services.cityhub.engine.places import shape_of
from yakuba.services.cityhub.models import Entity, Reading, Series
from yakuba.services.cityhub.queries.steps import band_of, mean_of, steps

MOST_MAPPED = 500


def series(text: str = "") -> QuerySet[Any]:
    """All series, those that changed last first."""
    return searched(Series.objects.order_by("-last_at", "pk"), text)


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of the rows whose entity is called so."""
    return rows.filter(entity_id__icontains=text) if text else rows


def types() -> list[tuple[str, str]]:
    """The types of entities that are measured."""
    names = Series.objects.order_by("entity_type").values_list("entity_type", flat=True).distinct()
    return [(name, name) for name in names]


def of_type(rows: QuerySet[Any], entity_type: str) -> QuerySet[Any]:
    """Those of the rows of that type."""
    return rows.filter(entity_type=entity_type)


def moment(at: int) -> datetime | None:
    """A moment in microseconds as a date, or None for never."""
    return datetime.fromtimestamp(at / 1e6, UTC) if at else None


STALE, AHEAD = timedelta(hours=1), timedelta(minutes=10)


def is_stale(at: datetime | None, now: datetime) -> bool:
    """Whether a value is too old to be told as what is. One that a wrong clock put ahead is none either: nobody knows its age."""
    return at is None or not -AHEAD <= now - at <= STALE


def last_values() -> list[LastValue]:
    """The newest reading of each series, for other rooms."""
    return [
        LastValue(row.entity_id, row.attribute, row.last_number, row.unit, row.last_at / 1e6)
        for row in series()
    ]


def readings(row: Series, span: str = "") -> QuerySet[Any]:
    """The readings of a series, the newest first. span: only those of that time (`engine.boards.BoardSpan`)."""
    rows = Reading.objects.filter(series=row).order_by("-at")
    return rows.filter(at__gte=_micro(window(BoardSpan(span), timezone.localtime()).start)) if span else rows


def from_day(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Those since the begin of the day."""
    return rows.filter(at__gte=_micro(timezone.make_aware(datetime.combine(day, clock.min))))


def to_day(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Those up to the end of the day."""
    # The last day of all has none behind it, and may be typed.
    begin = _micro(timezone.make_aware(datetime.combine(day, clock.min)))
    return rows.filter(at__lt=begin + round(timedelta(days=1).total_seconds() * 1e6))


def _micro(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


def chart(row: Series, span: str) -> Chart:
    """The series over the last day, week, month or year: the mean, with least and most as its band."""
    seen = window(BoardSpan(span), timezone.localtime())
    found = steps(row, seen)
    empty = all(one is None for one in found)
    return line_chart(
        [] if empty else seen.labels(),
        {row.attribute: [] if empty else [mean_of(one) for one in found]},
        bands=None if empty else {row.attribute: [band_of(one) for one in found]},
        band="最小〜最大",
        title=f"{row.entity_id} の {row.attribute}（{SPANS[BoardSpan(span)]}）",
        unit=row.unit or "値",
    )


def place_map(entity_type: str = "", attribute: str = "", ids: Sequence[str] = (), title: str = "") -> Map:
    """Where the entities are, with the last value of one attribute. ids: only these, empty for all."""
    rows = Entity.objects.exclude(west=None).order_by("pk")
    if entity_type:
        rows = rows.filter(entity_type=entity_type)
    if ids:
        rows = rows.filter(entity_id__in=ids)
    listed = []
    chosen = list(rows[:MOST_MAPPED])
    last = _last_numbers(chosen, attribute)
    for row in chosen:
        attributes = json.loads(row.document)
        place = place_of(attributes)
        if place is None:
            continue
        middle = shape_of(place["type"], place["value"]).centroid
        value = (attributes.get(attribute) or {}).get("value")
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        # In the series' unit, whichever the entity has at the moment.
        number = last.get((row.path, row.entity_id, row.entity_type), number)
        listed.append((row, number, Shape(points=((middle.x, middle.y),))))
    labels = told_apart(row.entity_id for row, _, _ in listed)
    mapped = [
        Mapped(label, number, shape, note=row.entity_type)
        for label, (row, number, shape) in zip(labels, listed, strict=True)
    ]
    words = f"{attribute} のいまの値" if attribute else "実体のある場所"
    return value_map(mapped, title=title or words, unit="")


def _last_numbers(rows: Sequence[Entity], attribute: str) -> dict[tuple[str, str, str], float | None]:
    if not attribute:
        return {}
    found = Series.objects.filter(attribute=attribute, entity_id__in={row.entity_id for row in rows})
    return {(one.path, one.entity_id, one.entity_type): one.last_number for one in found}


def told_apart(names: Iterable[str]) -> list[str]:
    """The names, each once: the second 中橋 is 中橋（2）. A map refuses two places of one name."""
    found: dict[str, None] = {}
    for name in names:
        label, number = name, 1
        while label in found:
            number += 1
            label = f"{name}（{number}）"
        found[label] = None
    return list(found)


def facts() -> dict[str, Any]:
    """How much there is, for the head of the page."""
    newest = Series.objects.aggregate(newest=Max("last_at"))["newest"]
    return {
        "entities": Entity.objects.count(),
        "series": Series.objects.count(),
        "newest": moment(newest or 0),
    }


def is_empty() -> bool:
    """Whether nothing has come yet."""
    return not Entity.objects.exists()
