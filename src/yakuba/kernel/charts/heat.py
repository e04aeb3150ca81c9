"""A table whose cells are the darker the larger their value. No framework."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.charts.chart import (
    Chart,
    Numbers,
    Size,
    drawn,
    heading,
    label_axis,
    labels,
    pixels,
    sentence,
)
from yakuba.kernel.charts.drawing import Spec, Table
from yakuba.kernel.charts.palette import LINE, shade, words_on

_LINE_HEIGHT = 34


def heat_map(
    rows: Sequence[tuple[str, Sequence[float | None]]], columns: Sequence[str], *, title: str, unit: str
) -> Chart:
    """A cell for each row and column, in one hue from the least value to the largest, its value written in it.

    `rows` are (label, a value in `unit` for each column); None is an empty cell with a dash, not a 0. Where a value
    is negative, two hues that every eye tells apart (blue above 0, orange below) darken with the distance from 0.
    Where a telephone's cells are too narrow, values stand upright, and of more than about fifteen columns in the
    table alone. Raises ValueError for a label given twice, a row of another length than `columns`, and what
    `Numbers` refuses.
    """
    if any(len(values) != len(columns) for _, values in rows):
        raise ValueError("a row has a value, or None, for each column")
    labels([label for label, _ in rows], 24)
    labels(columns, 24)
    numbers = Numbers([value for _, values in rows for value in values], unit)
    cells = tuple((label, *map(numbers.bare, values)) for label, values in rows) if numbers.values else ()
    behind = f"（{unit}）" if unit else ""
    parts = [_told(label, values, columns, numbers) for label, values in rows]
    return drawn(
        title,
        sentence("色分けした表", title, parts),
        lambda size: _spec(rows, columns, numbers, size),
        Table(("項目", *(f"{column}{behind}" for column in columns)), cells),
    )


def _spec(
    rows: Sequence[tuple[str, Sequence[float | None]]], columns: Sequence[str], numbers: Numbers, size: Size
) -> Spec:
    low, high = min(numbers.values, default=0), max(numbers.values, default=0)
    room = size.plot / max(1, len(columns))
    longest = max((pixels(numbers.short(value)) for value in numbers.values), default=0)
    upright = longest + 6 > room
    told = room > 16  # the height of a line of words
    names = labels([label for label, _ in rows], size.label_columns)
    heads = labels(columns, max(2, int(room // 7.5)))
    cells = []
    for name, (_, values) in zip(names, rows, strict=True):
        for head, value in zip(heads, values, strict=True):
            fill = "#ffffff" if value is None else shade(value, low, high)
            words = numbers.short(value) if told else ""
            cells.append({"row": name, "column": head, "fill": fill, "words": words, "ink": words_on(fill)})
    height = max(_LINE_HEIGHT, longest + 12) if upright and told else _LINE_HEIGHT
    most = max((name.count("\n") + 1 for name in names), default=1)
    x_axis = label_axis(labelAngle=0, labelOverlap=False if told else "greedy")
    how = "青は0より上、橙は0より下、濃いほど遠い" if low < 0 else "濃いほど大きい"
    return {
        "data": {"values": cells},
        "height": {"step": max(height, 18 * most + 8)},
        "encoding": {
            "x": {"field": "column", "type": "ordinal", "sort": heads, "axis": x_axis},
            "y": {"field": "row", "type": "ordinal", "sort": names, "axis": label_axis()},
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": LINE},
                "encoding": {"color": {"field": "fill", "type": "nominal", "scale": None}},
            },
            {
                "mark": {"type": "text", "baseline": "middle", "angle": 270 if upright else 0},
                "encoding": {
                    "text": {"field": "words"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
        ],
        **heading(
            how,
            f"{numbers.short(low)}～{numbers.short(high)}{numbers.words}",
        ),
    }


def _told(label: str, values: Sequence[float | None], columns: Sequence[str], numbers: Numbers) -> str:
    known = [(value, column) for value, column in zip(values, columns, strict=True) if value is not None]
    if not known:
        return f"{label}は値なし。"
    (low, where_low), (high, where_high) = (pick(known, key=lambda one: one[0]) for pick in (min, max))
    return f"{label}は{where_low}の{numbers.written(low)}から{where_high}の{numbers.written(high)}まで。"
