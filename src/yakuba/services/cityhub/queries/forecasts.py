"""Forecasts as they are kept and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.charts import Chart, line_chart
from yakuba.services.cityhub.engine import parking
from yakuba.services.cityhub.engine.boards import Window
from yakuba.services.cityhub.engine.forecasting import SCORED, WEEK, WEEKS, Outlook, Values
from yakuba.services.cityhub.models import Forecast, Series
from yakuba.services.cityhub.queries.boards import figure
from yakuba.services.cityhub.queries.looking import is_stale
from yakuba.services.cityhub.queries.steps import mean_of, steps

SECONDS = 3_600
PAST = SCORED + (2 * WEEKS + 1) * WEEK  # hours that a forecast looks back over
SHOWN = 24  # hours of what was measured before the forecast
NAMES = {
    "model": "曜日と時刻の型＋ずれ",
    "persistence": "いまの値のまま",
    "seasonal": "先週の同じ時刻",
    "trend": "この6時間の傾き",
}


def forecasts() -> QuerySet[Any]:
    """All of them, by title."""
    return Forecast.objects.select_related("series").order_by("title", "pk")


def car_parks() -> QuerySet[Any]:
    """Those of car parks."""
    return forecasts().exclude(spaces=None)


def choosable(row: Forecast | None) -> list[tuple[int, str]]:
    """Series that have no forecast yet, and the row's own."""
    rows = Series.objects.filter(forecast=None) | Series.objects.filter(pk=row.series_id if row else 0)
    return [
        (one.pk, f"{one.entity_id}　{one.attribute}")
        for one in rows.order_by("entity_id", "attribute")[:2_000]
    ]


def hourly(series: Series, last: int) -> tuple[Values, int]:
    """Means of whole hours up to and with hour `last` (since 1970), from the first one known; and that one's hour."""
    first = last + 1 - PAST
    window = Window(datetime.fromtimestamp(first * SECONDS, UTC), timedelta(hours=1), PAST)
    means = np.array([np.nan if one is None else one.mean for one in steps(series, window)])
    known = np.flatnonzero(np.isfinite(means))
    start = int(known[0]) if len(known) else PAST
    return means[start:], first + start


def plain(outlook: Outlook) -> dict[str, Any]:
    """As JSON keeps it."""
    return {
        "used": outlook.used,
        "points": outlook.points,
        "low": outlook.low,
        "high": outlook.high,
        "scores": {name: [one.error, one.by_ahead] for name, one in outlook.scores.items()},
        "inside": outlook.inside,
        "hours": outlook.hours,
    }


@dataclass(frozen=True)
class Told:
    """A forecast in words. scores: way, mean error, errors by hours ahead; sentence: how it compares."""

    chart: Chart
    scores: list[tuple[str, str, list[str]]]
    ahead: list[int]
    inside: str
    hours: int
    sentence: str


def told(row: Forecast) -> Told | None:
    """None where there is none."""
    content = row.content
    if not content:
        return None
    ahead = [int(one) for one in next(iter(content["scores"].values()))[1]]
    scores = [
        (
            NAMES[name] + ("（採用）" if name == content["used"] else ""),
            figure(content["scores"][name][0]),
            [figure(content["scores"][name][1][str(one)]) for one in ahead],
        )
        for name in NAMES
    ]
    inside = "―" if content["inside"] is None else f"{content['inside']:.1%}"
    return Told(_chart(row), scores, ahead, inside, content["hours"], _sentence(content))


def _sentence(content: dict[str, Any]) -> str:
    errors = {name: one[0] for name, one in content["scores"].items() if one[0] is not None}
    if not errors:
        return "まだ、当たったかどうかを数えられません。"
    simple = {name: error for name, error in errors.items() if name != "model"}
    nearest = min(simple, key=lambda name: simple[name])
    if content["used"] != "model":
        return f"この1か月は「{NAMES[nearest]}」がいちばん近かったので、それを使っています。"
    if not simple[nearest]:
        return "この1か月は、どのやり方も外れていません。"
    less = 1 - errors["model"] / simple[nearest]
    return f"この1か月の外れの大きさ（平均）は、単純なやり方でいちばん近い「{NAMES[nearest]}」より{less:.0%}小さくなりました。"


