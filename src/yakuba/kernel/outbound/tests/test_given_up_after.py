"""A peer that never falls silent and never comes to an end is given up."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

import pytest

from yakuba.kernel.outbound import dialling

ENDLESS = {
    "a byte of the body now and then": (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "a head without end": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "answers before the answer": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a line of chunks without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.fixture
def peer():
    """Says the first thing once and the second one for ever, to the one that calls."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(first: bytes, again: bytes) -> None:
        with suppress(OSError):
            said, _ = listening.accept()
            with said:
                said.sendall(first)
                while not over.wait(0.05):
                    said.sendall(again)

    threads = []

    def begin(first: bytes, again: bytes) -> int:
        threads.append(threading.Thread(target=serve, args=(first, again), daemon=True))
        threads[-1].start()
        return listening.getsockname()[1]

    yield begin
    over.set()
    listening.close()
    for one in threads:
        one.join(600)


@pytest.mark.parametrize("kind", ENDLESS)
def test_it_ends(peer, kind) -> None:
    line = HTTPConnection("127.0.0.1", peer(*ENDLESS[kind]), timeout=600)
    line.connect()
    with dialling.given_up_after(line, 0.5) as watch, suppress(OSError, HTTPException, ValueError):
        line.request("POST", "/")
        answer = line.getresponse()
        while answer.read(1 << 16):
            pass
    line.close()
    assert watch.given_up


def test_what_is_done_in_time_is_not_given_up(peer) -> None:
    line = HTTPConnection(
        "127.0.0.1", peer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""), timeout=600
    )
    line.connect()
    with dialling.given_up_after(line, 600) as watch:
        line.request("POST", "/")
        assert line.getresponse().status == 200
    line.close()
    assert not watch.given_up
