"""The one thread that writes: it takes what has come in, up to some hundred requests, stores them in one transaction, and only
then lets them be answered. So one flush of the disk serves many requests, and what is acknowledged is durable (ADR 53).

A group that cannot be stored is tried again one by one, so that what the database does not take harms nobody else."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, connection

from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions.series import KnownSeries
from yakuba.services.cityhub.actions.space import WriteSpace, writing
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.engine.answers import Answer, refused
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.routes import Route

LOG = logging.getLogger("yakuba.cityhub")
GROUP = 512  # requests in one transaction
GROUP_BYTES = 4_000_000  # of their bodies: other processes of the house wait for the same database
MOST_WAITING = 5_000  # of one town
BACK = 60.0  # seconds: a clock that is set back by more has been wrong before


class HubFull(Exception):
    """More waits than the disk can take."""


@dataclass
class Task:
    """One write. answered: called once with what is answered, behind the commit."""

    municipality: Any
    route: Route
    request: Request
    occasion: Occasion
    answered: Callable[[Answer], None]


Done = list[tuple[Task, Answer]]


def failed() -> Answer:
    """Something unforeseen: told in the log, not outside."""
    return refused(
        NgsiError(
            500,
            "InternalServerError",
            "処理できませんでした。もう一度送り、続くなら担当者に知らせてください。",
        )
    )


class Waiting:
    """Tasks that wait, for each town in their order; the towns take turns, so that one that floods waits for itself."""

    def __init__(self) -> None:
        self._towns: dict[int, deque[Task]] = {}
        self._ready = threading.Condition()
        self._ended = False

    def put(self, task: Task) -> None:
        """One more. Raises HubFull."""
        with self._ready:
            tasks = self._towns.setdefault(task.municipality.pk, deque())
            if len(tasks) >= MOST_WAITING:
                raise HubFull
            tasks.append(task)
            self._ready.notify()

    def end(self) -> None:
        """Nothing comes any more."""
        with self._ready:
            self._ended = True
            self._ready.notify()

    def take(self) -> list[Task]:
        """Wait for tasks, and take a group; nothing when it has ended and all are taken."""
        with self._ready:
            self._ready.wait_for(lambda: self._towns or self._ended)
            group: list[Task] = []
            weight = 0
            while self._towns and len(group) < GROUP and weight < GROUP_BYTES:
                town, tasks = next(iter(self._towns.items()))
                del self._towns[town]
                task = tasks.popleft()
                group.append(task)
                weight += len(task.request.body)
                if tasks:
                    self._towns[town] = tasks  # behind the others
            return group


class Writer:
    """Start it, `put` tasks, `stop` it. together: called with all answers of a group at once."""

    def __init__(
        self, together: Callable[[Done], None] | None = None, sends: Callable[[], None] | None = None
    ):
        self._waiting = Waiting()
        self._known, self._watches = KnownSeries(), Watches()
        self._together, self._sends = together or _one_by_one, sends or (lambda: None)
        self._thread = threading.Thread(target=self._run, name="cityhub-writer", daemon=True)
        self._last = 0.0
        self.groups = self.stored = 0

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, task: Task) -> None:
        """Let it be written. Raises HubFull."""
        self._waiting.put(task)

    def stop(self, seconds: float = 20.0) -> None:
        """Write what waits, then end."""
        self._waiting.end()
        self._thread.join(seconds)

    def _run(self) -> None:
        while group := self._waiting.take():
            self._together(self._stored(group))
        connection.close()

    def _stored(self, group: list[Task]) -> Done:
        done: Done = []
        for municipality, tasks in _by_town(group):
            done += self._town(municipality, tasks)
        self.groups, self.stored = self.groups + 1, self.stored + len(group)
        return done

    def _town(self, municipality: Any, tasks: list[Task], *, again: bool = True) -> Done:
        try:
            with active_municipality(municipality):
                return self._transaction(municipality.pk, tasks)
        except Exception as error:  # whatever it was, the others are served
            self._known.forget()  # a series may have been removed meanwhile
            LOG.warning("%d updates were not stored: %s", len(tasks), error, exc_info=len(tasks) == 1)
            connection.close()
            if again and isinstance(error, IntegrityError | OperationalError):
                return self._town(municipality, tasks, again=False)
            if isinstance(error, OperationalError):  # the database is away or busy: the senders try again
                return [(task, _unavailable()) for task in tasks]
            if len(tasks) > 1:
                return [one for task in tasks for one in self._town(municipality, [task])]
        return [(tasks[0], failed())]

    def _transaction(self, municipality_id: int, tasks: list[Task]) -> Done:
        done: Done = []
        with writing(municipality_id, self._now(), self._known, self._watches) as space:
            for task in tasks:
                done.append((task, self._one(space, task)))
        for identifier in space.looped:
            LOG.warning("subscription %s ends in a circle of notifications: not told any further", identifier)
        if space.sends:
            self._sends()
        return done

    def _one(self, space: WriteSpace, task: Task) -> Answer:
        space.now = self._now()
        space.occasion = task.occasion
        mark = space.mark()
        try:
            return task.route(space, replace(task.request, now=space.now))
        except DatabaseError:  # the transaction is no good any more: see `_town`
            raise
        except Exception:  # a mistake of ours must not take the group along
            if not space.take_back(mark):
                raise
            LOG.exception("an update was not understood")
            return failed()

    def _now(self) -> float:
        """Later than any before, by a microsecond at least, if the clock is a little behind. One that is set back by more
        than BACK has been wrong before, and is believed."""
        now = time.time()
        if now < self._last - BACK:
            LOG.warning("the clock was set back by %.0f seconds", self._last - now)
            self._last = 0.0
        self._last = max(now, self._last + 2e-6)
        return self._last


def _unavailable() -> Answer:
    return refused(
        NgsiError(
            503,
            "ServiceUnavailable",
            "いま書き込めませんでした。同じものをもう一度送ってください。",
            (("Retry-After", "1"),),
        )
    )


def _one_by_one(done: Done) -> None:
    for task, answer in done:
        task.answered(answer)


def _by_town(group: Iterable[Task]) -> Iterable[tuple[Any, list[Task]]]:
    towns: dict[int, tuple[Any, list[Task]]] = {}
    for task in group:
        towns.setdefault(task.municipality.pk, (task.municipality, []))[1].append(task)
    return towns.values()
