"""Boards: which a person sees, and what stands in their tiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.maps import Map
from yakuba.services.cityhub.engine import boards as engine
from yakuba.services.cityhub.engine.boards import BoardComparison, BoardSpan, TileKind, Window
from yakuba.services.cityhub.models import Alarm, Board, Series, Tile
from yakuba.services.cityhub.queries import looking, watched
from yakuba.services.cityhub.queries.steps import band_of, mean_of, steps

MOST_CHOICES = 500  # of types and attributes that a person may choose from
NOW, THEN = "今", "前"


def seen_by(user: Any) -> QuerySet[Any]:
    """Boards that a person sees, by title. A draft is its maker's; whoever manages the hub sees all; a program of the operator
    (None) too."""
    rows = Board.objects.select_related("department", "made_by").order_by("title", "pk")
    if user is None or allowed(user, "cityhub.manage"):
        return rows
    theirs = Q(is_draft=False) & (Q(department=None) | Q(department=user.department_id))
    return rows.filter(theirs | Q(made_by=user.pk))


def start_of(user: Any) -> Board | None:
    """What a person comes to first: the section's own one before the one for all."""
    rows = [one for one in seen_by(user).filter(is_start=True, is_draft=False)]
    own = [one for one in rows if one.department_id and one.department_id == user.department_id]
    for_all = [one for one in rows if one.department_id is None]
    return next(iter(own + for_all), None)


def measured() -> list[tuple[str, str]]:
    """Types and attributes that a tile may show."""
    rows = Series.objects.order_by("entity_type", "attribute").values_list("entity_type", "attribute")
    return list(rows.distinct()[:MOST_CHOICES])


def entities_of(entity_type: str, attribute: str) -> list[str]:
    """Ids of entities that have such a series."""
    rows = Series.objects.filter(entity_type=entity_type, attribute=attribute).order_by("entity_id")
    return list(rows.values_list("entity_id", flat=True).distinct()[: engine.MOST_IDS])


def series_of(tile: Tile) -> QuerySet[Any]:
    """The series that a tile shows."""
    rows = Series.objects.filter(entity_type=tile.entity_type, attribute=tile.attribute)
    rows = rows.filter(entity_id__in=tile.ids) if tile.ids else rows
    return rows.order_by("entity_id", "path", "pk")


@dataclass(frozen=True)
class Line:
    """A series as a number: its last value, and its mean of the window beside that of the other one (None: nothing measured)."""

    series: Series
    last: float | None
    at: datetime | None
    mean: float | None = None
    then: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def change(self) -> float | None:
        """By how much the mean differs from the other window's."""
        return None if self.mean is None or self.then is None else self.mean - self.then

    @property
    def words(self) -> dict[str, str]:
        """Its figures as they are shown."""
        names = ("last", "mean", "then", "least", "most", "change")
        return {name: figure(getattr(self, name), signed=name == "change") for name in names}


def figure(number: float | None, *, signed: bool = False) -> str:
    """Four significant digits; a dash for what is not known."""
    if number is None:
        return "―"
    return f"{float(f'{number:.4g}'):{'+' if signed else ''},.6g}"


@dataclass
class Shown:
    """A tile with its content. more: how many series it has no room for; alarms: of the window, the newest first."""

    tile: Tile
    kind: TileKind
    span: BoardSpan
    window: Window
    other: Window | None = None
    lines: list[Line] = field(default_factory=list)
    chart: Chart | None = None
    map: Map | None = None
    alarms: list[Alarm] = field(default_factory=list)
    waiting: int = 0
    going_on: int = 0
    more: int = 0

    @property
    def links(self) -> list[Series]:
        """Series whose readings the tile leads to."""
        return [one.series for one in self.lines]


def shown(
    tile: Tile, span: BoardSpan, compared: BoardComparison | None, now: datetime | None = None
) -> Shown:
    """The content of a tile. span: the board's; the tile's own goes before it."""
    chosen = BoardSpan(tile.span) if tile.span else span
    window = engine.window(chosen, now or timezone.localtime())
    one = Shown(
        tile, TileKind(tile.kind), chosen, window, engine.before(window, compared) if compared else None
    )
    if one.kind is TileKind.ALARMS:
        _alarms(one)
    elif one.kind is TileKind.MAP:
        one.map = looking.place_map(tile.entity_type, tile.attribute, tile.ids, tile.title)
    else:
        _series(one)
    return one


def _alarms(one: Shown) -> None:
    rows = watched.alarms()
    if one.tile.entity_type:
        rows = rows.filter(series__entity_type=one.tile.entity_type)
    if one.tile.attribute:
        rows = rows.filter(series__attribute=one.tile.attribute)
    if one.tile.ids:
        rows = rows.filter(series__entity_id__in=one.tile.ids)
    one.waiting = rows.filter(acknowledged_at=None).count()
    one.going_on = rows.filter(ended_at=None).count()
    within = rows.filter(Q(began_at__gte=one.window.start) | Q(ended_at=None) | Q(acknowledged_at=None))
    one.alarms = list(within[: engine.MOST_NUMBERS])


def _series(one: Shown) -> None:
    rows = series_of(one.tile)
    most = {TileKind.NUMBER: engine.MOST_NUMBERS, TileKind.LIST: engine.MOST_ROWS}.get(
        one.kind, engine.MOST_LINES
    )
    if one.kind is TileKind.CHART and one.other is not None:
        most //= 2
    listed = list(rows[:most])
    one.more = max(0, rows.count() - most) if len(listed) == most else 0
    if one.kind is TileKind.LIST:
        one.lines = [Line(row, row.last_number, looking.moment(row.last_at)) for row in listed]
        return
    now = {row.pk: steps(row, one.window) for row in listed}
    then = {row.pk: steps(row, one.other) for row in listed} if one.other is not None else {}
    for row in listed:
        known = [step for step in now[row.pk] if step is not None]
        one.lines.append(
            Line(
                row, row.last_number, looking.moment(row.last_at), engine.mean(now[row.pk]), engine.mean(then.get(row.pk, ())),
                min((step.least for step in known), default=None), max((step.most for step in known), default=None),
            )
        )  # fmt: skip
    if one.kind is TileKind.CHART:
        one.chart = _chart(one, listed, now, then)


def _chart(one: Shown, listed: list[Series], now: dict[int, Any], then: dict[int, Any]) -> Chart:
    lines: dict[str, list[float | None]] = {}
    bands: dict[str, list[tuple[float, float] | None]] = {}
    for row in listed:
        name = _name(row, listed)
        words = f"{name}（{NOW}）" if one.other is not None else name
        lines[words] = [mean_of(step) for step in now[row.pk]]
        bands[words] = [band_of(step) for step in now[row.pk]]
        if one.other is not None:
            lines[f"{name}（{THEN}）"] = [mean_of(step) for step in then[row.pk]]
    empty = all(value is None for line in lines.values() for value in line)
    units = {row.unit for row in listed}
    return line_chart(
        [] if empty else one.window.labels(),
        {name: [] if empty else line for name, line in lines.items()} or {one.tile.attribute: []},
        bands=None if empty else bands,
        band="最小〜最大",
        title=one.tile.title,
        unit=units.pop() if len(units) == 1 else "",
    )


def _name(row: Series, listed: list[Series]) -> str:
    twins = sum(other.entity_id == row.entity_id for other in listed) > 1
    return f"{row.entity_id} {row.path}" if twins else row.entity_id
