"""Batches of NGSI-LD, and entities that are none."""

from __future__ import annotations

import pytest

from yakuba.services.cityhub.tests.ld import RIVER, ld, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")

ID = RIVER["id"]


def test_batches_say_what_became_of_each(river):
    other = {"id": "urn:x:2", "type": "T", "a": 1}
    answer = ld("POST", "/entityOperations/create", [other, RIVER, {"id": "nothing", "type": "T"}])
    assert (answer.status, answer.json["success"]) == (207, ["urn:x:2"])
    names = [(one["entityId"], one["error"]["type"].rpartition("/")[2]) for one in answer.json["errors"]]
    assert names == [(ID, "AlreadyExists"), ("nothing", "BadRequestData")]
    answer = ld("POST", "/entityOperations/upsert", [other | {"b": 1}, {"id": "urn:x:3", "type": "T"}])
    assert (answer.status, answer.json) == (201, ["urn:x:3"])
    assert ld("POST", "/entityOperations/upsert", [{"id": "urn:x:2", "type": "T", "c": 1}]).status == 204
    assert "b" not in ld("GET", "/entities/urn:x:2").json
    assert (
        ld(
            "POST", "/entityOperations/upsert", [{"id": "urn:x:2", "type": "T", "d": 1}], options="update"
        ).status
        == 204
    )
    assert set(ld("GET", "/entities/urn:x:2").json) == {"id", "type", "c", "d"}
    answer = ld(
        "POST",
        "/entityOperations/update",
        [{"id": "urn:x:2", "type": "T", "c": 2}, {"id": "urn:x:9", "type": "T"}],
    )
    assert (answer.status, answer.json["success"]) == (207, ["urn:x:2"])
    body = {"type": "Query", "entities": [{"type": "T", "idPattern": "2$"}], "q": "c==2", "attrs": ["c"]}
    assert [one["id"] for one in ld("POST", "/entityOperations/query", body).json] == ["urn:x:2"]
    answer = ld("POST", "/entityOperations/delete", ["urn:x:2", "urn:x:9"])
    assert (answer.status, answer.json["success"], len(answer.json["errors"])) == (207, ["urn:x:2"], 1)


DEEP = b'{"id":"urn:x:1","type":"T","a":' + b'{"a":' * 1_000 + b"1" + b"}" * 1_000 + b"}"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (DEEP, "InvalidRequest"),
        (b'{"id":"urn:x:1","type":"T","a":NaN}', "InvalidRequest"),
        (b'{"id":"urn:x:1","type":"T","a":1e400}', "BadRequestData"),
        (b'{"id":"urn:x:1","type":"T","a":1,"a":2}', "InvalidRequest"),
        (b"{", "InvalidRequest"),
        ({"id": "urn:x:1", "type": "T", "a": None}, "BadRequestData"),
        ({"id": "urn:x:1", "type": "T", "a": {"type": "Property", "value": [None]}}, "BadRequestData"),
        ({"id": "no uri", "type": "T"}, "BadRequestData"),
        ({"id": "urn:x:1"}, "BadRequestData"),
        ({"id": "urn:x:1", "type": "T", "a": {"type": "Relationship", "object": "x"}}, "BadRequestData"),
        ({"id": "urn:x:1", "type": "T", "a": {"type": "Property"}}, "BadRequestData"),
        ({"id": "urn:x:1", "type": "T", "a": {"type": "Feature", "value": 1}}, "BadRequestData"),
        (
            {
                "id": "urn:x:1",
                "type": "T",
                "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1]}},
            },
            "BadRequestData",
        ),
        ({"id": "urn:x:1", "type": "T", "a": "urn:ngsi-ld:null"}, "BadRequestData"),
        ({"id": "urn:x:1", "type": "T", "datasetId": 1}, "BadRequestData"),
        ({"id": "urn:x:1", "type": ["T", "U"]}, "OperationNotSupported"),
        ({"id": "urn:x:1", "type": "T", "scope": "/a"}, "OperationNotSupported"),
        ({"id": "urn:x:1", "type": "T", "a": {"value": {"$inc": 1}}}, "OperationNotSupported"),
        (
            {"id": "urn:x:1", "type": "T", "a": {"type": "Property", "value": 1, "datasetId": "urn:d:1"}},
            "OperationNotSupported",
        ),
        ({"id": "urn:x:1", "type": "T", "a": [{"type": "Property", "value": 1}]}, "OperationNotSupported"),
        (
            {"id": "urn:x:1", "type": "T", "a": {"value": 1, "b": {"value": 2, "unitCode": "C"}}},
            "OperationNotSupported",
        ),
        ({"id": "urn:x:1", "type": "T", "@context": {}}, "BadRequestData"),
    ],
)
def test_bad_entities_get_their_error(body, error):
    answer = ld("POST", "/entities", body)
    assert problem(answer)[1] == error
    assert ld("GET", "/entities", type="T").json == []
