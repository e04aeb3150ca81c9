"""One PC, SQLite, many processes: writers wait their turn, and readers never fail."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from running_house import lay_tables

from yakuba.kernel.sqlite.turn import Turn

CROWD = "import django; django.setup(); from tests.sqlite_crowd import play; play()"
HOUSE = Path(__file__).resolve().parents[1]
ROUNDS = 3
LONGEST = 600  # seconds; nothing is measured, this only ends a test that hangs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * LONGEST)]


class Town:
    """A data folder with a database file, and processes at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[str]] = []
        lay_tables(folder)
        assert self.start("set_up", 0).wait(LONGEST) == 0

    def start(self, role: str, rounds: int = ROUNDS) -> subprocess.Popen[str]:
        """A process of its own that plays a role."""
        environment = os.environ | {
            "YAKUBA_DATA_DIR": str(self.folder),
            "YAKUBA_DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
        }
        process = subprocess.Popen(
            [sys.executable, "-c", CROWD, role, str(rounds)],
            env=environment,
            cwd=HOUSE,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.communicate()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path / "data")
    yield made
    made.close()


def test_everybody_gets_a_turn_beside_those_who_write_without_a_pause(town: Town) -> None:
    """Two processes whose transactions follow each other at once; a heartbeat, audit events, jobs and the effect
    report, which notes who made it, beside them."""
    hogs = [town.start("hog") for _ in range(2)]
    busy = [town.start(role) for role in ("heartbeat", "auditor", "clerk", "reader")]
    said = [process.communicate(timeout=LONGEST)[0] for process in busy]
    assert [process.returncode for process in busy] == [0, 0, 0, 0], "\n".join(said)
    assert all(hog.poll() is None for hog in hogs)
    (town.folder / "stop").touch()
    for hog in hogs:
        output, _ = hog.communicate(timeout=LONGEST)
        assert (hog.returncode, "locked" in output) == (0, False), output


def test_who_reads_waits_for_nobody(town: Town) -> None:
    """Somebody holds the lock that without a write-ahead log keeps out readers as well."""
    with closing(sqlite3.connect(town.folder / "yakuba.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE tenancy_municipality SET name = 'となり町'")
        reader = town.start("impatient", 1)
        said = reader.communicate(timeout=LONGEST)[0]
        writer.execute("ROLLBACK")
    assert reader.returncode == 0, said


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the turn."""
    code = "import sys, time; from pathlib import Path; from yakuba.kernel.sqlite.turn import Turn\n"
    code += "Turn(Path(sys.argv[1])).take(); print('mine', flush=True); time.sleep(600)"
    command = [sys.executable, "-c", code, str(tmp_path / "yakuba.sqlite3")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def test_who_dies_lets_go(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    waiting = Turn(tmp_path / "yakuba.sqlite3", patience=LONGEST)
    thread = threading.Thread(target=waiting.take)
    thread.start()
    holder.kill()
    thread.join(LONGEST)
    assert not thread.is_alive()
    assert _is_locked(tmp_path / "yakuba.sqlite3-turn")
    waiting.close()


def test_who_is_frozen_with_the_turn_costs_the_others_one_wait(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    holder.send_signal(signal.SIGSTOP)
    for patience in (0.05, 10.0 * LONGEST):  # the second would outlast the test
        turn = Turn(tmp_path / "yakuba.sqlite3", patience=patience)
        turn.take()
        turn.close()


def test_who_got_one_file_only_goes_without_a_turn_and_gets_it_later(tmp_path: Path) -> None:
    """As where a process may open no more files."""
    in_the_way = tmp_path / "yakuba.sqlite3-turn"
    in_the_way.mkdir()
    turn = Turn(tmp_path / "yakuba.sqlite3", patience=LONGEST)
    for _ in range(2):
        turn.take()
        turn.give_back()
    in_the_way.rmdir()
    turn.take()
    assert _is_locked(in_the_way)
    turn.close()


def test_the_turn_passes_to_the_one_who_waits_and_not_back(tmp_path: Path) -> None:
    """Whoever gives the turn back and wants it again at once comes after the one who waited."""
    first, second = (Turn(tmp_path / "yakuba.sqlite3", patience=LONGEST) for _ in range(2))
    order: list[str] = []
    first.take()

    def wait() -> None:
        waits.set()
        second.take()
        order.append("second")
        second.give_back()

    waits = threading.Event()
    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait(LONGEST)
    while not _is_locked(tmp_path / "yakuba.sqlite3-queue"):
        pass  # until it stands at the head of the queue
    first.give_back()
    first.take()
    order.append("first")
    first.give_back()
    thread.join(LONGEST)
    assert order == ["second", "first"]
    first.close()
    second.close()


def _is_locked(path: Path) -> bool:
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
