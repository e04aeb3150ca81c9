"""The hub's own server (`yakuba cityhub serve`): one process beside web and workers, on the same data.

Reads are answered by a few threads; writes go to the one writer (`actions.writer`) and are answered when they are on the disk.
"""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

from django.conf import settings

from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions import forwarding
from yakuba.services.cityhub.actions.brokers import Brokers
from yakuba.services.cityhub.actions.device_door import DeviceDoor, is_for_devices, key_in
from yakuba.services.cityhub.actions.reading import STRANGERS, Readers, ReadersFull
from yakuba.services.cityhub.actions.sending import Sender
from yakuba.services.cityhub.actions.writer import Done, HubFull, Task, Writer, failed
from yakuba.services.cityhub.adapters.http import HttpAnswer, HttpRequest, HttpServer, Limits
from yakuba.services.cityhub.engine.answers import JSON, Answer, dumped, refused
from yakuba.services.cityhub.engine.errors import NgsiError, bad_request
from yakuba.services.cityhub.engine.forwarding import UPDATES, may_be_forwarded
from yakuba.services.cityhub.engine.ld.problems import problem
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import LD, Request, service_of
from yakuba.services.cityhub.engine.routes import Route, require_shape, route
from yakuba.services.cityhub.engine.space import Space
from yakuba.services.cityhub.queries import devices
from yakuba.services.cityhub.queries.callers import Caller, Callers, require_right, token_in, unknown
from yakuba.services.cityhub.queries.space import ReadSpace

LOG = logging.getLogger("yakuba.cityhub")
LARGEST = 10_000_000  # bytes of a body
MOST_BODIES = 200_000_000  # bytes of all bodies in memory
FLOOD = 2.0  # seconds of a town's share that may come at once
STOPPING = 20.0  # seconds for what is under way
_CORRELATOR = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_ROUND = re.compile(r"cbnotif=(\d{1,3})")

Respond = Callable[[HttpAnswer], None]


class Share:
    """What a town may ask for: so many requests a second, and some at once. Times of the monotonic clock."""

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
    """The server's requests, from the wire to the engine and back."""

    def __init__(self, rate: float) -> None:
        self.callers = Callers()
        self.devices = DeviceDoor()
        self.sender = Sender()
        self.writer = Writer(self._together, self.sender.wake)
        self.brokers = Brokers(self.writer.put)
        self.server = HttpServer(self.handle, _refusal, Limits(LARGEST, MOST_BODIES))
        self._readers: Readers | None = None
        self._askers: Readers | None = None  # wait for context providers, so that reading never does
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rate = rate
        self._shares: dict[int, Share] = {}

    async def serve(self, host: str, port: int, ready: Callable[[int], None]) -> None:
        """Until SIGTERM or SIGINT. ready: called with the port. Raises OSError where the port is taken."""
        self._loop = asyncio.get_running_loop()
        self._readers, self._askers = Readers(self._loop), Readers(self._loop)
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self._loop.add_signal_handler(number, ended.set)
        listening = await self.server.listen(host, port)
        self.writer.start()
        self.sender.start()
        self.brokers.start()
        ready(listening)
        await ended.wait()
        self.server.stop_listening()
        await self.server.finish(STOPPING)
        await asyncio.to_thread(self.brokers.stop)
        await asyncio.to_thread(self.writer.stop)
        await asyncio.to_thread(self.sender.stop)
        self._readers.stop()
        self._askers.stop()

    def _together(self, done: Done) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_answer_all, done)

    def handle(self, given: HttpRequest, respond: Respond) -> None:
        """One request; `respond` is called once, now or later."""
        correlator, round_ = _correlator(given.headers)
        path, _, query = given.target.partition("?")
        tenant = given.headers.get("ngsild-tenant", "") if path.startswith(LD) else None
        told = partial(_told, respond, correlator, given.method == "HEAD", tenant)
        try:
            if path == "/version" and given.method == "GET":
                told(Answer(200, dumped({"yakuba-cityhub": {"api": "NGSIv2, NGSI-LD"}}), JSON))
                return
            request = Request(given.method, path, _query(query), given.headers, given.body, time.time())
            if is_for_devices(path):
                self._take_from_device(request, told)
                return
            token = token_in(given.headers)
            if not token:
                raise unknown()
            caller = self.callers.at_hand(token)
            if caller is None:
                self._later(
                    self.callers.town_of(token),
                    lambda: self.callers.look_up(token),
                    lambda found: self._go_on(found, request, told, correlator, round_),
                    told,
                )
                return
            self._go_on(caller, request, told, correlator, round_)
        except NgsiError as error:
            told(refused(error))
        except Exception:
            LOG.exception("a request was not understood")
            told(failed())

    def _go_on(
        self, caller: Caller, request: Request, told: Callable[[Answer], None], correlator: str, round_: int
    ) -> None:
        where = route(request.method, request.path)
        require_shape(request)
        service = service_of(request)
        require_right(caller, service, request.method, request.path)
        if not self._shares.setdefault(caller.municipality.pk, Share(self._rate)).take():
            raise _flood()
        occasion = Occasion(service, correlator, round_ + 1)
        town = caller.municipality
        if where.reads:

            def go_on(answer: Answer | None) -> None:
                if answer is not None:
                    told(answer)
                    return
                work = partial(_with_others, town, where, request, occasion)
                self._later(town.pk, work, told, told, self._askers)

            self._later(town.pk, lambda: _looked(caller, where, request), go_on, told)
            return
        answered = told
        if where.handler in UPDATES:
            answered = partial(self._updated, town, where, request, occasion, told)
        self._put(Task(town, where, request, occasion, answered))

    def _updated(
        self,
        town: Any,
        where: Route,
        request: Request,
        occasion: Occasion,
        told: Callable[[Answer], None],
        answer: Answer,
    ) -> None:
        if not may_be_forwarded(where.handler, request, answer):
            told(answer)
            return
        work = partial(_given_on, town, where, request, occasion, answer)
        self._later(town.pk, work, told, told, self._askers)

    def _take_from_device(self, request: Request, told: Callable[[Answer], None]) -> None:
        key = key_in(request)

        def go_on(found: devices.Sender) -> None:
            self._put(self.devices.task(found, request, told))

        found = self.devices.at_hand(key)
        if found is None:
            self._later(STRANGERS, lambda: self.devices.look_up(key), go_on, told)
        else:
            go_on(found)

    def _put(self, task: Task) -> None:
        try:
            self.writer.put(task)
        except HubFull:
            raise _busy() from None

    def _later(
        self,
        queue: int,
        work: Callable[[], Any],
        then: Callable[[Any], None],
        told: Callable[[Answer], None],
        readers: Readers | None = None,
    ) -> None:
        """Do it in a reader's thread (or one of those that ask others), and go on here."""

        def ended(result: Any, error: Exception | None) -> None:
            try:
                if error is not None:
                    raise error
                then(result)
            except NgsiError as refusal:
                told(refused(refusal))
            except Exception:
                LOG.exception("a request was not understood")
                told(failed())

        readers = readers or self._readers
        assert readers is not None
        try:
            readers.put(queue, work, ended)
        except ReadersFull:
            raise _busy() from None


