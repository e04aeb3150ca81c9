"""The fast lane's connection against targets that answer badly: nothing twice, nothing to others, nothing without end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from yakuba.services.robots.adapters.plain.browser import PlainBrowser, Programs
from yakuba.services.robots.adapters.plain.wire import Got, Wire
from yakuba.services.robots.adapters.watch import Sending
from yakuba.services.robots.engine.errors import NotPlain, RobotError, Trouble

PAGE = b"<!DOCTYPE html><html><head><meta charset=utf-8><title>x</title></head><body><h1>x</h1></body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


class Target:
    """Answers the nth request with the nth of `answers`; None ends the connection. asked: heads as they came."""

    def __init__(self, answers: list[bytes | None]) -> None:
        self.answers, self.asked = list(answers), list[str]()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            while self.answers and (head := connection.recv(65536)):
                self.asked.append(head.decode("latin-1"))
                answer = self.answers.pop(0)
                if answer is None:
                    return
                try:
                    connection.sendall(answer)
                    if b"drip" in answer:
                        for _ in range(100):
                            time.sleep(0.05)
                            connection.sendall(b"x")
                except OSError:
                    return

    def close(self) -> None:
        self._socket.close()


def whole(body: bytes = PAGE, more: bytes = b"") -> bytes:
    return HEAD + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture
def target() -> Iterator[Target]:
    one = Target([])
    yield one
    one.close()


def wire(patience: float = 5.0, way_out: str = "") -> Wire:
    return Wire(["127.0.0.1"], lambda: way_out, patience)


def test_what_may_store_leaves_once_whatever_its_method_is(target: Target) -> None:
    target.answers += [whole(), None, whole()]
    one = wire()
    one.send(Sending("GET", f"{target.base}/menu"))
    with pytest.raises(Trouble):
        one.send(Sending("GET", f"{target.base}/store?no=1"), once=True)
    assert len(target.asked) == 2
    target.answers[:] = [whole(), None, whole()]  # what only reads is asked once more
    one.send(Sending("GET", f"{target.base}/menu"))
    one.send(Sending("GET", f"{target.base}/menu"))
    assert len(target.asked) == 5


def test_what_is_sent_once_does_not_leave_by_a_way_out_that_was_opened_meanwhile(target: Target) -> None:
    target.answers += [whole(more=b"Connection: close\r\n"), whole()]
    ways = ["", "http://127.0.0.1:9"]
    one = Wire(["127.0.0.1"], lambda: ways[0], 5.0)
    ways[0] = target.base  # the target itself takes the place of the way out
    target.answers.insert(0, b"HTTP/1.1 200 OK\r\n\r\n")
    one.send(Sending("GET", f"{target.base}/menu"))
    ways[0] = ways[1]
    with pytest.raises(Trouble, match="開き直された"):
        one.send(Sending("POST", f"{target.base}/store", b"a=1", "x"))
    assert len(target.asked) == 2


def test_what_stands_behind_an_answer_is_not_taken_for_the_next_one(target: Target) -> None:
    stray = whole(PAGE.replace(b"x</h1>", b"\xe8\xa9\xb2\xe5\xbd\x93\xe3\x81\xaa\xe3\x81\x97</h1>"))
    target.answers += [whole() + stray, whole(b"<html>mine</html>")]
    one = wire()
    one.send(Sending("GET", f"{target.base}/menu"))
    assert one.send(Sending("GET", f"{target.base}/search")).body == b"<html>mine</html>"


@pytest.mark.parametrize(
    "answer", [HEAD + b"X: drip", HEAD + b"\r\ndrip", HEAD + b"Content-Length: 999\r\n\r\ndrip"]
)
def test_an_answer_that_comes_drop_by_drop_is_given_up(answer: bytes, target: Target) -> None:
    target.answers.append(answer)
    with pytest.raises(Trouble, match="待っても"):
        wire(0.4).send(Sending("GET", target.base))


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: \xb2\r\n\r\n" + PAGE,
        b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nxxxxx\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 99999999\r\n\r\n",
        HEAD
        + b"Set-Cookie: a=b; max-age=--5; expires=Fri, 31 Dec 99999 23:59:59 GMT\r\nRefresh: 0;url=/store\r\n\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
    ],
)
def test_an_answer_that_no_browser_would_show_so_ends_in_words(answer: bytes, target: Target) -> None:
    target.answers += [answer, answer]
    with pytest.raises(RobotError):
        wire().send(Sending("GET", target.base))


def test_a_cookie_with_an_odd_age_is_none_of_ours_to_break_at(target: Target) -> None:
    target.answers.append(whole(more=b"Set-Cookie: a=b; max-age=--5\r\nSet-Cookie: c=d; max-age=\xb2\r\n"))
    assert wire().send(Sending("GET", target.base)).status == 200


def test_name_and_word_and_pages_go_to_the_system_alone(target: Target) -> None:
    other = Target([whole()])
    target.answers.append(whole())
    one = wire()
    one.authenticate(target.base, "user", "word")
    one.send(Sending("GET", target.base), f"{target.base}/a?token=secret")
    one.send(Sending("GET", other.base), f"{target.base}/a?token=secret")
    assert "Authorization: Basic" in target.asked[0]
    assert "token=secret" in target.asked[0]
    assert "Authorization" not in other.asked[0]
    assert "secret" not in other.asked[0]
    other.close()


@pytest.mark.parametrize(
    "path", ["/s?q=山田", "/s?q=a b", "/s?q=a\r\nX: y", "/s?q=\0", '/s?q="', "/a/../s", "/s?q=1#2"]
)
def test_an_address_that_a_browser_would_write_otherwise_is_not_asked_for(path: str, target: Target) -> None:
    target.answers.append(whole())
    with pytest.raises(NotPlain):
        PlainBrowser(["127.0.0.1"], lambda: "", 5.0, []).open(target.base + path)
    assert target.asked == []


def test_a_redirect_to_a_host_that_is_not_listed_is_the_browsers(target: Target) -> None:
    target.answers.append(
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/x\r\nContent-Length: 0\r\n\r\n"
    )
    with pytest.raises(NotPlain):
        PlainBrowser(["127.0.0.1"], lambda: "", 5.0, []).open(target.base)


@pytest.mark.parametrize("status", [b"302 Found", b"401 No", b"404 No"])
def test_a_program_that_is_not_given_out_proves_nothing(status: bytes, target: Target) -> None:
    target.answers.append(b"HTTP/1.1 " + status + b"\r\nLocation: /v2.js\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(NotPlain):
        Programs(wire(), ["127.0.0.1"])(f"{target.base}/x.js")


def test_got_shows_no_body() -> None:
    assert "secret" not in repr(Got("u", 200, "text/html", b"secret"))
