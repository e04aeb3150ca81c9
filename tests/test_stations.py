"""Two installations of one town that share only a folder: one has the cases, the other alone reaches the core system. Twenty rows,
with the station's worker killed in the middle, the sender killed while it takes results, and files that come twice and late."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from running_house import STAFF, House, new_house
from two_houses import indented

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.tests import town

pytestmark = [
    pytest.mark.full,
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]
ROWS, PATIENCE = 20, 1800
OFFICE = """
    from yakuba.kernel.accounts.models import User
    from yakuba.kernel.ledger import actions
    from yakuba.kernel.ledger.models import Procedure
    from yakuba.services.robots.actions.scenarios import load_scenario
    from yakuba.services.robots.tests import town
    from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, ready_case
    person = User.objects.get(username="hanako")
    actions.load_procedure(town.definition(PROCEDURE))
"""
LOADED = """
    version = load_scenario(town.scenario_text(PROCEDURE), actor=person)
"""
SENDER = f"""{OFFICE}{LOADED}
    for serial in range(1, {ROWS + 1}):
        ready_case(Procedure.objects.get(code=PROCEDURE), serial)
    print(version.scenario_id)
"""
STATION = f"""{OFFICE}
    import sys
    from yakuba.services.robots import facade
    facade.set_system(SYSTEM, sys.argv[1], town.SECRETS, actor=person, settle_seconds=2.0)
{LOADED}
"""
ROWS_TOLD = """
    import json
    from yakuba.services.robots.models import Row
    rows = Row.objects.select_related("case").order_by("number")
    print(json.dumps([[r.pk, r.case.receipt_number, r.state, r.target_number, r.case.status, r.contradiction] for r in rows]))
"""
KILLED_WHILE_TAKING = """
    import os, signal
    from yakuba.services.robots.actions.stations import settling, turns
    from yakuba.services.robots.models import Station
    before, taken = settling._end, []
    def end(*given):
        before(*given)
        taken.append(1)
        if len(taken) == 7:
            os.kill(os.getpid(), signal.SIGKILL)
    settling._end = end
    turns.turn(Station.objects.get())
"""


def asked(house: House, *words: str) -> Any:
    """What a command of the room answers, as JSON."""
    done = house.yakuba("robots", *words, "--user", STAFF, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def rows(house: House) -> list[list[Any]]:
    return json.loads(house.python(indented(ROWS_TOLD)).splitlines()[-1])


def turn(house: House) -> None:
    asked(house, "station", "turn", str(asked(house, "station", "list")[0]["id"]))


def until(wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@contextmanager
def worker(house: House) -> Iterator[subprocess.Popen[bytes]]:
    """Killed at the end, without its egress, which belongs to the machine."""
    process = subprocess.Popen([sys.executable, "-m", "yakuba", "worker"], env=house.environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def know_each_other(sender: House, station: House, medium: Path) -> None:
    """Each accepts the other's keys by the fingerprint that is read aloud."""
    told = {}
    for name, house in (("sender", sender), ("station", station)):
        told[name] = asked(house, "station", "make-key")["fingerprint"]
        done = house.yakuba("robots", "station", "key-file", "--out", str(medium / f"{name}.key"))
        assert done.returncode == 0, done.stderr
    for house, other in ((sender, "station"), (station, "sender")):
        file = str(medium / f"{other}.key")
        asked(house, "station", "accept", file, told[other], f"the {other}", other, "--folder", "shared")


@pytest.fixture
def core(tmp_path: Path) -> Iterator[town.CoreSystem]:
    running = town.CoreSystem.start(tmp_path)
    running.calm()
    yield running
    running.stop()


def egresses_end(house: House) -> None:
    for lock in (house.folder / "egress").glob("*/lock"):
        with suppress(OSError, ValueError):
            pid = int(lock.read_text())
            if str(lock.parent) in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)


@pytest.mark.timeout(3600)
def test_twenty_rows_are_entered_once_at_the_other_host_through_kills_and_files_that_come_twice(
    tmp_path: Path, core: town.CoreSystem
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    sender = new_house(tmp_path / "sender", YAKUBA_ARRIVAL_ROOT=str(shared))
    station = new_house(
        tmp_path / "station",
        YAKUBA_ARRIVAL_ROOT=str(shared),
        YAKUBA_OUTBOUND_HOSTS=core.base.partition("//")[2],
    )
    know_each_other(sender, station, tmp_path)
    scenario = sender.python(indented(SENDER)).split()[-1]
    subprocess.run(
        [sys.executable, "-c", indented(STATION), core.base],
        env=station.environment,
        check=True,
        timeout=PATIENCE,
    )
    refused = sender.yakuba("robots", "run", "bus-pass", "--user", STAFF)
    assert refused.returncode != 0  # the core system is not reachable from here
    number = asked(sender, "station", "list")[0]["id"]
    run = asked(sender, "station", "hand-over", str(number), scenario)
    assert (run["state"], run["total"]) == ("away", ROWS)
    turn(sender)
    folder = shared / "990019-stations" / "shared"
    (first,) = folder.glob("*.yakuba-rows")
    kept = tmp_path / "kept.yakuba-rows"
    shutil.copy(first, kept)
    try:
        turn(station)
        with worker(station):
            until(lambda: len(core.stored()) >= ROWS // 3)
        half = len(core.stored())
        assert half < ROWS, "killed too late"
        shutil.copy(kept, folder / "again.yakuba-rows")  # the same, under another name
        turn(station)
        early = tmp_path / "early.yakuba-results"
        shutil.copy(max(folder.glob("*.yakuba-results")), early)
        turn(sender)
        with worker(station):
            until(
                lambda: all(
                    row[2] in ("entered", "found_already", "undecided", "failed") for row in rows(station)
                )
            )
        turn(station)
        killed = subprocess.run(
            [sys.executable, "-c", indented(KILLED_WHILE_TAKING)], env=sender.environment, timeout=PATIENCE
        )
        assert killed.returncode == -signal.SIGKILL
        assert any(row[2] == "waiting" for row in rows(sender))
        turn(sender)
        shutil.copy(early, folder / "late.yakuba-results")
        shutil.copy(kept, folder / "late.yakuba-rows")
        turn(sender)
        turn(station)
        done = asked(sender, "station", "take", str(early))
        assert (done["stale"], done["new"]) == (True, 0)
        _decide_what_is_left(sender, station)
        _is_all_there_once(sender, core)
    finally:
        egresses_end(station)
        egresses_end(sender)


def _decide_what_is_left(sender: House, station: House) -> None:
    """What was struck at the press may wait for a person, who lets the station look again."""
    left = [row for row in rows(sender) if row[2] == "undecided"]
    assert len(left) <= 2, left
    if not left:
        return
    for row in left:
        asked(sender, "decide", str(row[0]), "again")
    turn(sender)
    turn(station)
    with worker(station):
        until(lambda: all(row[2] in ("entered", "found_already") for row in rows(station)))
    turn(station)
    turn(sender)


def _is_all_there_once(sender: House, core: town.CoreSystem) -> None:
    stored = {one["receipt_number"]: one["registration_number"] for one in core.stored()}
    assert len(core.stored()) == len(stored) == ROWS  # none twice
    told = rows(sender)
    assert {row[1]: row[3] for row in told} == stored  # none lost, none under another's number
    assert {(row[4], row[5]) for row in told} == {("entered", "")}
