"""An installation of its own for tests of the whole way: real workers, real Chromium, the sample core system."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.postgresql_server import EVERY_TOWN
from tests.running_house import lay_tables
from yakuba.services.robots.tests import town

PROGRAM = "yakuba.services.robots.tests.installation"
PASSWORD = "yakuba-test-word"
PATIENCE = 240.0  # seconds; no test is about how fast the machine is


class Installation:
    """A folder, a database (SQLite, or the PostgreSQL at `database`), workers and a core system."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.core = town.CoreSystem.start(folder)
        self.core.calm()
        self.workers: list[subprocess.Popen[bytes]] = []
        self._database = database
        self._reading: psycopg.Connection[Any] | None = None
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("YAKUBA_")
        }
        self.environment |= {
            "YAKUBA_DATA_DIR": str(folder / "data"),
            "YAKUBA_OUTBOUND_HOSTS": self.core.base.partition("//")[2],
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),  # its programs import what the tests do
        }
        if database:
            self.environment["YAKUBA_DATABASE_URL"] = database
        lay_tables(folder / "data", database)

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seed(self, rows: int, *others: str) -> None:
        """やくば市 with so many cases, and a run over them; and one more run of as many against each of the others."""
        hosts = [address.partition("//")[2] for address in (self.core.base, *others)]
        self.environment["YAKUBA_OUTBOUND_HOSTS"] = ",".join(hosts)
        self.run(PROGRAM, "seed", str(rows), self.core.base, *others)

    @contextmanager
    def runs(self) -> Iterator[Callable[[], list[dict[str, Any]]]]:
        """What the pages tell of every run: the next look of one process, at each call."""
        command = [sys.executable, "-m", PROGRAM, "runs"]
        looking = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)
        try:
            yield lambda: json.loads(looking.stdout.readline())
        finally:
            looking.kill()
            looking.communicate()

    def cases(self) -> list[dict[str, Any]]:
        return json.loads(self.run(PROGRAM, "ledger"))

    def start_worker(self, *program: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", *(program or ("yakuba", "worker"))]
        worker = subprocess.Popen(command, env=self.environment)
        self.workers.append(worker)
        return worker

    def start_web(self) -> str:
        """`yakuba web`; returns its address once it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "yakuba", "web"]
        self.workers.append(
            web := subprocess.Popen(command, env=self.environment | {"YAKUBA_PORT": str(port)})
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=600):
                return f"http://127.0.0.1:{port}"
            assert web.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def query(self, statement: str) -> list[Any]:
        """Read the database without going through the program."""
        if self._database:
            if self._reading is None:
                self._reading = psycopg.connect(self._database, autocommit=True, options=EVERY_TOWN)
            return self._reading.execute(statement.encode()).fetchall()
        with closing(sqlite3.connect(self.folder / "data" / "yakuba.sqlite3", timeout=600)) as database:
            return database.execute(statement).fetchall()

    def rows(self) -> list[tuple[int, str]]:
        """Number and state of every row."""
        return [tuple(one) for one in self.query("SELECT number, state FROM robots_row ORDER BY number")]

    def run_state(self) -> str:
        return str(self.query("SELECT state FROM robots_run")[0][0])

    def wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < deadline, (self.rows(), self.run_state())
            time.sleep(0.05)

    def close(self) -> None:
        if self._reading is not None:
            self._reading.close()
        for worker in self.workers:
            if worker.poll() is None:
                thaw([worker.pid])
                worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(40)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        for pid in self.egresses():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.core.stop()

    def egresses(self) -> list[int]:
        """The process numbers of the living egresses, as they have written them down."""
        found = []
        for lock in (self.folder / "data" / "egress").glob("*/lock"):
            with suppress(OSError, ValueError):
                pid = int(lock.read_text())
                if (
                    str(lock.parent) in Path(f"/proc/{pid}/cmdline").read_text()
                ):  # the number may be another's now
                    found.append(pid)
        return found


def thaw(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
