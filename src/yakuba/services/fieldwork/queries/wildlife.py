"""Traps, what they caught for their nights, hot spots, and where the next ones should stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.kernel.registry import QueueState
from yakuba.services.fieldwork.engine.nearby import Point, metres
from yakuba.services.fieldwork.engine.wildlife import coverage, density
from yakuba.services.fieldwork.engine.wildlife.coverage import Placement
from yakuba.services.fieldwork.engine.wildlife.density import Cell, Effort
from yakuba.services.fieldwork.models import (
    BountyClaim,
    Comparison,
    Found,
    Sighting,
    Trap,
    TrapDay,
    TrapVisit,
)

DAYS = 365  # that count
BANDWIDTH = 600.0  # metres
LEAST_NIGHTS = 10.0
SILENT = timedelta(hours=24)
CELL = 400.0  # metres; larger where the traps are far apart


@dataclass(frozen=True)
class Standing:
    """A trap with its year. nights: it stood; caught: animals; per_hundred: animals for 100 trap nights, None without a night;
    state: what the sensor says now, in words, and how it is marked."""

    trap: Trap
    nights: int
    visits: int
    caught: int
    per_hundred: float | None
    state: str
    kind: str

    @property
    def pk(self) -> int:
        """Of the trap."""
        return int(self.trap.pk)


@dataclass(frozen=True)
class Saving:
    """Visits that a sensor saved, of the trap days on which one was heard. days: those; visited: of them with a visit; unneeded:
    with neither a visit nor a word of shut; before: days with no sensor heard, and visits on them."""

    days: int
    visited: int
    shut: int
    days_without: int
    visited_without: int

    @property
    def share(self) -> float | None:
        """Trap days without a visit, of those with a sensor; None without any."""
        return None if not self.days else 1 - self.visited / self.days

    @property
    def share_without(self) -> float | None:
        """The same without a sensor: what the share has to be compared with."""
        return None if not self.days_without else 1 - self.visited_without / self.days_without


def traps() -> QuerySet[Trap]:
    """All of the active town."""
    return Trap.objects.all()


def year(today: date) -> tuple[date, date]:
    """The days that count, both included."""
    return today - timedelta(days=DAYS - 1), today


def nights(trap: Trap, first: date, last: date) -> int:
    """Nights between the first and the last day on which it stood."""
    start = max(first, trap.set_on)
    end = min(last, trap.removed_on or last)
    return max(0, (end - start).days)


def standings(rows: Sequence[Trap]) -> list[Standing]:
    """Each trap with its year and its sensor's word."""
    first, last = year(timezone.localdate())
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    visits: dict[int, list[TrapVisit]] = {row.pk: [] for row in rows}
    for visit in TrapVisit.objects.filter(trap__in=list(visits), at__gte=since):
        visits[visit.trap_id].append(visit)
    days: dict[int, TrapDay] = {}
    for day in TrapDay.objects.filter(trap__in=list(visits), day__lte=last).order_by("day"):
        days[day.trap_id] = day
    found = []
    for row in rows:
        own, stood = visits[row.pk], nights(row, first, last)
        caught = sum(one.number for one in own if one.found == Found.CAUGHT)
        words, kind = _sensor(row, days.get(row.pk), own)
        rate = round(100 * caught / stood, 2) if stood else None
        found.append(Standing(row, stood, len(own), caught, rate, words, kind))
    return found


def _sensor(trap: Trap, day: TrapDay | None, visits: Sequence[TrapVisit]) -> tuple[str, str]:
    if trap.removed_on is not None:
        return "外した", "stopped"
    if not trap.entity_id:
        return "センサーなし", "waiting"
    if day is None:
        return "まだ届かない", "warning"
    newest = max((one.at for one in visits), default=None)
    if day.shut_at is not None and (newest is None or newest < day.shut_at):
        return "作動した：見に行く", "person"
    if timezone.now() - day.heard_at > SILENT:
        return "1日より長く届かない", "warning"
    return "開いている", "success"


def saving(first: date, last: date) -> Saving:
    """Trap days of the period with and without a sensor that was heard, and the visits on them."""
    heard = {(one.trap_id, one.day): one.shut for one in TrapDay.objects.filter(day__range=(first, last))}
    start = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), datetime.min.time()))
    rows = TrapVisit.objects.filter(at__gte=start, at__lt=end)
    visited = {(trap, timezone.localdate(at)) for trap, at in rows.values_list("trap", "at")}
    every = {
        (trap.pk, max(first, trap.set_on) + timedelta(days=number))
        for trap in Trap.objects.all()
        for number in range((min(last, trap.removed_on or last) - max(first, trap.set_on)).days + 1)
    }
    with_sensor = every & heard.keys()
    without = every - heard.keys()
    return Saving(
        len(with_sensor),
        len(with_sensor & visited),
        sum(heard[one] for one in with_sensor),
        len(without),
        len(without & visited),
    )


