"""SIGKILL of the real robot process, in the real browser, against the real core system."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.tests import killable, town

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def core(tmp_path: Path) -> Iterator[town.CoreSystem]:
    system = town.CoreSystem.start(tmp_path)
    yield system
    system.stop()


def work(rows: Path, base: str, kill_after: int | None, delay: float) -> str:
    """Start a robot; kill it `delay` seconds after that many commits, or let it end. Returns its last word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "yakuba.services.robots.tests.killable", rows, base],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for count, line in enumerate(process.stdout, start=1):
        said = line.strip()
        if count == kill_after:
            time.sleep(delay)
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait(600)
    process.stdout.close()
    return said


def check_once(core: town.CoreSystem, path: Path) -> None:
    time.sleep(1.0)  # whatever is still under way in the core system may arrive now
    rows = killable.read(path)
    stored = core.stored({row.receipt_number for row in rows})
    assert sorted(one["receipt_number"] for one in stored) == [row.receipt_number for row in rows]
    for row in rows:
        assert row.state is RowState.ENTERED
        found = next(one for one in stored if one["receipt_number"] == row.receipt_number)
        assert (found["registration_number"], found["values"]) == (row.target_number, row.values)


@pytest.mark.full  # the fault world kills as well, in make test
def test_killed_at_random_moments_nothing_is_lost_and_nothing_twice(
    core: town.CoreSystem, tmp_path: Path
) -> None:
    core.set(slow_submit=0.4)
    path = tmp_path / "rows"
    killable.write(path, town.rows("bus-pass", 3))
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}")  # shown by pytest when this fails
    chance = random.Random(seed)
    for _ in range(4):
        work(path, core.base, chance.randint(1, 7), chance.uniform(0, 0.6))
    assert work(path, core.base, None, 0) == "finished"
    check_once(core, path)


def test_killed_right_after_the_press_at_a_slow_target(core: town.CoreSystem, tmp_path: Path) -> None:
    """The robot dies while its request is under way; the row is stored after it has come back."""
    core.set(slow_submit=1.5)
    path = tmp_path / "rows"
    killable.write(path, town.rows("bus-pass", 1))
    assert work(path, core.base, 4, 0.25) == "1 submitting"
    core.set(slow_submit=0.0)
    assert work(path, core.base, None, 0) == "finished"
    check_once(core, path)
