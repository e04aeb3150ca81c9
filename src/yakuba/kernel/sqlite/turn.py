"""Whose turn it is to write, told between processes and threads by two locked files beside the database.

Who wants to write queues for the first file, and whoever has that waits alone for the second. Who has just written
must queue again, so it cannot snatch the turn back from the one at the head. A process that dies lets go of both.
"""

from __future__ import annotations

import fcntl
import os
import random
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 20.0  # seconds; then the writer goes to SQLite's own lock: the one before it may be frozen
WITHOUT = 60.0  # seconds for which this process then asks for no turn, so that a frozen one costs it one wait
IN_THE_QUEUE = 0.004  # seconds between looks, more or less: all who queue look equally often
AT_THE_HEAD = 0.001

_without_until: dict[Path, float] = {}  # database → until when (monotonic) this process asks for no turn


class Turn:
    """One connection's. Not for use by two threads at once."""

    def __init__(self, database: Path, patience: float = PATIENCE) -> None:
        self._database = database
        self._paths = [database.with_name(f"{database.name}-{name}") for name in ("queue", "turn")]
        self._patience = patience
        self._files: list[int] = []
        self.taken = False

    def take(self) -> None:
        """Wait for the turn; gives up after `patience` seconds, and where the files cannot be locked."""
        self.taken = True
        if time.monotonic() < _without_until.get(self._database, 0.0):
            return
        with suppress(OSError):  # a read-only folder, a file system without locks
            self._open()
            until = time.monotonic() + self._patience
            queue, turn = self._files
            got = _locked(queue, IN_THE_QUEUE, until)
            if got:
                got = _locked(turn, AT_THE_HEAD, until)
                fcntl.flock(queue, fcntl.LOCK_UN)
            if not got:
                _without_until[self._database] = time.monotonic() + WITHOUT

    def give_back(self) -> None:
        """Let the next one write."""
        self.taken = False
        for file in self._files:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the turn back for good."""
        self.taken = False
        while self._files:
            os.close(self._files.pop())

    def _open(self) -> None:
        for path in self._paths[len(self._files) :]:  # a second try where the first one got one file only
            self._files.append(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _locked(file: int, pause: float, until: float) -> bool:
    """Whether the file could be locked in time."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(pause * random.uniform(0.5, 1.5))
