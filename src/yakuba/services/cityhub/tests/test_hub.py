"""The hub around the engine: who may call, the writer and its groups, the wire, the outbox on its way."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from yakuba.kernel.accounts.models import ApiToken, Role
from yakuba.kernel.outbound.permission import allow_here
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub.actions import sending
from yakuba.services.cityhub.actions.writer import MOST_WAITING, HubFull, Task, Writer
from yakuba.services.cityhub.adapters.http import HttpAnswer, HttpServer, Limits
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.routes import route
from yakuba.services.cityhub.models import Delivery, Entity, Reading, Subscription
from yakuba.services.cityhub.queries.callers import Callers, require_right
from yakuba.services.cityhub.tests.asking import ask

RIVER = {"id": "R1", "type": "River", "level": {"type": "Number", "value": 1.5}}


@pytest.fixture
def scopes(in_yakuba_city, clerk):
    """A token of the clerk with these scopes, whose role has them all."""
    role = Role.objects.create(
        municipality=clerk.municipality,
        name="都市OSの試し",
        permissions=["cityhub.view", "cityhub.write", "cityhub.manage"],
    )
    clerk.roles.add(role)
    return lambda *names: ApiToken.issue(clerk, "hub", list(names))[1]


def test_a_token_opens_its_own_town_and_nothing_beyond_its_scopes(scopes):
    set_values({"cityhub.services": "yakuba, Smart_Yakuba"}, actor=None)
    caller = Callers().look_up(scopes("cityhub.view", "cityhub.write"))
    code = current_municipality().code
    for service in ("", code, "yakuba", "smart_yakuba"):
        require_right(caller, service, "POST", "/v2/entities")
    for service, method, path in (
        ("131016", "GET", "/v2/entities"),
        ("", "POST", "/v2/subscriptions"),
        ("", "DELETE", "/v2/registrations/x"),
    ):
        with pytest.raises(NgsiError) as error:
            require_right(caller, service, method, path)
        assert error.value.status == 403


def test_who_only_reads_does_not_write(scopes):
    caller = Callers().look_up(scopes("cityhub.view"))
    require_right(caller, "", "POST", "/v2/op/query")
    with pytest.raises(NgsiError):
        require_right(caller, "", "POST", "/v2/op/update")


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000])
def test_no_token_opens_nothing(in_yakuba_city, token):
    with pytest.raises(NgsiError) as error:
        Callers().look_up(token)
    assert (error.value.status, error.value.error) == (401, "Unauthorized")


def test_a_token_without_a_scope_of_the_hub_opens_nothing(scopes):
    with pytest.raises(NgsiError):
        Callers().look_up(scopes("ledger.view"))


def task(method, path, body, query=None):
    given = Request(
        method,
        path,
        query or {},
        {"content-type": "application/json"},
        json.dumps(body).encode(),
        time.time(),
    )
    return Task(current_municipality(), route(method, path), given, Occasion("", "test", 1), lambda _: None)


def test_a_group_is_one_transaction_and_each_request_has_its_own_answer(in_yakuba_city):
    writer = Writer()
    done = writer._stored(
        [
            task("POST", "/v2/entities", RIVER),
            task("PUT", "/v2/entities/R1/attrs/level", {"value": 2, "type": "Number"}),
            task("POST", "/v2/entities", RIVER),
            task("PUT", "/v2/entities/R1/attrs/level", {"value": 3, "type": "Number"}),
            task("DELETE", "/v2/entities/NO", None),
        ]
    )
    assert [answer.status for _, answer in done] == [201, 204, 422, 204, 404]
    assert json.loads(Entity.objects.get().document)["level"]["value"] == 3
    assert list(Reading.objects.order_by("at").values_list("number", flat=True)) == [1.5, 2.0, 3.0]


def test_a_mistake_of_ours_takes_only_its_own_update_along(in_yakuba_city, monkeypatch):
    from yakuba.services.cityhub.engine.routes import Route

    def broken(space, request):
        ask_route = route("PUT", "/v2/entities/R1/attrs/level")
        ask_route(space, request)
        raise RuntimeError("a mistake")

    bad = task("PUT", "/v2/entities/R1/attrs/level", {"value": 9, "type": "Number"})
    bad.route = Route(broken, (), False)
    good = task("PUT", "/v2/entities/R1/attrs/level", {"value": 2, "type": "Number"})
    done = Writer()._stored([task("POST", "/v2/entities", RIVER), good, bad])
    assert [answer.status for _, answer in done] == [201, 204, 500]
    assert json.loads(Entity.objects.get().document)["level"]["value"] == 2
    assert Reading.objects.count() == 2


def test_the_writer_is_durable_and_refuses_what_it_cannot_take(in_yakuba_city):
    if connection.vendor == "sqlite" and "mode=memory" not in str(connection.settings_dict["NAME"]):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2  # FULL
    writer = Writer()
    one = task("POST", "/v2/entities", RIVER)
    for _ in range(MOST_WAITING):
        writer.put(one)
    with pytest.raises(HubFull):
        writer.put(one)


class Listener:
    """A receiver. statuses: what it answers, one after the other, 200 from then on."""

    def __init__(self, *statuses: int) -> None:
        self.bodies: list = []
        waiting = list(statuses)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = waiting.pop(0) if waiting else 200
                if status < 500:
                    outer.bodies.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def subscribed(url: str, **notification) -> Subscription:
    ask("POST", "/v2/entities", RIVER)
    body = {
        "subject": {"entities": [{"id": "R1"}]},
        "notification": {"http": {"url": f"{url}/n"}} | notification,
    }
    answer = ask("POST", "/v2/subscriptions", body)
    assert answer.status == 201, answer.json
    return Subscription.objects.get()


def change(*values):
    for value in values:
        assert ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": value}}).status == 204


def test_notifications_arrive_in_order_and_are_gone_from_the_outbox(in_yakuba_city):
    listener = Listener()
    allow_here(listener.url)
    row = subscribed(listener.url)
    change(2, 3, 4)
    assert sending.due(time.time(), 10) == [(row.pk, False)]
    assert sending.send_portion(row.pk, time.time) == 3
    listener.close()
    assert [one["data"][0]["level"]["value"] for one in listener.bodies] == [2, 3, 4]
    assert not Delivery.objects.exists()
    row.refresh_from_db()
    assert (row.fails, row.last_success_code) == (0, 200)


def test_a_receiver_that_does_not_answer_is_tried_again_later_and_loses_nothing(in_yakuba_city):
    listener = Listener(503)
    allow_here(listener.url)
    row = subscribed(listener.url)
    change(2, 3)
    now = time.time()
    assert sending.send_portion(row.pk, lambda: now) == 0
    assert Delivery.objects.count() == 2
    assert sending.due(now, 10) == []
    shown = ask("GET", f"/v2/subscriptions/{row.identifier}").json["notification"]
    assert shown["failsCounter"] == 1
    assert "503" in shown["lastFailureReason"]
    assert sending.due(now + 2, 10) == [(row.pk, True)]
    assert sending.send_portion(row.pk, lambda: now + 2) == 2
    listener.close()
    assert [one["data"][0]["level"]["value"] for one in listener.bodies] == [2, 3]


def test_two_senders_do_not_take_the_same(in_yakuba_city):
    listener = Listener()
    allow_here(listener.url)
    row = subscribed(listener.url)
    change(2)
    now = time.time()
    assert len(sending._taken(row.pk, now)) == 1
    assert sending._taken(row.pk, now) == []
    # The one that has it dies; when its lease has ended another one takes it.
    assert len(sending._taken(row.pk, now + sending.lease(sending.USUAL_TIMEOUT) + 1)) == 1
    listener.close()


def test_too_many_failures_end_the_subscription_as_its_owner_said(in_yakuba_city):
    listener = Listener(500, 500)
    allow_here(listener.url)
    row = subscribed(listener.url, maxFailsLimit=1)
    change(2)
    now = time.time()
    sending.send_portion(row.pk, lambda: now)
    sending.send_portion(row.pk, lambda: now + 10)
    listener.close()
    assert ask("GET", f"/v2/subscriptions/{row.identifier}").json["status"] == "inactive"
    assert Delivery.objects.count() == 1


def over_the_wire(*pieces: bytes, handler=None, limits=None) -> bytes:
    """What a server answers to these bytes, until it or we have nothing more to say."""

    async def talk() -> bytes:
        server = HttpServer(
            handler or (lambda request, respond: respond(HttpAnswer(200, (), request.body))),
            lambda status, _: HttpAnswer(status, closes=True),
            limits or Limits(1_000, 10_000),
        )
        port = await server.listen("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 300)
        writer.close()
        server.stop_listening()
        await server.finish(5)
        return answer

    return asyncio.run(talk())


def test_requests_in_pieces_and_several_at_once_are_answered_in_order():
    one = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    two = b"POST /b HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nde"
    answer = over_the_wire(one[:9], one[9:30], one[30:] + two)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b"abc") < answer.index(b"de")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 40_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_too_large_or_no_http_is_refused_and_the_line_is_cut(sent, status):
    assert over_the_wire(sent).startswith(f"HTTP/1.1 {status}".encode())


def test_bodies_in_memory_are_bounded_together():
    limits = Limits(1_000, 10, held=8)
    answer = over_the_wire(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", limits=limits)
    assert answer.startswith(b"HTTP/1.1 503")
    assert limits.held == 8
