"""NGSIv2 over the store: entities, batches, queries, subscriptions with their outbox, and what is refused."""

from __future__ import annotations

import json

import pytest

from yakuba.services.cityhub.models import Delivery, Entity, Reading, Series, Subscription
from yakuba.services.cityhub.tests.asking import ask

pytestmark = pytest.mark.usefixtures("in_yakuba_city")
RIVER = {
    "id": "R1",
    "type": "River",
    "level": {"type": "Number", "value": 1.5},
    "name": {"value": "やくば川"},
}


@pytest.fixture
def river():
    assert ask("POST", "/v2/entities", RIVER).status == 201


@pytest.fixture
def listens(monkeypatch):
    """Every address may be called; whether one may is asked elsewhere."""
    monkeypatch.setattr("yakuba.services.cityhub.queries.space.require_target", lambda *_: None)


def subscribe(notification=None, condition=None, **more):
    body = {
        "subject": {"entities": [{"idPattern": ".*", "type": "River"}]},
        "notification": {"http": {"url": "http://127.0.0.1:9/x"}} | (notification or {}),
    } | more
    if condition is not None:
        body["subject"]["condition"] = condition
    answer = ask("POST", "/v2/subscriptions", body)
    assert answer.status == 201, answer.json
    return answer.header("Location").rpartition("/")[2]


def sent():
    """Bodies of what waits in the outbox, in order."""
    return [json.loads(bytes(row.body)) for row in Delivery.objects.order_by("pk")]


def test_an_entity_is_made_shown_changed_and_removed(river):
    shown = ask("GET", "/v2/entities/R1").json
    assert shown["level"] == {"type": "Number", "value": 1.5, "metadata": {}}
    assert shown["name"]["type"] == "Text"
    assert ask("POST", "/v2/entities", RIVER).error == "Unprocessable"
    assert ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 2}}).status == 204
    assert ask("GET", "/v2/entities/R1", query={"options": "keyValues"}).json["level"] == 2
    assert ask("GET", "/v2/entities/R1", query={"options": "values", "attrs": "level"}).json == [2]
    assert ask("DELETE", "/v2/entities/R1").status == 204
    assert ask("GET", "/v2/entities/R1").error == "NotFound"


def test_what_does_not_exist_is_told_by_name(river):
    answer = ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 3}, "x": {"value": 1}})
    assert (answer.status, answer.error) == (422, "PartialUpdate")
    assert answer.json["description"] == "do not exist: R1 - [ x ]"
    assert ask("GET", "/v2/entities/R1/attrs/level").json["value"] == 3
    answer = ask("POST", "/v2/entities/R1/attrs", {"level": {"value": 4}}, {"options": "append"})
    assert (answer.status, answer.error) == (422, "Unprocessable")


def test_metadata_stay_unless_they_are_replaced(river):
    put = {"value": 2, "type": "Number", "metadata": {"accuracy": {"value": 0.1}}}
    ask("PUT", "/v2/entities/R1/attrs/level", put)
    ask("PUT", "/v2/entities/R1/attrs/level", {"value": 3, "type": "Number"})
    assert "accuracy" in ask("GET", "/v2/entities/R1/attrs/level").json["metadata"]
    ask("PUT", "/v2/entities/R1/attrs/level", {"value": 3}, {"options": "overrideMetadata"})
    assert ask("GET", "/v2/entities/R1/attrs/level").json["metadata"] == {}


def test_two_entities_of_one_id_need_the_type(river):
    ask("POST", "/v2/entities", {"id": "R1", "type": "Canal"})
    assert ask("GET", "/v2/entities/R1").error == "TooManyResults"
    assert ask("GET", "/v2/entities/R1", query={"type": "Canal"}).status == 200


def test_service_paths_are_rooms_within_rooms():
    for path in ("/a", "/a/b", "/c"):
        ask(
            "POST",
            "/v2/entities",
            {"id": path[1:].replace("/", ""), "type": "T"},
            headers={"fiware-servicepath": path},
        )

    def found(path):
        return [one["id"] for one in ask("GET", "/v2/entities", headers={"fiware-servicepath": path}).json]

    assert found("/a") == ["a"]
    assert found("/a/#") == ["a", "ab"]
    assert found("/a, /c") == ["a", "c"]
    assert ask("GET", "/v2/entities", headers={"fiware-servicepath": "a"}).error == "BadRequest"
    assert (
        ask("POST", "/v2/entities", {"id": "x"}, headers={"fiware-servicepath": "/a/#"}).error == "BadRequest"
    )


