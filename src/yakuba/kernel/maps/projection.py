"""From degrees to a plane: Lambert's conformal conic projection on a sphere. No framework.

Shapes keep their angles, so that a coast looks like itself from Okinawa to Hokkaido; the scale is true along two
parallels, a sixth of the height within the southern and the northern edge (Snyder, Map Projections, 1987, p. 106).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import cos, log, pi, radians, sin, tan

from yakuba.kernel.maps.geojson import Position

NAME = "ランベルト正角円錐図法"
KM_PER_UNIT = 6371.0  # the radius of the sphere


@dataclass(frozen=True)
class Extent:
    """A part of the earth, in degrees; it does not cross 180°."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, positions: Iterable[Position], *, margin: float = 0.06, least: float = 0.01) -> Extent:
        """All positions, with a share of their spread around them, at least `least` degrees wide and high."""
        at = list(positions)
        easts, norths = [one[0] for one in at], [one[1] for one in at]
        more = max(max(easts) - min(easts), max(norths) - min(norths), least) * margin + least / 2
        return cls(
            max(-180.0, min(easts) - more),
            max(-89.0, min(norths) - more),
            min(180.0, max(easts) + more),
            min(89.0, max(norths) + more),
        )

    def holds(self, position: Position) -> bool:
        return self.west <= position[0] <= self.east and self.south <= position[1] <= self.north


@dataclass(frozen=True)
class Lambert:
    """The projection that fits an extent; `at` gives units of the earth's radius, y to the north."""

    extent: Extent

    @cached_property
    def _cone(self) -> tuple[float, float, float]:
        south, north = self.extent.south, self.extent.north
        low, high = radians(south + (north - south) / 6), radians(north - (north - south) / 6)
        if abs(low + high) < 1e-6:  # astride the equator the cone would be a cylinder
            high += 1e-3
        if high - low < 1e-9:
            n = sin(low)
        else:
            n = log(cos(low) / cos(high)) / log(tan(pi / 4 + high / 2) / tan(pi / 4 + low / 2))
        return (
            n,
            cos(low) * tan(pi / 4 + low / 2) ** n / n,
            radians((self.extent.west + self.extent.east) / 2),
        )

    def at(self, position: Position) -> tuple[float, float]:
        n, f, middle = self._cone
        rho = f / tan(pi / 4 + radians(position[1]) / 2) ** n
        theta = n * (radians(position[0]) - middle)
        return rho * sin(theta), -rho * cos(theta)
