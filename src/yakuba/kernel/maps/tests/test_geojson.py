"""GeoJSON in and out, and what is refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yakuba.kernel.maps.geojson import LARGEST, Feature, Shape, read, signed_area, write
from yakuba.kernel.refusals import Invalid

SQUARE = [[139.0, 35.0], [140.0, 35.0], [140.0, 36.0], [139.0, 36.0], [139.0, 35.0]]
HOLE = [[139.4, 35.4], [139.4, 35.6], [139.6, 35.6], [139.6, 35.4], [139.4, 35.4]]


def file(geometry: object, properties: object = None, **more: object) -> bytes:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode()


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [139.69, 35.69]},
        {"type": "MultiPoint", "coordinates": [[139.69, 35.69], [135.5, 34.69]]},
        {"type": "LineString", "coordinates": [[139.69, 35.69], [135.5, 34.69]]},
        {
            "type": "MultiLineString",
            "coordinates": [[[139.69, 35.69], [135.5, 34.69]], [[141.0, 43.0], [141.1, 43.1]]],
        },
        {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE[::-1]]]},
    ],
)
def test_what_goes_in_comes_out(geometry):
    found = read(file(geometry, {"name": "東京都"}))
    assert found[0].properties == {"name": "東京都"}
    again = json.loads(write(found))
    assert again["features"][0]["geometry"] == geometry
    assert read(write(found).encode()) == found


def test_rings_leave_in_the_order_of_the_standard_whatever_they_came_in():
    [feature] = read(file({"type": "Polygon", "coordinates": [SQUARE[::-1], HOLE[::-1]]}))
    outline, hole = json.loads(write([feature]))["features"][0]["geometry"]["coordinates"]
    assert signed_area([tuple(one) for one in outline[:-1]]) > 0
    assert signed_area([tuple(one) for one in hole[:-1]]) < 0


def test_a_byte_order_mark_heights_and_nested_properties_are_passed_over():
    content = b"\xef\xbb\xbf" + file(
        {"type": "Point", "coordinates": [139.69, 35.69, 40.0]},
        {"a": [1], "b": {"c": 1}, "d": 1.5, "e": None},
    )
    assert read(content) == [Feature(Shape(points=((139.69, 35.69),)), {"d": 1.5, "e": None})]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (file({"type": "Point", "coordinates": [35.69, 139.69]}), "緯度と経度の順が逆"),
        (file({"type": "Point", "coordinates": [26.2, 127.68]}), "緯度と経度の順が逆"),
        (file({"type": "Point", "coordinates": [181, 10]}), "範囲にありません"),
        (file({"type": "Point", "coordinates": [15_500_000, 4_200_000]}), "範囲にありません"),
        (b'{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,35]}}', "JSONとして読めません"),
        (b'{"type":"Feature","geometry":{"type":"Point","coordinates":[1e999,35]}}', "数でないもの"),
        (file({"type": "Point", "coordinates": [True, 35]}), "数でないもの"),
        (file({"type": "Point", "coordinates": ["139", "35"]}), "数でないもの"),
        (file({"type": "Point", "coordinates": [139]}), "2つの数ではありません"),
        (file({"type": "Point", "coordinates": None}), "2つの数ではありません"),
        (file({"type": "LineString", "coordinates": [[139, 35]]}), "2つ以上の点"),
        (file({"type": "Polygon", "coordinates": [SQUARE[:-1]]}), "閉じていません"),
        (file({"type": "Polygon", "coordinates": []}), "座標の並び"),
        (file({"type": "GeometryCollection", "geometries": []}), "扱えません"),
        (file(None), "位置（geometry）がありません"),
        (file({"type": "Point", "coordinates": [139, 35]}, properties=[1]), "項目（properties）"),
        (
            file({"type": "Point", "coordinates": [139, 35]}, crs={"properties": {"name": "EPSG:2451"}}),
            "座標系「EPSG:2451」",
        ),
        (file({"type": "Point", "coordinates": [139, 35]}, crs={"type": "name"}), "座標系"),
        (b"[]", "GeoJSONではありません"),
        (b'{"type":"Topology"}', "FeatureCollectionでもFeatureでも"),
        (b'{"type":"FeatureCollection","features":{}}', "一覧（features）"),
        (b'{"type":"FeatureCollection","features":[7]}', "地物（Feature）ではありません"),
        ("{'緯度'".encode("cp932"), "UTF-8"),
        (b'{"type":', "JSONとして読めません"),
        (b"[" * 100_000 + b"]" * 100_000, "入れ子"),
        (b" " * (LARGEST + 1), "大きすぎます（10MBまで）"),
    ],
)
def test_what_no_map_could_show_is_refused_with_a_sentence(content, told):
    with pytest.raises(Invalid, match=told):
        read(content)


def test_a_refusal_names_the_feature():
    good = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [139, 35]}}
    bad = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [35, 139]}}
    with pytest.raises(Invalid, match="3件目"):
        read(json.dumps({"type": "FeatureCollection", "features": [good, good, bad]}).encode())


def test_too_many_positions_are_refused():
    line = {"type": "LineString", "coordinates": [[139, 35]] * 11}
    with pytest.raises(Invalid, match="点が多すぎます"):
        read(file(line), most_positions=10)


def test_the_systems_of_the_official_files_are_known():
    at = {"type": "Point", "coordinates": [139, 35]}
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::6668", "EPSG:4612", "urn:ogc:def:crs:EPSG::4326"):  # fmt: skip
        assert read(file(at, crs={"type": "name", "properties": {"name": name}}))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "features", "geometry", "coordinates", "properties"]), inner, max_size=4), max_leaves=20))  # fmt: skip
def test_whatever_is_sent_there_is_an_answer_or_a_sentence(found):
    with suppress(Invalid):
        read(json.dumps(found).encode())
