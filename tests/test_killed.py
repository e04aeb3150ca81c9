"""A real SIGKILL of a process that started others: none of them goes on serving or working."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from running_house import new_house

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed")]  # one house for all of them

CORE = """
import django, sys, time
django.setup()
from pathlib import Path
from yakuba.demo.programs import CoreSystem
print(CoreSystem.start(Path(sys.argv[1])).process.pid, flush=True)
time.sleep(600)
"""
GUARD = 600  # seconds in which Linux certainly has delivered a signal


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return new_house(tmp_path_factory.mktemp("house"))


def stat(pid: int) -> list[str]:
    """State, parent, group, session of a process; nothing where it is gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def family(session: int) -> set[int]:
    """The living processes of a session."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    facts = {pid: stat(pid) for pid in pids}
    return {pid for pid, fact in facts.items() if fact and int(fact[3]) == session and fact[0] not in "ZX"}


def wait_until(wanted, what: str) -> None:
    deadline = time.monotonic() + GUARD
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def kill_and_see(process: subprocess.Popen[bytes]) -> None:
    try:
        process.send_signal(signal.SIGKILL)
        process.wait(GUARD)
        wait_until(lambda: not family(process.pid), f"still there: {family(process.pid)}")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_the_web_process_takes_its_child_along(house):
    web = house.start("web")
    house.wait_until_it_answers(web)
    assert len(family(web.pid)) >= 2, "the server has a child"
    kill_and_see(web)


def test_the_house_takes_web_and_worker_along(house):
    up = house.start("up")
    house.wait_until_it_answers(up)
    wait_until(lambda: len(family(up.pid)) >= 4, "the supervisor, the server and its child, the worker")
    kill_and_see(up)


def test_a_program_takes_the_sample_core_system_along(house, tmp_path):
    command = [sys.executable, "-c", CORE, str(tmp_path / "core.sqlite3")]
    program = subprocess.Popen(command, env=house.environment, stdout=subprocess.PIPE, text=True)
    core = int(program.stdout.readline())
    assert stat(core)
    program.kill()
    program.wait(GUARD)
    wait_until(lambda: (stat(core) or ["X"])[0] in "ZX", "the core system still runs")
