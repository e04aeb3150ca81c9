"""Coordinate systems that a survey file may be in, by their EPSG code. What is not here is said to be unknown, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from yakuba.services.cityhub.engine.survey.krueger import Meridian

# Origins of 平面直角座標系, degrees (平成14年国土交通省告示第9号), zone I first.
_ORIGINS = (
    (33, 129 + 1 / 2),
    (33, 131),
    (36, 132 + 1 / 6),
    (33, 133 + 1 / 2),
    (36, 134 + 1 / 3),
    (36, 136),
    (36, 137 + 1 / 6),
    (36, 138 + 1 / 2),
    (36, 139 + 5 / 6),
    (40, 140 + 5 / 6),
    (44, 140 + 1 / 4),
    (44, 142 + 1 / 4),
    (44, 144 + 1 / 4),
    (26, 142),
    (26, 127 + 1 / 2),
    (26, 124),
    (26, 131),
    (20, 136),
    (26, 154),
)
_ROMAN = [
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
]
WGS84, JGD2011, JGD2000 = 4326, 6668, 4612
# Degrees: longitude and latitude of WGS 84, JGD2011 and JGD2000, which differ by less than a metre or two.
_DEGREES = {WGS84: "WGS 84（緯度・経度）", JGD2011: "JGD2011（緯度・経度）", JGD2000: "JGD2000（緯度・経度）"}
_WGS84_FLATTENING = 1 / 298.257223563
OLD = (
    *range(30_161, 30_180),
    4301,
)  # 日本測地系 (Tokyo): some 400 m away, and no formula moves it to the centimetre


@dataclass(frozen=True)
class System:
    """plane: how metres come to degrees; None where the coordinates are degrees themselves."""

    code: int
    label: str
    plane: Meridian | None

    def degrees(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Longitude and latitude of positions (x to the east, y to the north)."""
        return (x, y) if self.plane is None else self.plane.backward(x, y)

    def positions(self, longitude: Any, latitude: Any) -> tuple[Any, Any]:
        """The other way."""
        return (longitude, latitude) if self.plane is None else self.plane.forward(longitude, latitude)

    def metres(self, latitude: Any) -> tuple[Any, Any]:
        """How many metres one unit of x and of y is at that latitude: 1 and 1 in a plane."""
        if self.plane is not None:
            return 1.0, 1.0
        a, f = 6_378_137.0, 1 / 298.257222101
        e2, turned = f * (2 - f), np.radians(latitude)
        root = np.sqrt(1 - e2 * np.sin(turned) ** 2)
        one = np.pi / 180
        return one * a * np.cos(turned) / root, one * a * (1 - e2) / root**3


@cache
def systems() -> dict[int, System]:
    """All of them, in the order in which a clerk is offered them."""
    found = []
    for first, datum in ((6669, "JGD2011"), (2443, "JGD2000")):
        for at, (latitude, longitude) in enumerate(_ORIGINS):
            label = f"平面直角 第{at + 1}系（{_ROMAN[at]}、{datum}）"
            found.append(System(first + at, label, Meridian(latitude, longitude, 0.9999)))
    for first, zones, datum, f in (
        (6688, range(51, 56), "JGD2011", 1 / 298.257222101),
        (3097, range(51, 56), "JGD2000", 1 / 298.257222101),
        (32_651, range(51, 57), "WGS 84", _WGS84_FLATTENING),
    ):
        for zone in zones:
            plane = Meridian(0, zone * 6 - 183, 0.9996, east=500_000, f=f)
            found.append(System(first + zone - zones[0], f"UTM {zone}N（{datum}）", plane))
    found.extend(System(code, label, None) for code, label in _DEGREES.items())
    return {one.code: one for one in found}


def system(code: int | None) -> System | None:
    """The one of a code; None where it is not known here."""
    return systems().get(code or 0)


def code_in(text: str) -> int | None:
    """The EPSG code that a WKT text gives to its plane, or to its degrees where it has no plane; None where it gives none, or
    several."""
    plane = re.search(r"\b(?:PROJCS|PROJCRS|PROJECTEDCRS)\s*\[", text, re.IGNORECASE)
    codes = [
        int(one)
        for one in re.findall(r"(?:AUTHORITY|ID)\s*\[\s*\"EPSG\"\s*,\s*\"?(\d{4,5})\"?", text, re.IGNORECASE)
    ]
    flat = {one.code for one in systems().values() if one.plane is not None} | set(OLD[:-1])
    wanted = {one for one in codes if (one in flat if plane else one in {*_DEGREES, OLD[-1]})}
    return wanted.pop() if len(wanted) == 1 else None


def is_plausible(known: System, west: float, south: float, east: float, north: float) -> bool:
    """Whether the corners lie in or around Japan: another zone's numbers, or x and y changed over, mostly do not."""
    try:
        with np.errstate(all="ignore"):
            degrees = known.degrees(np.array([west, east]), np.array([south, north]))
    except (FloatingPointError, ValueError):
        return False
    longitude, latitude = (np.asarray(one, float) for one in degrees)
    inside = (longitude > 120) & (longitude < 156) & (latitude > 18) & (latitude < 48)
    if not bool(np.all(np.isfinite(longitude) & np.isfinite(latitude) & inside)):
        return False
    return known.plane is None or bool(np.all(np.abs(longitude - known.plane.longitude) < 10))


def outline(known: System, box: Sequence[float], steps: int = 4) -> tuple[tuple[float, float], ...]:
    """The edge of a box (west, south, east, north) in degrees, each side in so many pieces: straight in one is not straight in
    the other."""
    west, south, east, north = box
    along = np.linspace(0, 1, steps, endpoint=False)
    still = np.zeros(steps)
    x = np.concatenate(
        [west + (east - west) * along, still + east, east - (east - west) * along, still + west]
    )
    y = np.concatenate(
        [still + south, south + (north - south) * along, still + north, north - (north - south) * along]
    )
    longitude, latitude = known.degrees(x, y)
    return tuple(zip(_plain(longitude), _plain(latitude), strict=True))


def _plain(values: Iterable[Any]) -> list[float]:
    return [round(float(one), 8) for one in values]
