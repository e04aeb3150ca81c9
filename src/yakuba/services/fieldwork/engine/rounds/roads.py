"""Ways over a road graph that a town supplies: lines of a GeoJSON, joined where they share a point.

Each place is taken to the nearest road; the crew is taken to walk or drive the piece between at walking pace. Ways are the
quickest ones (Dijkstra from the places alone). What lies far from any road, or on roads that are joined to no others, is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from yakuba.services.fieldwork.engine.rounds.problem import NO_WAY, Ways
from yakuba.services.fieldwork.engine.rounds.travel import EARTH, Point, whole

AT_CROSSING = 1.0  # metres: a place is no further from it
FAR = 100  # metres from a road: told
WALK = 4 / 3.6  # metres a second
ONE_MILLISECOND = (
    10_000_000  # decimetres: ways shorter than 1,000 km and 28 hours stay exact in a float of 64 bits
)
MOST_POINTS = 2_000_000  # of all lines: more than the roads of a prefecture
JOINED = 6  # decimals of a degree (a tenth of a metre) by which two ends are one
SPEEDS = {  # km/h, by OpenStreetMap's classes, below the limits since crossings and bends cost time
    "motorway": 80, "trunk": 50, "primary": 40, "secondary": 35, "tertiary": 30, "unclassified": 25, "residential": 20,
    "service": 15, "living_street": 10, "track": 10,
}  # fmt: skip
USUAL = 25.0


class BadRoads(ValueError):
    """The file holds no roads, or something that is none; its words say where (for staff, in Japanese)."""


@dataclass(frozen=True)
class Roads:
    """places: (n, 2) metres east and north of `origin`; edges: (m, 2) rows of places, one each way that may be driven; metres,
    seconds: (m,); lines: how many roads were read."""

    origin: Point
    places: np.ndarray
    edges: np.ndarray
    metres: np.ndarray
    seconds: np.ndarray
    lines: int


@dataclass(frozen=True)
class Snapped:
    """The ways, and what is to be told of the places (their numbers): far: metres from the next road; islands: groups of places
    that no road joins to the first group."""

    ways: Ways
    far: dict[int, int]
    islands: list[list[int]]


def read(document: Mapping[str, Any]) -> Roads:
    """GeoJSON with LineString or MultiLineString; properties `speed` (km/h) or `highway`, and `oneway` (true, yes, 1, -1)."""
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise BadRoads("道路のファイルがGeoJSONのFeatureCollectionではありません。")
    lines = [line for number, feature in enumerate(features, 1) for line in _lines(feature, number)]
    if not lines:
        raise BadRoads("道路のファイルに線（LineString）がありません。")
    if sum(len(line) for line, _, _ in lines) > MOST_POINTS:
        raise BadRoads(f"道路の点が{MOST_POINTS:,}を超えています。町の範囲に切り出してください。")
    return _joined(lines)


def _lines(feature: Any, number: int) -> list[tuple[np.ndarray, float, int]]:
    """Points (longitude, latitude), km/h, and the way that may be driven: 0 both, 1 forward, -1 backward."""
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(geometry, Mapping):
        raise BadRoads(f"{number}番目の地物に形（geometry）がありません。")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("LineString", "MultiLineString"):
        return []
    properties = feature.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise BadRoads(f"{number}番目の地物のproperties（属性）が、名前と値の組ではありません。")
    speed, way = _speed(properties, number), _way(properties.get("oneway"))
    parts = [coordinates] if kind == "LineString" else coordinates
    found = []
    for part in parts if isinstance(parts, list) else []:
        try:
            line = np.array([[float(point[0]), float(point[1])] for point in part])
        except (TypeError, ValueError, IndexError, KeyError, OverflowError) as fault:
            raise BadRoads(
                f"{number}番目の地物の座標が読めません。経度、緯度の順の数にしてください。"
            ) from fault
        if len(line) < 2:
            continue
        if not np.isfinite(line).all() or (abs(line[:, 0]) > 180).any() or (abs(line[:, 1]) > 90).any():
            raise BadRoads(
                f"{number}番目の地物の座標が地球の上にありません。経度、緯度の順か、単位が度（EPSG:4326）か確かめてください。"
            )
        found.append((line, speed, way))
    return found


def _speed(properties: Mapping[str, Any], number: int) -> float:
    given = properties.get("speed")
    if given is None:
        return float(SPEEDS.get(str(properties.get("highway", "")).removesuffix("_link"), USUAL))
    try:
        speed = float(given)
    except (TypeError, ValueError, OverflowError) as fault:
        raise BadRoads(f"{number}番目の地物の速さ（speed）「{given}」が数ではありません。") from fault
    if not 1 <= speed <= 120:
        raise BadRoads(f"{number}番目の地物の速さ（speed）{speed:g}は時速1〜120kmの外です。")
    return speed


def _way(oneway: Any) -> int:
    word = str(oneway).lower()
    return 1 if word in ("true", "yes", "1") else -1 if word in ("-1", "reverse") else 0


def _joined(lines: Sequence[tuple[np.ndarray, float, int]]) -> Roads:
    points = np.concatenate([line for line, _, _ in lines])
    rounded, first, row = np.unique(np.round(points, JOINED), axis=0, return_index=True, return_inverse=True)
    origin = Point(float(rounded[:, 1].mean()), float(rounded[:, 0].mean()))
    places = _metres(points[first], origin)
    edges, speeds, start = [], [], 0
    for line, speed, way in lines:
        rows = row.ravel()[start : start + len(line)]
        start += len(line)
        pairs = np.stack([rows[:-1], rows[1:]], axis=1)
        driven = [pairs] if way == 1 else [pairs[:, ::-1]] if way == -1 else [pairs, pairs[:, ::-1]]
        edges += driven
        speeds += [np.full(len(pairs) * len(driven), speed)]
    joined = np.concatenate(edges)
    metres = np.linalg.norm(places[joined[:, 0]] - places[joined[:, 1]], axis=1)
    return Roads(origin, places, joined, metres, metres / (np.concatenate(speeds) / 3.6), len(lines))


def _metres(points: np.ndarray, origin: Point) -> np.ndarray:
    """Longitude and latitude as metres on a plane that touches at the origin: a town is small enough (1 in 10,000 at 30 km)."""
    east = np.radians(points[:, 0] - origin.longitude) * EARTH * np.cos(np.radians(origin.latitude))
    return np.stack([east, np.radians(points[:, 1] - origin.latitude) * EARTH], axis=1)


def ways(roads: Roads, points: Sequence[Point]) -> Snapped:
    """The quickest ways between all points."""
    at = _metres(np.array([[point.longitude, point.latitude] for point in points]), roads.origin)
    graph, off = _with_points(roads, at)
    nodes = len(roads.places) + np.arange(len(at))
    costs = dijkstra(graph, indices=nodes)[:, nodes]
    reached = np.isfinite(costs)
    milliseconds, decimetres = np.divmod(np.where(reached, costs, 0), ONE_MILLISECOND)
    outside = off[:, None] + off
    seconds = np.where(reached, milliseconds / 1000 + outside / WALK, NO_WAY)
    metres = np.where(reached, decimetres / 10 + outside, NO_WAY)
    for table in (seconds, metres):
        np.fill_diagonal(table, 0)
    far = {number: round(float(distance)) for number, distance in enumerate(off) if distance > FAR}
    return Snapped(Ways(whole(metres), whole(seconds)), far, _islands(graph, nodes))


def _with_points(roads: Roads, at: np.ndarray) -> tuple[csr_array, np.ndarray]:
    """The graph with a node for each point on its nearest road, after the road's own; and metres from point to road."""
    tree = shapely.STRtree(shapely.linestrings(roads.places[roads.edges]))
    nearest = tree.nearest(shapely.points(at))
    ends = roads.places[roads.edges[nearest]]
    along = ends[:, 1] - ends[:, 0]
    share = ((at - ends[:, 0]) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-9)
    share = np.clip(share, 0, 1)
    off = np.linalg.norm(at - (ends[:, 0] + share[:, None] * along), axis=1)
    return _split(roads, nearest, share), off


