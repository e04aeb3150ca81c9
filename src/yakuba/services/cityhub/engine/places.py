"""Where entities are: GeoJSON and the simple formats in, and the questions that NGSIv2 asks of places.

`coords` of a request are latitude, longitude; GeoJSON is longitude, latitude. Distances are metres on a sphere of
6,371,008.8 m (the mean radius of IUGG). Everything else is reckoned in the plane of longitude and latitude, as GeoJSON
draws its lines (RFC 7946, 3.1.1); shapes over 180° must be cut there, as the RFC asks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape as shapely_shape
from shapely.geometry.base import BaseGeometry

from yakuba.services.cityhub.engine.errors import NgsiError, bad_request

EARTH = 6_371_008.8  # metres
TYPES = ("geo:json", "geo:point", "geo:line", "geo:box", "geo:polygon")
GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
MOST_CORNERS = 20_000
RELATIONS = ("near", "coveredBy", "intersects", "equals", "disjoint")
METRES_PER_DEGREE = math.pi * EARTH / 180


@dataclass(frozen=True)
class Place:
    """A question about places. relation: one of RELATIONS, `contains` or `overlaps`; least, most: metres, for `near`."""

    relation: str
    shape: BaseGeometry
    least: float | None = None
    most: float | None = None

    def holds(self, shape: BaseGeometry) -> bool:
        """Whether it is true of this shape."""
        if self.relation == "near":
            away = distance(self.shape, shape)
            return (self.most is None or away <= self.most) and (self.least is None or away >= self.least)
        if self.relation == "coveredBy":
            return bool(self.shape.covers(shape))
        if self.relation == "intersects":
            return bool(self.shape.intersects(shape))
        if self.relation == "equals":
            return bool(self.shape.equals(shape))
        if (
            self.relation == "contains"
        ):  # of NGSI-LD, as `overlaps`: what is stored contains what is asked for
            return bool(shape.covers(self.shape))
        if self.relation == "overlaps":
            return bool(shape.overlaps(self.shape))
        return not self.shape.intersects(shape)

    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of where what matches must touch, or None for anywhere."""
        if self.relation == "disjoint" or (self.relation == "near" and self.most is None):
            return None
        west, south, east, north = self.shape.bounds
        if self.relation == "near":
            more = float(self.most or 0) / METRES_PER_DEGREE * 1.001 + 1e-9
            south, north = south - more, north + more
            if max(abs(south), abs(north)) >= 89:
                return (-180.0, south, 180.0, north)
            aside = more / math.cos(math.radians(max(abs(south), abs(north))))
            west, east = west - aside, east + aside
            if west < -180 or east > 180:
                return (-180.0, south, 180.0, north)
        return (west, south, east, north)


def distance(one: BaseGeometry, other: BaseGeometry) -> float:
    """Metres between two shapes; exact on the sphere for points, otherwise between their nearest points in the plane that
    is true at the first shape's middle."""
    if one.geom_type == other.geom_type == "Point":
        return _haversine(one.x, one.y, other.x, other.y)
    stretch = math.cos(math.radians(one.centroid.y))
    flat = [shapely.transform(each, lambda corners: corners * [stretch, 1.0]) for each in (one, other)]
    near = shapely.shortest_line(flat[0], flat[1])
    (ax, ay), (bx, by) = near.coords
    return _haversine(ax / stretch, ay, bx / stretch, by)


