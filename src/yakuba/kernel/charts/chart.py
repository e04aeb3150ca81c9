"""What every kind of chart shares: the picture in two widths, its numbers and labels in words. No framework."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Any

from yakuba.kernel.charts.drawing import Spec, Table, svg
from yakuba.kernel.values.rounding import grouped

MISSING = "―"
_LARGEST = 1e20  # what 京 can still write
_MYRIADS = ((1e16, "京"), (1e12, "兆"), (1e8, "億"), (1e4, "万"))


@dataclass(frozen=True)
class Size:
    """How wide a chart is drawn: pixels in all, pixels left for the plot when labels take their full width,
    half-width columns of a label's line, and whether a stack's parts are written beside it."""

    width: int
    plot: int
    label_columns: int
    detailed: bool


PAPER = Size(670, 470, 24, True)  # with its margin 180 mm: an A4 page between 15 mm margins
PHONE = Size(350, 240, 12, False)  # a screen of 390 pixels; what is not written there stands in the table


@dataclass(frozen=True)
class Chart:
    """A picture, its name, what it says in a sentence, and the same values as a table."""

    title: str
    description: str
    spec: Spec
    narrow: Spec
    table: Table

    @property
    def svg(self) -> str:
        """The picture as an SVG element that is safe in a page; empty when there are no rows."""
        return svg(self.spec) if self.table.rows else ""

    @property
    def narrow_svg(self) -> str:
        """The same for a telephone: as wide as its screen, so that nothing has to be pushed sideways."""
        return svg(self.narrow) if self.table.rows else ""


def drawn(title: str, description: str, spec: Callable[[Size], Spec], table: Table) -> Chart:
    """The chart whose `spec` is made for each of the two widths; no picture where the table has no rows."""
    if not table.rows:
        return Chart(title, description, {}, {}, table)
    paper, phone = (
        {"width": size.width, "autosize": {"type": "fit-x"}, **spec(size)} for size in (PAPER, PHONE)
    )
    return Chart(title, description, paper, phone, table)


class Numbers:
    """How the values of one chart are written: all with the same decimals, and `unit` behind them.

    Raises ValueError for a value that is not a number, or above 10²⁰.
    """

    def __init__(self, values: Iterable[float | None], unit: str) -> None:
        self.values = [value for value in values if value is not None]
        self.unit = unit
        if any(not isfinite(value) or abs(value) > _LARGEST for value in self.values):
            raise ValueError("a value of a chart must be a number of at most 10²⁰")
        self.decimals = decimals(self.values)
        top = max(map(abs, self.values), default=0)
        # An axis of 1,200,000 would take a telephone's width: from a million on it counts in 万, 億, 兆.
        self.scale, self.myriad = next((one for one in _MYRIADS if top >= 100 * one[0]), (1.0, ""))

    def bare(self, value: float | None) -> str:
        """As the table has it."""
        return MISSING if value is None else grouped(value, self.decimals)

    def written(self, value: float | None) -> str:
        """As a sentence has it."""
        return MISSING if value is None else self.bare(value) + self.unit

    def short(self, value: float | None) -> str:
        """As the picture has it: in the unit of the axis, at most one decimal of a myriad."""
        if value is None or not self.myriad:
            return self.bare(value)
        shown = grouped(value / self.scale, 1).removesuffix(".0")
        return "≈0" if value and shown in ("0", "-0") else shown

    @property
    def axis(self) -> dict[str, Any]:
        """Numbers at lines across the plot."""
        label = f"format(datum.value / {self.scale:.0f}, ',.12~r')"
        return {"title": None, "labelExpr": label, "ticks": False, "domain": False, "tickCount": 5}

    @property
    def words(self) -> str:
        """What the axis counts in; empty without a unit."""
        return self.myriad + self.unit

    def domain(self, *, zero: bool) -> list[float]:
        """From the least to the largest value, with a margin where the line of 0 is not an end of it."""
        low, high = min(self.values, default=0), max(self.values, default=0)
        margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        if not zero:
            return [low - margin, high + margin]
        return [min(0, low - margin) if low < 0 else 0, max(0, high + margin) if high > 0 or low == 0 else 0]


def decimals(values: Iterable[float]) -> int:
    """How many decimals values need that are written under one another: none for whole numbers, one for most."""
    values = list(values)
    if all(float(value).is_integer() for value in values if isfinite(value)):
        return 0
    top = max(map(abs, values))
    return 1 if top >= 0.1 else 1 - floor(log10(top))


def heading(*lines: str) -> dict[str, Any]:
    """What stands above the plot: its unit, or how its colours are to be read."""
    told = [part for line in lines if line for part in wrapped(line, 44).split("\n")]  # a telephone's width
    title = {"text": told, "anchor": "start", "fontSize": 14, "fontWeight": "normal", "offset": 12}
    return {"title": title} if told else {}


def edged_words(mark: dict[str, Any], encoding: dict[str, Any]) -> list[dict[str, Any]]:
    """Layers of words with a white edge, so that no line runs through them."""
    edges: list[dict[str, Any]] = [{"stroke": "#ffffff", "strokeWidth": 4}, {}]
    return [{"mark": {"type": "text", **mark, **edge}, "encoding": encoding} for edge in edges]


def labels(names: Sequence[str], columns: int) -> list[str]:
    """The names in lines of at most `columns`. Raises ValueError where two are the same."""
    lines = [wrapped(name, columns) for name in names]
    if len(set(lines)) != len(lines):
        raise ValueError("two places of a chart carry the same label")
    return lines


def label_axis(**more: Any) -> dict[str, Any]:
    """An axis of names that were broken by `wrapped`."""
    lines = "split(datum.value, '\\n')"
    return {"title": None, "ticks": False, "domain": False, "labelPadding": 8, "labelExpr": lines, **more}


def sentence(kind: str, title: str, parts: Sequence[str], most: int = 3) -> str:
    """The picture in words: the first parts in full, the rest by reference to the table."""
    rest = f"ほか{len(parts) - most}件は表にあります。" if len(parts) > most else ""
    return f"{kind}：{title}。{''.join(parts[:most])}{rest}"


def pixels(words: str) -> float:
    """About how wide words of 14 px are."""
    return 7.5 * _columns(words)


def wrapped(label: str, columns: int) -> str:
    """The label in lines of at most `columns` half-width columns, broken by a newline."""
    lines, width = [""], 0
    for character in " ".join(label.split()):
        if width + _columns(character) > columns:
            lines, width = [*lines, ""], 0
        lines[-1] += character
        width += _columns(character)
    return "\n".join(lines)


def _columns(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in words)
