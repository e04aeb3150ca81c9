"""NGSI-LD over the store that NGSIv2 uses: entities and their attributes both ways."""

from __future__ import annotations

import json

import pytest

from yakuba.services.cityhub.models import Reading
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import RIVER, ld, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")

ID = RIVER["id"]


def v2(**query):
    return ask("GET", "/v2/entities", query=query).json


def test_an_entity_of_ngsi_ld_is_one_of_ngsiv2(river):
    assert ld("GET", f"/entities/{ID}").json == RIVER | {
        "level": RIVER["level"] | {"observedAt": "2026-11-30T09:00:00.000Z"}
    }
    shown = ask("GET", f"/v2/entities/{ID}").json
    assert shown["level"] == {
        "type": "Number",
        "value": 1.5,
        "metadata": {
            "unitCode": {"type": "Text", "value": "MTR"},
            "observedAt": {"type": "DateTime", "value": "2026-11-30T09:00:00.000Z"},
        },
    }
    assert shown["location"]["type"] == "geo:json"
    assert (shown["partOf"]["type"], shown["partOf"]["value"]) == ("Relationship", "urn:ngsi-ld:Basin:1")
    reading = Reading.objects.get()
    assert (reading.number, reading.at, reading.series.unit) == (1.5, 1_796_029_200_000_000, "MTR")


def test_an_entity_of_ngsiv2_is_one_of_ngsi_ld_and_changes_in_both():
    given = {
        "id": "R1",
        "type": "River",
        "level": {
            "type": "Number",
            "value": 2,
            "metadata": {"accuracy": {"value": 0.1}, "unitCode": {"value": "MTR"}},
        },
        "state": {"type": "Grade", "value": "high"},
        "seen": {"type": "DateTime", "value": "2026-04-01T00:00:00Z"},
        "none": {"value": None},
        "at": {"type": "geo:point", "value": "35.0,132.1"},
        "deep": {"value": {"a": [None, 1]}},
    }
    assert ask("POST", "/v2/entities", given).status == 201
    uri = "urn:ngsi-ld:River:R1"
    shown = ld("GET", f"/entities/{uri}").json
    assert shown == {
        "id": uri,
        "type": "River",
        "level": {
            "type": "Property",
            "value": 2,
            "accuracy": {"type": "Property", "value": 0.1},
            "unitCode": "MTR",
        },
        "state": {"type": "Property", "value": "high", "NGSIv2Type": {"type": "Property", "value": "Grade"}},
        "seen": {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-04-01T00:00:00.000Z"}},
        "none": {"type": "Property", "value": "urn:ngsi-ld:null"},
        "at": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [132.1, 35.0]}},
        "deep": {"type": "Property", "value": {"a": ["urn:ngsi-ld:null", 1]}},
    }
    assert (
        ld("PATCH", f"/entities/{uri}", {"state": {"value": "low"}, "none": "urn:ngsi-ld:null"}).status == 204
    )
    after = ask("GET", "/v2/entities/R1").json
    assert (after["state"]["type"], after["state"]["value"]) == ("Grade", "low")
    assert "none" not in after
    assert after["deep"]["value"] == {"a": [None, 1]}
    assert problem(ld("POST", "/entities", {"id": uri, "type": "River"})) == (409, "AlreadyExists")


@pytest.mark.parametrize(
    ("attribute", "kind", "value"),
    [
        (
            {"type": "LanguageProperty", "languageMap": {"ja": "川", "en": "river"}},
            "LanguageProperty",
            {"ja": "川", "en": "river"},
        ),
        ({"type": "JsonProperty", "json": {"a": None}}, "JsonProperty", {"a": None}),
        ({"type": "ListProperty", "valueList": [1, 2]}, "ListProperty", [1, 2]),
        ({"type": "Relationship", "object": ["urn:a:1", "urn:a:2"]}, "Relationship", ["urn:a:1", "urn:a:2"]),
        (
            {"type": "ListRelationship", "objectList": [{"object": "urn:a:1"}]},
            "ListRelationship",
            ["urn:a:1"],
        ),
        ({"type": "Property", "value": "< (half) >"}, "TextUnrestricted", "< (half) >"),
        ({"type": "Property", "value": {"@type": "Date", "@value": "2026-04-01"}}, "Date", "2026-04-01"),
        ({"type": "Property", "value": True}, "Boolean", True),
    ],
)
def test_every_kind_of_attribute_comes_back_as_it_was(attribute, kind, value):
    assert ld("POST", "/entities", {"id": "urn:x:1", "type": "T", "a": attribute}).status == 201
    assert ld("GET", "/entities/urn:x:1").json["a"] == attribute
    shown = ask("GET", "/v2/entities/urn:x:1").json["a"]
    assert (shown["type"], shown["value"]) == (kind, value)


