"""Notifications out of the outbox. At least once, in the order of their changes for each subscription; a receiver that does not
answer is tried again, ever more seldom, and holds up no other one.

A row goes only when its receiver has answered. A process that dies lets go of what it has in hand when its lease ends; what
it had sent then arrives a second time, with the same correlator. Receivers that do not answer never take all senders: a town has
half of them at most, and receivers that have failed before half of those. What has waited for seven days goes, and is told.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from yakuba.kernel.audit.chain import record
from yakuba.kernel.outbound import dialling
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.services.cityhub.engine.subscriptions import host_of
from yakuba.services.cityhub.models import Delivery, Subscription
from yakuba.services.cityhub.queries.space import HOLDS

LOG = logging.getLogger("yakuba.cityhub")
AT_ONCE = 16  # receivers
OF_A_TOWN = 8  # of them
FAILING, FAILING_OF_A_TOWN = 8, 4  # of them, receivers that did not answer the last time
PORTION = 100  # notifications of one subscription that a sender takes in hand
PORTION_SECONDS = 5.0  # after which it lets go of the rest
USUAL_TIMEOUT = 10.0
LONGEST_TIMEOUT = 60.0
SPARE = 10.0  # seconds: a lease outlives what it is for by so much
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
LOOK = 0.5  # seconds between looks where nobody wakes us
AGAIN = (408, 425, 429)  # and 5xx: the receiver asks to be tried again
KEPT = 7 * 86_400.0  # seconds that a notification waits at most


class Sender:
    """Start it, `wake` it when there is something new, `stop` it."""

    def __init__(self, towns: Callable[[], list[Municipality]] | None = None) -> None:
        self._towns = towns or _all_towns
        self._wake, self._stop = threading.Event(), threading.Event()
        self._at_work: dict[int, tuple[int, bool, Future[None]]] = {}  # town, whether it failed before
        self._first = 0  # the town that is looked at first
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cityhub-sender")
        self._thread = threading.Thread(target=self._run, name="cityhub-senders", daemon=True)
        self._watch = threading.Thread(target=self._watching, name="cityhub-sender-watch", daemon=True)
        self.sent = 0

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()
        self._watch.start()

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    def stop(self, seconds: float = 15.0) -> None:
        """End when what is in hand has been sent."""
        self._stop.set()
        self._wake.set()
        self._thread.join(seconds)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(LOOK)
            self._wake.clear()
            try:
                self._look()
            except Exception:  # a database that is away for a moment
                LOG.exception("the outbox was not looked at")
                connection.close()
                self._stop.wait(1.0)
        connection.close()

    def _watching(self) -> None:
        while not self._stop.wait(LOOK):
            end_overdue(time.monotonic())

    def _look(self) -> None:
        self._at_work = {key: work for key, work in self._at_work.items() if not work[2].done()}
        towns = self._towns()
        self._first += 1
        for number in range(len(towns)):
            town = towns[(self._first + number) % len(towns)]
            if len(self._at_work) >= AT_ONCE:
                return
            with active_municipality(town):
                for key, failing in due(time.time(), AT_ONCE * 4):
                    if key not in self._at_work and self._has_room(town.pk, failing):
                        work = self._pool.submit(self._send, town, key)
                        self._at_work[key] = (town.pk, failing, work)

    def _has_room(self, town: int, failing: bool) -> bool:
        taken = Counter((key, bad) for key, bad, _ in self._at_work.values())
        if len(self._at_work) >= AT_ONCE or taken[town, True] + taken[town, False] >= OF_A_TOWN:
            return False
        if not failing:
            return True
        all_failing = sum(number for (_, bad), number in taken.items() if bad)
        return taken[town, True] < FAILING_OF_A_TOWN and all_failing < FAILING

    def _send(self, town: Municipality, key: int) -> None:
        try:
            with active_municipality(town):
                while not self._stop.is_set():
                    number = send_portion(key, time.time)
                    self.sent += number
                    if number < PORTION:
                        break
        except Exception:
            LOG.exception("notifications of subscription %d were not sent", key)
        finally:
            connection.close()
            self._wake.set()


def _all_towns() -> list[Municipality]:
    return list(Municipality.objects.order_by("pk"))


def due(now: float, most: int) -> list[tuple[int, bool]]:
    """Subscriptions that have something to send now, and whether the last try failed; those tried longest ago first."""
    rows = Subscription.objects.filter(~Q(status="inactive") | Q(fails=0))
    # What is later than any pause can be was noted by a clock that went wrong.
    rows = rows.filter(Q(retry_at__lte=now) | Q(retry_at__gt=now + LONGEST_PAUSE))
    waiting = Delivery.objects.filter(subscription=OuterRef("pk")).filter(_free(now))
    tried = Greatest("last_success", "last_failure")
    return [
        (key, fails > 0)
        for key, fails in rows.filter(Exists(waiting)).order_by(tried, "pk").values_list("pk", "fails")[:most]
    ]


def _free(now: float) -> Q:
    return Q(held_until__lte=now) | Q(held_until__gt=now + lease(LONGEST_TIMEOUT))


def lease(limit: float) -> float:
    """Seconds for which a portion is one sender's. limit: of one answer."""
    return PORTION_SECONDS + 2 * limit + SPARE


