"""The engine alone: moments, conditions, places, patterns, operators, the wire's head."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.services.cityhub.adapters.http import HeadRefused, read_head
from yakuba.services.cityhub.engine import places
from yakuba.services.cityhub.engine.conditions import read_condition
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.operators import MISSING, operated
from yakuba.services.cityhub.engine.patterns import pattern
from yakuba.services.cityhub.queries import cells


def attribute(value, kind="Text", **metadata):
    marks = {name: {"type": "Text", "value": mark} for name, mark in metadata.items()}
    return {"type": kind, "value": value, "metadata": marks, "created": 1.0, "modified": 2.0}


ENTITY = Entity(
    "E",
    "T",
    "/a/b",
    {
        "n": attribute(20, "Number"),
        "s": attribute("20"),
        "list": attribute(["black", "red"]),
        "deep": attribute({"x": {"y": 5}, "a.b": 1}),
        "at": attribute("2026-04-01T00:00:00.000Z", "DateTime"),
        "marked": attribute(1, "Number", accuracy="high"),
        "nothing": attribute(None, "DateTime"),
    },
    created=1_000.0,
    modified=2_000.0,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-04-01", "2026-04-01T00:00:00.000Z"),
        ("2026-04-01T09", "2026-04-01T09:00:00.000Z"),
        ("2026-04-01T0930", "2026-04-01T09:30:00.000Z"),
        ("2026-04-01T09:30:15.5+09:00", "2026-04-01T00:30:15.500Z"),
        ("2026-04-01T09:30:15-0100", "2026-04-01T10:30:15.000Z"),
        ("2026-04-01T09+09", "2026-04-01T00:00:00.000Z"),
    ],
)
def test_moments_come_in_many_spellings_and_go_out_in_one(text, shown):
    assert written(read_moment(text)) == shown


@pytest.mark.parametrize(
    "text", ["2026-04-01Z", "2026-13-01", "2026-02-30", "1.4.2026", "", "2026-04-01T25:00"]
)
def test_what_is_no_moment_is_told(text):
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("q", "holds"),
    [
        ("n==20", True),
        ("s==20", False),
        ("s=='20'", True),
        ("n:20", True),
        ("n==10..20", True),
        ("n!=10..19", True),
        ("n>20", False),
        ("n>=20;s", True),
        ("!n", False),
        ("missing!=5", False),
        ("list==red,blue", True),
        ("list!=red", False),
        ("deep.x.y==5", True),
        ("deep.'a.b'==1", True),
        ("s~=^2.$", True),
        ("at>2026-03-31T23:59:59+00:00", True),
        ("at<2026-04-01T09:00:00+09:00", False),
        ("nothing<2026-04-01", False),
        ("nothing==null", True),
        ("servicePath==/a/b", True),
        ("dateCreated<1971-01-01", True),
        ("n<true", None),
        ("n==", None),
        ("n>1,2", None),
        ("n==1..a", None),
        ("s=='x", None),
        ("", None),
        ("s~=(a+)+$", None),
    ],
)
def test_a_condition_holds_or_is_refused(q, holds):
    if holds is None:
        with pytest.raises(NgsiError) as error:
            read_condition(q)
        assert error.value.error == "BadRequest"
    else:
        assert read_condition(q).holds(ENTITY) is holds


@pytest.mark.parametrize(
    ("mq", "holds"),
    [("marked.accuracy==high", True), ("marked.accuracy!=high", False), ("n.accuracy", False)],
)
def test_metadata_are_asked_for_too(mq, holds):
    assert read_condition(mq, metadata=True).holds(ENTITY) is holds


@given(st.text(max_size=40))
def test_whatever_is_written_there_is_a_condition_or_a_refusal(text):
    with suppress(NgsiError):
        read_condition(text).holds(ENTITY)


def test_near_is_metres_on_the_sphere_and_coords_are_latitude_first():
    point = places.shape_of("geo:json", {"type": "Point", "coordinates": [139.7, 35.7]})
    away = places.distance(point, places.shape_of("geo:point", "35.7,139.71"))
    assert away == pytest.approx(903.0, abs=1.0)  # 0.01° of longitude × cos 35.7° × 111.195 km
    assert places.ask("near;maxDistance:1000", "point", "35.7,139.71").holds(point)
    assert not places.ask("near;maxDistance:900", "point", "35.7,139.71").holds(point)
    assert not places.ask("near;minDistance:1000", "point", "35.7,139.71").holds(point)
    assert places.ask("coveredBy", "box", "35,139;36,140").holds(point)
    assert places.ask("disjoint", "polygon", "0,0;0,1;1,1;0,0").holds(point)
    assert places.ask("equals", "point", "35.7,139.7").holds(point)


@pytest.mark.parametrize(
    ("georel", "geometry", "coords", "status"),
    [
        ("near", "point", "1,1", 400),
        ("near;maxDistance:x", "point", "1,1", 400),
        ("near;maxDistance:1", "line", "1,1;2,2", 422),
        ("coveredBy", "line", "1,1;2,2", 422),
        ("intersects", "point", "100,1", 400),
        ("intersects", "polygon", "1,1;2,2;3,3", 400),
        ("inside", "point", "1,1", 400),
        ("intersects", None, "1,1", 400),
    ],
)
def test_a_question_about_places_that_cannot_be_answered(georel, geometry, coords, status):
    with pytest.raises(NgsiError) as error:
        places.ask(georel, geometry, coords)
    assert error.value.status == status


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(1, 20_000), st.floats(-1, 1), st.floats(-1, 1))
def test_no_place_that_is_near_stands_outside_of_the_box_and_its_cells(
    latitude, longitude, metres, up, aside
):
    place = places.ask(f"near;maxDistance:{metres:.3f}", "point", f"{latitude},{longitude}")
    shift = metres / places.METRES_PER_DEGREE
    lat, lon = latitude + up * shift, longitude + aside * shift
    if abs(lat) > 90 or abs(lon) > 180:
        return
    point = places.shape_of("geo:json", {"type": "Point", "coordinates": [lon, lat]})
    if not place.holds(point):
        return
    west, south, east, north = place.box()
    assert west <= lon <= east
    assert south <= lat <= north
    ranges = cells.ranges(place.box())
    cell = cells.cell_of(lon, lat)
    assert ranges is None or any(first <= cell <= last for first, last in ranges)


@pytest.mark.parametrize("text", ["(a*)*b", "(a+)+", "(.*)*", "a{1,}.*b*c*d*e*", r"(a)\1", "(", "x" * 1_001])
def test_a_pattern_that_could_hold_up_the_hub_is_refused(text):
    with pytest.raises(NgsiError):
        pattern(text)


def test_an_ordinary_pattern_is_found():
    assert pattern("^urn:ngsi-ld:River:[0-9]{1,4}$").search("urn:ngsi-ld:River:12")


@pytest.mark.parametrize(
    ("old", "operation", "new"),
    [
        (5, {"$inc": 3}, 8),
        (MISSING, {"$inc": 3}, 3),
        (5, {"$mul": 2}, 10),
        (5, {"$min": 3}, 3),
        ([1], {"$push": 2}, [1, 2]),
        ([1], {"$push": {"$each": [2, 3], "$position": 0}}, [2, 3, 1]),
        ([1], {"$addToSet": 1}, [1]),
        ([1, 2, 1], {"$pull": 1}, [2]),
        ([1, 2, 3], {"$pullAll": [1, 3]}, [2]),
        ({"a": 1, "b": 2}, {"$set": {"b": 3}, "$unset": {"a": 1}}, {"b": 3}),
    ],
)
def test_update_operators(old, operation, new):
    assert operated(old, operation, "Number") == new


def test_an_operator_that_does_not_go_with_the_value():
    with pytest.raises(NgsiError) as error:
        operated("x", {"$inc": 1}, "Number")
    assert (error.value.status, error.value.error) == (500, "InternalServerError")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff\xfe",
        b"[" * 1_000 + b"]" * 1_000,
        b'{"a":' * 51 + b"1" + b"}" * 51,
    ],
)
def test_a_body_that_is_no_json(body):
    with pytest.raises(NgsiError) as error:
        read_json(body)
    assert error.value.error == "ParseError"


def test_brackets_within_texts_are_no_depth():
    assert read_json(b'{"a": "' + b"[" * 200 + b'"}')["a"] == "[" * 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"GET /v2 HTTP/2.0"], 400),
        ([b"GET  /v2 HTTP/1.1"], 400),
        ([b"GET /v2 HTTP/1.1", b"Content-Length: 1", b"Content-Length: 2"], 400),
        ([b"GET /v2 HTTP/1.1", b"Content-Length: +1"], 400),
        ([b"GET /v2 HTTP/1.1", b"Transfer-Encoding: chunked"], 411),
        ([b"GET /v2 HTTP/1.1", b" folded: x"], 400),
        ([b"GET /v2 HTTP/1.1", b"Name : x"], 400),
        ([b"GET /v2 HTTP/1.1", b"Name: \x00"], 400),
        ([b"GET /v2 HTTP/1.1", *([b"A: b"] * 101)], 431),
    ],
)
def test_a_head_that_two_readers_could_take_for_two_things_is_refused(lines, status):
    with pytest.raises(HeadRefused) as error:
        read_head(lines)
    assert error.value.status == status


def test_angle_brackets_in_an_address_are_understood():
    request, length, keep = read_head([b"GET /v2/entities?q=t>40;u<'5' HTTP/1.1", b"Host: x"])
    assert (request.target, length, keep) == ("/v2/entities?q=t>40;u<'5'", 0, True)