def hot_spots(species: str = "") -> list[Cell]:
    """Catches for 100 trap nights over the last year, by cells; empty without traps. Where the traps lie far apart the cells are
    larger, so that they stay a few thousand."""
    first, last = year(timezone.localdate())
    rows = list(Trap.objects.all())
    effort = [
        Effort(Point(row.latitude, row.longitude), float(stood))
        for row in rows
        if (stood := nights(row, first, last))
    ]
    if not effort:
        return []
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    catches = TrapVisit.objects.filter(found=Found.CAUGHT, at__gte=since).select_related("trap")
    if species:
        catches = catches.filter(species=species)
    events = [Point(one.trap.latitude, one.trap.longitude) for one in catches for _ in range(one.number)]
    return density.rates(_cells([one.at for one in effort]), events, effort, BANDWIDTH, LEAST_NIGHTS)


def _cells(points: Sequence[Point]) -> list[Point]:
    size = CELL
    while True:
        try:
            return density.grid(points, size, BANDWIDTH)
        except ValueError:
            size *= 2


def hot_spot_map(cells: Sequence[Cell]) -> Map | None:
    """The cells; those with too little effort are grey."""
    if not cells:
        return None
    mapped = [
        Mapped(f"区画{number}", None if one.rate is None else round(one.rate, 1), Shape(points=((one.at.longitude, one.at.latitude),)), f"{one.nights:.0f}夜分")
        for number, one in enumerate(cells, start=1)
        if one.nights >= 1
    ]  # fmt: skip
    return (
        value_map(
            mapped,
            title="100わな夜あたりの捕獲（灰色は、わなの夜が足りない）",
            unit="頭",
            first="区画",
            sources=(),
        )
        if mapped
        else None
    )


def next_traps(number: int, reach: float, species: str = "") -> tuple[Placement, list[Point]] | None:
    """Where new traps would reach most of what was seen and caught in the last year beyond the reach of the traps that stand; None
    where nothing was. Sites are the middles of a grid over what was seen."""
    first, _ = year(timezone.localdate())
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    seen = Sighting.objects.filter(seen_at__gte=since).order_by("-seen_at")
    if species:
        seen = seen.filter(species=species)
    standing = [Point(row.latitude, row.longitude) for row in Trap.objects.filter(removed_on=None)]
    points = [(Point(row.latitude, row.longitude), float(row.number)) for row in seen[: coverage.MOST_POINTS]]
    left = [(at, weight) for at, weight in points if all(metres(at, one) > reach for one in standing)]
    if not left:
        return None
    size = max(reach / 2, 50.0)
    while True:
        try:
            sites = density.grid([at for at, _ in left], size, 0.0)
        except ValueError:
            sites = []
        if 0 < len(sites) <= coverage.MOST_SITES:
            return coverage.place(sites, left, reach, number), sites
        size *= 1.5


def placement_map(found: Placement, sites: Sequence[Point]) -> Map:
    """Both choices: 2 where both agree, 1 where only the exact one goes."""
    chosen = set(found.exact.sites)
    mapped = [
        Mapped(
            f"候補{number}",
            2.0 if index in found.greedy.sites else 1.0,
            Shape(points=((sites[index].longitude, sites[index].latitude),)),
            f"北緯{sites[index].latitude:.5f}度、東経{sites[index].longitude:.5f}度",
        )
        for number, index in enumerate(sorted(chosen), start=1)
    ]
    standing = [
        Mapped(f"今のわな {row.code}", None, Shape(points=((row.longitude, row.latitude),)))
        for row in Trap.objects.filter(removed_on=None)
    ]
    return value_map(
        [*mapped, *standing],
        title="次のわなの候補（値なしは今のわな）",
        unit="（2：両方の方法が選ぶ、1：厳密な方法だけ）",
        sources=(),
    )


def waiting_claims() -> QuerySet[BountyClaim]:
    """Claims that nobody has decided."""
    return BountyClaim.objects.filter(state=BountyClaim.State.WAITING)


def waiting(user: Any) -> QueueState:
    """The same for the home page."""
    found = waiting_claims().aggregate(number=Count("pk"), oldest=Min("entered_at"))
    where = reverse("fieldwork:bounties") + "?state=waiting"
    return QueueState(found["number"], where, "申請を確かめる", found["oldest"])


def comparisons(claim: BountyClaim) -> QuerySet[Comparison]:
    """What has to be compared, the most alike first."""
    return (
        Comparison.objects.filter(photo__claim=claim)
        .select_related("photo__claim", "other__claim", "by")
        .order_by("bits", "pk")
    )
