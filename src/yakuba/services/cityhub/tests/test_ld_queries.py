"""Queries of NGSI-LD, and the forms in which entities are shown."""

from __future__ import annotations

import pytest

from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import RIVER, ld, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")

ID = RIVER["id"]


def v2(**query):
    return ask("GET", "/v2/entities", query=query).json


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"type": "P", "q": "free>=3"}, "34"),
        ({"type": "P", "q": "free==1|free==4"}, "14"),
        ({"type": "P", "q": '(free==1|free==2);name=="p1"'}, "1"),
        ({"type": "P", "q": "free==1..2"}, "12"),
        ({"type": "P", "q": 'name=="p0","p4"'}, "04"),
        ({"type": "P", "q": "name!~=p[01]"}, "234"),
        ({"type": "P", "q": 'free.unitCode=="C62"'}, "01234"),
        ({"type": "P", "q": "free.grade.x"}, ""),
        ({"type": "P", "q": "owner==urn:o:1"}, "01"),
        ({"type": "P", "q": "more[a.b]==3"}, "3"),
        ({"type": "P", "q": "free.observedAt>2026-11-30T00:02:00Z"}, "34"),
        ({"idPattern": "^urn:p:[23]$"}, "23"),
        ({"id": "urn:p:1,urn:p:4"}, "14"),
        ({"type": "P|Q", "attrs": "owner"}, "01"),
        ({"georel": "near;maxDistance==1500", "geometry": "Point", "coordinates": "[132.02,35]"}, "123"),
        (
            {
                "georel": "within",
                "geometry": "Polygon",
                "coordinates": "[[[132.005,34],[132.015,34],[132.015,36],[132.005,36],[132.005,34]]]",
            },
            "1",
        ),
        ({"type": "P", "limit": "2", "offset": "1"}, "12"),
    ],
)
def test_queries(query, found):
    entities = [
        {
            "id": f"urn:p:{number}",
            "type": "P",
            "free": {"value": number, "unitCode": "C62", "observedAt": f"2026-11-30T00:0{number}:00Z"},
            "name": f"p{number}",
            "more": {"value": {"a": {"b": number}}},
            "location": {"type": "Point", "coordinates": [132 + number / 100, 35]},
        }
        | ({"owner": {"object": "urn:o:1"}} if number < 2 else {})
        for number in range(5)
    ]
    assert ld("POST", "/entityOperations/create", entities).status == 201
    answer = ld("GET", "/entities", count="true", **query)
    assert "".join(one["id"][-1] for one in answer.json) == found
    assert int(answer.header("NGSILD-Results-Count")) == (5 if "limit" in query else len(found))


def test_forms(river):
    concise = ld("GET", f"/entities/{ID}", options="concise,sysAttrs").json
    assert concise["partOf"]["object"] == "urn:ngsi-ld:Basin:1"
    assert {"createdAt", "modifiedAt"} <= set(concise["level"])
    assert ld("GET", f"/entities/{ID}", format="concise").json["location"] == RIVER["location"]["value"]
    values = ld("GET", f"/entities/{ID}", options="keyValues", pick="id,type,level").json
    assert values == {"id": ID, "type": "River", "level": 1.5}
    assert "level" not in ld("GET", f"/entities/{ID}", omit="level").json


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "BadRequestData"),
        ({"type": "T", "nonsense": "1"}, "InvalidRequest"),
        ({"type": "T", "limit": "0"}, "BadRequestData"),
        ({"type": "T", "limit": "x"}, "BadRequestData"),
        ({"type": "T", "q": "(a==1"}, "BadRequestData"),
        ({"type": "T", "q": "a=="}, "BadRequestData"),
        ({"type": "T", "q": "(" * 30 + "a" + ")" * 30}, "BadRequestData"),
        ({"type": "T", "q": "a~=(x+)+$"}, "BadRequestData"),
        ({"type": "T;U"}, "OperationNotSupported"),
        ({"type": "T", "options": "keyValues,concise"}, "BadRequestData"),
        ({"georel": "near;maxDistance==x", "geometry": "Point", "coordinates": "[1,2]"}, "BadRequestData"),
        ({"georel": "near;maxDistance==5", "geometry": "Point", "coordinates": "[NaN,2]"}, "BadRequestData"),
        ({"georel": "within", "geometry": "Point"}, "BadRequestData"),
    ],
)
def test_bad_queries_get_their_error(query, error):
    assert problem(ld("GET", "/entities", **query))[1] == error
