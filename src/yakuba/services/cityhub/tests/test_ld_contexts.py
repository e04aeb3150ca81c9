"""Contexts of NGSI-LD: kept, never fetched, and what they may not do; kinds of content."""

from __future__ import annotations

import pytest

from yakuba.services.cityhub.models import LdContext
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import RIVER, TOWN, TOWN_CONTEXT, ld, link, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")

ID = RIVER["id"]


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
