"""What clients do on the wire that they should not: it harms nobody else."""

from __future__ import annotations

import asyncio
import threading

from yakuba.services.cityhub.actions.reading import OF_A_TOWN, READERS, STRANGERS, Readers
from yakuba.services.cityhub.adapters import http
from yakuba.services.cityhub.adapters.http import HttpAnswer, HttpServer, Limits
from yakuba.services.cityhub.models import Reading, Series
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.test_hub import over_the_wire


async def _served(talk, limits=None, handler=None):
    server = HttpServer(
        handler or (lambda request, respond: respond(HttpAnswer(200, (), request.body))),
        lambda status, _: HttpAnswer(status, closes=True),
        limits or Limits(10_000_000, 20_000_000),
    )
    port = await server.listen("127.0.0.1", 0)
    try:
        return await talk(server, port)
    finally:
        server.stop_listening()
        await server.finish(1)


def test_who_takes_no_answer_is_asked_nothing_more():
    asked = []

    def handler(request, respond):
        asked.append(request)
        respond(HttpAnswer(200, (), b"x" * 1_000_000))

    async def talk(server, port):
        _, writing = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
        writing.write(b"GET / HTTP/1.1\r\n\r\n" * 500)
        await asyncio.sleep(1.0)
        held = [one._transport.get_write_buffer_size() for one in server.connections]
        writing.close()
        return held

    held = asyncio.run(_served(talk, handler=handler))
    assert len(asked) < 100
    assert held[0] < 5_000_000


def test_many_requests_at_once_are_all_answered():
    one = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    last = b"GET /z HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert over_the_wire(one * 3_000 + last).count(b"HTTP/1.1 200 OK") == 3_001


def test_bodies_that_are_only_announced_keep_nobody_out():
    async def talk(server, port):
        liars = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
        for _, writing in liars:
            writing.write(b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n")
        await asyncio.sleep(0.2)
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(b"POST / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        answer = await reading.read()
        for _, each in liars:
            each.close()
        await asyncio.sleep(0.1)
        return answer, server.limits.held

    answer, held = asyncio.run(_served(talk))
    assert answer.startswith(b"HTTP/1.1 200")
    assert held == 0


def test_who_sends_too_much_sees_the_answer():
    async def talk(server, port):
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(b"POST / HTTP/1.1\r\nContent-Length: 11000000\r\n\r\n")
        for _ in range(11):
            writing.write(b"x" * 1_000_000)
            await writing.drain()
        writing.write_eof()
        answer = await reading.read()
        writing.close()
        return answer

    assert asyncio.run(_served(talk)).startswith(b"HTTP/1.1 413")


def test_an_entity_has_so_many_attributes_and_a_batch_too(in_yakuba_city):
    many = {f"a{number}": {"value": number} for number in range(1_500)}
    assert ask("POST", "/v2/entities", {"id": "E", "type": "T"} | many).status == 201
    assert Series.objects.count() == Reading.objects.count() == 1_500
    more = {f"b{number}": {"value": number} for number in range(1_500)}
    assert ask("POST", "/v2/entities/E/attrs", more).status == 413
    assert ask("POST", "/v2/entities", {"id": "F", "type": "T"} | many | more).status == 413
    entities = [{"id": f"e{number}"} | many for number in range(80)]
    assert ask("POST", "/v2/op/update", {"actionType": "append", "entities": entities}).status == 413


def test_connections_that_say_nothing_make_room(monkeypatch):
    monkeypatch.setattr(http, "MOST_CONNECTIONS", 5)

    async def talk(server, port):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
        await asyncio.sleep(0.1)
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = await reading.read()
        number = len(server.connections)
        for _, each in silent:
            each.close()
        return answer, number

    answer, number = asyncio.run(_served(talk))
    assert answer.startswith(b"HTTP/1.1 200")
    assert number <= 6


def test_empty_lines_are_no_sign_of_life():
    async def talk(server, port):
        _, writing = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.05)
        (one,) = server.connections
        before = one.deadline
        for _ in range(3):
            writing.write(b"\r\n")
            await asyncio.sleep(0.05)
        writing.close()
        return one.deadline <= before

    assert asyncio.run(_served(talk))


def test_no_town_and_no_stranger_has_all_readers():
    async def talk():
        readers = Readers(asyncio.get_running_loop())
        held, order = threading.Event(), []
        ended = lambda result, error: order.append(result)  # noqa: E731
        for queue in (1, 1, 1, 1, 1, STRANGERS, STRANGERS):
            readers.put(queue, lambda queue=queue: held.wait(300) and queue, ended)
        assert readers._running == {1: OF_A_TOWN, STRANGERS: 1}
        assert READERS > OF_A_TOWN + 1
        readers.put(2, lambda: 2, ended)
        while not order:
            await asyncio.sleep(0.01)
        held.set()
        while len(order) < 8:
            await asyncio.sleep(0.01)
        readers.stop()
        return order

    assert asyncio.run(talk())[0] == 2