def _chart(row: Forecast) -> Chart:
    content = row.content
    number = len(content["low"])
    start = datetime.fromtimestamp((row.made_for + 1 - SHOWN) * SECONDS, timezone.get_current_timezone())
    window = Window(start, timedelta(hours=1), SHOWN)
    before = [mean_of(one) for one in steps(row.series, window)]
    labels = [f"{start + timedelta(hours=hour):%m/%d %H:00}" for hour in range(SHOWN + number)]
    used = content["used"]
    lines: dict[str, list[float | None]] = {
        "測った値": [*before, *[None] * number],
        "見込み": [*[None] * SHOWN, *content["points"][used]],
    }
    for name, word in NAMES.items():
        if name != used:
            lines[word] = [*[None] * SHOWN, *content["points"][name]]
    edges = [
        None if low is None or high is None else (low, high)
        for low, high in zip(content["low"], content["high"], strict=True)
    ]
    return line_chart(
        labels,
        lines,
        bands={"見込み": [*[None] * SHOWN, *edges]},
        band="9割の幅",
        title=row.title,
        unit=row.series.unit or "値",
    )


@dataclass(frozen=True)
class CarPark:
    """A line of the parking board. now: the word of the last value; free: its number; later: (hours ahead, word between the ends of
    the interval, free spaces)."""

    row: Forecast
    free: str
    now: str
    sign: str
    at: datetime | None
    stale: bool
    later: list[tuple[int, str, str]]


SIGNS = {parking.Fill.FREE: "success", parking.Fill.NEARLY: "warning", parking.Fill.FULL: "error"}
AHEAD = (1, 2, 3, 6)


def parking_board() -> list[CarPark]:
    """All car parks with what is and what is to be expected, counted from now: a forecast that was made some hours ago is read
    from where it now stands."""
    now = timezone.now()
    return [_car_park(row, now) for row in car_parks()]


def _car_park(row: Forecast, now: datetime) -> CarPark:
    spaces, series = row.spaces or 0, row.series
    at = datetime.fromtimestamp(series.last_at / 1e6, UTC) if series.last_at else None
    later = _later(row, now) if row.content else []
    if series.last_number is None or at is None:
        return CarPark(row, "―", "不明", "stopped", None, True, later)
    free = parking.free_of(series.last_number, spaces, row.counts_free)
    fill = parking.fill(free, row.nearly)
    stale = is_stale(at, now)
    return CarPark(
        row, f"{free:.0f}", "不明" if stale else parking.WORDS[fill], "stopped" if stale else SIGNS[fill], at, stale, later
    )  # fmt: skip


def _later(row: Forecast, now: datetime) -> list[tuple[int, str, str]]:
    """One for each of `AHEAD`, a dash where nothing is known: they stand in columns. Empty where nothing is known at all."""
    # The hour that runs is one ahead of made_for.
    passed = int(now.timestamp()) // SECONDS - row.made_for - 1
    points, found = row.content["points"][row.content["used"]], []
    for hours in AHEAD:
        place = passed + hours
        known = 0 <= place < len(points) and points[place] is not None
        found.append((hours, *(_words(row, place, row.spaces or 0) if known else ("―", ""))))
    return found if any(word != "―" for _, word, _ in found) else []


def _words(row: Forecast, place: int, spaces: int) -> tuple[str, str]:
    content = row.content
    ends = [content["low"][place], content["high"][place]]
    point = parking.free_of(content["points"][content["used"]][place], spaces, row.counts_free)
    if None in ends:
        return parking.WORDS[parking.fill(point, row.nearly)], f"{point:.0f}台"
    low, high = sorted(parking.free_of(one, spaces, row.counts_free) for one in ends)
    return parking.between(low, high, row.nearly), f"{point:.0f}台（{low:.0f}〜{high:.0f}台）"
