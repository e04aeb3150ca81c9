"""A robot that stops between the click and the sending, is taken for dead, and goes on when all is over.

Real processes, the real browser, the real core system, and SIGSTOP in every program through which the request goes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.tests import killable, town

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Every program through which the request goes is frozen in make test; at the gate it is the worker's own, which
# make test-full freezes before its click as well.
POINTS = ("gate", "driver", "browser", pytest.param("worker", marks=pytest.mark.full))


@pytest.fixture
def core(tmp_path: Path) -> Iterator[town.CoreSystem]:
    system = town.CoreSystem.start(tmp_path)
    yield system
    system.stop()
    with suppress(OSError, ValueError):
        os.kill(int((tmp_path / "egress" / "lock").read_text()), signal.SIGKILL)


class Robot:
    """A `killable` process."""

    def __init__(self, path: Path, base: str, freezes: str = "") -> None:
        command = [sys.executable, "-m", "yakuba.services.robots.tests.killable", str(path), base]
        self.process = subprocess.Popen(
            [*command, *([freezes] if freezes else [])], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self._said = self.process.stdout

    def until_frozen(self) -> list[int]:
        """The processes that have stopped."""
        for line in self._said:
            if line.startswith("frozen"):
                return [int(pid) for pid in line.split()[1:]]
        raise AssertionError("it never came to the point")

    def last_word(self) -> str:
        said = ""
        for line in self._said:
            said = line.strip()
        self.process.wait(600)
        self._said.close()
        return said


@pytest.mark.parametrize("point", POINTS)
def test_what_thaws_after_a_takeover_sends_nothing(point: str, core: town.CoreSystem, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    killable.write(path, town.rows("bus-pass", 1))
    old = Robot(path, core.base, point)
    frozen = old.until_frozen()
    assert frozen
    try:
        assert Robot(path, core.base).last_word() == "finished"
        (row,) = killable.read(path)
        # Certainly not sent, says the egress: so it was entered again at once, and no person was asked.
        assert row.state is RowState.ENTERED
    finally:
        for pid in frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    assert old.last_word() in ("lost", "frozen")
    stored = core.stored()
    assert [one["registration_number"] for one in stored] == [row.target_number]


def test_a_frozen_egress_lets_nobody_go_on(core: town.CoreSystem, tmp_path: Path) -> None:
    """It may hold the request in its hands: nothing is pressed, and nothing is said to be certain."""
    path = tmp_path / "rows"
    killable.write(path, town.rows("bus-pass", 1))
    old = Robot(path, core.base, "gate")
    frozen = old.until_frozen()
    egress = int((tmp_path / "egress" / "lock").read_text())
    os.kill(egress, signal.SIGSTOP)
    try:
        second = Robot(path, core.base)
        second.process.wait(600)
        assert second.process.returncode != 0  # NoEgress, before anything was touched
        (row,) = killable.read(path)
        assert row.state is RowState.SUBMITTING
    finally:
        os.kill(egress, signal.SIGCONT)
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    old.process.kill()
    old.process.wait()
    assert Robot(path, core.base).last_word() == "finished"
    (row,) = killable.read(path)
    assert len(core.stored()) == (1 if row.state is RowState.ENTERED else 0)
