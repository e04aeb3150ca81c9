"""Ways over a road graph and without one."""

from __future__ import annotations

import heapq
import math
import random
from typing import Any

import pytest

from yakuba.services.fieldwork.engine.rounds import roads
from yakuba.services.fieldwork.engine.rounds.problem import NO_WAY
from yakuba.services.fieldwork.engine.rounds.travel import EARTH, Point, factor_of, great_circles, straight

DEGREE = math.radians(1) * EARTH  # metres north
HERE = (35.0, 135.0)


def line(*points: tuple[float, float], **properties: Any) -> dict[str, Any]:
    """A road through points given in metres east and north of HERE."""
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {
            "type": "LineString",
            "coordinates": [[at(*p).longitude, at(*p).latitude] for p in points],
        },
    }


def at(east: float, north: float) -> Point:
    return Point(HERE[0] + north / DEGREE, HERE[1] + east / DEGREE / math.cos(math.radians(HERE[0])))


def town(*lines: dict[str, Any]) -> roads.Roads:
    return roads.read({"type": "FeatureCollection", "features": list(lines)})


def test_the_way_goes_along_the_roads_and_not_across() -> None:
    corner = town(line((0, 0), (1000, 0), speed=36), line((1000, 0), (1000, 500), speed=18))
    found = roads.ways(corner, [at(0, 0), at(1000, 500)])
    assert found.ways.metres[0][1] == pytest.approx(1500, abs=2)
    assert found.ways.seconds[0][1] == pytest.approx(1000 / 10 + 500 / 5, abs=1)
    assert not found.far
    assert not found.islands


def test_a_place_beside_a_road_is_walked_to_and_one_that_lies_far_is_told() -> None:
    road = town(line((0, 0), (1000, 0), speed=36))
    found = roads.ways(road, [at(200, 20), at(700, 0), at(500, 250)])
    assert found.ways.metres[0][1] == pytest.approx(520, abs=2)
    assert found.ways.seconds[0][1] == pytest.approx(50 + 20 / roads.WALK, abs=1)
    assert found.far == {2: pytest.approx(250, abs=1)}


def test_two_places_on_one_piece_of_road_are_neighbours() -> None:
    road = town(line((0, 0), (10_000, 0)))
    assert roads.ways(road, [at(4000, 0), at(4100, 0)]).ways.metres == [[0, 100], [100, 0]]


def test_a_one_way_street_is_driven_one_way() -> None:
    square = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    for oneway, there, back in ((True, 50, 350), ("-1", 350, 50), ("no", 50, 50)):
        found = roads.ways(town(line(*square, oneway=oneway)), [at(25, 0), at(75, 0)])
        assert [found.ways.metres[0][1], found.ways.metres[1][0]] == pytest.approx([there, back], abs=2)


def test_an_island_is_told_and_has_no_way() -> None:
    found = roads.ways(
        town(line((0, 0), (900, 0)), line((0, 5000), (900, 5000))), [at(0, 0), at(500, 0), at(500, 5000)]
    )
    assert found.islands == [[2]]
    assert (found.ways.seconds[0][2], found.ways.metres[2][0]) == (NO_WAY, NO_WAY)
    assert found.ways.seconds[2][2] == 0


def test_of_two_roads_between_two_crossings_the_quicker_is_driven() -> None:
    slow, fast = line((0, 0), (1000, 0), speed=10), line((0, 0), (500, 400), (1000, 0), speed=60)
    found = roads.ways(town(slow, fast), [at(0, 0), at(1000, 0)])
    assert found.ways.seconds[0][1] == pytest.approx(2 * math.hypot(500, 400) / (60 / 3.6), abs=1)
    assert found.ways.metres[0][1] == pytest.approx(2 * math.hypot(500, 400), abs=2)


