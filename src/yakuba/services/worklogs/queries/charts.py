"""The pictures of the overview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yakuba.kernel.charts import Chart, bar_chart, heat_map, line_chart
from yakuba.services.worklogs.queries import Overview

WEEKDAYS = "月火水木金土日"
MOST = 12  # bars
LINES = 5
UNNAMED = "（名前のない作業）"


def applications(found: Overview) -> Chart:
    """Hours by application."""
    return _bars(found.rows("applications"), "アプリごとの時間")


def sections(found: Overview) -> Chart:
    """Hours and idle hours by section."""
    rows = [
        (row[0], {"操作している": row[2] / 60, "間が空いている": row[3] / 60})
        for row in found.rows("sections")[:MOST]
    ]
    return bar_chart(rows, title="所属ごとの時間", unit="時間", stacked=True)


def activities(found: Overview) -> Chart:
    """Hours by activity over all months; what no rule names too."""
    sums: dict[str, float] = {}
    for name, _, _, minutes, _ in found.rows("activities"):
        sums[name or UNNAMED] = sums.get(name or UNNAMED, 0.0) + minutes
    ordered = sorted(sums.items(), key=lambda one: -one[1])
    return _bars([[name, minutes] for name, minutes in ordered], "作業ごとの時間")


def months(found: Overview) -> Chart:
    """Hours of the activities with the most, month by month: before and after something was changed."""
    sums: dict[str, dict[int, float]] = {}
    for name, _, month, minutes, _ in found.rows("activities"):
        if name:
            each = sums.setdefault(name, {})
            each[month] = each.get(month, 0.0) + minutes
    known = [int(one) for one in found.rows("months")]
    most = sorted(sums, key=lambda name: (-sum(sums[name].values()), name))[:LINES]
    lines = {name: [round(sums[name].get(month, 0.0) / 60, 2) for month in known] for name in most}
    labels = [f"{month // 100}年{month % 100}月" for month in known]
    return line_chart(labels if lines else [], lines, title="作業ごとの時間（月ごと）", unit="時間")


def week(found: Overview, section: str = "") -> Chart:
    """Hours by weekday and hour of the day, of one section or of all."""
    sums: dict[tuple[int, int], float] = {}
    for name, weekday, hour, minutes, _ in found.rows("hours"):
        if not section or name == section:
            sums[weekday, hour] = sums.get((weekday, hour), 0.0) + minutes
    hours = range(min((hour for _, hour in sums), default=0), max((hour for _, hour in sums), default=-1) + 1)
    days = [day for day in range(7) if any((day, hour) in sums for hour in hours)]
    rows = [
        (WEEKDAYS[day], [round(sums[day, hour] / 60, 1) if (day, hour) in sums else None for hour in hours])
        for day in days
    ]
    return heat_map(rows, [f"{hour}時" for hour in hours], title="曜日と時間帯", unit="時間")


def _bars(rows: Sequence[Sequence[Any]], title: str) -> Chart:
    return bar_chart(
        [(row[0] or "（なし）", {"時間": row[1] / 60}) for row in rows[:MOST]], title=title, unit="時間"
    )
