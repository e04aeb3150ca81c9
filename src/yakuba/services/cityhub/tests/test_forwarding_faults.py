"""Context providers that lie, lead astray, never end, or are very many."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.running_house import new_house
from yakuba.services.cityhub.actions import forwarding as actions
from yakuba.services.cityhub.engine import forwarding
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.forwarding import MOST_COMPARED, MOST_PROVIDERS, Question
from yakuba.services.cityhub.engine.registrations import created
from yakuba.services.cityhub.engine.requests import Path, Target
from yakuba.services.cityhub.models import Registration
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import wire
from yakuba.services.cityhub.tests.running import HubProcess, token


def body_of(entities, attrs=(), url="http://source.example/v2"):
    return {
        "dataProvided": {"entities": entities, "attrs": list(attrs)},
        "provider": {"http": {"url": url}},
    }


def question(*targets):
    return Question(targets, (), (Path("/", True),))


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1/v2",
        "http://a.example:99999/v2",
        "http://a.example:x/v2",
        "http://:80/v2",
        "http:///v2",
        "http://user:secret@a.example/v2",
        "http://a.example /v2",
        " http://a.example/v2",
        "http://a.example/\nv2",
        "ftp://a.example/v2",
        "file:///etc/passwd",
        "//a.example/v2",
        "",
    ],
)
def test_an_address_that_is_none_is_refused(in_yakuba_city, url):
    answered = ask("POST", "/v2/registrations", body_of([{"id": "a", "type": "T"}], url=url))
    assert (answered.status, answered.error) == (400, "BadRequest")
    assert not Registration.objects.exists()


def test_a_provider_gives_what_it_is_registered_for_and_nothing_else():
    given = created(body_of([{"id": "s1", "type": "Street"}], ["temperature"]), "/")
    (provider,) = forwarding.providers([given])
    number = {"type": "Number", "value": 1, "metadata": {}}
    answer = [
        {"id": "s1", "type": "Street", "temperature": number, "password": number},
        {"id": "s2", "type": "Street", "temperature": number},
        {"id": "s1", "type": "Person", "temperature": number},
    ]
    (one,) = forwarding.entities_in(answer, provider, 10)
    assert (one.id, one.type, list(one.attributes)) == ("s1", "Street", ["temperature"])


@pytest.mark.parametrize(
    "answer", [None, {}, 1, "x", [1], [[]], [{}], [{"id": "s1", "temperature": 5}], [None]]
)
def test_what_is_no_answer_is_told_so(answer):
    (provider,) = forwarding.providers([created(body_of([{"idPattern": ".*"}]), "/")])
    with pytest.raises(NgsiError):
        forwarding.entities_in(answer, provider, 10)


def test_very_many_registrations_are_looked_at_up_to_a_bound(monkeypatch):
    listed = forwarding.providers(
        created(body_of([{"id": f"x{n}-{m}", "type": "T"} for m in range(50)]), "/") for n in range(200)
    )
    seen = []
    both = forwarding._both
    monkeypatch.setattr(forwarding, "_both", lambda *given: seen.append(1) or both(*given))
    ((provider, body),) = forwarding.queries(question(Target("x199-7", None, "T")), listed)
    assert (provider, body["entities"]) == (listed[199], [{"id": "x199-7", "type": "T"}])
    assert len(seen) == 1
    forwarding.queries(question(*(Target("", None, f"K{n}") for n in range(1_000))), listed)
    assert len(seen) == 1
    forwarding.queries(question(Target(), *(Target(f"k{n}") for n in range(999))), listed)
    assert len(seen) < 2 * MOST_COMPARED
    assert len(forwarding.queries(question(Target("", None, "T")), listed)) == MOST_PROVIDERS


def test_registrations_are_read_again_when_one_came_or_went(in_yakuba_city, django_assert_num_queries):
    actions._NONE.clear()
    town, now = in_yakuba_city.pk, time.time()

    def urls(mode="query", at=now):
        return [one.url for one in actions.providers(town, mode, at)]

    made = ask("POST", "/v2/registrations", body_of([{"idPattern": ".*"}], url="http://one.example/v2"))
    short = body_of([{"idPattern": ".*"}], url="http://two.example/v2") | {"expires": "2100-01-01T00:00:00Z"}
    assert urls() == ["http://one.example/v2"]
    assert ask("POST", "/v2/registrations", short).status == 201
    assert urls("update") == ["http://one.example/v2", "http://two.example/v2"]
    with django_assert_num_queries(1):
        assert urls(at=5e9) == ["http://one.example/v2"]
    assert ask("DELETE", made.header("Location")).status == 204
    assert urls() == ["http://two.example/v2"]
    assert ask("POST", "/v2/registrations", body_of([{"idPattern": ".*"}])).status == 201
    Registration.objects.filter(definition__contains="two.example").delete()
    assert urls() == ["http://source.example/v2"]


class Hostile:
    """A provider that answers as `way` says. elsewhere: connections to where it leads."""

    def __init__(self) -> None:
        self.way, self.elsewhere = "", 0
        self.asked: list[dict[str, str]] = []
        self.other = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._count, daemon=True).start()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append({name.lower(): value for name, value in self.headers.items()})
                with suppress(OSError):
                    getattr(outer, f"_{outer.way}")(self.wfile)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _count(self) -> None:
        while True:
            self.other.accept()[0].close()
            self.elsewhere += 1

    def _redirect(self, out: Any) -> None:
        port = self.other.getsockname()[1]
        out.write(f"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{port}/v2/op/query\r\n\r\n".encode())

    def _html(self, out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>login</body></html>")

    def _drip(self, out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n\r\n[")
        while True:
            out.write(b" ")
            time.sleep(0.2)

    def _head(self, out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            out.write(b"X: y\r\n")
            time.sleep(0.2)

    def _endless(self, out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n[")
        while True:
            out.write(b" " * 1_000_000)

    def _deep(self, out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 1_000_000)

    def _garbage(self, out: Any) -> None:
        out.write(b"\x00\xff" * 1_000)

    def _digits(self, out: Any) -> None:
        out.write(
            b'HTTP/1.1 200 OK\r\n\r\n[{"id":"own","type":"T","b":{"type":"Number","value":' + b"9" * 9_000
        )

    def _nothing(self, out: Any) -> None:
        pass

    def _early(self, out: Any) -> None:
        while True:
            out.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.05)


@pytest.fixture(scope="module")
def hostile():
    one = Hostile()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory, hostile):
    house = new_house(tmp_path_factory.mktemp("faults"), YAKUBA_OUTBOUND_HOSTS=hostile.host)
    hub = HubProcess(house, token(house))
    hub.start()
    number = {"type": "Number", "value": 1, "metadata": {}}
    assert wire(hub, "POST", "/v2/entities", {"id": "own", "type": "T", "a": number})[0] == 201
    where = body_of([{"idPattern": ".*", "type": "T"}], ["b"], f"http://{hostile.host}/v2")
    assert wire(hub, "POST", "/v2/registrations", where)[0] == 201
    time.sleep(1.1)  # for so long it is believed that a town has none
    yield hub
    hub.kill()


def information_of(hub):
    (told,) = wire(hub, "GET", "/v2/registrations")[2]
    return told.get("forwardingInformation", {})


WAYS = ["redirect", "html", "drip", "head", "endless", "deep", "garbage", "digits", "nothing", "early"]


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.xdist_group("cityhub-killed")
@pytest.mark.parametrize("way", WAYS)
def test_whatever_a_provider_says_our_own_part_is_answered_and_it_is_told(hub, hostile, way):
    hostile.way = way
    before = information_of(hub)
    status, _, seen = wire(hub, "GET", "/v2/entities/own?type=T&options=keyValues")
    assert (status, seen) == (200, {"id": "own", "type": "T", "a": 1})
    told = information_of(hub)
    assert told["lastFailureReason"]
    assert told["lastFailure"] != before.get("lastFailure")
    assert told["timesSent"] == before.get("timesSent", 0) + 1
    assert told.get("lastSuccess") == before.get("lastSuccess")
    assert hub.token not in json.dumps(hostile.asked)
    body = {"type": "Number", "value": 5}
    assert wire(hub, "PUT", "/v2/entities/own/attrs/b?type=T", body)[0] in (204, 404)
    assert (wire(hub, "PUT", "/v2/entities/own/attrs/b?type=T&options=skipForwarding", body))[0] == 404
    assert hostile.elsewhere == 0
