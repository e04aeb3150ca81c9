"""The hub's own server: an ASGI application without a framework, because each request has a tenth of a millisecond.

`yakuba cityhub serve` starts it under granian, one process. Reads are answered by a few threads; writes go to the one writer
(`actions.writer`) and are answered when they are on the disk.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

from yakuba.kernel.cli.bound import die_with_parent

die_with_parent()  # before anything is loaded: the server's main process may be killed meanwhile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from yakuba.kernel.tenancy import active_municipality  # noqa: E402
from yakuba.services.cityhub.actions.sending import Sender  # noqa: E402
from yakuba.services.cityhub.actions.writer import Done, HubFull, Task, Writer, failed  # noqa: E402
from yakuba.services.cityhub.engine.answers import JSON, Answer, dumped, refused  # noqa: E402
from yakuba.services.cityhub.engine.errors import NgsiError, bad_request  # noqa: E402
from yakuba.services.cityhub.engine.notifying import Occasion  # noqa: E402
from yakuba.services.cityhub.engine.requests import Request, service_of  # noqa: E402
from yakuba.services.cityhub.engine.routes import Route, require_shape, route  # noqa: E402
from yakuba.services.cityhub.queries.callers import (  # noqa: E402
    Caller,
    Callers,
    require_right,
    token_in,
    unknown,
)
from yakuba.services.cityhub.queries.space import ReadSpace  # noqa: E402

LOG = logging.getLogger("yakuba.cityhub")
LARGEST = 10_000_000  # bytes of a body
MOST_BODIES = 200_000_000  # bytes of all bodies in memory
BODY_SECONDS = 30.0  # that a body may take to come
READERS = 4
MOST_READS = 500  # that wait or run at once
FLOOD = 2.0  # seconds of a caller's share that may come at once
_CORRELATOR = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_ROUND = re.compile(r"cbnotif=(\d{1,3})")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Share:
    """What a caller may ask for: so many requests a second, and some at once. Times of the monotonic clock."""

    def __init__(self, rate: float) -> None:
        self.rate, self._left, self._at = rate, rate * FLOOD, time.monotonic()

    def take(self) -> bool:
        """Whether one more is within it."""
        now = time.monotonic()
        self._left = min(self.rate * FLOOD, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Hub:
    """The application."""

    def __init__(self) -> None:
        self.callers = Callers()
        self.sender = Sender()
        self.writer = Writer(self._together, self.sender.wake)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="cityhub-reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bodies = self._reads = 0
        self._rate = float(os.environ.get("YAKUBA_CITYHUB_RATE") or 20_000)
        self._shares: dict[int, Share] = {}

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request, or the server's beginning and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._loop = asyncio.get_running_loop()
                self.writer.start()
                self.sender.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.writer.stop)
                await asyncio.to_thread(self.sender.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _together(self, done: Done) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_answer_all, done)

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        correlator, round_ = _correlator(headers)
        held = 0
        try:
            body = await self._body(headers, receive, scope["method"])
            held = len(body)
            self._bodies += held
            answer = await self._answer(scope, headers, body, correlator, round_)
        except NgsiError as error:
            answer = refused(error)
        except Exception:
            LOG.exception("a request was not understood")
            answer = failed()
        finally:
            self._bodies -= held
        await _send(send, answer, correlator, scope["method"])

    async def _answer(
        self, scope: dict[str, Any], headers: dict[str, str], body: bytes, correlator: str, round_: int
    ) -> Answer:
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode("latin-1").split("?")[0]
        if path == "/version" and scope["method"] == "GET":
            return Answer(200, dumped({"yakuba-cityhub": {"api": "NGSIv2"}}), JSON)
        caller = await self._caller(headers)
        where = route(scope["method"], path)
        request = Request(scope["method"], path, _query(scope), headers, body, time.time())
        require_shape(request)
        service = service_of(request)
        require_right(caller, service, request.method, path)
        self._require_share(caller)
        if where.reads:
            return await self._read(caller, where, request)
        return await self._write(caller, where, request, Occasion(service, correlator, round_ + 1))

    async def _caller(self, headers: dict[str, str]) -> Caller:
        token = token_in(headers)
        if not token:
            raise unknown()
        known = self.callers.at_hand(token)
        if known is not None:
            return known
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.callers.look_up, token)

    def _require_share(self, caller: Caller) -> None:
        share = self._shares.setdefault(caller.municipality.pk, Share(self._rate))
        if not share.take():
            raise NgsiError(
                429,
                "TooManyRequests",
                "一度に多く送りすぎです。1秒待って送り直すか、/v2/op/update でまとめて送ってください。",
                (("Retry-After", "1"),),
            )

    async def _read(self, caller: Caller, where: Route, request: Request) -> Answer:
        if self._reads >= MOST_READS:
            raise _busy()
        self._reads += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._readers, _looked, caller, where, request)
        finally:
            self._reads -= 1

    async def _write(self, caller: Caller, where: Route, request: Request, occasion: Occasion) -> Answer:
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def answered(answer: Answer) -> None:
            if not waiting.done():
                waiting.set_result(answer)

        try:
            self.writer.put(Task(caller.municipality, where, request, occasion, answered))
        except HubFull:
            raise _busy() from None
        return await waiting

    async def _body(self, headers: dict[str, str], receive: Receive, method: str) -> bytes:
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > LARGEST:
            raise _too_large()
        if method in ("GET", "HEAD") and not length:
            return b""
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise bad_request("本文の途中で接続が切れました。")
                    part = message.get("body", b"")
                    size += len(part)
                    if size > LARGEST:
                        raise _too_large()
                    if self._bodies + size > MOST_BODIES:
                        raise _busy()
                    parts.append(part)
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise bad_request("本文が時間内に届きませんでした。") from None


def _answer_all(done: Done) -> None:
    for task, answer in done:
        task.answered(answer)


def _too_large() -> NgsiError:
    return NgsiError(
        413, "RequestEntityTooLarge", f"本文が大きすぎます。{LARGEST:,}バイトまでに分けて送ってください。"
    )


def _busy() -> NgsiError:
    return NgsiError(
        503, "ServiceUnavailable", "混み合っています。少し待って送り直してください。", (("Retry-After", "1"),)
    )


def _looked(caller: Caller, where: Route, request: Request) -> Answer:
    try:
        with active_municipality(caller.municipality):
            return where(ReadSpace(caller.municipality.pk, request.now), request)
    except NgsiError:
        raise
    except Exception:
        connection.close()
        raise


def _query(scope: dict[str, Any]) -> dict[str, str]:
    text = scope["query_string"].decode("latin-1")
    if not text:
        return {}
    found: dict[str, str] = {}
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name:
            found[unquote(name)] = unquote(value)
    return found


def _correlator(headers: dict[str, str]) -> tuple[str, int]:
    """The request's own mark, and by how many notifications it has come."""
    given = headers.get("fiware-correlator", "")
    found, round_ = _CORRELATOR.match(given), _ROUND.search(given)
    return found.group() if found else str(uuid.uuid4()), int(round_.group(1)) if round_ else 0


async def _send(send: Send, answer: Answer, correlator: str, method: str) -> None:
    headers = [(b"fiware-correlator", correlator.encode())]
    headers += [(name.lower().encode(), value.encode("utf-8")) for name, value in answer.headers]
    if answer.kind:
        headers.append((b"content-type", answer.kind.encode()))
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    headers.append((b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})


application = Hub()
