"""Who holds connections open: counted by address, and ended where one address, or all together, hold too many.

The server takes connections by itself and counts none. Every quarter of a second this looks at the process's own
sockets and ends what is over: silent ones first, the oldest first. A connection on which a request is under way is
never ended here; of those the door takes no more than it can hold. A browser opens an ended idle connection again
without a word.
"""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from yakuba.config.serving.addresses import Network, is_trusted, place_of

EVERY = 0.25  # seconds
SILENT_AT_ONCE = 64  # connections of one place on which nothing was ever asked
SILENT_IN_ALL = 1024
IDLE_AT_ONCE = (
    512  # of one place, without a request under way; an office behind one address has many browsers
)
IDLE_IN_ALL = 3072

Peer = tuple[str, int]


@dataclass
class Line:
    """What is known of an open connection. `since`: when it was first seen, monotonic seconds."""

    since: float
    asked: bool = False
    under_way: int = 0


class Connections:
    """The open connections to one port of this process. The event loop tells of requests; a thread looks and ends."""

    def __init__(self, port: int, trusted: Sequence[Network]) -> None:
        self._port, self._trusted = port, trusted
        self._lines: dict[Peer, Line] = {}
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Look for ever, in a thread that ends with the process."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        threading.Thread(target=self._watch, name="connections", daemon=True).start()

    @contextmanager
    def request(self, client: str) -> Iterator[None]:
        """A request of this client (`address:port`) is under way."""
        address, _, port = client.rpartition(":")
        with self._lock:
            peer = address.strip("[]"), int(port) if port.isdecimal() else 0
            line = self._lines.setdefault(peer, Line(time.monotonic()))
            line.asked = True
            line.under_way += 1
        try:
            yield
        finally:
            with self._lock:
                line.under_way -= 1

    def look(self) -> None:
        """End what is over."""
        now = time.monotonic()
        still = {_peer(one) for one in self._accepted()}
        with self._lock:
            for peer in self._lines.keys() - still:
                if not self._lines[peer].under_way:
                    del self._lines[peer]
            over = self._over({peer: self._lines.setdefault(peer, Line(now)) for peer in still})
            if over:
                for one in self._accepted():
                    if _peer(one) in over:
                        with suppress(OSError):  # it has ended by itself
                            one.shutdown(socket.SHUT_RDWR)

    def _over(self, lines: dict[Peer, Line]) -> set[Peer]:
        """The connections to end. A trusted proxy's are many people's: they count in all only."""
        waiting = sorted(
            (peer for peer, line in lines.items() if not line.under_way), key=lambda peer: lines[peer].since
        )
        silent = [peer for peer in waiting if not lines[peer].asked]
        over: set[Peer] = set()
        for peers, at_once, in_all in (
            (silent, SILENT_AT_ONCE, SILENT_IN_ALL),
            (waiting, IDLE_AT_ONCE, IDLE_IN_ALL),
        ):
            places: dict[str, list[Peer]] = defaultdict(list)
            for peer in peers:
                if not is_trusted(peer[0], self._trusted):
                    places[place_of(peer[0])].append(peer)
            for held in places.values():
                over.update(held[:-at_once])
            left = [peer for peer in peers if peer not in over]
            over.update(left[:-in_all])
        return over

    def _watch(self) -> None:
        while True:
            time.sleep(EVERY)
            with suppress(OSError):  # no descriptor was free to look with: the next look has one
                self.look()

    def _accepted(self) -> Iterator[socket.socket]:
        """Every accepted connection, by a descriptor of our own: the server may close its own meanwhile."""
        for name in os.listdir("/proc/self/fd"):
            try:
                one = socket.socket(fileno=os.dup(int(name)))
            except OSError:  # no socket
                continue
            with one, suppress(OSError):  # the listening one has no peer
                if one.family in {socket.AF_INET, socket.AF_INET6} and one.getsockname()[1] == self._port:
                    one.getpeername()
                    yield one


def _peer(one: socket.socket) -> Peer:
    try:
        address, port = one.getpeername()[:2]
    except OSError:
        return "", 0
    return address, port