def _looked(caller: Caller, where: Route, request: Request) -> Answer | None:
    """The answer, or None where others have to be asked for it."""
    with active_municipality(caller.municipality):
        if forwarding.asks_others(caller.municipality, where, request):
            return None
        # A request that only reads asks for nothing that writes.
        return where(cast(Space, ReadSpace(caller.municipality.pk, request.now)), request)


def _with_others(town: Any, where: Route, request: Request, occasion: Occasion) -> Answer:
    with active_municipality(town):
        return forwarding.answered(town, where, request, occasion)


def _given_on(town: Any, where: Route, request: Request, occasion: Occasion, before: Answer) -> Answer:
    with active_municipality(town):
        return forwarding.updated(town, where, request, occasion, before)


def _answer_all(done: Done) -> None:
    for task, answer in done:
        task.answered(answer)


def _busy() -> NgsiError:
    return NgsiError(
        503, "ServiceUnavailable", "混み合っています。少し待って送り直してください。", (("Retry-After", "1"),)
    )


def _flood() -> NgsiError:
    return NgsiError(
        429,
        "TooManyRequests",
        "一度に多く送りすぎです。1秒待って送り直すか、/v2/op/update でまとめて送ってください。",
        (("Retry-After", "1"),),
    )


_REFUSALS = {
    411: NgsiError(
        411, "ContentLengthRequired", "Content-Length を付けて送ってください（分割した本文は受けません）。"
    ),
    413: NgsiError(
        413, "RequestEntityTooLarge", f"本文が大きすぎます。{LARGEST:,}バイトまでに分けて送ってください。"
    ),
    431: NgsiError(431, "BadRequest", "ヘッダーが大きすぎます。"),
    503: _busy(),
}


def _refusal(status: int, target: str) -> HttpAnswer:
    error = _REFUSALS.get(status) or bad_request("HTTPとして読めません。")
    answer = problem(error) if target.startswith(LD) else refused(error)
    return HttpAnswer(status, (("Content-Type", JSON),), answer.body, closes=True)


def _told(respond: Respond, correlator: str, head: bool, tenant: str | None, answer: Answer) -> None:
    """tenant: that an NGSI-LD request names, None for NGSIv2."""
    if tenant is not None and answer.error is not None:
        answer = problem(answer.error)
    headers = [("Fiware-Correlator", correlator), *answer.headers]
    if tenant:
        headers.append(("NGSILD-Tenant", tenant))
    if answer.kind:
        headers.append(("Content-Type", answer.kind))
    headers.append(("X-Content-Type-Options", "nosniff"))
    respond(HttpAnswer(answer.status, tuple(headers), answer.body, closes=head))


def _query(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split("&") if text else ():
        name, _, value = part.partition("=")
        if name:
            found[unquote(name)] = unquote(value.encode("latin-1").decode("utf-8", "replace"))
    return found


def _correlator(headers: dict[str, str]) -> tuple[str, int]:
    """The request's own mark, and by how many notifications it has come."""
    given = headers.get("fiware-correlator", "")
    if not given:
        return str(uuid.uuid4()), 0
    found, round_ = _CORRELATOR.match(given), _ROUND.search(given)
    return found.group() if found else str(uuid.uuid4()), int(round_.group(1)) if round_ else 0


def main(host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until a signal ends it. Raises OSError where the port is taken."""
    asyncio.run(Hub(float(settings.YAKUBA.cityhub_rate)).serve(host, port, ready))
