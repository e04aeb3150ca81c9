"""A worker to whom things happen: `python -m …tests.shaken`, for the fault world.

SHAKEN_CLOCK names a file with the seconds by which this machine's clock is wrong now. SHAKEN_FREEZE and SHAKEN_KILL
are the shares of presses at which the worker stops (SIGSTOP) or dies (SIGKILL) at a chosen point: before the click,
with the request in the browser's hands, or after it has left, in the fast lane also before its answer is read; SHAKEN_SEED says which. SHAKEN_UNFORESEEN names the
file that tells every error of a job that no part of the house expects. Its egress is `shaken_egress`.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import traceback
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import django

EGRESS = "yakuba.services.robots.tests.shaken_egress"
SILENCE = timedelta(seconds=2)  # a worker that is frozen loses its jobs after six times as long


class Telling(logging.Handler):
    """Writes down the errors with which jobs end; that a heartbeat comes late is no error in this world."""

    def __init__(self, file: Path) -> None:
        super().__init__(logging.WARNING)
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        if record.module not in ("execution", "states"):
            return
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{record.getMessage()}\n{traceback.format_exc()}\n")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    django.setup()
    from yakuba.kernel.jobs import execution
    from yakuba.kernel.jobs.worker import main as work
    from yakuba.services.robots.adapters.egress import client
    from yakuba.services.robots.adapters.gate import Gate
    from yakuba.services.robots.adapters.plain.browser import PlainBrowser
    from yakuba.services.robots.adapters.plain.wire import Wire
    from yakuba.services.robots.adapters.session import BrowserSession
    from yakuba.services.robots.engine.ports import SystemClock

    clock = Path(os.environ["SHAKEN_CLOCK"])
    right = SystemClock.now

    def wrong(self: SystemClock) -> datetime:
        return right(self) + timedelta(seconds=float(clock.read_text() or 0))

    SystemClock.now = wrong  # type: ignore[method-assign]
    freezes, kills = float(os.environ["SHAKEN_FREEZE"]), float(os.environ["SHAKEN_KILL"])
    chance = random.Random(os.environ["SHAKEN_SEED"])
    due: dict[str, int] = {}  # what happens at which point of the press under way

    def draw() -> None:
        due.clear()
        drawn = chance.random()
        if drawn < freezes + kills:
            point = chance.choice(("click", "gate", "left", "sent"))
            due[point] = signal.SIGSTOP if drawn < freezes else signal.SIGKILL

    def strike(point: str) -> None:
        if point in due:
            os.kill(os.getpid(), due.pop(point))

    commit, send = BrowserSession.commit, Gate._send_once
    fast_commit, write, read = PlainBrowser.commit, Wire._write, Wire._read

    @wraps(commit)  # the browser asks its session for the method of that name
    def shaken_commit(self: BrowserSession, *arguments: Any, **named: Any) -> Any:
        draw()
        strike("click")
        return commit(self, *arguments, **named)

    def shaken_send(self: Gate, *arguments: Any) -> Any:
        strike("gate")
        result = send(self, *arguments)
        strike("sent")
        return result

    def shaken_fast(self: PlainBrowser, *arguments: Any, **named: Any) -> Any:
        draw()
        strike("click")
        return fast_commit(self, *arguments, **named)

    def shaken_write(self: Wire, *arguments: Any) -> None:
        strike("gate")
        write(self, *arguments)

    def shaken_read(self: Wire, *arguments: Any) -> Any:
        strike("left")
        result = read(self, *arguments)
        strike("sent")
        return result

    def start_egress(folder: Path) -> subprocess.Popen[bytes]:
        silent = subprocess.DEVNULL
        command = [sys.executable, "-m", EGRESS, str(folder)]
        return subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)

    execution.log.addHandler(Telling(Path(os.environ["SHAKEN_UNFORESEEN"])))
    client._start = start_egress
    BrowserSession.commit = shaken_commit  # type: ignore[method-assign]
    Gate._send_once = shaken_send  # type: ignore[method-assign]
    PlainBrowser.commit = shaken_fast  # type: ignore[method-assign]
    Wire._write = shaken_write  # type: ignore[method-assign]
    Wire._read = shaken_read  # type: ignore[method-assign]
    work(lease=SILENCE)


if __name__ == "__main__":
    main()
