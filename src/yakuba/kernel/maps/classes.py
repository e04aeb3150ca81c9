"""Values in at most five classes, each with a sign that needs no colour. No framework."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.kernel.charts.chart import Numbers

MOST = 5


@dataclass(frozen=True)
class Class:
    """words: its bounds with the unit; sign: 0 (empty) to 4 (full), the density of its pattern; count: its members."""

    words: str
    sign: int
    count: int


@dataclass(frozen=True)
class Classes:
    """The classes from low to high; starts: the least value of each, `rule`: how they were cut, in a sentence."""

    listed: tuple[Class, ...]
    starts: tuple[float, ...]
    rule: str

    def of(self, value: float) -> Class:
        """The class of a value; what lies below the first start belongs to the first."""
        found = [one for one, start in zip(self.listed, self.starts, strict=True) if value >= start]
        return found[-1] if found else self.listed[0]


def classes(numbers: Numbers, breaks: Sequence[float] = ()) -> Classes:
    """Cut at `breaks` (rising, at most 4), else so that the classes hold about equally many, equal values together.

    Raises ValueError for breaks that do not rise or are too many.
    """
    values = sorted(numbers.values)
    if breaks:
        if len(breaks) >= MOST or list(breaks) != sorted(set(breaks)):
            raise ValueError(f"at most {MOST - 1} rising breaks")
        starts = (float("-inf"), *map(float, breaks))
        return Classes(_between(values, breaks, numbers), starts, "区分は決めた値で分けています。")
    if not values:
        return Classes((), (), "")
    starts = _quantiles(values)
    ends = [*starts[1:], float("inf")]
    groups = [[one for one in values if start <= one < end] for start, end in zip(starts, ends, strict=True)]
    listed = [
        Class(_span(group[0], group[-1], numbers), sign, len(group))
        for group, sign in zip(groups, _signs(len(groups)), strict=True)
    ]
    rule = "区分は、数がだいたい同じになるように分けています。" if len(set(values)) > MOST else ""
    return Classes(tuple(listed), tuple(starts), rule)


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    several = len(set(values))
    if several <= MOST:
        return tuple(sorted(set(values)))
    return tuple(dict.fromkeys(values[len(values) * number // MOST] for number in range(MOST)))


def _between(values: Sequence[float], breaks: Sequence[float], numbers: Numbers) -> tuple[Class, ...]:
    bounds = [None, *breaks, None]
    listed = []
    for sign, low, high in zip(_signs(len(breaks) + 1), bounds, bounds[1:], strict=False):
        count = sum((low is None or one >= low) and (high is None or one < high) for one in values)
        words = (f"{numbers.written(low)}以上" if low is not None else "") + (
            f"{numbers.written(high)}未満" if high is not None else ""
        )
        listed.append(Class(words, sign, count))
    return tuple(listed)


def _span(low: float, high: float, numbers: Numbers) -> str:
    if numbers.bare(low) == numbers.bare(high):
        return numbers.written(low)
    return f"{numbers.bare(low)}～{numbers.written(high)}"


def _signs(count: int) -> list[int]:
    """The signs of so many classes, as far apart as they can be; a single class is in the middle."""
    return [2] if count == 1 else [round(number * (MOST - 1) / (count - 1)) for number in range(count)]
