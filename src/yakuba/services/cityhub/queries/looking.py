"""What the pages show of entities and series."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone

from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.services.cityhub.contracts import LastValue
from yakuba.services.cityhub.engine.entities import place_of
from yakuba.services.cityhub.engine.places import shape_of
from yakuba.services.cityhub.models import Entity, Hour, Reading, Series

HOUR = 3_600_000_000  # microseconds
DAY_HOURS = 24
MOST_MAPPED = 500
SPANS = {"day": ("1日", 1), "week": ("7日", 7), "month": ("31日", 31), "year": ("366日", 366)}


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


def last_values() -> list[LastValue]:
    """The newest reading of each series, for other rooms."""
    return [
        LastValue(row.entity_id, row.attribute, row.last_number, row.unit, row.last_at / 1e6)
        for row in series()
    ]


def readings(row: Series) -> QuerySet[Any]:
    """The readings of a series, the newest first."""
    return Reading.objects.filter(series=row).order_by("-at")


@dataclass(frozen=True)
class Span:
    """least, most and mean of one step of a chart; None for a step without a reading."""

    label: str
    least: float | None
    most: float | None
    mean: float | None


def chart(row: Series, span: str) -> Chart:
    """The series over the last day, week, month or year: the mean, with least and most as its band."""
    words, days = SPANS[span]
    steps = _steps(row, days)
    bands = [None if one.least is None or one.most is None else (one.least, one.most) for one in steps]
    empty = all(one.mean is None for one in steps)
    return line_chart(
        [] if empty else [one.label for one in steps],
        {row.attribute: [] if empty else [one.mean for one in steps]},
        bands=None if empty else {row.attribute: bands},
        band="最小〜最大",
        title=f"{row.entity_id} の {row.attribute}（{words}）",
        unit=row.unit or "値",
    )


def _steps(row: Series, days: int) -> list[Span]:
    now = timezone.localtime()
    if days == 1:
        start = now - timedelta(days=1)
        return _of_readings(row, start, 48, timedelta(minutes=30), "%H:%M")
    per = 1 if days <= 7 else DAY_HOURS
    count = days * DAY_HOURS // per
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if per == DAY_HOURS:
        end = end.replace(hour=0) + timedelta(days=1)
    start = end - timedelta(hours=per * count)
    return _of_hours(row, start, count, per)


def _of_readings(row: Series, start: datetime, count: int, step: timedelta, form: str) -> list[Span]:
    first, width = round(start.timestamp() * 1e6), round(step.total_seconds() * 1e6)
    found = Reading.objects.filter(series=row, at__gte=first, at__lt=first + width * count).values_list(
        "at", "number"
    )
    sums: dict[int, list[float]] = {}
    for at, number in found:
        sums.setdefault((at - first) // width, []).append(number)
    return [_span(f"{start + step * place:%m/%d {form}}", sums.get(place)) for place in range(count)]


def _span(label: str, numbers: Sequence[float] | None) -> Span:
    if not numbers:
        return Span(label, None, None, None)
    return Span(label, min(numbers), max(numbers), sum(numbers) / len(numbers))


def _of_hours(row: Series, start: datetime, count: int, per: int) -> list[Span]:
    """Out of the hours that are ready; what is not ready yet comes from the readings themselves."""
    first = round(start.timestamp()) // 3600
    sums: dict[int, tuple[int, float, float, float]] = {}
    rows = Hour.objects.filter(series=row, hour__gte=first, hour__lt=first + count * per).values_list(
        "hour", "count", "total", "least", "most"
    )
    fresh = Reading.objects.filter(series=row, at__gte=max(row.prepared_to, first * HOUR)).values_list(
        "at", "number"
    )
    new = ((at // HOUR, 1, number, number, number) for at, number in fresh)
    for hour, number, total, least, most in (*rows, *new):
        place = (hour - first) // per
        if not 0 <= place < count:
            continue
        known = sums.get(place)
        sums[place] = (
            (number, total, least, most)
            if known is None
            else (known[0] + number, known[1] + total, min(known[2], least), max(known[3], most))
        )
    form = "%m/%d %H:00" if per == 1 else "%Y/%m/%d"
    spans = []
    for place in range(count):
        label = f"{start + timedelta(hours=per * place):{form}}"
        found = sums.get(place)
        spans.append(
            Span(label, None, None, None)
            if found is None
            else Span(label, found[2], found[3], found[1] / found[0])
        )
    return spans


def place_map(entity_type: str = "", attribute: str = "") -> Map:
    """Where the entities are, with the last value of one attribute."""
    rows = Entity.objects.exclude(west=None).order_by("pk")
    if entity_type:
        rows = rows.filter(entity_type=entity_type)
    listed = []
    for row in rows[:MOST_MAPPED]:
        attributes = json.loads(row.document)
        place = place_of(attributes)
        if place is None:
            continue
        middle = shape_of(place["type"], place["value"]).centroid
        value = (attributes.get(attribute) or {}).get("value")
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        listed.append(
            Mapped(row.entity_id, number, Shape(points=((middle.x, middle.y),)), note=row.entity_type)
        )
    title = f"{attribute} のいまの値" if attribute else "実体のある場所"
    return value_map(listed, title=title, unit="")


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
