"""People and vehicles by hour, with what these numbers are and are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from django.utils import timezone

from yakuba.kernel.charts import Chart, bar_chart
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine.counting import MEASURED
from yakuba.services.vision.models import Analysis, Camera, Crossing, Picture

PER_PICTURE = "写真1枚に写っていた数の平均です。通った人や車の数ではありません（同じ人が何枚にも写り、写真の間に通った人は写りません）。"
OVER_LINE = (
    "動画の中で線を越えた数です。重なって見えなくなった人や車は、数え落とすか2回数えることがあります。"
)


@dataclass(frozen=True)
class Hour:
    """What was seen in an hour: pictures, means of a picture; crossings there and back."""

    begin: datetime
    pictures: int
    people: float | None
    bicycles: float | None
    vehicles: float | None
    forward: int
    back: int
    watched: bool


def hours(camera: Camera | None = None) -> list[Hour]:
    """By the clock's hour, the newest last; pictures without a moment are in none."""
    rows = Picture.objects.filter(analysis__purpose=Purpose.TRAFFIC).exclude(taken_at=None)
    lines = Crossing.objects.filter(source__analysis__purpose=Purpose.TRAFFIC).exclude(at=None)
    if camera is not None:
        rows, lines = rows.filter(analysis__camera=camera), lines.filter(source__analysis__camera=camera)
    seen: dict[datetime, list[tuple[int | None, ...]]] = defaultdict(list)
    for at, *counts in rows.values_list("taken_at", "people", "bicycles", "vehicles"):
        seen[_hour(at)].append(tuple(counts))
    over: dict[datetime, list[tuple[int, int]]] = defaultdict(list)
    for at, forward, back in lines.values_list("at", "forward", "back"):
        over[_hour(at)].append((forward, back))
    return [_of(begin, seen[begin], over[begin]) for begin in sorted({*seen, *over})]


def _of(begin: datetime, seen: list[tuple[int | None, ...]], over: list[tuple[int, int]]) -> Hour:
    people, bicycles, vehicles = (_mean(one[place] for one in seen) for place in range(3))
    forward, back = sum(one[0] for one in over), sum(one[1] for one in over)
    return Hour(begin, len(seen), people, bicycles, vehicles, forward, back, bool(over))


def _hour(at: datetime) -> datetime:
    return timezone.localtime(at).replace(minute=0, second=0, microsecond=0)


def _mean(numbers: Iterable[int | None]) -> float | None:
    known = [one for one in numbers if one is not None]
    return round(mean(known), 2) if known else None


def chart(listed: list[Hour]) -> Chart:
    """Means of a picture by hour, the last two days of them."""
    shown = [one for one in listed if one.people is not None][-48:]
    rows = [
        (
            f"{one.begin:%m/%d %H時}",
            {"人": one.people or 0.0, "自転車": one.bicycles or 0.0, "車": one.vehicles or 0.0},
        )
        for one in shown
    ]
    return bar_chart(rows, title="1枚に写っていた数（時間ごとの平均）", unit="")


def unplaced() -> int:
    """Pictures whose moment nobody knows."""
    return Picture.objects.filter(
        analysis__purpose=Purpose.TRAFFIC, taken_at=None, state=Picture.State.SEEN
    ).count()


def totals(row: Analysis) -> dict[str, int]:
    """Crossings of an analysis there and back, by group and way."""
    found: dict[str, int] = defaultdict(int)
    for group, forward, back in Crossing.objects.filter(source__analysis=row).values_list(
        "group", "forward", "back"
    ):
        found[f"{group} 行き"] += forward
        found[f"{group} 帰り"] += back
    return dict(found)


__all__ = ["MEASURED", "OVER_LINE", "PER_PICTURE", "Hour", "chart", "hours", "totals", "unplaced"]
