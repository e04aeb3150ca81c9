"""Lines over a quantity (time, distance, a gain): x is a number and not a name. No framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

from yakuba.kernel.charts.chart import Chart, Numbers, Size, drawn, heading, pixels, sentence
from yakuba.kernel.charts.drawing import Spec, Table
from yakuba.kernel.charts.palette import SERIES, TEXT

Points = Sequence[tuple[float, float]]

_DASHES = ([1, 0], [8, 4], [2, 3], [8, 3, 2, 3], [14, 4], [4, 4])
_TABLE_ROWS = 20  # of each curve; the picture has all points


def curve_chart(
    curves: Mapping[str, Points],
    *,
    title: str,
    x: str,
    x_unit: str,
    unit: str,
    levels: Mapping[str, float] | None = None,
) -> Chart:
    """A line through the points (x, y) of each curve, in the order of x; `levels` are {name: y of a horizontal line}.

    x: what stands along the picture, in `x_unit`; y is in `unit`. Curves differ in colour and dash; a level carries its name. The
    table has at most 20 of a curve's points, evenly, with both ends.
    Raises ValueError for more than six curves, and what `Numbers` refuses.
    """
    if len(curves) > len(SERIES):
        raise ValueError(f"at most {len(SERIES)} curves can be told apart")
    known = dict(levels or {})
    filled = {name: list(points) for name, points in curves.items() if points}
    numbers = Numbers([*(y for points in filled.values() for _, y in points), *known.values()], unit)
    along = Numbers([place for points in filled.values() for place, _ in points], x_unit)
    for one in (numbers, along):
        one.decimals = max(one.decimals, _decimals(one.values))
    return drawn(
        title,
        _sentence(title, x, filled, numbers, along),
        lambda size: _spec(filled, known, x, numbers, along, size),
        _table(filled, x, numbers, along),
    )


def _spec(
    curves: Mapping[str, Points],
    levels: Mapping[str, float],
    x: str,
    numbers: Numbers,
    along: Numbers,
    size: Size,
) -> Spec:
    points = [{"x": a, "y": b, "curve": name} for name, line in curves.items() for a, b in line]
    names = list(curves)
    legend: dict[str, Any] | None = {"columns": 2 if all(pixels(name) < 120 for name in names) else 1}
    colour = {
        "field": "curve",
        "type": "nominal",
        "scale": {"domain": names, "range": list(SERIES[: len(names)])},
    }
    dash = {**colour, "scale": {"domain": names, "range": [list(one) for one in _DASHES[: len(names)]]}}
    if len(names) < 2:
        legend = None
    ends = [min(along.values, default=0.0), max(along.values, default=1.0)]
    across = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": ends, "nice": False},
        "axis": {**along.axis, "domain": True, "grid": False, "labelOverlap": "greedy", "labelSeparation": 6},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": numbers.domain(zero=False), "nice": True},
        "axis": numbers.axis,
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": across,
                "y": y,
                "color": {**colour, "legend": legend},
                "strokeDash": {**dash, "legend": legend},
            },
        }
    ]
    for name, value in levels.items():
        layers += _level(name, value, ends[1], across, y, size)
    unit = f"縦：{numbers.words}" if numbers.words else ""
    told = f"横：{x}（{along.words}）" if along.words else f"横：{x}"
    return {
        "data": {"values": points},
        "height": 260,
        "layer": layers,
        **heading(*names[:1] if len(names) == 1 else (), unit, told),
    }


def _level(
    name: str, value: float, end: float, x: dict[str, Any], y: dict[str, Any], size: Size
) -> list[dict[str, Any]]:
    """A line across, with its name above its right end."""
    data = {"values": [{"x": end, "y": value, "words": name}]}
    words = {"type": "text", "align": "right", "dy": -8, "limit": size.plot}
    encoding = {"x": x, "y": y, "text": {"field": "words"}}
    return [
        {"data": data, "mark": {"type": "rule", "color": TEXT, "strokeDash": [2, 2]}, "encoding": {"y": y}},
        {"data": data, "mark": {**words, "stroke": "#ffffff", "strokeWidth": 4}, "encoding": encoding},
        {"data": data, "mark": words, "encoding": encoding},
    ]


def _decimals(values: Sequence[float]) -> int:
    """Enough to tell a hundredth of the whole span; none for whole numbers."""
    span = max(values, default=0.0) - min(values, default=0.0)
    if not span or all(float(value).is_integer() for value in values):
        return 0
    return min(12, max(0, 2 - floor(log10(span))))


def _thinned(points: Points) -> list[tuple[float, float]]:
    if len(points) <= _TABLE_ROWS:
        return list(points)
    last = len(points) - 1
    return [points[round(at * last / (_TABLE_ROWS - 1))] for at in range(_TABLE_ROWS)]


def _table(curves: Mapping[str, Points], x: str, numbers: Numbers, along: Numbers) -> Table:
    behind, unit = (f"（{one.unit}）" if one.unit else "" for one in (along, numbers))
    names = list(curves)
    shown = {name: _thinned(points) for name, points in curves.items()}
    if (
        len({tuple(place for place, _ in line) for line in shown.values()}) == 1
    ):  # all at the same places: side by side
        rows = [
            (along.bare(same[0][0]), *(numbers.bare(value) for _, value in same))
            for same in zip(*shown.values(), strict=True)
        ]
        return Table((f"{x}{behind}", *(f"{name}{unit}" for name in names)), tuple(rows))
    rows = [(name, along.bare(a), numbers.bare(b)) for name, line in shown.items() for a, b in line]
    return Table(("線", f"{x}{behind}", f"値{unit}"), tuple(rows))


def _sentence(title: str, x: str, curves: Mapping[str, Points], numbers: Numbers, along: Numbers) -> str:
    parts = []
    for name, points in curves.items():
        (start, first), (end, last) = points[0], points[-1]
        parts.append(
            f"{name}は{x}{along.written(start)}で{numbers.written(first)}、{along.written(end)}で{numbers.written(last)}。"
        )
    return sentence("線の図", title, parts)
