"""Lines over months, days or steps, each with the band in which the true value lies. No framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.kernel.charts.chart import (
    PAPER,
    Chart,
    Numbers,
    Size,
    drawn,
    edged_words,
    heading,
    label_axis,
    labels,
    pixels,
    sentence,
)
from yakuba.kernel.charts.drawing import Spec, Table
from yakuba.kernel.charts.palette import SERIES

Values = Sequence[float | None]
Band = Sequence[tuple[float, float] | None]

MANY = 60  # places from which on only some are named and only values that stand alone have a point
NAMED = 8  # of many

_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
_DASHES = ([1, 0], [8, 4], [2, 3], [8, 3, 2, 3], [14, 4], [4, 4])


def line_chart(
    places: Sequence[str],
    series: Mapping[str, Values],
    *,
    title: str,
    unit: str,
    bands: Mapping[str, Band] | None = None,
    band: str = "範囲",
) -> Chart:
    """A line for each series over `places` (months, days, steps), from the line of 0.

    `series` are {name: a value in `unit` for each place}; None is a gap, not a 0. `bands` are {name: (low, high) for
    each place}, and `band` says what they are, as 「95%信頼区間」. Lines differ in colour, dash and shape of their
    points; a single line carries its values where they have room.
    Raises ValueError for more than six lines, a place given twice, a line or band of another length than `places`,
    a band without its line or upside down, and what `Numbers` refuses.
    """
    known = dict(bands or {})
    _check(places, series, known)
    edges = [edge for one in known.values() for pair in one if pair for edge in pair]
    numbers = Numbers([*(value for line in series.values() for value in line), *edges], unit)
    if not any(value is not None for line in series.values() for value in line):
        places = ()  # nothing to draw
    labels(places, PAPER.label_columns)

    def spec(size: Size) -> Spec:
        return _spec(places, series, known, band, numbers, size)

    return drawn(
        title,
        _sentence(title, places, series, numbers),
        spec,
        _table(places, series, known, band, numbers),
    )


def _check(places: Sequence[str], series: Mapping[str, Values], bands: Mapping[str, Band]) -> None:
    if len(series) > len(SERIES):
        raise ValueError(f"at most {len(SERIES)} lines can be told apart")
    if any(len(one) != len(places) for one in [*series.values(), *bands.values()]):
        raise ValueError("a line has a value, or None, for each place")
    if not bands.keys() <= series.keys():
        raise ValueError("a band belongs to a line")
    if any(pair and pair[0] > pair[1] for one in bands.values() for pair in one):
        raise ValueError("a band goes from its low to its high end")


def _spec(
    places: Sequence[str],
    series: Mapping[str, Values],
    bands: Mapping[str, Band],
    band: str,
    numbers: Numbers,
    size: Size,
) -> Spec:
    names = labels(places, 12)
    room = size.plot / max(1, len(places))
    one = len(series) == 1
    told = one and all(pixels(numbers.short(value)) + 8 < room for value in numbers.values)
    points: list[dict[str, Any]] = []
    for name, line in series.items():
        for place, value, edges in zip(names, line, bands.get(name) or [None] * len(line), strict=True):
            low, high = edges or (None, None)
            words = numbers.short(value) if told and value is not None else ""
            points.append(
                {"place": place, "series": name, "value": value, "low": low, "high": high, "words": words}
            )
    many = len(places) > MANY
    if many:
        _mark_alone(points)
    scale = {"domain": numbers.domain(zero=True), "nice": True}
    y = {"field": "value", "type": "quantitative", "scale": scale, "axis": numbers.axis}
    axis = label_axis(labelAngle=0, labelOverlap="greedy", labelSeparation=4, domain=True)
    if many:  # measuring each name takes longer than drawing its line
        axis["values"] = names[:: -(-len(names) // NAMED)]
    x = {"field": "place", "type": "ordinal", "sort": names, "axis": axis}
    alone = {"transform": [{"filter": "datum.alone"}]} if many else {}
    colour = _by_series(series, SERIES, dashed=many)
    layers: list[dict[str, Any]] = []
    if bands:
        ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}
        layers += [
            {"mark": {"type": "area", "opacity": 0.2}, "encoding": ends},
            # Also where a place stands alone between gaps, which has no area.
            {"mark": {"type": "rule", "strokeWidth": 1, "opacity": 0.35}, "encoding": ends, **alone},
        ]
    layers += [
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "y": y,
                "color": colour,
                "strokeDash": _by_series(series, _DASHES, legend=many, dashed=True),
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"y": y, "color": colour, "shape": _by_series(series, _SHAPES, legend=not many)},
            **alone,
        },
    ]
    if not many:
        layers += edged_words({"dy": -14}, {"y": y, "text": {"field": "words"}})
    return {
        "data": {"values": points},
        "height": 240,
        "encoding": {"x": x},
        "layer": layers,
        **heading(
            *series if one else (),
            f"帯：{band}" if bands else "",
            f"単位：{numbers.words}" if numbers.words else "",
        ),
    }


def _mark_alone(points: list[dict[str, Any]]) -> None:
    """Which values have no neighbour in their line: no line shows them."""
    for before, one, after in zip([{}, *points], points, [*points[1:], {}], strict=False):
        joined = any(
            other.get("series") == one["series"] and other.get("value") is not None
            for other in (before, after)
        )
        one["alone"] = one["value"] is not None and not joined


def _by_series(
    series: Mapping[str, Any], signs: Sequence[Any], *, legend: bool = True, dashed: bool = False
) -> dict[str, Any]:
    scale = {"domain": list(series), "range": list(signs[: len(series)])}
    encoding: dict[str, Any] = {"field": "series", "type": "nominal", "scale": scale}
    if not legend or len(series) < 2:
        return {**encoding, "legend": None}
    columns = 2 if all(pixels(name) < 120 for name in series) else 1
    symbol = {"symbolType": "stroke", "symbolStrokeWidth": 2} if dashed else {"symbolStrokeWidth": 0}
    return {**encoding, "legend": {"columns": columns, **symbol}}


def _table(
    places: Sequence[str],
    series: Mapping[str, Values],
    bands: Mapping[str, Band],
    band: str,
    numbers: Numbers,
) -> Table:
    columns, rows = ["項目"], [[place] for place in places]
    unit = f"（{numbers.unit}）" if numbers.unit else ""
    for name, line in series.items():
        columns.append(name + unit)
        for row, value in zip(rows, line, strict=False):
            row.append(numbers.bare(value))
        if name in bands:
            columns.append(f"{name}の{band}{unit}")
            for row, pair in zip(rows, bands[name], strict=False):
                row.append("～".join(map(numbers.bare, pair)) if pair else numbers.bare(None))
    return Table(tuple(columns), tuple(tuple(row) for row in rows))


def _sentence(title: str, places: Sequence[str], series: Mapping[str, Values], numbers: Numbers) -> str:
    parts = []
    for name, line in series.items():
        known = [(place, value) for place, value in zip(places, line, strict=False) if value is not None]
        if known:
            (first, start), (last, end) = known[0], known[-1]
            then = f"、{last}に{numbers.written(end)}" if len(known) > 1 else ""
            parts.append(f"{name}は{first}に{numbers.written(start)}{then}。")
    return sentence("折れ線グラフ", title, parts)
