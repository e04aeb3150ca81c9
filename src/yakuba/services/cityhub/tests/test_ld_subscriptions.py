"""Subscriptions of NGSI-LD in the outbox that NGSIv2 uses: who is told of what, whoever changed it."""

from __future__ import annotations

import json

import pytest

from yakuba.services.cityhub.models import Delivery
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import RIVER, TOWN, TOWN_CONTEXT, ld, link, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")
SUBSCRIPTION = {
    "id": "urn:ngsi-ld:Subscription:1",
    "type": "Subscription",
    "entities": [{"type": "River"}],
    "watchedAttributes": ["level"],
    "notification": {"endpoint": {"uri": "http://127.0.0.1:9/x"}, "attributes": ["level"]},
}
URI = SUBSCRIPTION["id"]
LD = {"content-type": "application/ld+json"}


@pytest.fixture(autouse=True)
def listens(monkeypatch):
    """Every address may be called; whether one may is asked elsewhere."""
    monkeypatch.setattr("yakuba.services.cityhub.queries.space.require_target", lambda *_: None)


def subscribe(headers=None, **more):
    answer = ld("POST", "/subscriptions", SUBSCRIPTION | more, headers)
    assert answer.status == 201, answer.json
    return answer.header("Location")


def sent():
    return [json.loads(bytes(row.body)) for row in Delivery.objects.order_by("pk")]


def test_a_change_from_either_interface_is_told_in_ngsi_ld():
    assert subscribe().endswith(URI)
    ld("POST", "/entities", RIVER)
    ask("PATCH", f"/v2/entities/{RIVER['id']}/attrs", {"level": {"value": 2}})
    ask(
        "PATCH", f"/v2/entities/{RIVER['id']}/attrs", {"partOf": {"value": "urn:x:1", "type": "Relationship"}}
    )
    first, second = sent()
    assert {"id", "type", "subscriptionId", "notifiedAt", "data"} == set(first)
    assert (first["type"], first["subscriptionId"]) == ("Notification", URI)
    assert second["data"] == [{"id": RIVER["id"], "type": "River", "level": {"type": "Property", "value": 2} | {
        name: second["data"][0]["level"][name] for name in ("unitCode", "observedAt")}}]  # fmt: skip
    headers = json.loads(Delivery.objects.first().headers)
    assert headers["Content-Type"] == "application/json"
    assert "json-ld#context" in headers["Link"]
    shown = ld("GET", f"/subscriptions/{URI}").json
    assert (shown["status"], shown["notification"]["timesSent"]) == ("active", 2)


def test_names_go_by_the_context_it_was_made_with_even_when_that_is_gone():
    ld("POST", "/jsonldContexts", {"@context": TOWN_CONTEXT}, url=TOWN)
    subscribe(link(), q="level>1")
    ld("POST", "/entities", {"id": "urn:r:1", "type": "River", "level": 2})  # of no context: another level
    ld("POST", "/entities", {"id": "urn:r:2", "type": "River", "level": 2}, link())
    ld("POST", "/entities", {"id": "urn:r:3", "type": "River", "level": 1}, link())
    (told,) = sent()
    assert told["data"] == [{"id": "urn:r:2", "type": "River", "level": {"type": "Property", "value": 2}}]
    assert ld("GET", "/subscriptions").json[0]["watchedAttributes"] == ["https://town.example/terms#level"]
    assert ld("GET", "/subscriptions", None, link()).json[0]["watchedAttributes"] == ["level"]
    assert ld("DELETE", f"/jsonldContexts/{TOWN.replace('/', '%2F')}").status == 204
    ask(
        "PUT",
        "/v2/entities/urn:r:2/attrs/https:%252F%252Ftown.example%252Fterms%2523level/value",
        b"5",
        headers={"content-type": "text/plain"},
    )
    assert sent()[-1]["data"][0]["https://town.example/terms#level"]["value"] == 5


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, ["create", "level", "both"]),
        ({"notificationTrigger": ["entityCreated"]}, ["create"]),
        ({"notificationTrigger": ["attributeUpdated"]}, ["level", "both"]),
        ({"notificationTrigger": ["entityDeleted"]}, ["gone"]),
        ({"notificationTrigger": ["attributeDeleted"]}, ["without"]),
        ({"q": "level>=3"}, ["both"]),
        ({"geoQ": {"georel": "near;maxDistance==10", "geometry": "Point", "coordinates": [1, 2]}}, []),
        ({"entities": [{"type": "River", "idPattern": "^urn:other"}]}, []),
        ({"entities": [{"type": "River", "id": RIVER["id"]}]}, ["create", "level", "both"]),
        ({"throttling": 3600}, ["create"]),
        ({"isActive": False}, []),
    ],
)
def test_what_is_told(more, told):
    subscribe(**more)
    seen = []
    for name, method, path, body in (
        ("create", "POST", "/entities", RIVER),
        ("level", "PATCH", f"/entities/{RIVER['id']}/attrs", {"level": 2}),
        ("other", "PATCH", f"/entities/{RIVER['id']}", {"partOf": {"object": "urn:x:9"}}),
        ("both", "PATCH", f"/entities/{RIVER['id']}", {"level": 3, "flow": 1}),
        ("without", "DELETE", f"/entities/{RIVER['id']}/attrs/level", None),
        ("gone", "DELETE", f"/entities/{RIVER['id']}", None),
    ):
        before = len(sent())
        assert ld(method, path, body).status < 300
        seen += [name] * (len(sent()) - before)
    assert seen == told


