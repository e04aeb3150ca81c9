"""What the simulators exchange: what a calculator asks, what it answers, and on what it stands. No framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Inputs = Mapping[str, Any]  # name of an input → float, int or str, within its limits
Row = tuple[str | float | None, ...]


@dataclass(frozen=True)
class Quantity:
    """A number that is asked. low, high: what is taken; slide: the ends of its slider, where that is less, and step its
    step (0: no slider). whole: an integer."""

    name: str
    label: str
    unit: str
    initial: float
    low: float
    high: float
    step: float = 0.0
    slide: tuple[float, float] | None = None
    whole: bool = False
    help: str = ""
    group: str = ""

    @property
    def slider(self) -> tuple[float, float]:
        """Its ends."""
        return self.slide or (self.low, self.high)


@dataclass(frozen=True)
class Choice:
    """One of several words that is asked. options: value → label in Japanese."""

    name: str
    label: str
    options: Mapping[str, str]
    initial: str
    help: str = ""
    group: str = ""


@dataclass(frozen=True)
class Lines:
    """A small table that is asked as text, a row a line with commas between cells. columns: their names in Japanese; most:
    lines that are taken. needed: whether it may be empty."""

    name: str
    label: str
    columns: tuple[str, ...]
    initial: str
    most: int
    help: str = ""
    needed: bool = True
    group: str = ""


Input = Quantity | Choice | Lines


@dataclass(frozen=True)
class Figure:
    """A result. value: None where there is none, and `words` say why; words: what is shown in place of the number."""

    code: str
    label: str
    value: float | None
    unit: str = ""
    decimals: int = 2
    words: str = ""
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """Lines over a quantity: name → points (x, y), in the order of x. levels: name → y of a horizontal line."""

    title: str
    x: str
    x_unit: str
    unit: str
    curves: Mapping[str, tuple[tuple[float, float], ...]]
    levels: Mapping[str, float]


@dataclass(frozen=True)
class Bars:
    """Stacked bars: (label, part → length ≥ 0)."""

    title: str
    unit: str
    rows: tuple[tuple[str, Mapping[str, float]], ...]


@dataclass(frozen=True)
class Places:
    """Points on a map: (label, longitude, latitude in degrees, value, remark)."""

    title: str
    unit: str
    rows: tuple[tuple[str, float, float, float | None, str], ...]


@dataclass(frozen=True)
class Sheet:
    """A table. decimals: of each column's numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    decimals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a calculator answers. holds: whether what was asked for is reached (None: nothing was asked for); sentence: the same in
    words; warnings: what this input makes doubtful."""

    holds: bool | None
    sentence: str
    figures: tuple[Figure, ...]
    pictures: tuple[Picture | Bars | Places, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Formula:
    """A formula as text, what it is, and where it comes from."""

    label: str
    text: str
    source: str


@dataclass(frozen=True)
class Calculator:
    """One simulator. version: of its formulas, which goes up when the same input gives another answer.

    calculate: inputs (all of them, within their limits) → outcome. Raises Invalid with the label of the input at fault as
    its place. ranges: within which the formulas hold; unknowns: what the model does not know.
    """

    code: str
    label: str
    question: str
    version: int
    inputs: tuple[Input, ...]
    calculate: Callable[[Inputs], Outcome]
    formulas: tuple[Formula, ...]
    ranges: tuple[str, ...]
    unknowns: tuple[str, ...]

    @property
    def initial(self) -> dict[str, Any]:
        """The example that is shown first."""
        return {
            one.name: int(one.initial) if isinstance(one, Quantity) and one.whole else one.initial
            for one in self.inputs
        }
