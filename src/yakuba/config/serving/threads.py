"""The threads in which requests are answered. Who is known has threads of their own, so that no crowd of strangers
stands in front of them; and strangers of one place do not fill the strangers' queue."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from yakuba.config.serving.bodies import Refused

KNOWN_FOR = 60.0  # seconds; only for the choice of a queue, rights are looked up each time
MOST_KNOWN = 10_000


class Queue:
    """Threads, and those who wait for one: `at_once` of one place (those that are answered included), `in_all`."""

    def __init__(self, name: str, threads: int, at_once: int, in_all: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._at_once, self._in_all = at_once, in_all
        self._places: Counter[str] = Counter()

    async def run(self, place: str, work: Any, *arguments: Any) -> Any:
        """Do the work in a thread. Raises Refused where too many wait."""
        if self._places[place] >= self._at_once or self._places.total() >= self._in_all:
            raise Refused(503, "混み合っています。少し待ってから、もう一度開いてください。")
        self._places[place] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._places[place] -= 1
            if not self._places[place]:
                del self._places[place]


class Known:
    """Senders that were looked up in the last minute, by their cookies and token. Used by one event loop only."""

    def __init__(self) -> None:
        self._senders: dict[bytes, tuple[str, float]] = {}

    def get(self, environ: dict[str, Any]) -> str | None:
        """The sender, or None where nobody is known."""
        sender, until = self._senders.get(_digest(environ), (None, 0.0))
        return sender if time.monotonic() < until else None

    def keep(self, environ: dict[str, Any], sender: str) -> None:
        """Keep what was found. Strangers are not kept: the same cookie may log in the next moment."""
        if not sender:
            self._senders.pop(_digest(environ), None)
            return
        if len(self._senders) >= MOST_KNOWN:
            self._senders.clear()
        self._senders[_digest(environ)] = sender, time.monotonic() + KNOWN_FOR


def _digest(environ: dict[str, Any]) -> bytes:
    said = environ.get("HTTP_COOKIE", ""), environ.get("HTTP_AUTHORIZATION", "")
    return hashlib.sha256(repr(said).encode(errors="surrogatepass")).digest()
