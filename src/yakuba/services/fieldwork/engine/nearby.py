"""Places on the ground: distance, what a phone says that cannot be, and which reports may be of one thing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

EARTH = 6_371_008.8  # metres; mean radius of WGS84 (2a + b) / 3
PER_DEGREE = math.pi * EARTH / 180  # metres of a degree of latitude
ZERO = 0.01  # degrees around 0,0: what a camera or a phone without a fix writes


@dataclass(frozen=True)
class Point:
    """Degrees of WGS84."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Known:
    """A report that is there already."""

    number: int
    at: Point
    category: str
    received: datetime


@dataclass(frozen=True)
class Alike:
    """A known report that may be of the same thing. metres: how far away it is."""

    number: int
    metres: float


def metres(one: Point, other: Point) -> float:
    """The distance on the sphere by the haversine formula; against the ellipsoid it is off by 0.5 % at most."""
    a, b = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def box(at: Point, reach: float) -> tuple[float, float, float, float]:
    """South, north, west and east of all points within `reach` metres, for the database."""
    up = reach / PER_DEGREE
    aside = up / max(0.01, math.cos(math.radians(at.latitude)))
    return at.latitude - up, at.latitude + up, at.longitude - aside, at.longitude + aside


def is_no_place(at: Point) -> bool:
    """Whether it is what is written where nothing was measured: 0,0, or no number of a place at all."""
    if not (math.isfinite(at.latitude) and math.isfinite(at.longitude)):
        return True
    if abs(at.latitude) > 90 or abs(at.longitude) > 180:
        return True
    return abs(at.latitude) < ZERO and abs(at.longitude) < ZERO


def alike(
    at: Point, category: str, when: datetime, known: Iterable[Known], reach: float, days: int, most: int = 5
) -> list[Alike]:
    """The known reports of the same kind within `reach` metres and `days`, the nearest first."""
    found = []
    for one in known:
        if one.category != category or abs(when - one.received) > timedelta(days=days):
            continue
        far = metres(at, one.at)
        if far <= reach:
            found.append(Alike(one.number, far))
    return sorted(found, key=lambda one: (one.metres, one.number))[:most]
