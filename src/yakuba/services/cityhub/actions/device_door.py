"""The door for devices in the hub's server: `POST /devices/<key>/readings`, or `POST /devices/readings` with the key in
`X-Device-Key`. Answered like every write: when it is on the disk."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from yakuba.services.cityhub.actions.device_taking import count_aside, take
from yakuba.services.cityhub.actions.space import WriteSpace
from yakuba.services.cityhub.actions.writer import Task
from yakuba.services.cityhub.engine.answers import Answer, given, refused
from yakuba.services.cityhub.engine.device_readings import Sent, printable, read
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.routes import Route
from yakuba.services.cityhub.queries.devices import Sender, digest_of, sender

PREFIX = "/devices/"
BELIEVED = 5.0  # seconds for which a key that was looked up is believed
MOST_KNOWN = 20_000
AT_ONCE = 5.0  # minutes of a device's share that may come at once: what it kept while the line was down
TOLD_EVERY = 60.0  # seconds between two notes of a flood
FLOOD = "一度に多く送りすぎです（「自治体の設定」の、機器が1分に送れる値の数）。断った分は、機器が送り直すまで入りません"
MOST_TOLD = 50  # of what was put aside, in an answer


def is_for_devices(path: str) -> bool:
    """Whether the address is the devices'."""
    return path.startswith(PREFIX)


@dataclass
class _Share:
    """What a device may still send. left in values; at: of the monotonic clock; refused: messages since the last note."""

    left: float
    at: float
    refused: int = 0
    told_at: float = -TOLD_EVERY


class DeviceDoor:
    """Keys that were looked up a moment ago, and what their devices may still send."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, Sender]] = OrderedDict()
        self._shares: OrderedDict[tuple[int, int], _Share] = OrderedDict()
        self._lock = threading.Lock()

    def at_hand(self, key: str) -> Sender | None:
        """Whose key it is, where the database was asked a moment ago."""
        with self._lock:
            known = self._known.get(digest_of(key))
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def look_up(self, key: str) -> Sender:
        """Whose key it is; asks the database. Raises NgsiError 401."""
        digest, found = digest_of(key), sender(key)
        if found is None:
            raise NgsiError(
                401,
                "Unauthorized",
                "この鍵の機器はありません。機器台帳で鍵を作り直し、機器に入れてください。",
            )
        with self._lock:
            self._known[digest] = (time.monotonic() + BELIEVED, found)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return found

    def task(self, found: Sender, request: Request, told: Callable[[Answer], None]) -> Task:
        """What the writer does of it. Raises NgsiError where the device sends too much."""
        try:
            sent = read(request.body, request.headers.get("content-type", "").lower())
        except NgsiError as error:
            shown = printable(request.body[:200].decode("utf-8", "replace"))
            return _noting(found, request, told, error, error.description, shown, 1)
        refused_before = self._refused(found, len(sent))
        if refused_before is not None:
            flood = NgsiError(429, "TooManyRequests", f"{FLOOD}。", (("Retry-After", "60"),))
            if not refused_before:
                raise flood
            return _noting(found, request, told, flood, FLOOD, f"{len(sent)}個", refused_before)
        return _task(found, request, told, partial(_stored, sent=sent, found=found))

    def _refused(self, found: Sender, values: int) -> int | None:
        """None where it is within the device's share; else how many messages were refused, where that is to be noted now."""
        now = time.monotonic()
        most = found.rate * AT_ONCE
        with self._lock:
            share = self._shares.setdefault((found.municipality.pk, found.device_id), _Share(most, now))
            while len(self._shares) > MOST_KNOWN:
                self._shares.popitem(last=False)
            share.left = min(most, share.left + (now - share.at) * found.rate / 60)
            share.at = now
            # A message larger than the whole share is taken when the share is full; nothing could ever take it else.
            if share.left >= min(values, most):
                share.left -= values
                return None
            share.refused += 1
            if now - share.told_at < TOLD_EVERY:
                return 0
            number, share.refused, share.told_at = share.refused, 0, now
            return number


def key_in(request: Request) -> str:
    """The key of a request. Raises NgsiError 401, 404, 405."""
    parts = request.path.removeprefix(PREFIX).strip("/").split("/")
    if parts[-1] != "readings" or len(parts) > 2:
        raise NgsiError(404, "NotFound", "機器が送る先は /devices/（鍵）/readings です。")
    if request.method != "POST":
        raise NgsiError(405, "MethodNotAllowed", "ここで使える方法は POST です。", (("Allow", "POST"),))
    key = parts[0] if len(parts) == 2 else request.headers.get("x-device-key", "").strip()
    if not key:
        raise NgsiError(401, "Unauthorized", "鍵がありません。アドレスか X-Device-Key で送ってください。")
    return key


def _task(
    found: Sender, request: Request, told: Callable[[Answer], None], work: Callable[[WriteSpace], Answer]
) -> Task:
    def handler(space: Any, request: Request) -> Answer:
        return work(cast(WriteSpace, space))

    return Task(found.municipality, Route(handler, (), False), request, Occasion("", "device", 1), told)


def _stored(space: WriteSpace, *, sent: list[Sent], found: Sender) -> Answer:
    taken = take(space, found.device_id, sent, found.digest)
    if taken is None:
        return refused(
            NgsiError(401, "Unauthorized", "この鍵は、もう使えません。機器台帳で鍵を確かめてください。")
        )
    aside = [{"name": one.name, "given": one.given, "reason": one.reason} for one in taken.aside[:MOST_TOLD]]
    return given({"taken": taken.taken, "putAside": len(taken.aside), "details": aside})


def _noting(
    found: Sender, request: Request, told: Any, error: NgsiError, reason: str, shown: str, count: int
) -> Task:
    """The refusal, answered when it is noted for people."""

    def work(space: WriteSpace) -> Answer:
        space.flush()
        count_aside(found.device_id, reason.rstrip("。"), shown, count)
        return refused(error)

    return _task(found, request, told, work)
