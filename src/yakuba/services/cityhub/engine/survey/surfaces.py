"""A surface of our own making: heights in m, float32, line after line from the north, NaN where none is known. Read a few lines
at a time, so that its size does not matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

AT_ONCE = 4_000_000  # cells of the lines that are read together
Values = np.ndarray[Any, Any]
Corners = Sequence[tuple[float, float]]  # x, y; the first one is not said again


@dataclass(frozen=True)
class Frame:
    """Where the cells lie. left, top: outer corner; cell_x, cell_y: sides of a cell, > 0; in units of the coordinate system."""

    rows: int
    columns: int
    left: float
    top: float
    cell_x: float
    cell_y: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return (
            self.left,
            self.top - self.rows * self.cell_y,
            self.left + self.columns * self.cell_x,
            self.top,
        )

    def middle_y(self, first: int, number: int) -> Values:
        """y of the middles of lines."""
        return self.top - (np.arange(first, first + number) + 0.5) * self.cell_y

    def middle_x(self) -> Values:
        """x of the middles of columns."""
        return self.left + (np.arange(self.columns) + 0.5) * self.cell_x

    def rows_between(self, south: float, north: float) -> tuple[int, int]:
        """The first line and the one behind the last whose middles may lie between."""
        first = int(np.floor((self.top - north) / self.cell_y - 0.5))
        last = int(np.ceil((self.top - south) / self.cell_y + 0.5))
        return min(max(first, 0), self.rows), max(0, min(last, self.rows))


@dataclass(frozen=True)
class Surface:
    """A frame and the open file of its heights."""

    frame: Frame
    file: IO[bytes]

    def lines(self, first: int, number: int) -> Values:
        """number × columns."""
        width = 4 * self.frame.columns
        self.file.seek(first * width)
        found = np.frombuffer(self.file.read(number * width), np.float32)
        return found.reshape(-1, self.frame.columns)

    def bands(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Values]]:
        """All lines, some at a time, with the number of the first."""
        last = self.frame.rows if last is None else last
        step = max(1, AT_ONCE // self.frame.columns)
        for row in range(first, last, step):
            yield row, self.lines(row, min(step, last - row))

    def at(self, x: Values, y: Values) -> Values:
        """Heights between the four nearest middles (bilinear); NaN outside, and where one of the four is not known. x and y have
        the same shape, a few lines high."""
        frame = self.frame
        column, row = (x - frame.left) / frame.cell_x - 0.5, (frame.top - y) / frame.cell_y - 0.5
        left, above = np.floor(column + 1e-9).astype(np.int64), np.floor(row + 1e-9).astype(np.int64)
        found = np.full(np.shape(x), np.nan)
        fits = (left >= 0) & (above >= 0) & (left < frame.columns) & (above < frame.rows)
        if not fits.any():
            return found
        first = int(above[fits].min())
        lines = self.lines(first, min(int(above[fits].max()) + 2, frame.rows) - first)
        across, down = np.clip(column - left, 0, 1)[fits], np.clip(row - above, 0, 1)[fits]
        left, above = left[fits], above[fits] - first
        right, below = (
            np.minimum(left + 1, frame.columns - 1),
            np.minimum(above + 1, len(lines) - 1),
        )
        across = np.where(np.abs(across) < 1e-6, 0, across)
        down = np.where(np.abs(down) < 1e-6, 0, down)
        # A cell whose middle is the position itself needs no neighbour, and the last one has none.
        beyond = ((across > 0) & (right == left)) | ((down > 0) & (below == above))
        total = np.zeros(len(left))
        for line, col, weight in (
            (above, left, (1 - across) * (1 - down)),
            (above, right, across * (1 - down)),
            (below, left, (1 - across) * down),
            (below, right, across * down),
        ):
            total += np.where(weight > 0, lines[line, col] * weight, 0)
        total[beyond] = np.nan
        found[fits] = total
        return found


def inside(corners: Corners, frame: Frame, first: int, number: int) -> Values:
    """Which cells have their middle in a polygon: number × columns. By the crossings of each line with the edges."""
    y, toggles = frame.middle_y(first, number), np.zeros((number, frame.columns + 1), bool)
    points = list(corners)
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        crossed = np.flatnonzero((y1 <= y) != (y2 <= y))
        if not len(crossed):
            continue
        x = x1 + (y[crossed] - y1) * (x2 - x1) / (y2 - y1)
        column = np.ceil((x - frame.left) / frame.cell_x - 0.5)
        np.logical_xor.at(toggles, (crossed, np.clip(column, 0, frame.columns).astype(np.int64)), True)
    return np.asarray(np.logical_xor.accumulate(toggles, axis=1)[:, :-1])


def area_of(corners: Corners) -> float:
    """Of a polygon in a plane, m² (the trapezoid rule)."""
    x, y = np.array(corners, float).T
    x, y = x - x[0], y - y[0]
    return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2)


def crosses_itself(corners: Corners) -> bool:
    """Whether two edges of a polygon cross."""
    points = list(corners)
    edges = list(zip(points, [*points[1:], points[0]], strict=True))
    for number, (a, b) in enumerate(edges):
        for other in range(number + 2, len(edges)):
            if number == 0 and other == len(edges) - 1:
                continue
            c, d = edges[other]
            if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
                return True
    return False


def _side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
