"""One thread that owns the browser.

Playwright's sync API leaves an event loop marked as running in its thread, and other code there (an ORM, for
one) then believes itself inside asyncio. So it gets a thread of its own, and callers wait, for a bounded time.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
_Call = tuple[Callable[[], Any], "Future[Any]"]


class WorkerThread:
    """Runs callables one after another in a daemon thread. Safe to call from any thread."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def call(self, action: Callable[[], T], seconds: float) -> T:
        """The action's result or exception. Raises `TimeoutError` after `seconds`; the action may go on."""
        future: Future[T] = Future()
        self._calls.put((action, future))
        return future.result(timeout=seconds)

    def end(self, seconds: float = 10.0) -> None:
        """Finish after the calls already made."""
        self._calls.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            action, future = call
            try:
                future.set_result(action())
            except BaseException as error:  # handed to the caller, whatever it is
                future.set_exception(error)
