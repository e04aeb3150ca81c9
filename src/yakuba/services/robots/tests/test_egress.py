"""The egress as its own process: what it lets through, what a takeover cuts, and who may stand beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.egress.client import EgressSession, complaint
from yakuba.services.robots.contracts import Intent
from yakuba.services.robots.engine.errors import NoEgress, Trouble, Unacknowledged
from yakuba.services.robots.tests.pages import Pages

SERVER = "yakuba.services.robots.adapters.egress.server"


class Sink:
    """Takes every byte of every connection, and answers nothing."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.got: list[bytearray] = []
        self.ended = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(
            socket.SHUT_RDWR
        )  # a thread in accept() would hold the number of a closed one
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                channel, _ = self._listener.accept()
                self.got.append(bytearray())
                threading.Thread(target=self._take, args=(channel, self.got[-1]), daemon=True).start()

    def _take(self, channel: socket.socket, into: bytearray) -> None:
        with suppress(OSError):
            while piece := channel.recv(65536):
                into += piece
        self.ended += 1
        channel.close()


class House:
    """A folder with its egress, and who asks it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._opened: list[EgressSession] = []

    def session(self, targets: list[str], run: str = "run", seconds: float = 30.0) -> EgressSession:
        made = EgressSession(self.folder, run, self._next, targets, seconds=seconds)
        self._opened.append(made)
        return made

    def open(self, targets: list[str], run: str = "run") -> EgressSession:
        made = self.session(targets, run)
        made.open()
        return made

    def _next(self, at_least: int) -> int:
        return next(number for number in self._numbers if number >= at_least)

    def pid(self) -> int:
        return int((self.folder / "lock").read_text())

    def kill(self) -> None:
        os.kill(self.pid(), signal.SIGKILL)

    def close(self) -> None:
        for one in self._opened:
            one.close()
        with suppress(OSError, ValueError):
            self.kill()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "egress")
    yield made
    made.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.close()


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages({"/": "<h1>はい</h1>", "/done": "<h1>完了</h1>"})
    yield made
    made.close()


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 600
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def tunnel(session: EgressSession, target: str) -> socket.socket:
    """An open way through the proxy."""
    channel = socket.create_connection(("127.0.0.1", int(session.address().rpartition(":")[2])))
    channel.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    assert channel.recv(1024).startswith(b"HTTP/1.1 200")
    return channel


def asked(session: EgressSession, request: str) -> bytes:
    """One request to the proxy, and all that comes back."""
    with socket.create_connection(("127.0.0.1", int(session.address().rpartition(":")[2]))) as channel:
        channel.sendall(request.encode())
        found = b""
        while piece := channel.recv(65536):
            found += piece
        return found


def intent(session: EgressSession) -> Intent:
    return Intent(datetime.now(UTC), session.id, session.number)


def test_what_is_not_listed_is_refused_other_ports_of_this_machine_too(
    house: House, pages: Pages, sink: Sink
) -> None:
    session = house.open([f"127.0.0.1:{pages.port}"])
    address = f"http://127.0.0.1:{pages.port}"
    assert "はい".encode() in asked(session, f"GET {address}/ HTTP/1.1\r\nHost: x\r\n\r\n")
    for other in (
        f"http://{sink.target}",
        f"http://localhost:{pages.port}",
        f"http://127.0.0.2:{pages.port}",
    ):
        assert asked(session, f"GET {other}/ HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 403")
    assert asked(session, f"CONNECT {sink.target} HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 403")
    assert asked(session, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 400")
    chunked = f"POST {address}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert asked(session, chunked).startswith(b"HTTP/1.1 411")
    assert sink.got == []


def test_a_second_request_cannot_follow_on_the_first_one_s_connection(house: House, pages: Pages) -> None:
    """The target is checked once a connection: what comes behind the body is not handed on."""
    session = house.open([f"127.0.0.1:{pages.port}"])
    one = f"POST http://127.0.0.1:{pages.port}/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
    two = f"POST http://127.0.0.1:{pages.port}/b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    answer = asked(session, one + two)
    assert b"Connection: close" in answer
    assert pages.asked == ["POST /a"]


def test_a_takeover_cuts_what_is_open_and_refuses_the_number_for_ever(house: House, sink: Sink) -> None:
    old = house.open([sink.target])
    channel = tunnel(old, sink.target)
    channel.sendall(b"first")
    until(lambda: bool(sink.got) and bytes(sink.got[0]) == b"first")
    house.open([sink.target])
    with suppress(OSError):
        channel.sendall(b"second")
    until(lambda: sink.ended == 1)
    assert bytes(sink.got[0]) == b"first"
    # Not even after the egress has died and come again may that number send.
    house.kill()
    refused = EgressSession(house.folder, "run", lambda at_least: max(old.number, at_least), [sink.target])
    refused.open()
    assert refused.number > 2
    refused.close()


def test_other_runs_are_left_alone(house: House, sink: Sink) -> None:
    channel = tunnel(house.open([sink.target], "one"), sink.target)
    house.open([sink.target], "two")
    channel.sendall(b"goes on")
    until(lambda: bool(sink.got) and bytes(sink.got[0]) == b"goes on")


def test_it_says_what_certainly_did_not_leave(house: House, sink: Sink) -> None:
    old = house.open([sink.target])
    channel = tunnel(old, sink.target)
    channel.sendall(b"a page")
    until(lambda: bool(sink.got) and bytes(sink.got[0]) == b"a page")
    old.mark(7)
    new = house.open([sink.target])
    assert new.cut(intent(old), 7)  # marked, and nothing left
    assert new.cut(intent(old), 8)  # never marked, so never pressed
    channel = tunnel(new, sink.target)
    new.mark(9)
    channel.sendall(b"a form")
    until(lambda: bytes(sink.got[-1]) == b"a form")
    mine = intent(new)
    assert not new.cut(mine, 9)
    assert new.number > mine.number  # its own number is given up for it


def test_who_cannot_be_asked_is_not_believed(house: House, sink: Sink) -> None:
    old = house.open([sink.target])
    old.mark(7)
    before = intent(old)
    house.kill()
    new = house.open([sink.target])
    assert new.id == before.egress
    assert not new.cut(before, 7)  # nothing of it can leave any more; but what has left, nobody knows
    with pytest.raises(Unacknowledged):
        new.cut(Intent(datetime.now(UTC), "another machine's", 1), 7)


def test_a_mark_that_is_not_acknowledged_is_no_mark(house: House, sink: Sink) -> None:
    session = house.open([sink.target])
    house.kill()
    with pytest.raises(Trouble):
        session.mark(7)
    assert session.address()  # and the next page goes out by a new one
    fenced = house.open([sink.target])
    with pytest.raises(Trouble):
        session.mark(7)
    fenced.mark(7)


def test_a_frozen_one_answers_nobody_and_none_can_start_beside_it(house: House, sink: Sink) -> None:
    """What lies in its hands when it is cut off is thrown away, or counted as left; and never both or neither."""
    old = house.open([sink.target])
    channel = tunnel(old, sink.target)
    old.mark(7)
    os.kill(house.pid(), signal.SIGSTOP)
    try:
        channel.sendall(b"the form")  # lies in its socket
        with pytest.raises(NoEgress, match="応答しません"):
            house.session([sink.target], seconds=1.0).open()
        beside = subprocess.run([sys.executable, "-m", SERVER, str(house.folder)], check=False)
        assert beside.returncode == 3
        assert not any(sink.got)
    finally:
        os.kill(house.pid(), signal.SIGCONT)
    new = house.open([sink.target])
    nothing_left = new.cut(intent(old), 7)
    until(lambda: sink.ended == 1)
    assert nothing_left == (bytes(sink.got[0]) == b"")


def test_a_worker_that_dies_sends_nothing_more(house: House, sink: Sink) -> None:
    session = house.open([sink.target])
    channel = tunnel(session, sink.target)
    session.close()
    until(lambda: sink.ended == 1)
    with suppress(OSError):
        channel.sendall(b"too late")
    assert bytes(sink.got[0]) == b""


def test_it_ends_when_nobody_needs_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", SERVER, str(tmp_path / "egress"), "0.5"], timeout=600, check=False
    )
    assert done.returncode == 0


def test_the_folder_is_nobody_else_s(house: House, sink: Sink) -> None:
    house.open([sink.target])
    assert house.folder.stat().st_mode & 0o077 == 0
    assert all(one.stat().st_mode & 0o077 == 0 for one in house.folder.iterdir())


@pytest.mark.browser
def test_the_whole_browser_goes_that_way(house: House, pages: Pages, sink: Sink) -> None:
    """Pages, requests of pages, sockets, and what is sent by hand at the commit step; loopback included."""
    pages.html["/leak"] = (
        f"<h1>漏れ</h1><img src=http://{sink.target}/image><iframe src=http://{sink.target}/frame></iframe>"
        f"<script>fetch('http://{sink.target}/fetch', {{mode: 'no-cors'}}).catch(() => 0);"
        f"navigator.sendBeacon('http://{sink.target}/beacon');new WebSocket('ws://{sink.target}/socket')</script>"
    )
    session = house.open([f"127.0.0.1:{pages.port}"])
    with ChromiumBrowser(["127.0.0.1"], way_out=session.address, patience=30) as browser:
        assert browser.open(f"{pages.base}/leak").headings == ("漏れ",)
        browser.open(f"{pages.base}/")
        house.open([])  # another takes over
        pages.asked.clear()
        with pytest.raises(Trouble):
            browser.open(f"{pages.base}/done")
    assert (pages.asked, sink.got) == ([], [])


def test_the_self_check_sees_an_egress_that_is_silent_and_starts_none(house: House, tmp_path: Path) -> None:
    assert complaint(house.folder) == ""
    assert not (house.folder / "lock").exists()
    house.open([])
    assert complaint(house.folder, 60) == ""
    os.kill(house.pid(), signal.SIGSTOP)
    assert "応答しません" in complaint(house.folder, 0.2)
    os.kill(house.pid(), signal.SIGCONT)
    assert complaint(house.folder, 60) == ""
    house.kill()
    until(lambda: complaint(house.folder, 60) == "")
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert "権限を確かめて" in complaint(in_the_way)