def test_queries_narrow_order_page_and_count():
    entities = [
        {
            "id": f"P{number}",
            "type": "Park",
            "free": {"value": number % 5},
            "at": {
                "type": "geo:json",
                "value": {"type": "Point", "coordinates": [132.0 + number / 100, 35.0]},
            },
        }
        for number in range(30)
    ]
    assert ask("POST", "/v2/op/update", {"actionType": "append", "entities": entities}).status == 204
    answer = ask("GET", "/v2/entities", query={"q": "free>3", "options": "count,keyValues", "limit": "2"})
    assert [one["id"] for one in answer.json] == ["P4", "P9"]
    assert answer.header("Fiware-Total-Count") == "6"
    near = {
        "georel": "near;maxDistance:2000",
        "geometry": "point",
        "coords": "35.0,132.1",
        "orderBy": "geo:distance",
    }
    found = [one["id"] for one in ask("GET", "/v2/entities", query=near).json]
    assert (found[0], set(found[1:3]), set(found[3:])) == ("P10", {"P9", "P11"}, {"P8", "P12"})
    query = {"entities": [{"idPattern": "^P1"}], "expression": {"q": "free==0"}, "attrs": ["free"]}
    assert [one["id"] for one in ask("POST", "/v2/op/query", query).json] == ["P10", "P15"]
    types = ask("GET", "/v2/types").json
    assert types == [
        {"type": "Park", "attrs": {"at": {"types": ["geo:json"]}, "free": {"types": ["Number"]}}, "count": 30}
    ]


@pytest.mark.parametrize(
    ("action", "entities", "status", "error"),
    [
        ("update", [{"id": "NO", "type": "T"}], 404, "NotFound"),
        ("update", [{"id": "R1", "type": "River", "x": {"value": 1}}], 422, "Unprocessable"),
        (
            "update",
            [{"id": "R1", "type": "River", "level": {"value": 1}}, {"id": "NO"}],
            422,
            "PartialUpdate",
        ),
        ("appendStrict", [{"id": "R1", "type": "River", "level": {"value": 1}}], 422, "Unprocessable"),
        ("replace", [{"id": "NO", "type": "T"}], 404, "NotFound"),
        ("erase", [{"id": "R1"}], 400, "BadRequest"),
    ],
)
def test_batches_tell_what_was_not_done(river, action, entities, status, error):
    answer = ask("POST", "/v2/op/update", {"actionType": action, "entities": entities})
    assert (answer.status, answer.error) == (status, error)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("POST", "/v2/entities", {"id": "<x>", "type": "T"}, 400, "BadRequest"),
        ("POST", "/v2/entities", {"id": "x" * 257}, 400, "BadRequest"),
        ("POST", "/v2/entities", {"id": "x", "a": {"value": "it's"}}, 400, "BadRequest"),
        ("POST", "/v2/entities", {"id": "x", "a": 5}, 400, "BadRequest"),
        ("POST", "/v2/entities", {"id": "x", "a": {"value": "soon", "type": "DateTime"}}, 400, "BadRequest"),
        ("POST", "/v2/entities", b'{"id": "x", "a": {"value": NaN}}', 400, "ParseError"),
        ("POST", "/v2/entities", b'{"id": "x", "a": {"value": 1e999}}', 400, "BadRequest"),
        ("POST", "/v2/entities", b"", 411, "ContentLengthRequired"),
        ("DELETE", "/v2/entities", None, 405, "MethodNotAllowed"),
        ("GET", "/v2/entitys", None, 400, "BadRequest"),
        ("GET", "/v2/subscriptions/xyz", None, 400, "BadRequest"),
        ("GET", "/v2/subscriptions/" + "0" * 24, None, 404, "NotFound"),
    ],
)
def test_bad_input_is_told_and_nothing_is_stored(method, path, body, status, error):
    answer = ask(method, path, body)
    assert (answer.status, answer.error) == (status, error)
    assert not Entity.objects.exists()


def test_free_text_of_residents_goes_in_as_unrestricted():
    body = {"id": "x", "said": {"value": "it's <so>", "type": "TextUnrestricted"}}
    assert ask("POST", "/v2/entities", body).status == 201


def test_two_places_are_one_too_many():
    place = {"type": "geo:json", "value": {"type": "Point", "coordinates": [132, 35]}}
    assert ask("POST", "/v2/entities", {"id": "x", "a": place, "b": place}).error == "NoResourcesAvailable"
    ignored = place | {"metadata": {"ignoreType": {"value": True}}}
    assert ask("POST", "/v2/entities", {"id": "x", "a": place, "b": ignored}).status == 201


def test_numbers_become_readings_and_a_clock_that_was_never_set_is_told(river):
    old = {"value": 2, "metadata": {"TimeInstant": {"type": "DateTime", "value": "1970-01-01T00:00:10Z"}}}
    ask("PATCH", "/v2/entities/R1/attrs", {"level": old})
    future = {"value": 3, "metadata": {"TimeInstant": {"type": "DateTime", "value": "2099-01-01"}}}
    ask("PATCH", "/v2/entities/R1/attrs", {"level": future, "name": {"value": "x"}})
    rows = list(Reading.objects.order_by("at").values_list("number", "doubtful"))
    assert rows == [(1.5, False), (2.0, True), (3.0, True)]
    assert Series.objects.get().last_number == 3.0


