"""The whole way once: real worker processes, real Chromium, the real sample core system as its own process.

The worker is killed with SIGKILL while the core system is storing a row, and the core system drops the
connection after it has stored one. Nothing may be lost and nothing entered twice.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]
PROGRAM = "yakuba.services.robots.tests.installation"
PATIENCE = 120.0  # seconds


class Installation:
    """An installation with its own folder, its worker and its core system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.core = town.CoreSystem.start(folder)
        self.core.calm()
        self.worker: subprocess.Popen[bytes] | None = None
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("YAKUBA_")
        }
        self._environment |= {
            "YAKUBA_DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
        }

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words], env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_worker(self) -> None:
        self.worker = subprocess.Popen([sys.executable, "-m", "yakuba", "worker"], env=self._environment)

    def kill_worker(self) -> None:
        """SIGKILL; the browser's driver notices by itself that its master is gone."""
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()

    def rows(self) -> list[tuple[int, str]]:
        """Number and state of every row, read from the database without going through the program."""
        with closing(sqlite3.connect(self.folder / "data" / "yakuba.sqlite3", timeout=30)) as database:
            return database.execute("SELECT number, state FROM robots_row ORDER BY number").fetchall()

    def run_state(self) -> str:
        with closing(sqlite3.connect(self.folder / "data" / "yakuba.sqlite3", timeout=30)) as database:
            return str(database.execute("SELECT state FROM robots_run").fetchone()[0])

    def wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < deadline, (self.rows(), self.run_state())
            time.sleep(0.05)

    def close(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            self.worker.terminate()
            self.worker.wait(40)
        self.core.stop()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    try:
        yield made
    finally:
        made.close()


def test_killed_in_the_middle_nothing_is_lost_and_nothing_twice(installation: Installation) -> None:
    core = installation.core
    # The core system takes its time to store: the kill comes after the click and before the answer.
    core.set(slow_submit=1.0)
    installation.run(PROGRAM, "seed", "3", core.base)
    installation.start_worker()
    installation.wait(lambda: (1, "submitting") in installation.rows())
    time.sleep(0.3)
    installation.kill_worker()
    core.set(slow_submit=0.0, drop_rate=1.0)
    installation.start_worker()
    installation.wait(lambda: core.set()["counters"]["dropped"] > 0)
    core.set(drop_rate=0.0)
    installation.wait(lambda: installation.run_state() != "active")

    assert installation.run_state() == "done"
    assert {state for _, state in installation.rows()} == {"entered"}
    stored = core.stored()
    assert Counter(row["receipt_number"] for row in stored) == Counter(
        town.receipt_number(serial) for serial in range(1, 4)
    )
    by_number = {row["receipt_number"]: row for row in stored}
    cases = json.loads(installation.run(PROGRAM, "ledger"))
    for serial, case in enumerate(cases, 1):
        row = by_number[case["receipt_number"]]
        assert (case["status"], case["target_number"]) == ("entered", row["registration_number"])
        assert row["values"] == town.values(PROCEDURE, serial)
        assert len(case["entered"]) == 1
        assert case["entered"][0] > 0
    assert "himitsu" not in _everything_readable(installation.folder / "data")


def _everything_readable(folder: Path) -> str:
    """All bytes of the databases and files as text: no password may be found in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)
