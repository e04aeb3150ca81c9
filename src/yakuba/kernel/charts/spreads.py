"""How values are spread: how many lie where, and a value with the interval around it. No framework."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from yakuba.kernel.charts.chart import (
    Chart,
    Numbers,
    Size,
    drawn,
    edged_words,
    heading,
    label_axis,
    labels,
    sentence,
)
from yakuba.kernel.charts.drawing import Spec, Table
from yakuba.kernel.charts.palette import BLUE, TEXT
from yakuba.kernel.values.rounding import grouped

_MOST_BARS = 10  # of a histogram; a telephone's width has room for their counts


def histogram(values: Sequence[float | None], *, title: str, unit: str, counted: str = "件") -> Chart:
    """How many of `values` (in `unit`) lie in each of at most ten steps of 1, 2 or 5 times a power of ten.

    A step holds its lower end and not its upper one. None is a value that is not known: it is counted in the table
    and in no bar. Raises ValueError for what `Numbers` refuses.
    """
    numbers = Numbers(values, unit)
    steps = _steps(numbers.values)
    ends = Numbers([float(end) for low, high, _ in steps for end in (low, high)], unit)
    rows = [
        (f"{grouped(low, ends.decimals)}以上{grouped(high, ends.decimals)}未満", count)
        for low, high, count in steps
    ]
    lacking = len(values) - len(numbers.values)
    unknown = [("値なし", lacking)] if lacking else []
    table = Table(
        (f"範囲（{unit}）" if unit else "範囲", f"数（{counted}）"),
        tuple((name, f"{count:,}") for name, count in rows + unknown) if rows else (),
    )
    parts = [f"{name}は{count:,}{counted}。" for name, count in sorted(rows, key=lambda row: -row[1])]
    return drawn(title, sentence("度数分布図", title, parts), lambda size: _bars(steps, ends, counted), table)


def _steps(values: Sequence[float]) -> list[tuple[Decimal, Decimal, int]]:
    """(lower end, upper end, how many) without a hole, from the first step with a value to the last.

    In decimals, because 0.3 lies in the step that begins with 0.3, and 0.3 // 0.1 is 2.
    """
    if not values:
        return []
    exact = [Decimal(str(value)) for value in values]
    low, high = min(exact), max(exact)
    whole = all(value == value.to_integral() for value in exact)
    if whole:
        step = Decimal(1)
    elif high > low:
        step = Decimal(10) ** (high - low).adjusted() / 1000
    else:
        step = Decimal(10) ** high.adjusted()
    step = max(
        step, Decimal(10) ** (max(abs(low), abs(high)).adjusted() - 12)
    )  # what a picture can tell apart
    factors = (2, Decimal("2.5"), 2)  # 1 → 2 → 5 → 10
    turn = 0
    while _place(high, step) - _place(low, step) >= _MOST_BARS:
        step, turn = step * factors[turn % 3], turn + 1
    counts = Counter(_place(value, step) for value in exact)
    return [(n * step, (n + 1) * step, counts[n]) for n in range(min(counts), max(counts) + 1)]


def _place(value: Decimal, step: Decimal) -> int:
    return int((value / step).to_integral(ROUND_FLOOR))


def _bars(steps: Sequence[tuple[Decimal, Decimal, int]], ends: Numbers, counted: str) -> Spec:
    bars = [
        {
            "low": float(low),
            "high": float(high),
            "middle": float(low + (high - low) / 2),
            "count": count,
            "words": f"{count:,}",
        }
        for low, high, count in steps
    ]
    edges = sorted({float(edge) for low, high, _ in steps for edge in (low, high)})
    axis = {**ends.axis, "values": edges, "labelOverlap": "greedy", "labelSeparation": 6, "grid": False}
    scale = {"domain": [edges[0], edges[-1]] if edges else [0, 1], "nice": False}
    most = max((count for _, _, count in steps), default=1)
    count: dict[str, Any] = {
        "field": "count",
        "type": "quantitative",
        "scale": {"domain": [0, most * 1.12], "nice": False},
        "axis": None,  # every bar carries its number
    }
    x = {"field": "low", "type": "quantitative", "axis": axis | {"domain": True}, "scale": scale}
    return {
        "data": {"values": bars},
        "height": 220,
        "layer": [
            {
                "mark": {"type": "rect", "color": BLUE, "stroke": "#ffffff", "strokeWidth": 2},
                "encoding": {"x": x, "x2": {"field": "high"}, "y": count, "y2": {"datum": 0}},
            },
            {
                "mark": {"type": "text", "dy": -10},
                "encoding": {"x": {**x, "field": "middle"}, "y": count, "text": {"field": "words"}},
            },
        ],
        **heading(f"棒の上：{counted}", f"横：{ends.words}" if ends.words else ""),
    }


Interval = tuple[str, float | None, tuple[float, float] | None]


def interval_chart(rows: Sequence[Interval], *, title: str, unit: str, interval: str) -> Chart:
    """A point for each row and the interval around it, with both in words above.

    `rows` are (label, value, (low, high)), all in `unit`; None where a value or its interval is not known.
    `interval` says what it is, as 「95%信頼区間」 or 「中央の半数」.
    Raises ValueError for a label given twice, an interval upside down, and what `Numbers` refuses.
    """
    if any(pair and pair[0] > pair[1] for _, _, pair in rows):
        raise ValueError("an interval goes from its low to its high end")
    numbers = Numbers([number for _, value, pair in rows for number in (value, *(pair or ()))], unit)
    labels([label for label, _, _ in rows], 24)
    behind = f"（{unit}）" if unit else ""
    table = Table(
        ("項目", f"値{behind}", f"{interval}{behind}"),
        tuple(
            (label, numbers.bare(value), "～".join(map(numbers.bare, pair)) if pair else numbers.bare(None))
            for label, value, pair in rows
        )
        if numbers.values
        else (),
    )
    parts = [
        f"{label}は{numbers.written(value)}"
        + (f"（{interval} {numbers.bare(pair[0])}～{numbers.written(pair[1])}）。" if pair else "。")
        for label, value, pair in rows
    ]
    return drawn(
        title,
        sentence("値と範囲の図", title, parts),
        lambda size: _points(rows, numbers, interval, size),
        table,
    )


def _points(rows: Sequence[Interval], numbers: Numbers, interval: str, size: Size) -> Spec:
    names = labels([label for label, _, _ in rows], size.label_columns)
    points = []
    for name, (_, value, pair) in zip(names, rows, strict=True):
        words = numbers.short(value)
        if pair:
            words += f"（{numbers.short(pair[0])}～{numbers.short(pair[1])}）"
        low, high = pair or (None, None)
        points.append({"label": name, "value": value, "low": low, "high": high, "words": words})
    scale = {"domain": numbers.domain(zero=False), "nice": False}
    x = {"type": "quantitative", "scale": scale, "axis": numbers.axis}
    ends = {"x": {**x, "field": "low"}, "x2": {"field": "high"}}
    tick = {"type": "tick", "thickness": 2, "size": 14, "color": TEXT}
    y = {"field": "label", "type": "nominal", "sort": names, "axis": label_axis()}
    return {
        "data": {"values": points},
        "height": {"step": 60},
        "encoding": {"y": y},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 2, "color": TEXT}, "encoding": ends},
            {"mark": tick, "encoding": {"x": {**x, "field": "low"}}},
            {"mark": tick, "encoding": {"x": {**x, "field": "high"}}},
            {
                "mark": {"type": "point", "filled": True, "size": 110, "color": BLUE, "opacity": 1},
                "encoding": {"x": {**x, "field": "value"}},
            },
            *edged_words({"align": "left", "dy": -19}, {"x": {"value": 2}, "text": {"field": "words"}}),
        ],
        **heading(f"点は値、線は{interval}", f"単位：{numbers.words}" if numbers.words else ""),
    }