def test_a_subscription_is_told_of_changes_alone(listens, river):
    key = subscribe(condition={"attrs": ["level"], "expression": {"q": "level>2"}})
    for value in (2, 3, 3, 4):
        ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": value}})
    ask("PATCH", "/v2/entities/R1/attrs", {"name": {"value": "y"}})
    assert [one["data"][0]["level"]["value"] for one in sent()] == [3, 4]
    shown = ask("GET", f"/v2/subscriptions/{key}").json
    assert shown["notification"]["timesSent"] == 2
    ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 4}}, {"options": "forcedUpdate"})
    assert len(sent()) == 3


def test_only_what_changed_covered_and_what_happened(listens, river):
    subscribe({"attrs": ["level", "none"], "covered": True})
    subscribe({"attrs": [], "onlyChangedAttrs": True, "metadata": ["previousValue", "actionType"]})
    ask("POST", "/v2/entities/R1/attrs", {"level": {"value": 2}, "name": {"value": "やくば川"}})
    covered, changed = (one["data"][0] for one in sent())
    assert covered["none"] == {"type": "None", "value": None, "metadata": {}}
    assert set(changed) == {"id", "type", "level"}
    assert changed["level"]["metadata"]["previousValue"]["value"] == 1.5
    assert changed["level"]["metadata"]["actionType"]["value"] == "update"


def test_throttling_drops_what_its_rule_says_and_oneshot_ends(listens, river):
    subscribe(throttling=60)
    once = subscribe(status="oneshot")
    for value in (2, 3, 4):
        ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": value}})
    assert len(sent()) == 2
    assert ask("GET", f"/v2/subscriptions/{once}").json["status"] == "inactive"


def test_a_removed_entity_is_told_where_that_is_asked_for(listens, river):
    subscribe({"attrs": ["alterationType", "level"]}, condition={"alterationTypes": ["entityDelete"]})
    ask("DELETE", "/v2/entities/R1")
    (one,) = sent()
    assert one["data"][0]["alterationType"]["value"] == "entityDelete"


def test_words_of_the_owner_are_filled_in(listens, river):
    custom = {
        "url": "http://127.0.0.1:9/${id}",
        "method": "PUT",
        "qs": {"t": "${type}"},
        "headers": {"X-Level": "${level}", "accept": ""},
        "json": {"level": "${level}", "text": "is ${level}", "no": "${none}"},
    }
    answer = ask(
        "POST",
        "/v2/subscriptions",
        {"subject": {"entities": [{"id": "R1"}]}, "notification": {"httpCustom": custom}},
    )
    assert answer.status == 201
    ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 2.5}})
    row = Delivery.objects.get()
    headers = json.loads(row.headers)
    assert (row.method, row.url) == ("PUT", "http://127.0.0.1:9/R1?t=River")
    assert (headers["X-Level"], headers["Ngsiv2-AttrsFormat"]) == ("2.5", "custom")
    assert "Accept" not in headers
    assert sent() == [{"level": 2.5, "text": "is 2.5", "no": None}]


def test_a_circle_of_subscriptions_comes_to_an_end(listens, river):
    subscribe()
    ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 8}}, round_=8)
    assert len(sent()) == 1
    ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 9}}, round_=9)
    assert len(sent()) == 1


def test_an_address_that_is_not_listed_is_refused_with_a_sentence():
    body = {
        "subject": {"entities": [{"id": "E"}]},
        "notification": {"http": {"url": "http://198.51.100.7/x"}},
    }
    answer = ask("POST", "/v2/subscriptions", body)
    assert answer.error == "BadRequest"
    assert "198.51.100.7" in answer.json["description"]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("notification", "more"),
    [
        ({"http": {"url": "ftp://x/"}}, {}),
        ({"http": {"url": "http://x:99999/"}}, {}),
        ({"httpCustom": {"url": "http://${host}/"}}, {}),
        ({"httpCustom": {"url": "http://x/", "payload": "${a+b}"}}, {}),
        ({"http": {"url": "http://x/"}, "attrs": [], "covered": True}, {}),
        ({"http": {"url": "http://x/"}, "attrsFormat": "pretty"}, {}),
        ({"http": {"url": "http://x/"}}, {"throttling": -1}),
        ({"http": {"url": "http://x/"}}, {"expires": "tomorrow"}),
        ({"mqtt": {"url": "mqtt://x", "topic": "t"}}, {}),
    ],
)
def test_a_subscription_that_could_not_work_is_refused(listens, notification, more):
    body = {"subject": {"entities": [{"id": "E"}]}, "notification": notification} | more
    assert ask("POST", "/v2/subscriptions", body).error == "BadRequest"


def test_registrations_are_kept_and_shown():
    body = {
        "dataProvided": {"entities": [{"id": "x", "type": "T"}], "attrs": ["a"]},
        "provider": {"http": {"url": "http://provider.example/v2"}},
    }
    key = ask("POST", "/v2/registrations", body).header("Location").rpartition("/")[2]
    shown = ask("GET", f"/v2/registrations/{key}").json
    assert shown["provider"]["supportedForwardingMode"] == "all"
    assert ask("DELETE", f"/v2/registrations/{key}").status == 204
    assert ask("GET", f"/v2/registrations/{key}").error == "NotFound"