def _limit(row: Delivery) -> float:
    return min(row.timeout / 1000 or USUAL_TIMEOUT, LONGEST_TIMEOUT)


def send_portion(key: int, clock: Callable[[], float]) -> int:
    """Send what waits first of one subscription, in order. Returns how many arrived; fewer than PORTION where nothing is left,
    the time of a portion is over, or the receiver did not answer."""
    rows = _taken(key, clock())
    if not rows:
        return 0
    sent: list[int] = []
    good, reason = 0, ""
    line = _Line()
    until = time.monotonic() + PORTION_SECONDS
    try:
        for row in rows:
            code, reason = line.send(row)
            if reason:
                break
            good = code
            sent.append(row.pk)
            if time.monotonic() > until:
                break
    finally:
        line.close()
        _note(key, sent, [row.pk for row in rows], good, reason, clock())
    return len(sent)


@transaction.atomic
def _taken(key: int, now: float) -> list[Delivery]:
    # The subscription's row is the lock: two senders of one subscription would lose the order.
    subscription = Subscription.objects.select_for_update().filter(pk=key).first()
    if subscription is None or now < subscription.retry_at <= now + LONGEST_PAUSE:
        return []
    rows = list(Delivery.objects.filter(subscription=key).order_by("pk")[:PORTION])
    longest = max((_limit(row) for row in rows), default=0.0)
    if not rows or now < rows[0].held_until <= now + lease(LONGEST_TIMEOUT):
        return []
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(held_until=now + lease(longest))
    return rows


@transaction.atomic
def _note(key: int, sent: list[int], taken: list[int], code: int, reason: str, now: float) -> None:
    Delivery.objects.filter(pk__in=sent).delete()
    left = [pk for pk in taken if pk not in set(sent)]
    if left:
        Delivery.objects.filter(pk__in=left).update(held_until=0.0)
    subscription = Subscription.objects.select_for_update().filter(pk=key).first()
    if subscription is None:
        return
    changes: dict[str, Any] = {}
    if sent:
        changes = {
            "last_success": now,
            "last_success_code": code,
            "fails": 0,
            "retry_at": 0.0,
        }
    if reason:
        fails = (0 if sent else subscription.fails) + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(fails - 1, 10))
        changes |= {
            "last_failure": now,
            "last_failure_reason": reason[:300],
            "fails": fails,
            "retry_at": now + pause,
        }
        limit = json.loads(subscription.definition)["notification"].get("maxFailsLimit")
        if limit is not None and fails > limit:
            changes |= {"status": "inactive", "revision": F("revision") + 1}
    Subscription.objects.filter(pk=key).update(**changes)


