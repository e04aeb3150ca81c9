"""Context providers that are asked, through the real server process and real providers: what comes back is our own and theirs."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.running_house import new_house
from yakuba.services.cityhub.tests.ld import wire
from yakuba.services.cityhub.tests.running import GUARD, HubProcess, token

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600), pytest.mark.xdist_group("cityhub-killed")]


class Source:
    """A context provider. entities: what it knows; silent: it takes the request and says nothing; back: it asks this hub."""

    def __init__(self) -> None:
        self.entities: list[dict[str, Any]] = []
        self.asked: deque[tuple[str, dict[str, str], Any]] = deque(maxlen=1_000)
        self.silent, self.broken, self.back = False, False, None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                if outer.silent:
                    time.sleep(GUARD)
                if outer.broken:
                    self.say(200, b"no JSON")
                    return
                if outer.back is not None:
                    outer.back(dict(self.headers.items()), body)
                if self.path.startswith("/v2/op/update"):
                    self.say(204 if outer.entities else 404, b"")
                    return
                ids = {one.get("id") for one in body["entities"]}
                found = [one for one in outer.entities if None in ids or one["id"] in ids]
                names = body.get("attrs")
                shown = [
                    {key: one[key] for key in one if key in ("id", "type") or not names or key in names}
                    for one in found
                ]
                self.say(200, json.dumps(shown).encode())

            def say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """The hub gives up a silent one: nothing to tell."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def source():
    one = Source()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory, source):
    house = new_house(tmp_path_factory.mktemp("forwarding"), YAKUBA_OUTBOUND_HOSTS=source.host)
    hub = HubProcess(house, token(house))
    hub.start()
    yield hub
    hub.kill()


@pytest.fixture(autouse=True)
def fresh(source):
    source.entities, source.silent, source.broken, source.back = [], False, False, None
    source.asked.clear()


def number(value):
    return {"type": "Number", "value": value, "metadata": {}}


def register(hub, source, entities, attrs=(), mode="all", url=None):
    body = {
        "dataProvided": {"entities": entities, "attrs": list(attrs)},
        "provider": {"http": {"url": url or f"http://{source.host}/v2"}, "supportedForwardingMode": mode},
    }
    status, headers, answer = wire(hub, "POST", "/v2/registrations", body)
    assert status == 201, answer
    time.sleep(1.1)  # for so long it is believed that a town has none
    return headers["location"]


def test_a_query_brings_our_own_and_what_others_know(hub, source):
    wire(hub, "POST", "/v2/entities", {"id": "s1", "type": "Street", "noise": number(50)})
    where = register(hub, source, [{"idPattern": ".*", "type": "Street"}])
    source.entities = [
        {"id": "s1", "type": "Street", "temperature": number(16), "noise": number(99)},
        {"id": "s2", "type": "Street", "temperature": number(17)},
    ]
    headers = {"Fiware-Correlator": "abc", "X-Auth-Token": hub.token}
    status, _, seen = wire(hub, "GET", "/v2/entities/s1?options=keyValues", headers=headers)
    assert (status, seen) == (200, {"id": "s1", "type": "Street", "noise": 50, "temperature": 16})
    path, told, body = source.asked[-1]
    assert path.startswith("/v2/op/query")
    assert body == {"entities": [{"id": "s1", "type": "Street"}]}
    assert told["fiware-correlator"].startswith("abc")
    assert "yakuba-" in told["via"]
    assert hub.token not in json.dumps(told)
    assert wire(hub, "GET", "/v2/entities/s2/attrs/temperature/value")[2] == 17
    assert source.asked[-1][2]["attrs"] == ["temperature"]
    assert [one["id"] for one in wire(hub, "GET", "/v2/entities?type=Street")[2]] == ["s1", "s2"]
    status, headers, seen = wire(
        hub, "GET", "/v2/entities?type=Street&q=temperature>16&options=count,keyValues"
    )
    assert (headers["fiware-total-count"], seen) == ("1", [{"id": "s2", "type": "Street", "temperature": 17}])
    query = {"entities": [{"id": "s2", "type": "Street"}], "attrs": ["temperature"]}
    assert wire(hub, "POST", "/v2/op/query", query)[2][0]["temperature"]["value"] == 17
    number_ = len(source.asked)
    assert wire(hub, "GET", "/v2/entities/s1/attrs/noise/value")[2] == 50  # all that is asked is here
    assert wire(hub, "GET", "/v2/entities/s2?options=skipForwarding")[0] == 404
    assert wire(hub, "GET", "/v2/entities?type=Other")[2] == []
    assert len(source.asked) == number_
    told = wire(hub, "GET", where)[2]
    assert told["forwardingInformation"]["timesSent"] == number_
    assert "lastSuccess" in told["forwardingInformation"]
    assert wire(hub, "GET", "/v2/entities/s3")[0] == 404
    wire(hub, "DELETE", where)
    assert wire(hub, "GET", "/v2/entities/s2")[0] == 404


