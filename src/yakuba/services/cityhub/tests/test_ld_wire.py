"""NGSI-LD through the real server process: the same data as NGSIv2, contexts across restarts, errors on every way out."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest

from tests.running_house import STAFF, new_house
from yakuba.services.cityhub.tests.ld import RIVER, ROOT, TOWN, TOWN_CONTEXT, link, wire
from yakuba.services.cityhub.tests.running import GUARD, HubProcess, token

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600), pytest.mark.xdist_group("cityhub-killed")]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("ld"))
    hub = HubProcess(house, token(house))
    hub.start()
    yield hub
    hub.kill()


def kind(body):
    assert {"type", "title", "detail", "status"} == set(body)
    return body["type"].rpartition("/")[2]


def test_one_store_two_interfaces_over_the_wire(hub):
    status, headers, _ = wire(hub, "POST", f"{ROOT}/entities", RIVER)
    assert (status, headers["location"]) == (201, f"{ROOT}/entities/{RIVER['id']}")
    status, _, seen = wire(hub, "GET", f"/v2/entities/{RIVER['id']}?options=keyValues")
    assert (status, seen["level"], seen["partOf"]) == (200, 1.5, "urn:ngsi-ld:Basin:1")
    assert wire(hub, "PATCH", f"/v2/entities/{RIVER['id']}/attrs", {"level": {"value": 2}})[0] == 204
    status, headers, shown = wire(
        hub, "GET", f"{ROOT}/entities?type=River&q=level>=2&options=keyValues&count=true"
    )
    assert (status, headers["ngsild-results-count"], shown[0]["level"]) == (200, "1", 2)
    assert "json-ld#context" in headers["link"]
    assert wire(hub, "DELETE", f"{ROOT}/entities/{RIVER['id']}")[0] == 204
    assert wire(hub, "GET", f"/v2/entities/{RIVER['id']}")[0] == 404


def test_contexts_outlive_the_process(hub):
    status, _, body = wire(hub, "GET", f"{ROOT}/entities?type=River", headers=link())
    assert (status, kind(body)) == (503, "LdContextNotAvailable")
    status, headers, _ = wire(
        hub, "POST", f"{ROOT}/jsonldContexts?url={quote(TOWN, safe='')}", {"@context": TOWN_CONTEXT}
    )
    assert status == 201
    hub.kill()
    hub.start()
    body = {"id": "urn:ngsi-ld:River:9", "type": "River", "level": 3}
    assert wire(hub, "POST", f"{ROOT}/entities", body, link())[0] == 201
    status, _, shown = wire(hub, "GET", f"{ROOT}/entities?type=River&options=keyValues", headers=link())
    assert (status, shown) == (200, [body])
    assert wire(hub, "GET", headers["location"])[2] == {"@context": TOWN_CONTEXT}
    assert wire(hub, "DELETE", headers["location"])[0] == 204


def test_errors_are_problem_details_on_every_way_out(hub):
    deep = b'{"id":"urn:x:1","type":"T","a":' + b"[" * 1_000 + b"]" * 1_000 + b"}"
    status, _, body = wire(hub, "POST", f"{ROOT}/entities", deep)
    assert (status, kind(body)) == (400, "InvalidRequest")
    status, _, body = wire(hub, "POST", f"{ROOT}/entities", b"[" + b" " * 10_000_001 + b"]")
    assert (status, kind(body)) == (413, "InvalidRequest")
    status, _, body = wire(hub, "GET", f"{ROOT}/entities?type=T", headers={"X-Auth-Token": "no"})
    assert (status, kind(body)) == (401, "InvalidRequest")
    status, _, body = wire(hub, "GET", f"{ROOT}/entities?type=T", headers={"NGSILD-Tenant": "elsewhere"})
    assert (status, kind(body)) == (404, "NonexistentTenant")
    many = b'{"@context":[' + b",".join([b'{"a":"b"}'] * 100_000) + b'],"id":"urn:x:1","type":"T"}'
    status, _, body = wire(hub, "POST", f"{ROOT}/entities", many, {"Content-Type": "application/ld+json"})
    assert (status, kind(body)) == (400, "BadRequestData")
    # The rest goes on.
    assert wire(hub, "POST", f"{ROOT}/entities", {"id": "urn:x:1", "type": "T"})[0] == 201
    status, _, body = wire(hub, "POST", "/v2/entities", b"{")
    assert (status, body["error"]) == (400, "ParseError")


def test_a_token_does_what_its_scopes_say(hub):
    made = hub.house.yakuba("accounts", "token", STAFF, "--name", "見る", "--scope", "cityhub.view")
    own = {"X-Auth-Token": made.stdout.strip()}
    query = {"type": "Query", "entities": [{"type": "T"}]}
    assert wire(hub, "GET", f"{ROOT}/entities?type=T", headers=own)[0] == 200
    assert wire(hub, "GET", f"{ROOT}/jsonldContexts", headers=own)[0] == 200
    assert wire(hub, "POST", f"{ROOT}/entityOperations/query", query, own)[0] == 200
    for method, path, body in (
        ("POST", "/entities", {"id": "urn:x:2", "type": "T"}),
        ("DELETE", "/entities/urn:x:1", None),
        ("POST", "/entityOperations/delete", ["urn:x:1"]),
        ("POST", "/jsonldContexts", {"@context": {}}),
        ("GET", "/subscriptions", None),
    ):
        assert wire(hub, method, ROOT + path, body, own)[0] == 403, path


class Listener:
    """Takes notifications of NGSI-LD."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_notifications_arrive_across_a_kill(tmp_path):
    listener = Listener()
    house = new_house(tmp_path, YAKUBA_OUTBOUND_HOSTS=listener.host)
    hub = HubProcess(house, token(house))
    hub.start()
    try:
        subscription = {
            "id": "urn:ngsi-ld:Subscription:1",
            "type": "Subscription",
            "entities": [{"type": "River"}],
            "notification": {"endpoint": {"uri": f"http://{listener.host}/told"}, "format": "keyValues"},
        }
        assert wire(hub, "POST", f"{ROOT}/subscriptions", subscription)[0] == 201
        refused = subscription | {
            "id": "urn:x:2",
            "notification": {"endpoint": {"uri": "http://203.0.113.9/"}},
        }
        status, _, body = wire(hub, "POST", f"{ROOT}/subscriptions", refused)
        assert (status, kind(body)) == (400, "BadRequestData")
        assert wire(hub, "POST", f"{ROOT}/entities", RIVER)[0] == 201
        for number in range(20):
            path = f"{ROOT}/entities/{RIVER['id']}/attrs"
            assert wire(hub, "PATCH", path, {"level": {"value": number}})[0] == 204
            if number == 10:
                hub.kill()
                hub.start()
        wanted = set(range(20))
        for _ in range(GUARD):
            seen = {one["data"][0]["level"] for one in listener.bodies}
            if wanted <= seen:
                break
            time.sleep(1)
        assert wanted <= seen
        assert {one["subscriptionId"] for one in listener.bodies} == {"urn:ngsi-ld:Subscription:1"}
        status, _, found = wire(
            hub, "GET", f"{ROOT}/temporal/entities/{RIVER['id']}?lastN=3&options=temporalValues"
        )
        assert (status, [number for number, _ in found["level"]["values"]]) == (200, [19, 18, 17])
    finally:
        hub.kill()
        listener.server.shutdown()
