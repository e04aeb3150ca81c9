"""Acknowledgements in the order in which messages came (MQTT 5, 4.6), whatever order they are stored in."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass


@dataclass(eq=False)
class Ticket:
    """A message in hand. connection: counted; number: by which the broker knows it on that connection."""

    connection: int
    number: int
    stored: bool = False


class InOrder:
    """Those that came and are not acknowledged yet. Used by several threads."""

    def __init__(self) -> None:
        self._waiting: deque[Ticket] = deque()
        self._connection = 0
        self._lock = threading.Lock()

    def anew(self) -> None:
        """A new connection: the broker sends again what it has no acknowledgement of, and takes none for the old one."""
        with self._lock:
            self._connection += 1
            self._waiting.clear()

    def came(self, number: int) -> Ticket:
        """One more message."""
        with self._lock:
            ticket = Ticket(self._connection, number)
            self._waiting.append(ticket)
            return ticket

    def stored(self, ticket: Ticket) -> list[int]:
        """It is on the disk: what may be acknowledged now, in order."""
        ready = []
        with self._lock:
            ticket.stored = True
            if ticket.connection != self._connection:
                return []
            while self._waiting and self._waiting[0].stored:
                ready.append(self._waiting.popleft().number)
        return ready

    def __len__(self) -> int:
        return len(self._waiting)
