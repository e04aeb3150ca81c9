"""Places of the town: which of the stations named is strongest at each, and by how many dB it is above what is needed."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from yakuba.kernel.refusals import Problem
from yakuba.services.simulators.contracts import Inputs, Lines
from yakuba.services.simulators.engine.coverage.models import Model
from yakuba.services.simulators.engine.reading import cell, name, read_lines, refuse

EARTH = 6371.0  # km
KINDS = ("局", "地点")
LINES = Lines(
    "places",
    "地図に載せる局と地点（任意）",
    ("名前", "局か地点", "緯度", "経度"),
    "",
    60,
    help="1行に1つ。例：役場屋上, 局, 35.0000, 139.0000　学校, 地点, 35.0020, 139.0030",
    needed=False,
    group="余裕と広さ",
)
Place = tuple[str, float, float, float | None, str]


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """km on the sphere between two places (latitude, longitude in degrees): haversine."""
    (north, east), (to_north, to_east) = a, b
    half = sin(radians(to_north - north) / 2) ** 2
    half += cos(radians(north)) * cos(radians(to_north)) * sin(radians(to_east - east) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def levels(given: Inputs, model: Model, needed: float) -> tuple[Place, ...]:
    """Each line as (name, longitude, latitude, dB above `needed` dBm, strongest station); a station's value is None, and so is a
    place's that the model does not reach. Raises Invalid with the lines at fault."""
    sites, points = _read(given["places"])
    power = given["power"] + given["station_gain"] + given["mobile_gain"] - given["losses"]
    low, high = model.distances
    told: list[Place] = [(label, east, north, None, "基地局") for label, (north, east) in sites.items()]
    for label, (north, east) in points.items():
        near, site = min((distance(where, (north, east)), one) for one, where in sites.items())
        if near > high:
            told.append((label, east, north, None, f"{site}（{near:.1f} km、式の範囲の外）"))
            continue
        loss = model.loss(given["frequency"], given["station_height"], given["mobile_height"], max(near, low))
        told.append((label, east, north, power - loss - needed, f"{site}（{near:.2f} km）"))
    return tuple(told)


def _read(text: str) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    problems: list[Problem] = []
    found: dict[str, dict[str, tuple[float, float]]] = {kind: {} for kind in KINDS}
    taken: set[str] = set()
    for line, cells in enumerate(read_lines(LINES, text), start=1):
        if not cells:
            continue
        label, kind, north, east = cells
        where = (
            cell(line, "緯度", north, -85, 85, problems),
            cell(line, "経度", east, -180, 180, problems),
        )
        label = name(line, "名前", label, taken, problems)
        if kind in KINDS:
            found[kind][label] = where
        else:
            problems.append(Problem(line, "局か地点", "「局」か「地点」と書いてください。"))
    if found["地点"] and not found["局"] and not problems:
        problems.append(Problem(0, "", "局を1つ以上書いてください。"))
    refuse(problems, LINES.label)
    return found["局"], found["地点"]
