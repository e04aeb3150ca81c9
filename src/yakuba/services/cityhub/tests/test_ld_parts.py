"""NGSI-LD: parts of long answers with links, GeoJSON, what types and attributes there are, and purging. The cases are those of
ETSI GS CIM 009 (5.5.9, 4.5.16, 5.7.5–5.7.10, 5.6.21)."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

import pytest

from yakuba.services.cityhub.models import Delivery, Entity
from yakuba.services.cityhub.tests.ld import RIVER, TOWN, ld, link, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")
ID = RIVER["id"]
GEO = {"accept": "application/geo+json"}
_LINK = re.compile(
    r'<(?P<path>[^?]*)\?(?P<query>[^>]*)>; rel="(?P<rel>next|prev)"; type="application/ld\+json"'
)


def links(answer):
    """rel → query of the links in an answer."""
    found = {}
    for name, value in answer.answer.headers:
        fits = _LINK.fullmatch(value) if name == "Link" else None
        if fits:
            found[fits["rel"]] = (fits["path"], dict(parse_qsl(fits["query"])))
    return found


@pytest.fixture
def many():
    for n in range(5):
        place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [132 + n / 100, 35]}}
        body = {"id": f"urn:x:{n}", "type": "Spot", "n": n, "location": place}
        assert ld("POST", "/entities", body).status == 201


@pytest.mark.parametrize(
    ("limit", "offset", "expected"),
    [
        (2, 0, {"next": ("2", "2")}),
        (2, 2, {"next": ("2", "4"), "prev": ("2", "0")}),
        (2, 4, {"prev": ("2", "2")}),
        (2, 1, {"next": ("2", "3"), "prev": ("1", "0")}),
        (5, 0, {}),
        (4, 0, {"next": ("4", "4")}),
        (20, 0, {}),
        (2, 9, {"prev": ("2", "7")}),
    ],
)
@pytest.mark.parametrize("query", [{"type": "Spot"}, {"type": "Spot", "q": "n>=0"}])
def test_a_part_has_links_to_its_neighbours(many, limit, offset, expected, query):
    answer = ld("GET", "/entities", None, None, **query, limit=str(limit), offset=str(offset))
    assert len(answer.json) == max(0, min(limit, 5 - offset))
    found = links(answer)
    assert {rel: (asked["limit"], asked["offset"]) for rel, (_, asked) in found.items()} == expected
    for path, asked in found.values():
        assert path == "/ngsi-ld/v1/entities"
        assert {name: one for name, one in asked.items() if name not in ("limit", "offset")} == query


def test_the_links_lead_through_everything_once(many):
    query, seen = {"type": "Spot", "limit": "2", "count": "true"}, []
    while True:
        answer = ld("GET", "/entities", None, None, **query)
        assert answer.header("NGSILD-Results-Count") == "5"
        seen += [one["id"] for one in answer.json]
        found = links(answer)
        if "next" not in found:
            break
        query = found["next"][1]
    assert seen == [f"urn:x:{n}" for n in range(5)]


def test_counting_alone_asks_for_no_part(many):
    answer = ld("GET", "/entities", None, None, type="Spot", limit="0", count="true")
    assert (answer.json, links(answer), answer.header("NGSILD-Results-Count")) == ([], {}, "5")


def test_a_link_keeps_what_was_asked_in_any_script(many):
    answer = ld("GET", "/entities", None, None, type="Spot", q='n>=0|name=="川"', limit="1")
    assert links(answer)["next"][1]["q"] == 'n>=0|name=="川"'
    (raw,) = [value for name, value in answer.answer.headers if name == "Link" and "next" in value]
    assert raw.isascii()


def test_queries_by_body_subscriptions_and_histories_have_links_too(many, monkeypatch):
    monkeypatch.setattr("yakuba.services.cityhub.queries.space.require_target", lambda *_: None)
    query = {"type": "Query", "entities": [{"type": "Spot"}]}
    answer = ld("POST", "/entityOperations/query", query, None, limit="2")
    assert links(answer)["next"][0] == "/ngsi-ld/v1/entityOperations/query"
    answer = ld(
        "GET",
        "/temporal/entities",
        None,
        None,
        type="Spot",
        timerel="after",
        timeAt="2020-01-01T00:00:00Z",
        limit="2",
    )
    assert len(answer.json) == 2
    assert links(answer)["next"][1]["timerel"] == "after"
    endpoint = {"uri": "http://127.0.0.1:9/x"}
    body = {
        "type": "Subscription",
        "entities": [{"type": "Spot"}],
        "notification": {"endpoint": endpoint},
    }
    for _ in range(3):
        assert ld("POST", "/subscriptions", body).status == 201
    answer = ld("GET", "/subscriptions", None, None, limit="2", count="true")
    assert (links(answer)["next"][1]["offset"], answer.header("NGSILD-Results-Count")) == ("2", "3")


def test_an_entity_is_a_feature(river):
    shown = ld("GET", f"/entities/{ID}", None, GEO)
    assert shown.answer.kind == "application/geo+json"
    body = shown.json
    assert (body["id"], body["type"]) == (ID, "Feature")
    assert body["geometry"] == {"type": "Point", "coordinates": [132.1, 35.0]}
    assert body["properties"]["type"] == "River"
    assert body["properties"]["level"]["value"] == 1.5
    assert body["properties"]["location"]["type"] == "GeoProperty"
    assert "@context" in body


def test_a_feature_in_few_words_and_with_the_context_in_a_header(river):
    shown = ld("GET", f"/entities/{ID}", None, GEO | {"prefer": "body=json"}, options="simplified")
    assert "@context" not in shown.json
    assert "json-ld#context" in shown.header("Link")
    assert shown.json["properties"] == {
        "type": "River",
        "level": 1.5,
        "location": {"type": "Point", "coordinates": [132.1, 35.0]},
        "partOf": "urn:ngsi-ld:Basin:1",
    }


def test_another_place_or_none_is_the_geometry(river):
    mouth = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [133.0, 36.0]}}
    ld("POST", f"/entities/{ID}/attrs", {"mouth": mouth})
    shown = ld("GET", f"/entities/{ID}", None, GEO, geometryProperty="mouth")
    assert shown.json["geometry"] == mouth["value"]
    for name in ("nothing", "level"):
        assert ld("GET", f"/entities/{ID}", None, GEO, geometryProperty=name).json["geometry"] is None


def test_a_query_is_a_collection_of_features(many):
    ld("POST", "/entities", {"id": "urn:x:nowhere", "type": "Spot", "n": 9})
    answer = ld("GET", "/entities", None, GEO, type="Spot", attrs="n", limit="6", count="true")
    body = answer.json
    assert body["type"] == "FeatureCollection"
    assert [one["geometry"] and one["geometry"]["coordinates"][0] for one in body["features"]] == [
        132, 132.01, 132.02, 132.03, 132.04, None,
    ]  # fmt: skip
    assert all(set(one["properties"]) == {"type", "n"} for one in body["features"])
    query = {"type": "Query", "entities": [{"type": "Spot"}]}
    answer = ld("POST", "/entityOperations/query", query, GEO, limit="1")
    assert len(answer.json["features"]) == 1
    assert links(answer)


def test_geojson_is_for_entities_alone():
    for path in ("/types", "/subscriptions", "/jsonldContexts"):
        assert ld("GET", path, None, GEO).status == 406
    assert (
        ld("GET", "/entities", None, {"accept": "application/json, application/geo+json"}, type="T").json
        == []
    )


def test_types_and_attributes(river, many):
    listed = ld("GET", "/types").json
    assert (listed["type"], listed["typeList"]) == ("EntityTypeList", ["River", "Spot"])
    assert listed["id"].startswith("urn:ngsi-ld:EntityTypeList:")
    river_type, _spot = ld("GET", "/types", details="true").json
    assert (river_type["type"], river_type["typeName"]) == ("EntityType", "River")
    assert river_type["id"] == "https://uri.etsi.org/ngsi-ld/default-context/River"
    assert river_type["attributeNames"] == ["level", "location", "partOf"]
    info = ld("GET", "/types/Spot").json
    assert (info["type"], info["typeName"], info["entityCount"]) == ("EntityTypeInfo", "Spot", 5)
    assert [(one["attributeName"], one["attributeTypes"]) for one in info["attributeDetails"]] == [
        ("location", ["GeoProperty"]),
        ("n", ["Property"]),
    ]
    assert problem(ld("GET", "/types/Nothing")) == (404, "ResourceNotFound")
    listed = ld("GET", "/attributes").json
    assert (listed["type"], listed["attributeList"]) == (
        "AttributeList",
        ["level", "location", "n", "partOf"],
    )
    details = {one["attributeName"]: one for one in ld("GET", "/attributes", details="true").json}
    assert details["location"]["typeNames"] == ["River", "Spot"]
    one = ld("GET", "/attributes/location").json
    assert (one["attributeCount"], one["attributeTypes"], one["typeNames"]) == (
        6,
        ["GeoProperty"],
        ["River", "Spot"],
    )
    assert ld("GET", "/attributes/partOf").json["attributeTypes"] == ["Relationship"]
    assert problem(ld("GET", "/attributes/nothing")) == (404, "ResourceNotFound")
    assert problem(ld("GET", "/types", details="yes")) == (400, "BadRequestData")


def test_types_are_told_in_the_words_of_a_context(town):
    ld("POST", "/entities", {"id": ID, "type": "River", "level": 1}, link(TOWN))
    assert ld("GET", "/types").json["typeList"] == ["https://town.example/terms#River"]
    assert ld("GET", "/types", None, link(TOWN)).json["typeList"] == ["River"]
    assert ld("GET", "/types/River", None, link(TOWN)).json["id"] == "https://town.example/terms#River"
    whole = "/types/https%3A%2F%2Ftown.example%2Fterms%23River"
    assert ld("GET", whole).json["entityCount"] == 1


def test_purging_takes_what_a_query_finds(many, river):
    assert ld("DELETE", "/entities", None, None, type="Spot", q="n>2").status == 204
    assert sorted(Entity.objects.values_list("entity_id", flat=True)) == [ID, "urn:x:0", "urn:x:1", "urn:x:2"]
    assert ld("DELETE", "/entities", None, None, id="urn:x:0,urn:x:9").status == 204
    assert ld("DELETE", "/entities", None, None, type="Spot", drop="location").status == 204
    for one in Entity.objects.filter(entity_type="Spot"):
        assert (set(json.loads(one.document)), one.west) == ({"n"}, None)
    assert ld("DELETE", "/entities", None, None, idPattern="River", keep="level,partOf").status == 204
    assert set(json.loads(Entity.objects.get(entity_id=ID).document)) == {"level", "partOf"}
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"local": "true"},
        {"keep": "a"},
        {"type": "*"},
        {"type": " * "},
        {"idPattern": ".*"},
        {"idPattern": "^(.+)$"},
        {"type": "*", "idPattern": ".", "drop": "n"},
        {"geoproperty": "location", "local": "true"},
        {"type": "Spot", "keep": "a", "drop": "b"},
        {"type": "Spot", "q": "("},
    ],
)
def test_purging_everything_is_refused(many, query):
    assert problem(ld("DELETE", "/entities", None, None, **query))[0] == 400
    assert Entity.objects.count() == 5
