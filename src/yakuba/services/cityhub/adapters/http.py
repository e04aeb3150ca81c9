"""HTTP/1.1 as the hub speaks it, on asyncio's transports.

Why not the web's server (granian): NGSIv2's clients put `<` and `>` into addresses unencoded (`?q=temperature>40`), which its
parser refuses before any code of ours is asked; and a request needs neither a task nor a framework here. It is a small part
of HTTP on purpose: a body has a Content-Length or is refused (411, as NGSIv2 says), nothing is chunked, nothing is upgraded, and
whatever two readers could take for two things is refused.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

LARGEST_HEAD = 32_768  # bytes of request line and headers
MOST_HEADERS = 100
HEAD_SECONDS = 10.0  # for a head that has begun
IDLE_SECONDS = 75.0  # between two requests
BODY_SECONDS = 30.0
WRITE_SECONDS = 30.0  # for an answer to be taken
LINGER_SECONDS = 10.0  # for a client that was refused to see it
MOST_CONNECTIONS = 2_000
_LINE = re.compile(rb"([A-Z]{1,16}) ([\x21-\x7e\x80-\xff]{1,16384}) HTTP/1\.([01])\Z")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\Z")


@dataclass(frozen=True)
class HttpRequest:
    """One request. target: as it came (latin-1); headers: names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class HttpAnswer:
    """One answer. closes: the connection ends behind it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    closes: bool = False


class HeadRefused(Exception):
    """A head that is not understood, or too large. status: what is answered."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


Handler = Callable[[HttpRequest, Callable[[HttpAnswer], None]], None]
Refusal = Callable[
    [int, str], HttpAnswer
]  # what is answered where there is no request to hand on: status, target


@dataclass
class Limits:
    """largest_body: bytes of one; all_bodies: of all that are in memory at once."""

    largest_body: int
    all_bodies: int
    held: int = 0