@pytest.mark.parametrize("seed", range(5))
def test_ways_are_those_of_a_plain_search(seed: int) -> None:
    """A grid with pieces of other speeds, some one way or gone; places on crossings and half way between two."""
    draw = random.Random(seed)
    size, lines, edges = 6, [], {}
    for x in range(size):
        for y in range(size):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < size and y + dy < size and draw.random() < 0.85:
                    speed, oneway = draw.choice((12, 36, 60)), draw.random() < 0.2
                    one, other = (x, y), (x + dx, y + dy)
                    middle = (x + dx / 2, y + dy / 2)
                    lines.append(
                        line(*((a * 300, b * 300) for a, b in (one, other)), speed=speed, oneway=oneway)
                    )
                    for begin, end in ((one, middle), (middle, other)):
                        edges.setdefault(begin, []).append((end, 150 / (speed / 3.6)))
                        if not oneway:
                            edges.setdefault(end, []).append((begin, 150 / (speed / 3.6)))
    places = draw.sample(sorted(edges), 12)
    found = roads.ways(town(*lines), [at(x * 300, y * 300) for x, y in places])
    for row, source in enumerate(places):
        quickest = plain(edges, source)
        for column, target in enumerate(places):
            expected = quickest.get(target, NO_WAY)
            assert found.ways.seconds[row][column] == pytest.approx(expected, abs=2), (source, target)


def plain(edges: dict[Any, list[tuple[Any, float]]], source: Any) -> dict[Any, float]:
    best, queue = {source: 0.0}, [(0.0, source)]
    while queue:
        cost, node = heapq.heappop(queue)
        for other, more in edges.get(node, []):
            if cost + more < best.get(other, math.inf):
                best[other] = cost + more
                heapq.heappush(queue, (cost + more, other))
    return best


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"type": "Feature"}, "FeatureCollection"),
        ({"type": "FeatureCollection", "features": []}, "線"),
        ({"type": "FeatureCollection", "features": [3]}, "1番目の地物"),
        ({"type": "FeatureCollection", "features": [line((0, 0), (1, 1), speed="速い")]}, "「速い」"),
        ({"type": "FeatureCollection", "features": [line((0, 0), (1, 1), speed=0)]}, "1〜120"),
        (
            {
                "type": "FeatureCollection",
                "features": [{"geometry": {"type": "LineString", "coordinates": [[35, 135], [35, 136]]}}],
            },
            "経度、緯度の順",
        ),
        (
            {
                "type": "FeatureCollection",
                "features": [{"geometry": {"type": "LineString", "coordinates": [[None, 1]]}}],
            },
            "座標が読めません",
        ),
    ],
)
def test_a_file_without_roads_is_told_where(document: dict[str, Any], said: str) -> None:
    with pytest.raises(roads.BadRoads, match=said):
        roads.read(document)


def test_classes_of_roads_have_speeds_and_links_those_of_their_road() -> None:
    read = town(
        line((0, 0), (100, 0), highway="primary_link"),
        line((0, 0), (0, 100), highway="？"),
        line((0, 0), (0, 0), (50, 50)),
    )
    assert sorted(
        {round(float(m / s * 3.6)) for m, s in zip(read.metres, read.seconds, strict=True) if m}
    ) == [25, 40]


def test_straight_ways_are_great_circles_made_longer() -> None:
    tokyo, osaka = Point(35.681236, 139.767125), Point(34.702485, 135.495951)
    metres = great_circles([tokyo, osaka])[0, 1]
    assert metres == pytest.approx(403_500, rel=2e-3)
    ways = straight([tokyo, osaka], factor=1.3, kmh=60)
    assert ways.metres[0][1] == pytest.approx(metres * 1.3, abs=1)
    assert ways.seconds[0][1] == pytest.approx(metres * 1.3 / (60 / 3.6), abs=1)
    for factor, kmh in ((0.9, 30), (3.1, 30), (1.3, 0), (1.3, 200)):
        with pytest.raises(ValueError):
            straight([tokyo, osaka], factor, kmh)
    with pytest.raises(ValueError):
        Point(139.7, 35.7 + 300)


def test_the_factor_comes_from_rounds_that_were_driven() -> None:
    one, other = at(0, 0), at(1000, 0)
    assert factor_of([(one, other, 1300.0), (one, other, 1500.0)]) == pytest.approx(1.4, abs=1e-3)
    assert factor_of([(one, at(10, 0), 500.0)]) is None
