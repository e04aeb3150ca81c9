"""What the front door makes of HTTP that no browser writes: one answer, never a 500, and nothing of it is taken for a
second request. With real sockets, against the running house."""

from __future__ import annotations

import logging
import re
import socket
import time
from contextlib import suppress

import pytest
from running_house import Visitor, new_house

from yakuba.config.logs import RefusalsInOneLine

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("front_door_http")]  # one house for all of them

HOST = b"Host: 127.0.0.1\r\n"
CLOSE = b"Connection: close\r\n"
ASK = b"GET /login/ HTTP/1.1\r\n" + HOST
FORM = b"POST /login/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
SECOND = ASK + b"\r\n"  # what a smuggler would like to see answered
CHUNKED = b"Transfer-Encoding: chunked\r\n"
GUARD = 60  # seconds until something is held to be stuck


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("house"))
    with house.web():
        yield house


@pytest.fixture(scope="module")
def clerk(house):
    visitor = Visitor(house.port)
    visitor.log_in()
    return visitor


def said(house, request: bytes) -> bytes:
    """All that comes back until the house closes the connection."""
    answer = b""
    with socket.create_connection(("127.0.0.1", house.port), timeout=GUARD) as line:
        line.sendall(request)
        with suppress(ConnectionResetError):  # a part of the request was left unread
            while part := line.recv(65536):
                answer += part
    return answer


def statuses(house, request: bytes) -> list[int]:
    return [
        int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", said(house, request), re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("framing", "status"),
    [
        (b"Content-Length: 3\r\nContent-Length: 5\r\n", 400),
        (b"Content-Length: 3, 5\r\n", 400),
        (b"Content-Length: +3\r\n", 400),
        (b"Content-Length: -3\r\n", 400),
        (b"Content-Length: 0x3\r\n", 400),
        (b"Content-Length: 99999999999999999999\r\n", 400),
        (b"Content-Length : 3\r\n", 400),
        (b"Content-Length: 3\r\n" + CHUNKED, 411),
        (CHUNKED + b"Content-Length: 3\r\n", 411),
        (CHUNKED, 411),
        (CHUNKED + CHUNKED, 411),
        (b"Transfer-Encoding: identity\r\nContent-Length: 3\r\n", 400),
        (b"Transfer-Encoding: xchunked\r\n", 400),
        (b"Transfer-Encoding:\x0bchunked\r\n", 400),
        (b"Transfer-Encoding: chunked, identity\r\n", 400),
        (b"X-Folded: a\r\n Content-Length: 3\r\n", 400),
        (b"X-Folded: a\r\n\tb\r\n", 400),
        (b"X-Bare: a\rTransfer-Encoding: chunked\r\n", 400),
        (b"X-Nul: a\0b\r\n", 400),
    ],
)
def test_a_body_whose_end_is_in_doubt_ends_the_connection(house, framing, status):
    assert statuses(house, FORM + framing + b"\r\n0\r\n\r\n" + SECOND) == [status]


def test_a_body_belongs_to_its_request(house):
    body = b"a=1&b=" + SECOND.replace(b"\r\n", b"%0d")
    assert statuses(house, FORM + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body) + body) == [403]
    assert statuses(house, ASK + b"Content-Length: %d\r\n\r\n" % len(SECOND) + SECOND) == [415]
    elsewhere = b"POST /cases/ HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\n"
    assert statuses(house, elsewhere + SECOND) == [302]


def test_requests_in_a_row_are_answered_in_a_row(house):
    wrong = FORM + b"Content-Length: 3\r\n\r\na=1"
    missing = b"GET /nowhere/ HTTP/1.1\r\n" + HOST + b"\r\n"
    assert statuses(house, ASK + b"\r\n" + wrong + missing + ASK + CLOSE + b"\r\n") == [200, 403, 404, 200]


