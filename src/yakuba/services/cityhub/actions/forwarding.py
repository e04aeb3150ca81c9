"""Requests that are given on to context providers: through `kernel.outbound` alone, each within its time, never in a circle.

It is done in threads of its own, outside of every transaction: a provider that is slow keeps nobody waiting but who asked for it.
What fails is noted at the registration, and the answer is then our own part. A sender's token is never passed on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any, cast
from urllib.parse import urlsplit

from django.db.models import Count, F, Max
from django.utils.crypto import salted_hmac

from yakuba.kernel.outbound import dialling
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.services.cityhub.actions.sending import reason_of
from yakuba.services.cityhub.engine import forwarding
from yakuba.services.cityhub.engine.answers import JSON, Answer, dumped
from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.forwarding import Provider
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request, writing_path
from yakuba.services.cityhub.engine.routes import Route
from yakuba.services.cityhub.engine.space import Space
from yakuba.services.cityhub.models import Registration as Row
from yakuba.services.cityhub.queries.forwarded import ForwardedSpace
from yakuba.services.cityhub.queries.space import HOLDS, ReadSpace, registration_of

LOG = logging.getLogger("yakuba.cityhub")
SECONDS = 3.0  # of silence of one provider, and twice as long in all
LARGEST = 10_000_000  # bytes of an answer
MOST_ENTITIES = 1_000  # of one answer
MOST_REGISTRATIONS = 1_000  # of a town, that are looked at
BELIEVED = 1.0  # seconds for which it is believed that a town has none
_UNDER_WAY: set[tuple[int, str, str]] = set()  # town, correlator, provider
_NONE: dict[int, float] = {}  # town → until when it is believed to have no registrations (monotonic)
_KNOWN: dict[
    int, tuple[dict[str, Any], list[Provider]]
] = {}  # town → how many and the last, and whom they name
_LOCK = threading.Lock()


def mark_of(code: str) -> str:
    """By which this installation's hub of a town knows its own requests in `Via`."""
    return f"yakuba-{salted_hmac('cityhub.via', code).hexdigest()[:16]}"


def goes_round(request: Request, code: str) -> bool:
    """Whether the request has been here before, or came through too many."""
    passed = [one.strip() for one in request.headers.get("via", "").split(",") if one.strip()]
    return len(passed) >= forwarding.MOST_HOPS or any(mark_of(code) in one for one in passed)


def providers(town: int, mode: str, now: float) -> list[Provider]:
    """Those of the active town that are asked for `query` or `update`. They are read again when registrations came or went: a
    registration itself never changes."""
    if _NONE.get(town, 0.0) > time.monotonic():
        return []
    mark = Row.objects.aggregate(number=Count("pk"), last=Max("pk"))
    if not mark["number"]:
        _NONE[town] = time.monotonic() + BELIEVED
        _KNOWN.pop(town, None)
        return []
    known = _KNOWN.get(town)
    if known is None or known[0] != mark:
        rows = Row.objects.order_by("pk")[:MOST_REGISTRATIONS]
        known = _KNOWN[town] = (mark, forwarding.providers(registration_of(row) for row in rows))
    return [one for one in known[1] if one.is_for(mode, now)]


def asks_others(town: Any, where: Route, request: Request) -> bool:
    """Whether somebody else has to be asked for the answer of a reading request."""
    if where.handler not in forwarding.QUERIES or goes_round(request, town.code):
        return False
    listed = providers(town.pk, "query", request.now)
    if not listed:
        return False
    try:
        question = forwarding.question_of(where.handler, request, where.names)
    except NgsiError:
        return False  # it is refused, by our own answer
    if question is None or not forwarding.queries(question, listed):
        return False
    return not forwarding.is_answered(cast(Space, ReadSpace(town.pk, request.now)), question)


def answered(town: Any, where: Route, request: Request, occasion: Occasion) -> Answer:
    """The answer of a reading request out of our own data and that of others."""
    others: list[Entity] = []
    try:
        question = forwarding.question_of(where.handler, request, where.names)
    except NgsiError:
        question = None
    listed = providers(town.pk, "query", request.now)
    for provider, body in forwarding.queries(question, listed) if question else ():
        query = f"?limit={MOST_ENTITIES}"
        found = _asked(town, provider, f"/op/query{query}", body, request, occasion)
        if found is not None:
            others += found
    return where(cast(Space, ForwardedSpace(town.pk, request.now, others)), request)


