"""The threads that read. Each town has its own queue and never all threads, so that a town that asks for much waits for itself;
tokens that nobody has seen before are looked up by one thread, so that guessing them keeps nobody out."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from yakuba.services.cityhub.engine.errors import NgsiError

READERS = 5
OF_A_TOWN, OF_STRANGERS = 3, 1  # of them at once
MOST_WAITING = 500  # of one queue
STRANGERS = 0  # the queue of those that are not known yet

Ended = Callable[[Any, Exception | None], None]


class ReadersFull(Exception):
    """More waits in a queue than will be read in time."""


class Readers:
    """All of it is called in the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="cityhub-reader")
        self._waiting: dict[int, deque[tuple[Callable[[], Any], Ended]]] = {}
        self._running: Counter[int] = Counter()

    def put(self, queue: int, work: Callable[[], Any], ended: Ended) -> None:
        """Do it in a thread; `ended` is called with what came of it. queue: the town, or STRANGERS. Raises ReadersFull."""
        waiting = self._waiting.setdefault(queue, deque())
        if len(waiting) >= MOST_WAITING:
            raise ReadersFull
        waiting.append((work, ended))
        self._start()

    def stop(self) -> None:
        """Begin nothing any more."""
        self._waiting.clear()
        self._pool.shutdown(wait=False)

    def _start(self) -> None:
        while self._running.total() < READERS:
            queue = next((one for one in self._waiting if self._has_room(one)), None)
            if queue is None:
                return
            waiting = self._waiting.pop(queue)
            work, ended = waiting.popleft()
            if waiting:
                self._waiting[queue] = waiting  # behind the others
            self._running[queue] += 1
            self._pool.submit(self._run, queue, work, ended)

    def _has_room(self, queue: int) -> bool:
        return self._running[queue] < (OF_STRANGERS if queue == STRANGERS else OF_A_TOWN)

    def _run(self, queue: int, work: Callable[[], Any], ended: Ended) -> None:
        result, trouble = None, None
        try:
            result = work()
        except Exception as error:
            if not isinstance(error, NgsiError):
                connection.close()
            trouble = error
        self._loop.call_soon_threadsafe(self._ended, queue, ended, result, trouble)

    def _ended(self, queue: int, ended: Ended, result: Any, trouble: Exception | None) -> None:
        self._running[queue] -= 1
        self._start()
        ended(result, trouble)