def test_old_and_other_protocols(house):
    assert said(house, b"GET /login/ HTTP/1.0\r\n" + HOST + b"\r\n").startswith(b"HTTP/1.0 200 ")
    assert statuses(house, b"POST /login/ HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n") == [400]
    assert statuses(house, b"GET /login/\r\n\r\n") == [400]
    assert said(house, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == b""
    upgrade = b"Connection: Upgrade, close\r\nUpgrade: %b\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    for protocol in (b"websocket", b"h2c"):
        assert statuses(house, ASK + upgrade % protocol + b"Sec-WebSocket-Version: 13\r\n\r\n") == [200]


def test_a_question_for_the_head_has_no_body(house, clerk):
    for path, headers in (("/login/", ""), ("/cases/?sort=", cookies_of(clerk)), ("/static/nowhere", "")):
        head = f"HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n"
        assert said(house, head.encode()).endswith(b"\r\n\r\n")


def cookies_of(visitor: Visitor) -> str:
    return "Cookie: " + "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()) + "\r\n"


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "clerk"])
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"/%ff%fe/", {404}),
        (b"/%ed%a0%80/", {404}),
        (b"/\xff/", {400}),
        ("/受付/".encode(), {404}),
        (b"/%00/", {404}),
        (b"/a\0b/", {400}),
        (b"/static/%00", {404}),
        (b"/static/%2e%2e/%2e%2e/secret.key", {404}),
        (b"/static/../../secret.key", {404}),
        (b"/%0d%0aSet-Cookie:a=b/", {404}),
        (b"//other.example/", {404}),
        (b"/api/v1/%ff%00", {404}),
        (b"/cases/99999999999999999999/", {404}),
        (b"/cases/%ff/", {404}),
        (b"/cases/?q=%ff", {200, 302}),
        (b"/cases/?q=\xff", {400}),
        ("/cases/?q=受付".encode(), {200, 302}),
        (b"/cases/?q=%ed%a0%80", {200, 302}),
        (b"/cases/?q=%00", {400}),
        (b"/cases/?page=99999999999999999999", {200, 302}),
        (b"/login/?next=%00", {400}),
        (b"/" + b"a" * 50_000, {404}),
        (b"/cases/?q=" + b"a" * 50_000, {200, 400}),  # for a stranger too long an address to come back to
        (b"/" + b"a" * 70_000, {414}),
        (b"http://other.example/login/", {200, 302}),
        (b"*", {400, 404}),
    ],
)
def test_an_address_of_any_kind_has_an_answer(house, clerk, target, expected, known):
    ask = b"GET " + target + b" HTTP/1.1\r\n" + HOST + CLOSE
    (status,) = statuses(house, ask + (cookies_of(clerk).encode() if known else b"") + b"\r\n")
    assert status in expected


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"User-Agent: \xff", 200),
        ("Referer: http://127.0.0.1/受付/".encode(), 200),
        (b"Accept-Language: \xff", 200),
        (b"Content-Type: \xff", 200),
        (b"HX-Current-URL: http://[", 200),
        (b"Range: bytes=99999999999999999999-", 200),
        (b"If-Modified-Since: 99999999999999999999", 200),
        (b"Cookie: sessionid=" + b"9" * 40_000, 200),
        (b"Cookie: " + b"; ".join(b"a%d=1" % number for number in range(5000)), 200),
        (rb'Cookie: sessionid="\000\377"', 200),
        (b"Authorization: Bearer " + b"9" * 40_000, 200),
        (b"Cookie: theirs=\xff", 400),
        ("Cookie: theirs=受付".encode(), 400),
        (b"Authorization: Bearer \xff", 400),
        (b"X-Forwarded-For: \xff", 400),
        (b"Host: other.example", 400),  # a second one
        (b"X-Long: " + b"a" * 200_000, 431),
        (b"\r\n".join(b"X-%d: a" % number for number in range(200)), 431),
    ],
)
def test_a_header_of_any_kind_has_an_answer(house, header, status):
    assert statuses(house, ASK + CLOSE + header + b"\r\n\r\n") == [status]


def test_who_cannot_be_recognised_is_told_what_to_do(house):
    """Another program of this host has set a cookie in Japanese: the browser sends it to us as well."""
    answer = said(house, ASK + "Cookie: theirs=受付\r\n\r\n".encode()).decode()
    assert "cookie" in answer
    assert "クッキーをブラウザーの設定で消して" in answer


def test_a_form_of_any_kind_has_an_answer(house):
    token = Visitor(house.port)
    token.get("/login/")
    cookie, secret = cookies_of(token).encode(), token.cookies["csrftoken"].encode()
    for fields in (
        b"username=%00",
        b"username=\xff",
        b"username=%ed%a0%80",
        b"a=1&" * 3000,
        b"%ff=%ff",
        b"&&==&",
    ):
        body = b"csrfmiddlewaretoken=" + secret + b"&" + fields
        head = FORM + CLOSE + cookie + b"Content-Length: %d\r\n\r\n" % len(body)
        (status,) = statuses(house, head + body)
        assert status in {200, 400, 403, 422, 429}, fields


def test_who_asks_for_what_is_not_there_writes_little_into_the_log():
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Not Found: %s", ("/" + "a" * 60_000,), None
    )
    record.status_code = 404
    RefusalsInOneLine().filter(record)
    assert record.getMessage().startswith("Not Found: /aaa")
    assert len(record.getMessage()) < 1000


def test_headers_that_come_one_by_one_are_not_waited_for(house):
    """A connection that keeps on saying a little more all the same has to say it all within ten seconds."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=GUARD) as line:
        line.sendall(ASK)
        line.settimeout(0.5)
        deadline = time.monotonic() + GUARD
        while time.monotonic() < deadline:
            with suppress(TimeoutError):
                assert line.recv(1000)[:12] in {b"", b"HTTP/1.1 408"}
                return
            with suppress(OSError):
                line.sendall(b"X-More: a\r\n")
    raise AssertionError("it was waited for")


def test_slow_headers_of_one_address_shut_nobody_out(house, clerk):
    with_headers = [socket.create_connection(("127.0.0.1", house.port), timeout=GUARD) for _ in range(300)]
    try:
        for line in with_headers:
            with suppress(OSError):  # it is over the number for one address already
                line.sendall(ASK)
        assert clerk.get("/cases/?sort=").status == 200
    finally:
        for line in with_headers:
            line.close()


def test_nobody_chooses_the_address_that_is_counted(house):
    """No proxy is named here: what a client says of itself does not move it to another place."""
    visitor = Visitor(house.port)
    visitor.get("/login/")
    for number in range(6):
        said_of_itself = {"X-Forwarded-For": f"198.51.100.{number}"}
        answer = visitor.post("/login/", {"username": "nobody", "password": "wrong"}, **said_of_itself)
    assert answer.status == 429
