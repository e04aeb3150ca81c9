"""Hot spots: how much was caught or seen for the effort that was made there.

Counts alone show where people looked. So two kernel densities are divided: events over effort (trap nights). With a Gaussian
kernel K of standard deviation h metres, at a cell c:  rate(c) = Σ_events K(c − e) / Σ_effort w K(c − p).  Where the effort within
reach is less than `least` nights, nothing is known, and nothing is said (None).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.services.fieldwork.engine.nearby import PER_DEGREE, Point

MOST_CELLS = 4_000
CUT = 4.0  # bandwidths beyond which a kernel counts as nothing


@dataclass(frozen=True)
class Effort:
    """Effort at a place. nights: trap nights, more than 0."""

    at: Point
    nights: float


@dataclass(frozen=True)
class Cell:
    """A square of the grid. rate: events for 100 nights, None where too little effort was made; nights: the effort that counts
    there, each night by how near it was (1 at the middle)."""

    at: Point
    rate: float | None
    nights: float


def grid(points: Sequence[Point], size: float, margin: float) -> list[Point]:
    """Middles of squares of `size` metres over all points and `margin` metres around. Raises ValueError beyond 4,000 squares."""
    if not points:
        return []
    south, north = min(p.latitude for p in points), max(p.latitude for p in points)
    west, east = min(p.longitude for p in points), max(p.longitude for p in points)
    up, aside = _degrees(size, (south + north) / 2)
    rows = math.ceil(((north - south) * PER_DEGREE + 2 * margin) / size) or 1
    columns = math.ceil(((east - west) / aside * size + 2 * margin) / size) or 1
    if rows * columns > MOST_CELLS:
        raise ValueError(f"{rows * columns} cells; at most {MOST_CELLS}")
    bottom = (south + north) / 2 - (rows - 1) / 2 * up
    left = (west + east) / 2 - (columns - 1) / 2 * aside
    return [
        Point(bottom + row * up, left + column * aside) for row in range(rows) for column in range(columns)
    ]


def rates(
    cells: Sequence[Point], events: Sequence[Point], effort: Sequence[Effort], bandwidth: float, least: float
) -> list[Cell]:
    """What each cell says. bandwidth: metres; least: nights that must count at a cell before anything is said of it."""
    if not cells:
        return []
    nights = _kernel(cells, [one.at for one in effort], np.array([one.nights for one in effort]), bandwidth)
    found = _kernel(cells, events, np.ones(len(events)), bandwidth)
    return [
        Cell(at, float(100 * seen / made) if made >= least else None, float(made))
        for at, seen, made in zip(cells, found, nights, strict=True)
    ]


def _kernel(
    cells: Sequence[Point], places: Sequence[Point], weights: np.ndarray, bandwidth: float
) -> np.ndarray:  # type: ignore[type-arg]
    """Σ w exp(−d²/2h²) at each cell; the constant of the Gaussian falls out of the ratio."""
    if not len(places):
        return np.zeros(len(cells))
    middle = math.radians(cells[0].latitude)
    scale = np.array([PER_DEGREE, PER_DEGREE * math.cos(middle)])
    own = np.array([[one.latitude, one.longitude] for one in cells]) * scale
    other = np.array([[one.latitude, one.longitude] for one in places]) * scale
    squared = ((own[:, None, :] - other[None, :, :]) ** 2).sum(axis=2)
    kernel = np.exp(-squared / (2 * bandwidth**2))
    kernel[squared > (CUT * bandwidth) ** 2] = 0.0
    total: np.ndarray = kernel @ weights  # type: ignore[type-arg]
    return total


def _degrees(size: float, latitude: float) -> tuple[float, float]:
    up = size / PER_DEGREE
    return up, up / max(0.01, math.cos(math.radians(latitude)))