def _haversine(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    p1, p2 = math.radians(lat1), math.radians(lat2)
    a = (
        math.sin((p2 - p1) / 2) ** 2
        + math.cos(p1) * math.cos(p2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(a)))


def ask(relation: str | None, geometry: str | None, coords: str | None) -> Place | None:
    """The question of `georel`, `geometry` and `coords`; None where none of them is given. Raises NgsiError 400, 422."""
    if relation is None and geometry is None and coords is None:
        return None
    if not relation or not geometry or not coords:
        raise bad_request("場所で探すには georel・geometry・coords を三つともそろえてください。")
    name, *modifiers = relation.split(";")
    if name not in RELATIONS:
        raise bad_request(f"georel は {'・'.join(RELATIONS)} のどれかにしてください。")
    least, most = _limits(name, modifiers)
    corners = [_corner(pair) for pair in coords.split(";")]
    shape = _drawn(geometry, corners)
    if name == "near" and geometry != "point":
        raise NgsiError(422, "NotSupportedQuery", "near は geometry=point とだけ使えます。")
    if name == "coveredBy" and geometry not in ("polygon", "box"):
        raise NgsiError(422, "NotSupportedQuery", "coveredBy は geometry=polygon か box とだけ使えます。")
    return Place(name, shape, least, most)


def _limits(name: str, modifiers: list[str]) -> tuple[float | None, float | None]:
    found: dict[str, float] = {}
    for modifier in modifiers:
        word, _, number = modifier.partition(":")
        try:
            metres = float(number)
        except ValueError:
            metres = -1.0
        if name != "near" or word not in ("maxDistance", "minDistance"):
            raise bad_request("georel に続けられるのは near の maxDistance と minDistance だけです。")
        if not 0 <= metres < math.inf:
            raise bad_request(f"{word} は0以上のメートルで書いてください。")
        found[word] = metres
    if name == "near" and not found:
        raise bad_request("near には maxDistance か minDistance（メートル）を付けてください。")
    return found.get("minDistance"), found.get("maxDistance")


def _corner(pair: str) -> tuple[float, float]:
    parts = pair.split(",")
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        raise bad_request("coords は「緯度,経度」を ; でつないでください。") from None
    return _checked(longitude, latitude)


def _checked(longitude: float, latitude: float) -> tuple[float, float]:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("緯度は-90〜90、経度は-180〜180です。緯度と経度の順を確かめてください。")
    return longitude, latitude


def _drawn(geometry: str, corners: list[tuple[float, float]]) -> BaseGeometry:
    if len(corners) > MOST_CORNERS:
        raise bad_request(f"角が多すぎます。{MOST_CORNERS}までにしてください。")
    draw = _SHAPES.get(geometry)
    if draw is None:
        raise bad_request("geometry は point・line・polygon・box のどれかにしてください。")
    return draw(corners)


def _point(corners: list[tuple[float, float]]) -> BaseGeometry:
    if len(corners) != 1:
        raise bad_request("point の coords は一組だけにしてください。")
    return shapely.Point(corners[0])


def _line(corners: list[tuple[float, float]]) -> BaseGeometry:
    if len(corners) < 2:
        raise bad_request("line の coords は二組以上にしてください。")
    return shapely.LineString(corners)


def _box(corners: list[tuple[float, float]]) -> BaseGeometry:
    if len(corners) != 2:
        raise bad_request("box の coords は対角の二組にしてください。")
    (x1, y1), (x2, y2) = corners
    if x1 == x2 or y1 == y2:
        raise bad_request("box の対角が同じ線の上にあります。")
    return shapely.box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _polygon(corners: list[tuple[float, float]]) -> BaseGeometry:
    if len(corners) < 4 or corners[0] != corners[-1]:
        raise bad_request("polygon の coords は四組以上で、最初と最後を同じにしてください。")
    return _valid(shapely.Polygon(corners))


_SHAPES = {"point": _point, "line": _line, "box": _box, "polygon": _polygon}


def _valid(shape: BaseGeometry) -> BaseGeometry:
    if shape.is_valid:
        return shape
    return shapely.make_valid(shape)  # a figure of eight is two areas, as most programs draw it


def geometry_of(value: Any) -> Any:
    """What is shown of a GeoJSON value: of features the geometry alone."""
    if isinstance(value, dict):
        if value.get("type") == "Feature":
            return value.get("geometry")
        if value.get("type") == "FeatureCollection":
            features = value.get("features") or [{}]
            return features[0].get("geometry") if isinstance(features[0], dict) else None
    return value


def shape_of(kind: str, value: Any) -> BaseGeometry:
    """The shape of a stored value of one of TYPES. Raises NgsiError 400 where it is none."""
    if kind == "geo:json":
        return _of_geojson(value)
    return _of_simple(kind, value)


def _of_simple(kind: str, value: Any) -> BaseGeometry:
    pairs = [value] if isinstance(value, str) and kind == "geo:point" else value
    if not isinstance(pairs, list) or not all(isinstance(pair, str) for pair in pairs):
        raise bad_request(f"{kind} の値は「緯度,経度」の文字列（か、その並び）にしてください。")
    return _drawn(kind.removeprefix("geo:"), [_corner(pair) for pair in pairs])


def _of_geojson(value: Any) -> BaseGeometry:
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        features = value.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise bad_request("FeatureCollection は features が一つのものだけ使えます。")
    geometry = geometry_of(value)
    if not isinstance(geometry, dict) or geometry.get("type") not in GEOMETRIES:
        raise bad_request(f"GeoJSON の type は {'・'.join(GEOMETRIES)} のどれかにしてください。")
    _require_corners(geometry.get("coordinates"))
    try:
        shape = shapely_shape(geometry)
        if shape.is_empty:
            raise ValueError("empty")
        return shape if shape.geom_type == "Point" else _valid(shape)
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.GEOSException):
        raise bad_request(
            "GeoJSON の coordinates が type に合いません。経度,緯度の順の数にしてください。"
        ) from None


def _require_corners(found: Any) -> None:
    waiting, seen = [found], 0
    while waiting:
        one = waiting.pop()
        if not isinstance(one, list) or not one:
            raise bad_request("GeoJSON の coordinates は数の並びにしてください。")
        if isinstance(one[0], list):
            waiting += one
            continue
        seen += 1
        if seen > MOST_CORNERS:
            raise bad_request(f"GeoJSON の角が多すぎます。{MOST_CORNERS}までにしてください。")
        if len(one) not in (2, 3) or not all(
            isinstance(part, int | float) and not isinstance(part, bool) for part in one
        ):
            raise bad_request("GeoJSON の coordinates は [経度, 緯度] の数にしてください。")
        _checked(float(one[0]), float(one[1]))
