"""Ways without a road graph: straight lines, made longer by a factor, at one speed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.services.fieldwork.engine.rounds.problem import Ways

EARTH = 6_371_008.8  # metres: mean radius of the Earth (IUGG)
FACTORS = (1.0, 3.0)  # what a detour factor may be; 1.2 to 1.4 on plains, more in mountains


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("no place on the Earth")


def straight(points: Sequence[Point], factor: float, kmh: float) -> Ways:
    """Great circle times `factor`, at `kmh` kilometres an hour. ValueError where one of them is out of range."""
    if not FACTORS[0] <= factor <= FACTORS[1] or not 1 <= kmh <= 120:
        raise ValueError("factor or speed out of range")
    metres = great_circles(points) * factor
    return Ways(whole(metres), whole(metres / (kmh / 3.6)))


def great_circles(points: Sequence[Point]) -> np.ndarray:
    """Metres between all of them, (n, n), by the haversine formula (exact enough for points side by side)."""
    latitudes = np.radians([point.latitude for point in points])
    longitudes = np.radians([point.longitude for point in points])
    half = np.sin((latitudes[:, None] - latitudes) / 2) ** 2
    across = (
        np.cos(latitudes)[:, None] * np.cos(latitudes) * np.sin((longitudes[:, None] - longitudes) / 2) ** 2
    )
    return 2 * EARTH * np.arcsin(np.minimum(1, np.sqrt(half + across)))


def factor_of(driven: Sequence[tuple[Point, Point, float]]) -> float | None:
    """The factor by which driven metres exceed the great circle, over all ways of rounds that were done; None without a way of
    more than 100 m. Sums, not a mean of ratios: short ways have the wildest ratios."""
    metres = [(great_circles([one, other])[0, 1], way) for one, other, way in driven]
    long = [(line, way) for line, way in metres if line > 100 and way >= line]
    return math.fsum(way for _, way in long) / math.fsum(line for line, _ in long) if long else None


def whole(table: np.ndarray) -> list[list[int]]:
    """A table in whole numbers of Python, for search that asks it one by one."""
    return [[int(value) for value in row] for row in np.rint(table)]
