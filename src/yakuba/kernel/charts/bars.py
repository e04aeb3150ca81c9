"""Horizontal bars for lengths of time and counts: beside one another, or stacked. No framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from yakuba.kernel.charts.chart import (
    PAPER,
    Chart,
    Size,
    decimals,
    drawn,
    label_axis,
    labels,
    pixels,
    sentence,
    wrapped,
)
from yakuba.kernel.charts.drawing import Spec, Table
from yakuba.kernel.charts.palette import BLUE, GREY, LIGHT_BLUE, SERIES, WORDS_ON
from yakuba.kernel.values.rounding import grouped

LEAST = 0.3  # of the plot is left to the bars, whatever is written beside them


def before_after(rows: Sequence[tuple[str, float, float]], *, title: str, unit: str = "分") -> Chart:
    """Bars of what it took before and what it takes now. `rows`: (label, before, now), all ≥ 0, in `unit`."""
    series = {"これまで": GREY, "いま": BLUE}
    values = [(label, {"これまで": before, "いま": now}) for label, before, now in rows]
    return bar_chart(values, title=title, unit=unit, colours=series)


def person_and_machine(rows: Sequence[tuple[str, float, float]], *, title: str, unit: str = "分") -> Chart:
    """Stacked bars of a person's and a machine's time. `rows`: (label, person, machine), all ≥ 0, in `unit`."""
    series = {"職員": BLUE, "機械": LIGHT_BLUE}
    values = [(label, {"職員": person, "機械": machine}) for label, person, machine in rows]
    return bar_chart(values, title=title, unit=unit, stacked=True, colours=series)


def bar_chart(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    *,
    title: str,
    unit: str,
    stacked: bool = False,
    colours: Mapping[str, str] | None = None,
) -> Chart:
    """Horizontal bars, a group or a stack a row.

    `rows` are (label, {series: value ≥ 0 in `unit`}); labels and series are kept in the given order, at most
    six series. Every bar carries its series' name and value as words, so colour is never the only sign; of one
    series, which the title names, the value alone.
    Raises ValueError for a negative value, a label given twice, or more than six series.
    """
    series = list(dict.fromkeys(name for _, values in rows for name in values))
    _check(rows, series)
    colour = dict(zip(series, SERIES, strict=False)) | dict(colours or {})
    places = decimals(value for _, values in rows for value in values.values())

    def written(value: float, unit: str = unit) -> str:
        return f"{grouped(value, places)}{unit}"

    def spec(size: Size) -> Spec:
        marks = _marks(rows, series, written, colour, size)
        draw = _stacked if stacked else _grouped
        return {"data": {"values": marks}, **draw(marks, series, colour, size)}

    table = _as_table(rows, series, unit, written, stacked)
    return drawn(title, _sentence(title, rows, written), spec, table)


def _check(rows: Sequence[tuple[str, Mapping[str, float]]], series: Sequence[str]) -> None:
    labels([label for label, _ in rows], PAPER.label_columns)
    if any(not 0 <= value < float("inf") for _, values in rows for value in values.values()):
        raise ValueError("a bar's length must be a number of 0 or more")
    if len(series) > len(SERIES):
        raise ValueError(f"at most {len(SERIES)} series can be told apart")


def _marks(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    series: Sequence[str],
    written: Callable[[float], str],
    colour: Mapping[str, str],
    size: Size,
) -> list[dict[str, Any]]:
    """One row of data a bar, with everything that is written on it and beside it."""
    totals = [f"計 {written(sum(values.values()))}" for _, values in rows]
    end = _scale_end(zip((sum(values.values()) for _, values in rows), totals, strict=True), size)
    marks: list[dict[str, Any]] = []
    for (label, values), plain in zip(rows, totals, strict=True):
        words = {
            name: written(value) if len(series) == 1 else f"{name} {written(value)}"
            for name, value in values.items()
        }
        inside = {
            name: next(
                (one for one in (words[name], written(value)) if pixels(one) < value / end * size.plot * 0.7),
                "",
            )
            for name, value in values.items()
        }
        parts = f"{plain}（{'、'.join(words.values())}）"
        left_out = any(value and not inside[name] for name, value in values.items())
        total = parts if size.detailed and left_out and _stands_beside(parts, size) else plain
        start = 0.0
        for position, (name, value) in enumerate(values.items()):
            marks.append(
                {
                    "label": wrapped(label, size.label_columns),
                    "series": name,
                    "start": start,
                    "end": start + value,
                    "middle": start + value / 2,
                    "value": value,
                    "words": words[name],
                    "inside": inside[name],
                    "total": total if position == len(values) - 1 else "",
                    "ink": WORDS_ON.get(colour[name], "#000000"),
                }
            )
            start += value
    return marks


def _grouped(
    marks: Sequence[Mapping[str, Any]], series: Sequence[str], colour: Mapping[str, str], size: Size
) -> dict[str, Any]:
    offset = {"field": "series", "type": "nominal", "sort": list(series), "scale": {"paddingInner": 0.1}}
    longest = _scale_end(((mark["value"], mark["words"]) for mark in marks), size)
    return {
        "height": {"step": 34, "for": "offset"},
        "encoding": {"y": _rows_axis(marks), "yOffset": offset},
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {"x": _length("value", longest), "color": _colour(series, colour, legend=False)},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 8, "baseline": "middle"},
                "encoding": {"x": {"field": "value", "type": "quantitative"}, "text": {"field": "words"}},
            },
        ],
    }


def _stacked(
    marks: Sequence[Mapping[str, Any]], series: Sequence[str], colour: Mapping[str, str], size: Size
) -> dict[str, Any]:
    longest = _scale_end(((mark["end"], mark["total"]) for mark in marks), size)
    return {
        "height": {"step": 52},
        "encoding": {"y": _rows_axis(marks)},
        "layer": [
            {
                "mark": {"type": "bar", "stroke": "#ffffff", "strokeWidth": 2},
                "encoding": {
                    "x": _length("start", longest),
                    "x2": {"field": "end"},
                    "color": _colour(series, colour, legend=True),
                },
            },
            {
                "mark": {"type": "text", "baseline": "middle"},
                "encoding": {
                    "x": {"field": "middle", "type": "quantitative"},
                    "text": {"field": "inside"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 8,
                    "baseline": "middle",
                    "fontWeight": "bold",
                },
                "encoding": {"x": {"field": "end", "type": "quantitative"}, "text": {"field": "total"}},
            },
        ],
    }


def _rows_axis(marks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    order = list(dict.fromkeys(mark["label"] for mark in marks))
    scale = {"paddingInner": 0.25}
    return {"field": "label", "type": "nominal", "sort": order, "axis": label_axis(), "scale": scale}


def _length(field: str, longest: float) -> dict[str, Any]:
    # Every bar carries its number, so the axis needs only a base line; room is left for the words beside.
    axis = {"title": None, "labels": False, "ticks": False, "grid": False, "domain": False}
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, longest], "nice": False},
        "axis": axis,
    }


def _stands_beside(words: str, size: Size) -> bool:
    """Whether they have room beside a bar that keeps its least."""
    return pixels(words) <= (1 - LEAST) * size.plot - 16


def _scale_end(bars: Iterable[tuple[float, str]], size: Size) -> float:
    """The value at the right edge: far enough for every bar's words to stand beside it."""
    least = LEAST * size.plot
    ends = (value * size.plot / max(least, size.plot - 16 - pixels(words)) for value, words in bars)
    return max(ends, default=0) or 1


def _colour(series: Sequence[str], colour: Mapping[str, str], *, legend: bool) -> dict[str, Any]:
    scale = {"domain": list(series), "range": [colour[name] for name in series]}
    encoding: dict[str, Any] = {"field": "series", "type": "nominal", "scale": scale}
    return encoding if legend else {**encoding, "legend": None}


def _as_table(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    series: Sequence[str],
    unit: str,
    written: Callable[[float, str], str],
    stacked: bool,
) -> Table:
    columns = ["項目", *(f"{name}（{unit}）" for name in series)] + ([f"計（{unit}）"] if stacked else [])
    lines = []
    for label, values in rows:
        cells = [written(values[name], "") if name in values else "―" for name in series]
        lines.append((label, *cells, *([written(sum(values.values()), "")] if stacked else [])))
    return Table(tuple(columns), tuple(lines))


def _sentence(
    title: str, rows: Sequence[tuple[str, Mapping[str, float]]], written: Callable[[float], str]
) -> str:
    parts = [
        f"{label}は{'、'.join(f'{name}{written(value)}' for name, value in values.items())}。"
        for label, values in rows
    ]
    return sentence("横棒グラフ", title, parts)
