"""Squares of .01° (about 1 km), so that a database without a geographic index finds places: a box is some rows of squares,
each a range of one ordinary index."""

from __future__ import annotations

import math

SIZE = 0.01  # degrees
ROW = 100_000  # more than the squares of one row
AREA = -1  # the cell of what is no point
MOST_ROWS = 120  # of a box; more rows are not worth it, all places are looked at


def cell_of(longitude: float, latitude: float) -> int:
    """The square of a point."""
    return _row(latitude) * ROW + _column(longitude)


def _row(latitude: float) -> int:
    return math.floor((latitude + 90) / SIZE + 1e-9)


def _column(longitude: float) -> int:
    return math.floor((longitude + 180) / SIZE + 1e-9)


def ranges(box: tuple[float, float, float, float]) -> list[tuple[int, int]] | None:
    """First and last square of every row of a box (west, south, east, north), or None where there are too many."""
    west, south, east, north = box
    first, last = _row(max(-90.0, south)), _row(min(90.0, north))
    if last - first >= MOST_ROWS:
        return None
    left, right = _column(max(-180.0, west)), _column(min(180.0, east))
    return [(row * ROW + left, row * ROW + right) for row in range(first - 1, last + 2)]
