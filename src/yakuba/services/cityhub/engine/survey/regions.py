"""Regions and lines as people write them: GeoJSON, or a position on each line."""

from __future__ import annotations

import re
from math import isfinite

from yakuba.kernel.maps import geojson
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.cityhub.engine.survey.surfaces import Corners, crosses_itself
from yakuba.services.cityhub.engine.survey.systems import System

DEGREES, PLANE = "degrees", "plane"
WAYS = {DEGREES: "緯度, 経度", PLANE: "X（北）, Y（東）：ファイルの座標"}
MOST = 500
_PAIR = re.compile(r"^\s*([-+]?[\d.]+)\s*[,、\t ]\s*([-+]?[\d.]+)\s*$")


def corners(text: str, way: str, system: System, place: str = "区域") -> Corners:
    """A polygon in the file's coordinates, x to the east. way: of positions on lines. Raises Invalid."""
    found = _positions(text, way, system, place, line=False)
    if len(found) > 3 and found[0] == found[-1]:
        found = found[:-1]
    if len(found) < 3:
        raise Invalid("角が3つ以上要ります。", place=place)
    if crosses_itself(found):
        raise Invalid("辺が交わっています。まわる順に角を書いてください。", place=place)
    return found


def line(text: str, way: str, system: System, place: str = "線") -> Corners:
    """A line in the file's coordinates. Raises Invalid."""
    found = _positions(text, way, system, place, line=True)
    if len(found) < 2 or len(set(found)) < 2:
        raise Invalid("点が2つ以上要ります。", place=place)
    return found


def _positions(text: str, way: str, system: System, place: str, *, line: bool) -> list[tuple[float, float]]:
    if text.lstrip().startswith("{"):
        return _projected(_of_geojson(text, place, line=line), system)
    pairs, problems = [], []
    lines = [(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
    if len(lines) > MOST:
        raise Invalid(f"点は{MOST}までです。", place=place)
    for number, one in lines:
        matched = _PAIR.match(one)
        try:
            pair = (float(matched[1]), float(matched[2])) if matched else None
        except ValueError:
            pair = None
        if pair is None or not all(map(isfinite, pair)):
            problems.append(Problem(number, place, "「34.40, 132.51」のように、数を2つ書いてください。"))
        elif way == DEGREES and not (-90 <= pair[0] <= 90 and -180 <= pair[1] <= 180):
            problems.append(Problem(number, place, "緯度、経度の順に、度で書いてください。"))
        else:
            pairs.append((pair[1], pair[0]))  # east, north
    if problems:
        raise Invalid("\n".join(map(str, problems)), problems=problems)
    if way == DEGREES:
        return _projected(pairs, system)
    if way != PLANE:
        raise Invalid("位置の書き方を選んでください。", place=place)
    return pairs


def _of_geojson(text: str, place: str, *, line: bool) -> list[tuple[float, float]]:
    shapes = [one.shape for one in geojson.read(text.encode(), largest=1_000_000, most_positions=MOST)]
    if line:
        lines = [one for shape in shapes for one in shape.lines]
        if len(lines) != 1:
            raise Invalid("線（LineString）を一つだけ入れてください。", place=place)
        return list(lines[0])
    areas = [one for shape in shapes for one in shape.areas]
    if len(areas) != 1 or len(areas[0]) != 1:
        raise Invalid("穴のない区域（Polygon）を一つだけ入れてください。", place=place)
    return list(areas[0][0])


def _projected(degrees: list[tuple[float, float]], system: System) -> list[tuple[float, float]]:
    found = [system.positions(*one) for one in degrees]
    return [(float(x), float(y)) for x, y in found]