def _split(roads: Roads, nearest: np.ndarray, share: np.ndarray) -> csr_array:
    """The roads with the points on them as nodes of their own, joined to the ends of their piece of road and to their
    neighbours on it, each way as it may be driven."""
    size = len(roads.places) + len(share)
    on_road: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for point, (one, other) in enumerate(roads.edges[nearest].tolist()):
        place = float(share[point]) if one < other else 1 - float(share[point])
        on_road.setdefault((min(one, other), max(one, other)), []).append((place, len(roads.places) + point))
    pieces = [
        (low, high, from_, to, one, other)
        for (low, high), points in on_road.items()
        for (from_, one), (to, other) in pairwise([(0.0, low), *sorted(points), (1.0, high)])
    ]
    quickest = _of_pairs(roads, list(on_road))
    rows, columns, costs = [roads.edges[:, 0]], [roads.edges[:, 1]], [_cost(roads.seconds, roads.metres)]
    for low, high, from_, to, one, other in pieces:
        for edge, pair in (((low, high), (one, other)), ((high, low), (other, one))):
            seconds, metres = quickest.get(edge) or quickest[edge[::-1]]
            # Who stands at a crossing may take any of its roads, whichever of them a place was taken to.
            if edge in quickest or metres * (to - from_) <= AT_CROSSING:
                rows.append(np.array([pair[0]]))
                columns.append(np.array([pair[1]]))
                costs.append(_cost(np.array([seconds * (to - from_)]), np.array([metres * (to - from_)])))
    return _smallest(np.concatenate(rows), np.concatenate(columns), np.concatenate(costs), size)


def _of_pairs(roads: Roads, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[float, float]]:
    """Seconds and metres of the quickest edge between these nodes, for each way that may be driven."""
    low, high = roads.edges.min(axis=1), roads.edges.max(axis=1)
    wanted = np.array([one * len(roads.places) + other for one, other in pairs])
    chosen = np.flatnonzero(np.isin(low * len(roads.places) + high, wanted))
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for edge in chosen[np.argsort(-roads.seconds[chosen])].tolist():  # the quickest last
        one, other = roads.edges[edge].tolist()
        found[one, other] = float(roads.seconds[edge]), float(roads.metres[edge])
    return found


def _cost(seconds: np.ndarray, metres: np.ndarray) -> np.ndarray:
    """Both in one number that a float holds exactly, the time first: Dijkstra's sums are then sums of each."""
    return np.rint(seconds * 1000) * ONE_MILLISECOND + np.rint(metres * 10)


def _smallest(rows: np.ndarray, columns: np.ndarray, costs: np.ndarray, size: int) -> csr_array:
    """Of several edges between two nodes the quickest; one of no length is kept too (a stored zero would be no edge)."""
    order = np.lexsort((costs, columns, rows))
    rows, columns, costs = rows[order], columns[order], costs[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return csr_array((np.maximum(costs[first], 1), (rows[first], columns[first])), shape=(size, size))


def _islands(graph: csr_array, nodes: np.ndarray) -> list[list[int]]:
    """Points by the piece of the graph that they lie on, within which one can drive there and back, without the largest group."""
    piece = connected_components(graph, directed=True, connection="strong")[1][nodes]
    groups = [np.flatnonzero(piece == number).tolist() for number in np.unique(piece)]
    return sorted(groups, key=len, reverse=True)[1:]
