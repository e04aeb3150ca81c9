"""Who holds connections open: counted by address, and ended where one address, or all together, hold too many.

The server takes connections by itself and counts none. Every quarter of a second this looks at the process's own
sockets and ends what is over, whatever has been quiet longest first: it waits for a request, or for the other side to
take an answer. A connection on which a request is under way is never ended here; of those the door takes no more than
it can hold. A browser opens an ended idle connection again without a word.
"""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import socket
import struct
import termios
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from yakuba.kernel.addresses import Network, is_within, place_of

EVERY = 0.25  # seconds
GRACE = 1.0  # seconds for a first request to arrive, before a connection counts as silent
PATIENCE = 60.0  # seconds in which the other side takes nothing of its answer, before the kernel ends it
SILENT_AT_ONCE = 64  # connections of one place on which nothing was ever asked
SILENT_IN_ALL = 1024
QUIET_AT_ONCE = (
    512  # of one place, without a request under way; an office behind one address has many browsers
)
QUIET_IN_ALL = 1920  # with what the door's queues and seats hold at most, fewer than the server takes

Peer = tuple[str, int]


@dataclass
class Line:
    """What is known of an open connection. `quiet_since`: when a request or an answer was last under way on it, or
    else when it was first seen; monotonic seconds. `answers`: files that the server sends on it."""

    quiet_since: float
    asked: bool = False
    under_way: int = 0
    answers: list[IO[bytes]] = field(default_factory=list)


class Connections:
    """The open connections to one port of this process. The event loop tells of requests; a thread looks and ends."""

    def __init__(self, port: int, trusted: Sequence[Network], patience: float = PATIENCE) -> None:
        self._port, self._trusted, self._patience = port, trusted, patience
        self._lines: dict[Peer, Line] = {}
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Look for ever, in a thread that ends with the process."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        threading.Thread(target=self._watch, name="connections", daemon=True).start()

    @contextmanager
    def request(self, client: str) -> Iterator[Line]:
        """A request of this client (`address:port`) is under way. Files among the line's answers are closed when the
        connection is over: the server gives no other sign that it has sent one."""
        address, _, port = client.rpartition(":")
        peer = _peer(address.strip("[]"), int(port) if port.isdecimal() else 0)
        with self._lock:
            line = self._lines.setdefault(peer, Line(time.monotonic()))
            line.asked = True
            line.under_way += 1
        try:
            yield line
        finally:
            with self._lock:
                line.under_way -= 1
                line.quiet_since = time.monotonic()

    def look(self) -> None:
        """End what is over."""
        now = time.monotonic()
        taking = {peer: self._is_taking(one) for one, peer in self._accepted()}
        with self._lock:
            gone = self._forget(self._lines.keys() - taking.keys(), now)
            for peer, busy in taking.items():
                line = self._lines.setdefault(peer, Line(now))
                if busy:
                    line.quiet_since = now
            over = self._over({peer: self._lines[peer] for peer in taking})
            if over:  # under the lock: no request of theirs begins meanwhile
                for one, peer in self._accepted():
                    if peer in over:
                        with suppress(OSError):  # it has ended by itself
                            one.shutdown(socket.SHUT_RDWR)
        for line in gone:
            for answer in line.answers:
                answer.close()

    def _forget(self, unseen: set[Peer], since: float) -> list[Line]:
        """Those of the unseen that are over; a connection that came while this looked (`since`) is not."""
        gone = [
            peer
            for peer in unseen
            if not self._lines[peer].under_way and self._lines[peer].quiet_since < since
        ]
        return [self._lines.pop(peer) for peer in gone]

    def _over(self, lines: dict[Peer, Line]) -> set[Peer]:
        """The connections to end. A trusted proxy's are many people's: they count in all only."""
        quiet = sorted(
            (peer for peer, line in lines.items() if not line.under_way),
            key=lambda peer: lines[peer].quiet_since,
        )
        late = time.monotonic() - GRACE
        silent = [peer for peer in quiet if not lines[peer].asked and lines[peer].quiet_since <= late]
        over: set[Peer] = set()
        for peers, at_once, in_all in (
            (silent, SILENT_AT_ONCE, SILENT_IN_ALL),
            (quiet, QUIET_AT_ONCE, QUIET_IN_ALL),
        ):
            places: dict[str, list[Peer]] = defaultdict(list)
            for peer in peers:
                if not is_within(peer[0], self._trusted):
                    places[place_of(peer[0])].append(peer)
            for held in places.values():
                over.update(held[:-at_once])
            left = [peer for peer in peers if peer not in over]
            over.update(left[:-in_all])
        return over

    def _watch(self) -> None:
        while True:
            time.sleep(EVERY)
            with suppress(OSError):  # no descriptor is free to look with: the next look may have one
                self.look()

    def _is_taking(self, one: socket.socket) -> bool:
        """Whether something of an answer is still to be taken. Who takes none of it is given up by the kernel."""
        with suppress(OSError):
            (unsent,) = struct.unpack("i", fcntl.ioctl(one, termios.TIOCOUTQ, bytes(4)))
            if unsent:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._patience * 1000))
                return True
        return False

    def _accepted(self) -> Iterator[tuple[socket.socket, Peer]]:
        """Every accepted connection, by a descriptor of our own: the server may close its own meanwhile."""
        for name in os.listdir("/proc/self/fd"):
            try:
                if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                    continue
                descriptor = os.dup(int(name))
            except OSError as error:
                if error.errno in {errno.ENOENT, errno.EBADF}:  # closed meanwhile
                    continue
                raise
            try:
                one = socket.socket(fileno=descriptor)
            except OSError:  # another thing has that number by now
                os.close(descriptor)
                continue
            with one, suppress(OSError):  # the listening one has no peer
                if one.family in {socket.AF_INET, socket.AF_INET6} and one.getsockname()[1] == self._port:
                    yield one, _peer(*one.getpeername()[:2])


def _peer(address: str, port: int) -> Peer:
    """Without the interface of a link-local address, which Python and the server write differently."""
    return address.partition("%")[0], port