class HttpServer:
    """Listens, and ends connections that make it wait."""

    def __init__(self, handler: Handler, refusal: Refusal, limits: Limits) -> None:
        self.handler, self.refusal, self.limits = handler, refusal, limits
        self.connections: set[Connection] = set()
        self.closing = False
        self._server: asyncio.Server | None = None
        self._sweep: asyncio.Task[None] | None = None

    async def listen(self, host: str, port: int) -> int:
        """Begin. Returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), host, port, backlog=1_024)
        self._sweep = loop.create_task(self._sweeping())
        return int(self._server.sockets[0].getsockname()[1])

    async def _sweeping(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            now = time.monotonic()
            for one in list(self.connections):
                if one.deadline < now:
                    one.give_up()

    def make_room(self) -> None:
        """End the connection on which nothing has been asked for longest, so that those that say nothing keep nobody out."""
        idle = [one for one in self.connections if one.idle]
        if idle:
            min(idle, key=lambda one: one.since).give_up()

    def stop_listening(self) -> None:
        """Take no new connection, and end those on which nothing is being answered."""
        self.closing = True
        if self._server is not None:
            self._server.close()
        for one in list(self.connections):
            one.end_if_idle()

    async def finish(self, seconds: float) -> None:
        """Wait until everything is answered, so many seconds at most."""
        until = time.monotonic() + seconds
        while self.connections and time.monotonic() < until:
            await asyncio.sleep(0.05)
        for one in list(self.connections):
            one.give_up()
        if self._sweep is not None:
            self._sweep.cancel()


class Connection(asyncio.Protocol):
    """One client. Requests are answered one after the other, in their order."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._head: HttpRequest | None = None
        self._length = self._held = 0
        self._busy = self._keep = False
        self._choked = False  # the client does not take what it is answered
        self._over = False  # it was refused: what else it sends is not looked at
        self._ended = False  # the client asks nothing more, and still waits for answers
        self.since = time.monotonic()  # when it was answered last
        self.deadline = self.since + HEAD_SECONDS

    @property
    def idle(self) -> bool:
        """Whether nothing is asked, or not yet the whole of it."""
        return not self._busy and self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._server.connections) >= MOST_CONNECTIONS:
            self._server.make_room()
        self._server.connections.add(self)
        if len(self._server.connections) > 2 * MOST_CONNECTIONS or self._server.closing:
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._let_go()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        if not self._buffer and self._head is None and not self._busy:
            # Never later than it was: a line now and then is no request.
            self.deadline = min(self.deadline, time.monotonic() + HEAD_SECONDS)
        self._buffer += data
        if self._busy or self._choked:
            if len(self._buffer) > LARGEST_HEAD and self._transport is not None:
                self._transport.pause_reading()
            return
        self._go_on()

    def eof_received(self) -> bool:
        self._ended = True
        if self._over:
            return False
        return self._busy or bool(self._buffer)  # what has been asked is answered

    def _go_on(self) -> None:
        try:
            if self._head is None and not self._take_head():
                self._end_if_over()
                return
        except HeadRefused as error:
            self._refuse(error.status)
            return
        if not self._hold() or self._head is None:
            self._end_if_over()
            return
        body = bytes(self._buffer[: self._length])
        del self._buffer[: self._length]
        head, self._head = self._head, None
        self._busy = True
        self.deadline = float("inf")
        request = HttpRequest(head.method, head.target, head.headers, body)
        self._server.handler(request, self._answer)

    def _take_head(self) -> bool:
        while self._buffer[:2] == b"\r\n":  # some clients send one behind a body
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > LARGEST_HEAD:
                raise HeadRefused(431)
            return False
        if end > LARGEST_HEAD:
            raise HeadRefused(431)
        lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        self._head, self._length, self._keep = read_head(lines)
        limits = self._server.limits
        if self._length > limits.largest_body:
            raise HeadRefused(413)
        self.deadline = time.monotonic() + BODY_SECONDS
        if self._length and self._head.headers.get("expect", "").lower() == "100-continue":
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _hold(self) -> bool:
        """Count what has come of the body, not what was announced: whether it is the whole."""
        limits, here = self._server.limits, min(len(self._buffer), self._length)
        limits.held += here - self._held
        self._held = here
        if limits.held > limits.all_bodies:
            self._refuse(503)
            return False
        return here == self._length

    def _end_if_over(self) -> None:
        if self._ended and self._transport is not None:
            self._transport.close()

    def pause_writing(self) -> None:
        self._choked = True

    def resume_writing(self) -> None:
        self._choked = False
        if not self._busy and self._transport is not None:
            self._transport.resume_reading()
            self.deadline = time.monotonic() + (HEAD_SECONDS if self._buffer else IDLE_SECONDS)
            asyncio.get_running_loop().call_soon(self._next)

    def _answer(self, answer: HttpAnswer) -> None:
        self._let_go()
        if self._transport is None:
            return
        keep = self._keep and not answer.closes and not self._server.closing
        keep = keep and not (self._ended and not self._buffer)
        self._write(written(answer, keep))
        self._busy = False
        if not keep:
            self.deadline = time.monotonic() + WRITE_SECONDS
            self._transport.close()
            return
        self.since = time.monotonic()
        if self._choked:  # what it asks next is looked at when it has taken this
            self.deadline = self.since + WRITE_SECONDS
            self._transport.pause_reading()
            return
        self.deadline = self.since + (HEAD_SECONDS if self._buffer else IDLE_SECONDS)
        self._transport.resume_reading()
        if self._buffer:
            # Not from within: a client that sends thousands of requests at once would go as deep.
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        if not self._busy and not self._choked and self._buffer and self._transport is not None:
            self._go_on()

    def _refuse(self, status: int) -> None:
        # To close at once, with what it still sends unread, would take the answer from it.
        self._busy = self._over = True
        self._let_go()
        self._buffer.clear()
        target = self._head.target if self._head is not None else ""
        self._write(written(self._server.refusal(status, target), False))
        if self._transport is None:
            return
        if self._ended or not self._transport.can_write_eof():
            self._transport.close()
            return
        self._transport.write_eof()
        self.deadline = time.monotonic() + LINGER_SECONDS

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _let_go(self) -> None:
        self._server.limits.held -= self._held
        self._held = 0

    def end_if_idle(self) -> None:
        """Close where nothing is asked."""
        if not self._busy and self._head is None and not self._buffer and self._transport is not None:
            self._transport.close()

    def give_up(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()


def read_head(lines: list[bytes]) -> tuple[HttpRequest, int, bool]:
    """Request line and headers: the request without its body, the body's length, and whether the connection goes on. Raises
    HeadRefused."""
    found = _LINE.match(lines[0])
    if found is None or len(lines) > MOST_HEADERS + 1:
        raise HeadRefused(431 if len(lines) > MOST_HEADERS + 1 else 400)
    method, target, minor = found.groups()
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.match(name) or not _VALUE.match(value):
            raise HeadRefused(400)
        key, text = name.decode("ascii").lower(), value.strip().decode("latin-1")
        if key in headers:
            if key in ("content-length", "host", "transfer-encoding"):
                raise HeadRefused(400)
            text = f"{headers[key]}, {text}"
        headers[key] = text
    if "transfer-encoding" in headers:
        raise HeadRefused(411)
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,12}", length):
        raise HeadRefused(400)
    words = {word.strip().lower() for word in headers.get("connection", "").split(",")}
    keep = "keep-alive" in words if minor == b"0" else "close" not in words
    return HttpRequest(method.decode(), target.decode("latin-1"), headers, b""), int(length), keep


def written(answer: HttpAnswer, keep: bool) -> bytes:
    """The answer's bytes."""
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Status"
    if answer.status == 422:
        phrase = "Unprocessable Content"  # its name since RFC 9110
    lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Date: {_date(int(time.time()))}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status != 204:
        lines.append(f"Content-Length: {len(answer.body)}")
    if not keep:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + answer.body


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_written_date: tuple[int, str] = (0, "")


def _date(now: int) -> str:
    global _written_date
    if _written_date[0] != now:
        t = time.gmtime(now)
        text = (
            f"{_DAYS[t.tm_wday]}, {t.tm_mday:02d} {_MONTHS[t.tm_mon - 1]} {t.tm_year:04d} "
            f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} GMT"
        )
        _written_date = (now, text)
    return _written_date[1]
