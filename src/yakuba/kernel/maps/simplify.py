"""Fewer corners, with neighbours that still meet: a border is simplified once, for both sides. No framework.

Rings are cut into arcs where three areas meet, or where a border ends at the sea; every arc is thinned by the rule of
Douglas and Peucker (1973) in the same direction whoever it belongs to, so that no gap and no overlap arises on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, hypot, radians

from yakuba.kernel.maps.geojson import Polygon, Position, Ring, Shape, signed_area


def simplified(
    shapes: Sequence[Shape], *, tolerance: float, least_area: float, places: int = 4
) -> list[Shape]:
    """The areas of the shapes with borders that leave their place by at most `tolerance` degrees of latitude.

    Islands and holes below `least_area` (square degrees, as at the equator) go; the largest part of a shape stays
    whatever its size. Positions are rounded to `places` decimals first, so that neighbours share their corners.
    """
    rounded = [_rounded(shape, places) for shape in shapes]
    joints = _joints(ring for shape in rounded for polygon in shape.areas for ring in polygon)
    return [_of_shape(shape, joints, tolerance, least_area) for shape in rounded]


def _rounded(shape: Shape, places: int) -> Shape:
    def ring(corners: Ring) -> Ring:
        at = [(round(east, places), round(north, places)) for east, north in corners]
        return tuple(one for one, before in zip(at, [at[-1], *at[:-1]], strict=True) if one != before)

    polygons = (tuple(r for r in map(ring, polygon) if len(r) >= 3) for polygon in shape.areas)
    return Shape(areas=tuple(polygon for polygon in polygons if polygon))


def _joints(rings: Iterable[Ring]) -> set[Position]:
    """Where an arc ends: corners whose neighbours differ from ring to ring."""
    neighbours: dict[Position, frozenset[Position]] = {}
    joints: set[Position] = set()
    for ring in rings:
        for number, here in enumerate(ring):
            pair = frozenset((ring[number - 1], ring[(number + 1) % len(ring)]))
            if neighbours.setdefault(here, pair) != pair:
                joints.add(here)
    return joints


def _of_shape(shape: Shape, joints: set[Position], tolerance: float, least_area: float) -> Shape:
    ranked = sorted(shape.areas, key=lambda polygon: -_size(polygon[0]))
    kept = [one for number, one in enumerate(ranked) if not number or _size(one[0]) >= least_area]
    thinned: list[Polygon] = []
    for polygon in kept:
        rings = [polygon[0], *(hole for hole in polygon[1:] if _size(hole) >= least_area)]
        fewer = [ring for ring in (_thinned(one, joints, tolerance) for one in rings)]
        thinned.append(
            tuple(one if len(one) >= 3 else whole for one, whole in zip(fewer, rings, strict=True))
        )
    return Shape(areas=tuple(thinned))


def _size(ring: Ring) -> float:
    return abs(signed_area(ring)) * cos(radians(ring[0][1]))


def _thinned(ring: Ring, joints: set[Position], tolerance: float) -> Ring:
    ends = [number for number, corner in enumerate(ring) if corner in joints]
    if not ends:  # an island: cut where everybody would cut it
        first = ring.index(min(ring))
        turned = [*ring[first:], *ring[:first]]
        far = max(range(len(turned)), key=lambda number: _distance(turned[0], turned[number], turned[0]))
        ends, ring = [0, far], tuple(turned)
    arcs: list[Position] = []
    for start, end in zip(ends, [*ends[1:], ends[0] + len(ring)], strict=True):
        arc = [ring[number % len(ring)] for number in range(start, end + 1)]
        arcs += _arc(arc, tolerance)[:-1]
    return tuple(arcs)


def _arc(arc: list[Position], tolerance: float) -> list[Position]:
    backwards = arc[0] > arc[-1] or (arc[0] == arc[-1] and arc[1] > arc[-2])
    thin = _douglas_peucker(arc[::-1] if backwards else arc, tolerance)
    return thin[::-1] if backwards else thin


def _douglas_peucker(line: list[Position], tolerance: float) -> list[Position]:
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        start, end = waiting.pop()
        between = range(start + 1, end)
        if not between:
            continue
        far = max(between, key=lambda number: _distance(line[start], line[number], line[end]))
        if _distance(line[start], line[far], line[end]) > tolerance:
            keep.add(far)
            waiting += [(start, far), (far, end)]
    return [line[number] for number in sorted(keep)]


def _distance(start: Position, point: Position, end: Position) -> float:
    """From the piece between start and end, in degrees of latitude."""
    narrow = cos(radians(point[1]))
    px, py = (point[0] - start[0]) * narrow, point[1] - start[1]
    ex, ey = (end[0] - start[0]) * narrow, end[1] - start[1]
    length = ex * ex + ey * ey
    share = min(1.0, max(0.0, (px * ex + py * ey) / length)) if length else 0.0
    return hypot(px - share * ex, py - share * ey)