def test_several_places_are_kept_and_location_is_the_one(river):
    other = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [133.0, 36.0]}}
    assert ld("POST", f"/entities/{ID}/attrs", {"mouth": other}).status == 204
    shown = ask("GET", f"/v2/entities/{ID}").json
    assert shown["mouth"]["metadata"] == {"ignoreType": {"type": "Boolean", "value": True}}
    assert ld("GET", f"/entities/{ID}", attrs="mouth").json["mouth"] == other
    near = {"georel": "near;maxDistance==2000", "geometry": "Point", "coordinates": "[133.0,36.0]"}
    assert ld("GET", "/entities", **near).json == []
    assert [one["id"] for one in ld("GET", "/entities", geoproperty="mouth", **near).json] == [ID]
    # What NGSIv2 calls another place steps aside for `location`.
    ask("POST", "/v2/entities", {"id": "P", "type": "T", "spot": {"type": "geo:point", "value": "35,132"}})
    assert ld("POST", "/entities/urn:ngsi-ld:T:P/attrs", {"location": other}).status == 204
    assert ask("GET", "/v2/entities/P").json["spot"]["metadata"]["ignoreType"]["value"] is True


def test_attributes_are_put_in_changed_and_removed(river):
    answer = ld("POST", f"/entities/{ID}/attrs", {"level": 9, "flow": 1}, options="noOverwrite")
    assert (answer.status, answer.json["updated"]) == (207, ["flow"])
    assert [one["attributeName"] for one in answer.json["notUpdated"]] == ["level"]
    answer = ld("PATCH", f"/entities/{ID}/attrs", {"level": 3, "nowhere": 1})
    assert (answer.status, answer.json["updated"]) == (207, ["level"])
    assert ld("GET", f"/entities/{ID}", attrs="level").json["level"] == {"type": "Property", "value": 3}
    assert ld("PATCH", f"/entities/{ID}/attrs/level", {"unitCode": "CMT"}).status == 204
    assert ld("PATCH", f"/entities/{ID}/attrs/level", {"value": 4, "quality": "good"}).status == 204
    assert ld("GET", f"/entities/{ID}", attrs="level").json["level"] == {
        "type": "Property",
        "value": 4,
        "unitCode": "CMT",
        "quality": {"type": "Property", "value": "good"},
    }
    assert ld("PUT", f"/entities/{ID}/attrs/level", {"type": "Property", "value": 5}).status == 204
    assert ld("DELETE", f"/entities/{ID}/attrs/flow").status == 204
    assert problem(ld("DELETE", f"/entities/{ID}/attrs/flow")) == (404, "ResourceNotFound")
    assert ld("PUT", f"/entities/{ID}", {"id": ID, "type": "River", "only": 1}).status == 204
    assert ld("GET", f"/entities/{ID}", options="keyValues").json == {"id": ID, "type": "River", "only": 1}
    assert ld("DELETE", f"/entities/{ID}").status == 204
    assert problem(ld("GET", f"/entities/{ID}")) == (404, "ResourceNotFound")


def test_a_merge_keeps_what_it_does_not_name_and_its_moment_is_now(river):
    ld("POST", f"/entities/{ID}/attrs", {"address": {"value": {"city": "やくば市", "street": "一丁目"}}})
    patch = {"address": {"value": {"street": "urn:ngsi-ld:null", "no": 5}}, "level": {"value": 7}}
    assert ld("PATCH", f"/entities/{ID}", patch).status == 204
    shown = ld("GET", f"/entities/{ID}").json
    assert shown["address"]["value"] == {"city": "やくば市", "no": 5}
    assert (shown["level"]["value"], shown["level"]["unitCode"]) == (7, "MTR")
    first, second = Reading.objects.order_by("pk")
    assert second.number == 7
    assert second.at != first.at


def test_what_only_ngsiv2_has_words_for_is_told_and_keeps_nothing_back(river):
    ask("POST", "/v2/entities", {"id": "odd", "type": "River", "value": {"value": 1}})
    ask("POST", "/v2/entities", {"id": "a%41", "type": "River"})
    answer = ld("GET", "/entities", type="River")
    assert [one["id"] for one in answer.json] == [ID]
    assert "odd" in answer.header("NGSILD-Warning")
    assert problem(ld("GET", "/entities/urn:ngsi-ld:River:odd")) == (422, "OperationNotSupported")
    for kind in ("A", "B"):
        ask("POST", "/v2/entities", {"id": "urn:two:1", "type": kind})
    assert problem(ld("GET", "/entities/urn:two:1")) == (409, "Conflict")
    assert ld("GET", "/entities/urn:two:1", type="B").json["type"] == "B"


def test_entities_end_by_their_expiry_in_both():
    body = {"id": "urn:x:1", "type": "T", "expiresAt": "2099-01-01T00:00:00Z"}
    assert ld("POST", "/entities", body).status == 201
    assert ld("GET", "/entities/urn:x:1").json["expiresAt"] == "2099-01-01T00:00:00.000Z"
    assert (
        ask("GET", "/v2/entities/urn:x:1", query={"attrs": "dateExpires"}).json["dateExpires"]["type"]
        == "DateTime"
    )
    assert json.loads(ld("GET", "/entities/urn:x:1").answer.body)["type"] == "T"
