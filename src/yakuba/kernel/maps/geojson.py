"""GeoJSON (RFC 7946) in and out. What a map could not show truthfully is refused with a sentence. No framework."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from yakuba.kernel.refusals import Invalid

LARGEST = 10_000_000  # bytes of a file that a page takes
DEEPEST = 12  # a polygon in a collection needs 7
MOST_FEATURES, MOST_POSITIONS = 50_000, 500_000
# Longitude and latitude in degrees on WGS 84, or JGD2011 and JGD2000, which differ from it by less than a metre or two.
_KNOWN_CRS = re.compile(r"CRS84$|EPSG:[^:]*:?(?:4326|6668|4612)$", re.IGNORECASE)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')

Position = tuple[float, float]  # degrees east, degrees north
Ring = tuple[Position, ...]  # at least 3 corners, the first one not said again
Polygon = tuple[Ring, ...]  # the outline, then its holes


@dataclass(frozen=True)
class Shape:
    """Where something is: points, lines (each of 2 positions or more), areas. Mixed kinds do not occur."""

    points: tuple[Position, ...] = ()
    lines: tuple[tuple[Position, ...], ...] = ()
    areas: tuple[Polygon, ...] = ()

    @property
    def positions(self) -> list[Position]:
        """Every position, in no order that means anything."""
        corners = [one for polygon in self.areas for ring in polygon for one in ring]
        return [*self.points, *(one for line in self.lines for one in line), *corners]


@dataclass(frozen=True)
class Feature:
    """A shape and what is known of it; values are text, numbers, truth values or None."""

    shape: Shape
    properties: Mapping[str, Any] = field(default_factory=dict)


def read(content: bytes, *, largest: int = LARGEST, most_positions: int = MOST_POSITIONS) -> list[Feature]:
    """The features of a GeoJSON file, UTF-8, with or without a byte order mark.

    Heights are dropped; properties that are lists or objects are dropped. Raises Invalid, with the number of the
    feature, for a file of more than `largest` bytes, deeper than 12, with more than 50,000 features or `most_positions`
    positions, for coordinates that are no finite degrees, latitude before longitude, another coordinate system, a
    ring that is not closed, and a collection of geometries.
    """
    if len(content) > largest:
        raise Invalid(
            f"ファイルが大きすぎます（{largest // 1_000_000}MBまで）。", remedy="区域を分けてください。"
        )
    found = _parsed(content)
    if not isinstance(found, dict):
        raise Invalid("GeoJSONではありません。", remedy="地図のソフトからGeoJSONで書き出してください。")
    _check_crs(found)
    if found.get("type") == "FeatureCollection":
        listed = found.get("features")
        if not isinstance(listed, list):
            raise Invalid("GeoJSONに地物の一覧（features）がありません。")
    elif found.get("type") == "Feature":
        listed = [found]
    else:
        raise Invalid("GeoJSONの種類がFeatureCollectionでもFeatureでもありません。")
    if len(listed) > MOST_FEATURES:
        raise Invalid(f"地物が{len(listed):,}件あります（{MOST_FEATURES:,}件まで）。")
    reader = _Reader(most_positions)
    return [reader.feature(number, one) for number, one in enumerate(listed, 1)]


def write(features: Iterable[Feature], *, places: int = 6) -> str:
    """The features as GeoJSON text, positions with so many decimals (6: a tenth of a metre)."""
    listed = [
        {
            "type": "Feature",
            "properties": dict(one.properties),
            "geometry": geometry(one.shape, places=places),
        }
        for one in features
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": listed},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )


def geometry(shape: Shape, *, places: int = 6) -> dict[str, Any]:
    """A shape as a GeoJSON geometry; outlines run counter-clockwise, holes clockwise, as the standard asks."""

    def at(positions: Iterable[Position]) -> list[list[float]]:
        return [[round(east, places), round(north, places)] for east, north in positions]

    kind: str
    parts: list[Any]
    if shape.areas:
        kind, parts = "Polygon", [_rings(polygon, at) for polygon in shape.areas]
    elif shape.lines:
        kind, parts = "LineString", [at(line) for line in shape.lines]
    else:
        kind, parts = "Point", at(shape.points)
    if len(parts) == 1:
        return {"type": kind, "coordinates": parts[0]}
    return {"type": f"Multi{kind}", "coordinates": parts}


def _rings(polygon: Polygon, at: Any) -> list[list[list[float]]]:
    turned = []
    for number, ring in enumerate(polygon):
        right_way = (signed_area(ring) > 0) == (number == 0)
        corners = at(ring if right_way else ring[::-1])
        turned.append([*corners, corners[0]])
    return turned


def signed_area(ring: Sequence[Position]) -> float:
    """The area within a ring in its own units squared, positive where it runs counter-clockwise."""
    pairs = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2


def _parsed(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("UTF-8の文字ではありません。", remedy="GeoJSONはUTF-8で書き出してください。") from error
    depth = deepest = 0
    for token in _TOKEN.finditer(text):  # before it is parsed: a parser goes as deep as it is sent
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token.group(), 0)
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise Invalid(
            f"かっこの入れ子が深すぎます（{DEEPEST}段まで）。", remedy="GeoJSONか確かめてください。"
        )
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Invalid("JSONとして読めません。", remedy="途中で切れていないか確かめてください。") from error


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _check_crs(found: Mapping[str, Any]) -> None:
    crs = found.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not _KNOWN_CRS.search(name):
        told = name if isinstance(name, str) else "名前のない座標系"
        raise Invalid(
            f"座標系「{told[:60]}」は扱えません。",
            remedy="緯度・経度（世界測地系）に直して書き出してください。",
        )


class _Reader:
    """Reads one file, counting its positions."""

    def __init__(self, most: int) -> None:
        self._left = self._most = most
        self._place = ""

    def feature(self, number: int, found: Any) -> Feature:
        self._place = f"{number}件目"
        if not isinstance(found, dict) or found.get("type") != "Feature":
            raise self._wrong("地物（Feature）ではありません。")
        shape = found.get("geometry")
        if not isinstance(shape, dict):
            raise self._wrong("位置（geometry）がありません。")
        properties = found.get("properties") or {}
        if not isinstance(properties, dict):
            raise self._wrong("項目（properties）が正しくありません。")
        plain = {
            key: value
            for key, value in properties.items()
            if value is None or isinstance(value, str | bool | int | float)
        }
        return Feature(self._shape(shape.get("type"), shape.get("coordinates")), plain)

    def _shape(self, kind: Any, found: Any) -> Shape:
        if kind == "Point":
            return Shape(points=(self._position(found),))
        if kind == "MultiPoint":
            return Shape(points=tuple(map(self._position, self._list(found))))
        if kind == "LineString":
            return Shape(lines=(self._line(found),))
        if kind == "MultiLineString":
            return Shape(lines=tuple(map(self._line, self._list(found))))
        if kind == "Polygon":
            return Shape(areas=(self._polygon(found),))
        if kind == "MultiPolygon":
            return Shape(areas=tuple(map(self._polygon, self._list(found))))
        raise self._wrong(f"形の種類「{str(kind)[:30]}」は扱えません。点、線、面で書き出してください。")

    def _list(self, found: Any) -> list[Any]:
        if not isinstance(found, list) or not found:
            raise self._wrong("座標の並びが正しくありません。")
        return found

    def _line(self, found: Any) -> tuple[Position, ...]:
        line = tuple(map(self._position, self._list(found)))
        if len(line) < 2:
            raise self._wrong("線には2つ以上の点が要ります。")
        return line

    def _polygon(self, found: Any) -> Polygon:
        return tuple(map(self._ring, self._list(found)))

    def _ring(self, found: Any) -> Ring:
        ring = tuple(map(self._position, self._list(found)))
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise self._wrong("面の輪が閉じていません。始めの点を終わりにも書いてください。")
        return ring[:-1]

    def _position(self, found: Any) -> Position:
        self._left -= 1
        if self._left < 0:
            raise Invalid(f"点が多すぎます（{self._most:,}まで）。", remedy="形を簡単にしてください。")
        if not isinstance(found, list) or not 2 <= len(found) <= 4:
            raise self._wrong("座標が「経度, 緯度」の2つの数ではありません。")
        east, north = found[:2]
        if not all(type(one) in (int, float) and -1e9 < one < 1e9 and isfinite(one) for one in found):
            raise self._wrong("座標に数でないものがあります。")
        if 20 <= east <= 46 and 122 <= north <= 154:
            raise self._wrong(
                "緯度と経度の順が逆です。GeoJSONでは経度を先に書きます（例：[139.69, 35.69]）。"
            )
        if not (-180 <= east <= 180 and -90 <= north <= 90):
            raise self._wrong(f"座標 [{east}, {north}] は経度・緯度（度）の範囲にありません。")
        return float(east), float(north)

    def _wrong(self, sentence: str) -> Invalid:
        return Invalid(sentence, place=self._place)
