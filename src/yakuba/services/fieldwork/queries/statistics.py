"""How many reports, how fast, and where."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from django.utils import timezone

from yakuba.kernel.charts import Chart, bar_chart, line_chart
from yakuba.kernel.maps import Map, Mapped, Shape, geojson, value_map
from yakuba.kernel.maps.geojson import Feature
from yakuba.kernel.values.calendar import written_short
from yakuba.services.fieldwork.contracts import OPEN
from yakuba.services.fieldwork.models import Report

MOST_ON_MAP = 2_000
MONTHS = 12


@dataclass(frozen=True)
class Pace:
    """A section's reports of the period. days: the median from coming to being done, None where nothing is done."""

    section: str
    received: int
    open: int
    late: int
    done: int
    done_in_time: int
    days: float | None


def first_day(today: date) -> date:
    """The first day of the month eleven months ago: twelve months with this one."""
    year, month = divmod(today.year * 12 + today.month - MONTHS, 12)
    return date(year, month + 1, 1)


def period(since: date) -> list[Report]:
    """All that came since that day."""
    start = timezone.make_aware(datetime.combine(since, datetime.min.time()))
    return list(Report.objects.select_related("section").filter(received_at__gte=start).order_by("pk"))


def paces(rows: Iterable[Report], now: datetime) -> list[Pace]:
    """A line for each section, the one with most reports first."""
    by_section: dict[str, list[Report]] = defaultdict(list)
    for row in rows:
        by_section[row.section.name].append(row)
    found = []
    for name, own in by_section.items():
        done = [(row, row.done_at) for row in own if row.done_at is not None]
        times = [(at - row.received_at).total_seconds() / 86_400 for row, at in done]
        found.append(
            Pace(
                name,
                len(own),
                sum(row.state in OPEN for row in own),
                sum(row.state in OPEN and row.due_at < now for row in own),
                len(done),
                sum(at <= row.due_at for row, at in done),
                round(median(times), 1) if times else None,
            )
        )
    return sorted(found, key=lambda one: (-one.received, one.section))


def by_month(rows: Iterable[Report], since: date) -> Chart:
    """Reports that came and that were done, by month."""
    months = []
    for index in range(MONTHS):
        year, month = divmod(since.year * 12 + since.month - 1 + index, 12)
        months.append((year, month + 1))
    came = Counter((at.year, at.month) for row in rows if (at := timezone.localtime(row.received_at)))
    done = Counter(
        (at.year, at.month) for row in rows if row.done_at and (at := timezone.localtime(row.done_at))
    )
    labels = [written_short(date(year, month, 1)).rsplit(".", 1)[0] for year, month in months]
    series = {
        "届いた": [float(came[one]) for one in months],
        "対応を終えた": [float(done[one]) for one in months],
    }
    return line_chart(labels, series, title="通報の数（月ごと）", unit="件")


def by_category(rows: Iterable[Report]) -> Chart:
    """How many of each kind."""
    counted = Counter(row.category_label for row in rows)
    listed = [(label, {"通報": float(number)}) for label, number in counted.most_common(20)]
    return bar_chart(listed, title="通報の数（分類ごと）", unit="件")


def open_map(now: datetime) -> Map | None:
    """Open reports by how long they have been open; None where none has a place."""
    rows = Report.objects.filter(state__in=OPEN).exclude(latitude=None).order_by("-received_at")[:MOST_ON_MAP]
    mapped = [
        Mapped(
            f"{row.number} {row.category_label}",
            float((now - row.received_at).days),
            Shape(points=((row.longitude, row.latitude),)),
            "期限を過ぎた" if row.due_at < now else "",
        )
        for row in rows
    ]
    if not mapped:
        return None
    return value_map(mapped, title="終わっていない通報（届いてからの日数）", unit="日", sources=())


def places() -> str:
    """GeoJSON of every report that has a place."""
    rows = Report.objects.select_related("section").exclude(latitude=None).order_by("pk")
    return geojson.write(
        Feature(
            Shape(points=((row.longitude, row.latitude),)),
            {
                "number": row.number,
                "category": row.category_label,
                "section": row.section.name,
                "state": row.get_state_display(),
                "received_on": timezone.localdate(row.received_at).isoformat(),
                "due_on": timezone.localdate(row.due_at).isoformat(),
                "done_on": timezone.localdate(row.done_at).isoformat() if row.done_at else "",
            },
        )
        for row in rows.iterator()
    )
