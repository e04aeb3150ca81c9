"""NGSI-LD over the store that NGSIv2 uses: entities both ways, contexts, queries, batches, and what is refused."""

from __future__ import annotations

import json

import pytest

from yakuba.services.cityhub.models import LdContext, Reading
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import RIVER, TOWN, TOWN_CONTEXT, ld, link, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")
ID = RIVER["id"]


@pytest.fixture
def river():
    assert ld("POST", "/entities", RIVER).status == 201


@pytest.fixture
def town():
    assert ld("POST", "/jsonldContexts", {"@context": TOWN_CONTEXT}, url=TOWN).status == 201


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


def test_terms_are_expanded_and_compacted_by_the_context(town):
    body = {"id": ID, "type": "River", "level": 1.5, "name": "やくば川"}
    assert ld("POST", "/entities", body, link()).status == 201
    assert ask("GET", f"/v2/entities/{ID}").json["type"] == "https:%2F%2Ftown.example%2Fterms%23River"
    plain = ld("GET", f"/entities/{ID}", options="keyValues").json
    assert plain == {
        "id": ID,
        "type": "https://town.example/terms#River",
        "https://town.example/terms#level": 1.5,
        "name": "やくば川",
    }
    answer = ld("GET", "/entities", None, link(), type="River", q="level>1", options="keyValues")
    assert answer.json == [body]
    assert TOWN in answer.header("Link")
    assert ld("GET", "/entities", type="River").json == []
    inline = {"@context": [TOWN, {"lv": "town:level"}], "id": "urn:x:2", "type": "River", "lv": 2}
    assert ld("POST", "/entities", inline, {"content-type": "application/ld+json"}).status == 201
    answer = ld(
        "GET", "/entities/urn:x:2", None, link() | {"accept": "application/ld+json"}, options="keyValues"
    )
    assert (answer.json["level"], answer.json["@context"][0]) == (2, TOWN)
    assert answer.answer.kind == "application/ld+json"


def test_contexts_are_kept_shown_and_removed_and_never_fetched(town):
    assert ld("GET", "/jsonldContexts").json == [TOWN]
    row = LdContext.objects.get()
    assert ld("GET", "/jsonldContexts", details="true").json[0]["localId"] == row.identifier
    for name in (row.identifier, TOWN):
        assert ld("GET", f"/jsonldContexts/{name.replace('/', '%2F')}").json == {"@context": TOWN_CONTEXT}
    own = f"http://hub.example/ngsi-ld/v1/jsonldContexts/{row.identifier}"
    assert ld("GET", "/entities", None, link(own), type="River").status == 200
    core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld"
    assert ld("GET", "/entities", None, link(core), type="River").status == 200
    answer = ld("GET", "/entities", None, link("https://elsewhere.example/c.jsonld"), type="River")
    assert problem(answer) == (503, "LdContextNotAvailable")
    assert "/ngsi-ld/v1/jsonldContexts?url=https://elsewhere.example/c.jsonld" in answer.json["detail"]
    assert problem(ld("POST", "/jsonldContexts", {"@context": {}}, url=TOWN)) == (409, "AlreadyExists")
    assert ld("DELETE", f"/jsonldContexts/{row.identifier}").status == 204
    assert problem(ld("GET", "/entities", None, link(), type="River"))[1] == "LdContextNotAvailable"


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


@pytest.mark.parametrize(
    "context",
    [
        {"temperature": "https://uri.etsi.org/ngsi-ld/hasValue"},
        {"x": "ngsi-ld:observedAt"},
        {"x": "@id"},
        {"x": {"@id": "@type"}},
        {"a": "b:1", "b": "c:1", "c": "a:1"},
        {"x": {"@reverse": "y"}},
        {"@import": "https://example.org/x"},
        {"x": 5},
        [{"a": "b"}] * 1_000,
        [[[[[[[[[[[[{}]]]]]]]]]]]],
        {f"t{number}": f"t{number + 1}" for number in range(1_000)},
        5,
    ],
)
def test_a_context_that_turns_meanings_round_or_never_ends_is_refused(context):
    headers = {"content-type": "application/ld+json"}
    body = {"@context": context, "id": "urn:x:1", "type": "T"}
    assert problem(ld("POST", "/entities", body, headers)) == (400, "BadRequestData")
    assert problem(ld("POST", "/jsonldContexts", {"@context": context})) == (400, "BadRequestData")


def test_core_terms_win_over_a_context_that_names_them(river):
    headers = {"content-type": "application/ld+json"}
    context = {
        "value": "https://x.example/v",
        "type": "https://x.example/t",
        "location": "https://x.example/l",
    }
    body = {"@context": context, "id": "urn:x:1", "type": "T", "a": {"type": "Property", "value": 1}}
    assert ld("POST", "/entities", body, headers).status == 201
    assert ld("GET", "/entities/urn:x:1").json["a"] == {"type": "Property", "value": 1}


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


def test_kinds_of_content(river):
    assert ld("POST", "/entities", RIVER, {"content-type": "text/plain"}).status == 415
    assert ld("GET", f"/entities/{ID}", None, {"accept": "text/html"}).status == 406
    assert problem(ld("POST", "/entities", RIVER, {"content-type": "application/ld+json"})) == (
        400,
        "BadRequestData",
    )
    both = link("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld") | {
        "content-type": "application/ld+json"
    }
    assert problem(ld("POST", "/entities", RIVER | {"@context": {}}, both)) == (400, "BadRequestData")
    assert problem(ld("POST", "/entities", b"")) == (400, "InvalidRequest")
    assert ld("PUT", "/entities", {}).status == 405
    assert problem(ld("GET", "/nowhere")) == (404, "ResourceNotFound")


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
