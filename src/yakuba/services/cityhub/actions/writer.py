"""The one thread that writes: it takes what has come in, up to some hundred requests, stores them in one transaction, and only
then lets them be answered. So one flush of the disk serves many requests, and what is acknowledged is durable (ADR 53)."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, connection

from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions.series import KnownSeries
from yakuba.services.cityhub.actions.space import Watches, WriteSpace, writing
from yakuba.services.cityhub.engine.answers import Answer, refused
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.routes import Route

LOG = logging.getLogger("yakuba.cityhub")
GROUP = 512  # requests in one transaction
MOST_WAITING = 5_000


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


class Writer:
    """Start it, `put` tasks, `stop` it. together: called with all answers of a group at once."""

    def __init__(
        self, together: Callable[[Done], None] | None = None, sends: Callable[[], None] | None = None
    ):
        self._waiting: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
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
        if self._waiting.qsize() >= MOST_WAITING:
            raise HubFull
        self._waiting.put(task)

    def stop(self, seconds: float = 20.0) -> None:
        """Write what waits, then end."""
        self._waiting.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            group, ends = self._next()
            if group:
                self._together(self._stored(group))
            if ends:
                connection.close()
                return

    def _next(self) -> tuple[list[Task], bool]:
        first = self._waiting.get()
        if first is None:
            return [], True
        group = [first]
        while len(group) < GROUP:
            try:
                task = self._waiting.get_nowait()
            except queue.Empty:
                break
            if task is None:
                return group, True
            group.append(task)
        return group, False

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
        except IntegrityError:
            self._known.forget()  # a series has been removed meanwhile
            if again:
                return self._town(municipality, tasks, again=False)
            LOG.exception("a group of %d updates was not stored", len(tasks))
        except Exception:  # whatever it was, the others are served and the senders try again
            LOG.exception("a group of %d updates was not stored", len(tasks))
            connection.close()
        return [(task, _unavailable()) for task in tasks]

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
        except Exception:  # a mistake of ours must not take the group along
            space.take_back(mark)
            LOG.exception("an update was not understood")
            return failed()

    def _now(self) -> float:
        """Later than any before, by a microsecond at least, whatever the clock does."""
        self._last = max(time.time(), self._last + 2e-6)
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