def test_an_update_of_what_is_not_here_goes_to_who_has_it(hub, source):
    wire(hub, "POST", "/v2/entities", {"id": "u1", "type": "Lamp", "power": number(1)})
    where = register(hub, source, [{"idPattern": ".*", "type": "Lamp"}], ["level", "colour"])
    source.entities = [{"id": "x", "type": "Lamp"}]
    assert wire(hub, "PUT", "/v2/entities/u1/attrs/level?type=Lamp", number(5))[0] == 204
    assert source.asked[-1][2] == {
        "actionType": "update",
        "entities": [{"id": "u1", "type": "Lamp", "level": {"type": "Number", "value": 5}}],
    }
    status, _, body = wire(
        hub,
        "PATCH",
        "/v2/entities/u1/attrs?type=Lamp",
        {"power": number(2), "level": number(6), "other": number(1)},
    )
    assert (status, body["error"]) == (422, "PartialUpdate")
    assert "other" in body["description"]
    assert "level" not in body["description"]
    assert set(source.asked[-1][2]["entities"][0]) == {"id", "type", "level"}
    assert wire(hub, "GET", "/v2/entities/u1/attrs/power/value")[2] == 2
    update = {
        "actionType": "update",
        "entities": [
            {"id": "u2", "type": "Lamp", "colour": number(3)},
            {"id": "u1", "type": "Lamp", "power": number(9)},
        ],
    }
    assert wire(hub, "POST", "/v2/op/update", update)[0] == 204
    assert (
        wire(hub, "PUT", "/v2/entities/u2/attrs/level/value", b"7", {"Content-Type": "text/plain"})[0] == 204
    )
    source.entities = []  # it has none of it either
    assert wire(hub, "PUT", "/v2/entities/u9/attrs/level?type=Lamp", number(5))[0] == 404
    numbers = len(source.asked)
    assert (
        wire(hub, "POST", "/v2/entities/u1/attrs?type=Lamp", {"level": number(1)})[0] == 204
    )  # puts it here
    assert wire(hub, "PATCH", "/v2/entities/u1/attrs?type=Lamp", {"level": number(2)})[0] == 204
    assert len(source.asked) == numbers
    wire(hub, "DELETE", where)


def test_one_that_is_silent_or_broken_or_not_listed_costs_its_own_part_only(hub, source):
    wire(hub, "POST", "/v2/entities", {"id": "p1", "type": "Pole", "a": number(1)})
    good = register(hub, source, [{"idPattern": ".*", "type": "Pole"}], ["b"])
    elsewhere = register(
        hub, source, [{"idPattern": ".*", "type": "Pole"}], ["c"], url="http://192.0.2.7:9/v2"
    )
    source.entities = [{"id": "p1", "type": "Pole", "b": number(2)}]
    status, _, seen = wire(hub, "GET", "/v2/entities/p1?options=keyValues")
    assert (status, seen) == (200, {"id": "p1", "type": "Pole", "a": 1, "b": 2})
    told = wire(hub, "GET", elsewhere)[2]["forwardingInformation"]
    assert "192.0.2.7" in told["lastFailureReason"]
    wire(hub, "DELETE", elsewhere)
    source.broken = True
    assert wire(hub, "GET", "/v2/entities/p1?options=keyValues")[2] == {"id": "p1", "type": "Pole", "a": 1}
    source.broken, source.silent = False, True
    began = time.monotonic()
    answers: list[Any] = []
    asking = threading.Thread(
        target=lambda: answers.append(wire(hub, "GET", "/v2/entities/p1?options=keyValues")[2])
    )
    asking.start()
    while not source.asked or time.monotonic() - began < 0.2:
        time.sleep(0.01)
    assert wire(hub, "GET", "/v2/entities/p1/attrs/a/value")[2] == 1  # nobody else waits
    assert wire(hub, "PATCH", "/v2/entities/p1/attrs", {"a": number(3)})[0] == 204
    assert asking.is_alive()
    asking.join(GUARD)
    assert answers[0]["id"] == "p1"
    assert "b" not in answers[0]
    assert wire(hub, "GET", good)[2]["forwardingInformation"]["lastFailureReason"] == "Timeout was reached"
    wire(hub, "DELETE", good)


@pytest.mark.parametrize("keeps", ["Via", "Fiware-Correlator"])
def test_a_circle_ends(hub, source, keeps):
    where = register(hub, source, [{"idPattern": ".*", "type": "Circle"}])

    def back(headers, body):
        kept = {name: value for name, value in headers.items() if name.lower() == keeps.lower()}
        assert (
            wire(hub, "GET", "/v2/entities?type=Circle", headers=kept | {"X-Auth-Token": hub.token})[0] == 200
        )

    source.back = back
    assert wire(hub, "GET", "/v2/entities?type=Circle")[0] == 200
    assert len(source.asked) == 1
    wire(hub, "DELETE", where)