class _Line:
    """A connection to one receiver, kept for several notifications."""

    def __init__(self) -> None:
        self._host = ""
        self._connection: Any = None  # as `dialling.http` gives it
        self._socket: Any = None  # the library lets go of its own before an answer is read

    def send(self, row: Delivery) -> tuple[int, str]:
        """The receiver's status, and why it did not arrive (empty where it did)."""
        for fresh in (False, True):
            kept = self._connection is not None
            try:
                with _in_hand(self, time.monotonic() + 2 * _limit(row)):
                    return self._sent(row)
            except OutboundRefused as error:
                self.close()
                return 0, str(error)
            except (OSError, HTTPException, ValueError) as error:
                self.close()
                # A kept connection may have been closed by the other side; one that is silent is asked once.
                if fresh or not kept or isinstance(error, TimeoutError):
                    return 0, reason_of(error)
        raise AssertionError("not reached")

    def shut(self) -> None:
        """End it from another thread: whoever waits for the other side is told so."""
        if self._socket is not None:
            dialling.shut(self._socket)

    def _sent(self, row: Delivery) -> tuple[int, str]:
        host = host_of(row.url)
        limit = _limit(row)
        if self._connection is None or host != self._host:
            self.close()
            self._host, self._connection = host, dialling.http(row.url, limit, HOLDS)
            self._connection.connect()
            self._socket = self._connection.sock
        line = self._connection
        parts = urlsplit(row.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            name: value.encode("utf-8").decode("latin-1") for name, value in json.loads(row.headers).items()
        }
        body = bytes(row.body)
        # What goes out is what the owner reads in the documentation, without the library's own headers.
        line.putrequest(row.method, _ascii(path), skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name, value)
        line.putheader("Content-Length", str(len(body)))
        line.endheaders(body or None)
        answer = line.getresponse()
        try:
            answer.read(65_536)
            ended = not (answer.will_close or answer.length)
        except (OSError, HTTPException):
            ended = False  # it has answered; what it says besides is nothing to us
        if not ended:
            self.close()
        if answer.status >= 500 or answer.status in AGAIN:
            return answer.status, f"受け手が {answer.status} を返しました"
        return answer.status, ""

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = self._socket = None


_LINES: dict[_Line, float] = {}  # in hand → when its time is over (monotonic)
_LINES_LOCK = threading.Lock()


@contextmanager
def _in_hand(line: _Line, until: float) -> Iterator[None]:
    with _LINES_LOCK:
        _LINES[line] = until
    try:
        yield
    except (OSError, HTTPException, ValueError):
        if line not in _LINES:
            raise TimeoutError from None
        raise
    finally:
        with _LINES_LOCK:
            _LINES.pop(line, None)


def end_overdue(now: float) -> None:
    """End connections to receivers that say a byte now and then, and never come to an end. now: monotonic."""
    with _LINES_LOCK:
        late = [line for line, until in _LINES.items() if until < now]
        for line in late:
            del _LINES[line]
    for line in late:
        line.shut()


def reason_of(error: Exception) -> str:
    """Why nothing arrived, in the words that clients of NGSIv2 know from `lastFailureReason`."""
    if isinstance(error, socket.gaierror):
        return "Could not resolve hostname"
    if isinstance(error, TimeoutError):
        return "Timeout was reached"
    if isinstance(error, ConnectionRefusedError):
        return "Could not connect to server"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _ascii(path: str) -> str:
    return "".join(
        letter if 0x20 < ord(letter) < 0x7F else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in path
    )


@transaction.atomic
def throw_away(now: float) -> int:
    """Notifications that have waited too long go; the subscription and the audit record say so. Returns how many."""
    old = Delivery.objects.filter(made_at__lt=now - KEPT)
    found = dict(old.order_by().values_list("subscription").annotate(number=Count("pk")))
    for key in sorted(found):
        row = Subscription.objects.select_for_update().filter(pk=key).first()
        if row is None:
            continue
        number, _ = old.filter(subscription=key).delete()
        row.thrown_away, row.thrown_away_at = row.thrown_away + number, now
        row.save(update_fields=["thrown_away", "thrown_away_at"])
        record("cityhub.thrown_away", subject=f"subscription:{row.identifier}", actor=None, number=number)
    return sum(found.values())