def test_forms_and_headers_of_what_is_sent():
    endpoint = {
        "uri": "http://127.0.0.1:9/x",
        "accept": "application/ld+json",
        "receiverInfo": [{"key": "X-Key", "value": "k"}, {"key": "Content-Type", "value": "evil"}],
    }
    subscribe(notification={"endpoint": endpoint, "format": "keyValues"})
    ld("POST", "/entities", RIVER)
    (told,) = sent()
    assert told["data"][0]["level"] == 1.5
    assert "ngsi-ld-core-context" in told["@context"]
    headers = json.loads(Delivery.objects.get().headers)
    assert (headers["Content-Type"], headers["X-Key"]) == ("application/ld+json", "k")


def test_it_is_changed_shown_and_removed_and_ngsiv2_sees_it():
    subscribe()
    assert problem(ld("POST", "/subscriptions", SUBSCRIPTION)) == (409, "AlreadyExists")
    assert ld("PATCH", f"/subscriptions/{URI}", {"isActive": False, "throttling": 5}).status == 204
    shown = ld("GET", f"/subscriptions/{URI}").json
    assert (shown["status"], shown["isActive"], shown["throttling"]) == ("paused", False, 5)
    assert (
        ld(
            "PATCH",
            f"/subscriptions/{URI}",
            {"watchedAttributes": ["flow"], "throttling": "urn:ngsi-ld:null"},
        ).status
        == 204
    )
    shown = ld("GET", f"/subscriptions/{URI}").json
    assert (shown["watchedAttributes"], "throttling" in shown) == (["flow"], False)
    (seen,) = ask("GET", "/v2/subscriptions").json
    assert seen["subject"]["condition"]["attrs"] == ["flow"]
    assert seen["description"] == f"NGSI-LD: {URI}"
    path = f"/v2/subscriptions/{seen['id']}"
    assert ask("PATCH", path, {"subject": {"entities": [{"idPattern": ".*"}]}}).error == "Unprocessable"
    assert ask("PATCH", path, {"status": "active"}).status == 204
    body = {
        "subject": {"entities": [{"idPattern": ".*"}]},
        "notification": {"http": {"url": "http://127.0.0.1:9/y"}},
    }
    assert ask("POST", "/v2/subscriptions", body).status == 201
    answer = ld("GET", "/subscriptions", count="true")
    assert (len(answer.json), answer.header("NGSILD-Results-Count")) == (1, "1")
    assert "1 NGSIv2" in answer.header("NGSILD-Warning")
    assert ld("DELETE", f"/subscriptions/{URI}").status == 204
    assert problem(ld("GET", f"/subscriptions/{URI}")) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"id": "x"}, "BadRequestData"),
        ({"type": "Sub"}, "BadRequestData"),
        ({"entities": []}, "BadRequestData"),
        ({"entities": [{"id": "urn:x:1"}]}, "BadRequestData"),
        ({"q": "(a"}, "BadRequestData"),
        ({"timeInterval": 5}, "OperationNotSupported"),
        ({"scopeQ": "/a"}, "OperationNotSupported"),
        ({"expiresAt": "2001-01-01T00:00:00Z"}, "BadRequestData"),
        ({"throttling": -1}, "BadRequestData"),
        ({"isActive": 1}, "BadRequestData"),
        ({"notification": {}}, "BadRequestData"),
        ({"notification": {"endpoint": {"uri": "mqtt://x/y"}}}, "OperationNotSupported"),
        ({"notification": {"endpoint": {"uri": "ftp://x/y"}}}, "BadRequestData"),
        ({"notification": {"endpoint": {"uri": "http://x/y"}, "format": "xml"}}, "BadRequestData"),
        ({"notification": {"endpoint": {"uri": "http://x/y", "receiverInfo": [{"key": "a\nb", "value": "c"}]}}}, "BadRequestData"),
        ({"jsonldContext": "https://nowhere.example/c"}, "LdContextNotAvailable"),
    ],
)  # fmt: skip
def test_bad_subscriptions_get_their_error(more, error):
    assert problem(ld("POST", "/subscriptions", SUBSCRIPTION | more))[1] == error


def test_an_address_that_is_not_allowed_is_refused(monkeypatch):
    monkeypatch.setattr(
        "yakuba.services.cityhub.queries.space.ReadSpace.refusal_of", lambda *_: "送れない先です。"
    )
    assert problem(ld("POST", "/subscriptions", SUBSCRIPTION)) == (400, "BadRequestData")


def test_a_circle_of_notifications_ends():
    subscribe()
    ld("POST", "/entities", RIVER)
    before = len(sent())
    ask("PATCH", f"/ngsi-ld/v1/entities/{RIVER['id']}/attrs", {"level": 5}, round_=9)
    assert len(sent()) == before


def test_a_change_in_another_context_keeps_the_meaning_of_what_it_does_not_name():
    ld("POST", "/jsonldContexts", {"@context": TOWN_CONTEXT}, url=TOWN)
    subscribe(link())
    notification = {"endpoint": {"uri": "http://127.0.0.1:9/z"}, "attributes": ["level"]}
    assert ld("PATCH", f"/subscriptions/{URI}", {"notification": notification}).status == 204
    body = {"id": "urn:r:2", "type": "River", "level": 2}
    ld("POST", "/entities", body, link())
    ld("POST", "/entities", body | {"id": "urn:r:3"})
    (told,) = sent()
    assert told["data"] == [{"id": "urn:r:2", "type": "https://town.example/terms#River"}]
    assert ld("PATCH", f"/subscriptions/{URI}", {"q": "level>1"}).status == 204
    assert problem(ld("PATCH", f"/subscriptions/{URI}", {"watchedAttributes": ["level"]}, link())) == (
        400,
        "BadRequestData",
    )