def _asked(
    town: Any, provider: Provider, path: str, body: Any, request: Request, occasion: Occasion
) -> list[Entity] | None:
    found: list[Entity] = []

    def read(content: bytes) -> None:
        found.extend(forwarding.entities_in(read_json(content), provider, MOST_ENTITIES))

    status, reason = given_on(town, provider, path, body, request, occasion, read)
    return found if status == 200 and not reason else None


def updated(town: Any, where: Route, request: Request, occasion: Occasion, before: Answer) -> Answer:
    """The answer of an update of which something was not here, after that was given to others. before: our own answer."""
    if goes_round(request, town.code):
        return before
    listed = providers(town.pk, "update", request.now)
    if not listed:
        return before
    try:
        left = forwarding.left_of(
            where.handler, request, where.names, cast(Space, ReadSpace(town.pk, request.now))
        )
        path = writing_path(request)
    except NgsiError:
        return before
    done: list[tuple[forwarding.Left, str]] = []
    for provider, body, has in forwarding.updates(left, listed, path):
        status, reason = given_on(town, provider, "/op/update", body, request, occasion)
        if not reason and status < 300:
            done += has
    return forwarding.answer_to_update(before, left, done)


def given_on(
    town: Any,
    provider: Provider,
    path: str,
    body: Any,
    request: Request,
    occasion: Occasion,
    read: Callable[[bytes], None] | None = None,
) -> tuple[int, str]:
    """Status of a provider's answer (0 where there is none), and why it failed (empty where it did not). read: takes the body
    of an answer of 200, and raises NgsiError where it is none."""
    headers = {
        "User-Agent": "yakuba-cityhub",
        "Content-Type": JSON,
        "Accept": JSON,
        "Fiware-ServicePath": provider.path,
        "Fiware-Correlator": f"{occasion.correlator}; cbnotif={occasion.round}",
        "Via": ", ".join(one for one in (request.headers.get("via", ""), f"1.1 {mark_of(town.code)}") if one),
    }
    if occasion.service:
        headers["Fiware-Service"] = occasion.service
    status, content, reason = 0, b"", ""
    with _under_way(town.pk, occasion.correlator, provider.id) as free:
        if not free:
            return 0, "circle"
        try:
            status, content = _post(provider.url.rstrip("/") + path, headers, dumped(body))
        except OutboundRefused as error:
            reason = str(error)
        except (OSError, HTTPException, ValueError) as error:
            reason = reason_of(error)
    if not reason and status != 404 and not 200 <= status < 300:
        reason = f"情報源が {status} を返しました"
    if not reason and status == 200 and read is not None:
        try:
            read(content)
        except NgsiError as error:
            reason = f"答えを読めません: {error.description}"
    _note(provider, reason)
    return status, reason


@contextmanager
def _under_way(town: int, correlator: str, provider: str) -> Iterator[bool]:
    """Whether it may go on: a request that comes back while it is under way is one of a circle, whatever its `Via` says."""
    key = (town, correlator, provider)
    with _LOCK:
        free = key not in _UNDER_WAY
        _UNDER_WAY.add(key)
    try:
        yield free
    finally:
        if free:
            with _LOCK:
                _UNDER_WAY.discard(key)


def _post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(url)
    line = dialling.http(url, SECONDS, HOLDS)
    line.connect()
    try:
        with dialling.given_up_after(line, 2 * SECONDS) as watch:
            try:
                line.putrequest("POST", parts.path + (f"?{parts.query}" if parts.query else ""))
                for name, value in headers.items():
                    line.putheader(name, value)
                line.putheader("Content-Length", str(len(body)))
                line.endheaders(body)
                answer = line.getresponse()
                content = answer.read(LARGEST + 1)
            except (OSError, HTTPException, ValueError):
                if watch.given_up:
                    raise TimeoutError from None
                raise
        if watch.given_up:
            raise TimeoutError
        if len(content) > LARGEST:
            raise ValueError("答えが大きすぎます")
        return answer.status, content
    finally:
        line.close()


def _note(provider: Provider, reason: str) -> None:
    now = time.time()
    changes: dict[str, Any] = {"times_sent": F("times_sent") + 1, "last_forwarding": now}
    if reason:
        changes |= {"last_failure": now, "last_failure_reason": reason[:300]}
    else:
        changes["last_success"] = now
    Row.objects.filter(identifier=provider.id).update(**changes)


__all__: Sequence[str] = ("answered", "asks_others", "given_on", "goes_round", "mark_of", "updated")
