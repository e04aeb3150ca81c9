"""A robot process that can be killed and frozen: `python -m …tests.killable STORE BASE [FREEZE]` works on a row file.

Rows are committed by an atomic rename after fsync, and every commit is told on standard output. The way out is the
egress in the folder beside the file. FREEZE names a point between the click and the sending at which a part of this
process's tree stops (SIGSTOP) for once: `worker` before the click, `gate` with the request in the browser's hands,
`driver` and `browser` the program that would send it next.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import uuid
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.egress.client import EgressSession
from yakuba.services.robots.adapters.gate import Gate
from yakuba.services.robots.adapters.session import BrowserSession
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.errors import LeaseLost
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.memory import MemoryStore

LIMITS = Limits(settle_seconds=2.5, backoff=0.05)


class FileStore(MemoryStore):
    """Who made it last is the holder: the others' writes are refused."""

    def __init__(self, path: Path) -> None:
        super().__init__(read(path))
        self._path = path
        self._me = uuid.uuid4().hex
        replace(path.with_suffix(".holder"), self._me.encode())

    def save(self, row: Row) -> None:
        self._hold()
        super().save(row)
        write(self._path, list(self.rows.values()))
        say(f"{row.number} {row.state}")

    def next_number(self, at_least: int) -> int:
        self._hold()
        counter = self._path.with_suffix(".fence")
        number = max(int(counter.read_text()) + 1 if counter.exists() else 1, at_least)
        replace(counter, str(number).encode())
        return number

    def _hold(self) -> None:
        if self._path.with_suffix(".holder").read_bytes() != self._me.encode():
            raise LeaseLost


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read(path: Path) -> list[Row]:
    return pickle.loads(path.read_bytes())


def write(path: Path, rows: list[Row]) -> None:
    replace(path, pickle.dumps(rows))


def replace(path: Path, data: bytes) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def descendants() -> list[tuple[int, bytes]]:
    """Process numbers and command lines of everything that this process has started, and so on."""
    parents: dict[int, int] = {}
    lines: dict[int, bytes] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                lines[int(folder.name)] = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat[1])
    found, new = set(), {os.getpid()}
    while new:
        found |= new
        new = {pid for pid, parent in parents.items() if parent in new} - found
    return [(pid, lines[pid]) for pid in found - {os.getpid()} if b"egress.server" not in lines[pid]]


def freeze(point: str) -> None:
    """Arrange for it; it happens once."""
    done: list[int] = []

    def stop(pids: list[int]) -> None:
        if done:
            return
        done.extend(pids)
        say(f"frozen {' '.join(map(str, pids))}")
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)

    def before(owner: type, name: str, chosen: Callable[[], list[int]]) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            if getattr(
                arguments[0], "_guarding", True
            ):  # the gate sends the forms before the commit step, too
                stop(chosen())
            return original(*arguments, **named)

        setattr(owner, name, wrapped)

    if point == "worker":
        before(BrowserSession, "commit", lambda: [os.getpid()])
    elif point == "gate":
        before(Gate, "_send_once", lambda: [os.getpid()])
    elif point == "driver":
        before(
            Gate,
            "_send_once",
            lambda: [pid for pid, line in descendants() if b"driver" in line.split(b"\0")[0]],
        )
    elif point == "browser":
        before(
            BrowserSession,
            "commit",
            lambda: [pid for pid, line in descendants() if b"--yakuba-robot=" in line],
        )
    else:
        raise ValueError(point)


def main(path: Path, base: str, freezes: str = "") -> None:
    if freezes:
        freeze(freezes)
    store = FileStore(path)
    target = base.partition("//")[2]
    with EgressSession(path.parent / "egress", "run", store.next_number, [target]) as egress:
        egress.open()
        with ChromiumBrowser(["127.0.0.1"], way_out=egress.address) as browser:
            player = ScenarioPlayer(town.scenario("bus-pass"), browser, town.SECRETS, base)
            say(Runner(store, player, limits=LIMITS, egress=egress, pictures=()).run().ending)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
