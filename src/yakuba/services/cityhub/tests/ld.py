"""Requests of NGSI-LD within a test's transaction, and over the wire."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any

import pytest

from yakuba.services.cityhub.tests.asking import Answered, ask
from yakuba.services.cityhub.tests.running import GUARD, HubProcess

ROOT = "/ngsi-ld/v1"
TOWN = "https://example.org/town.jsonld"
TOWN_CONTEXT = {
    "town": "https://town.example/terms#",
    "River": "town:River",
    "level": "town:level",
    "flow": {"@id": "town:flow", "@type": "@id"},
}
RIVER = {
    "id": "urn:ngsi-ld:River:1",
    "type": "River",
    "level": {"type": "Property", "value": 1.5, "unitCode": "MTR", "observedAt": "2026-11-30T09:00:00Z"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [132.1, 35.0]}},
    "partOf": {"type": "Relationship", "object": "urn:ngsi-ld:Basin:1"},
}


def link(url: str = TOWN) -> dict[str, str]:
    """The header that names a context."""
    return {"link": f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'}


def ld(
    method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: str
) -> Answered:
    """One request within the transaction. path: below /ngsi-ld/v1."""
    return ask(method, ROOT + path, body, query, headers)


def problem(answered: Answered) -> tuple[int, str]:
    """Status, and the name of the error; the rest of the problem details is there too."""
    body = answered.json
    assert set(body) == {"type", "title", "detail", "status"}
    assert body["status"] == answered.status
    assert body["detail"]
    return answered.status, body["type"].rpartition("/")[2]


def wire(
    hub: HubProcess, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], Any]:
    """One request over the wire: status, headers in lower case, JSON. body: a JSON value, or bytes as they are."""
    line = HTTPConnection("127.0.0.1", hub.port, timeout=GUARD)
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    given = (
        {"X-Auth-Token": hub.token}
        | ({} if body is None else {"Content-Type": "application/json"})
        | (headers or {})
    )
    try:
        line.request(method, path, content, given)
        answer = line.getresponse()
        text = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, json.loads(text) if text else None
    finally:
        line.close()


@pytest.fixture
def river():
    assert ld("POST", "/entities", RIVER).status == 201


@pytest.fixture
def town():
    assert ld("POST", "/jsonldContexts", {"@context": TOWN_CONTEXT}, url=TOWN).status == 201
