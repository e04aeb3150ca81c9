"""A world in which everything goes wrong at once: nothing lost, nothing twice, and few rows with a person.

Two workers freeze, thaw and die at the press; their clocks are set; the core system is slow, answers nothing, answers
500 after storing, ends sessions, and stores minutes after it was said to have settled. Real processes, SQLite and
PostgreSQL. A person is played by the test: a run that was held up is resumed, rows are left to be decided.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.postgresql_server import postgresql_server
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.tests.workplace import Installation, thaw

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]
WORKER = "yakuba.services.robots.tests.shaken"
LATE = 8.0  # seconds after which some rows are stored, four times what was said of the system
STEPS = (0, 600, -600, 86_400)  # seconds by which the clock is wrong


@dataclass
class World:
    """rows: how many are entered.  still: seconds without any change after which the world has stopped turning."""

    installation: Installation
    rows: int
    chance: random.Random
    still: float = 600.0
    stopped_at: dict[int, float] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    def turn(self) -> None:
        """Until nothing is open any more."""
        self._clock(0)
        self.installation.environment |= {
            "SHAKEN_CLOCK": str(self.installation.folder / "clock"),
            "SHAKEN_FREEZE": "0.08",
            "SHAKEN_KILL": "0.08",
        }
        self.installation.seed(self.rows)
        for _ in range(2):
            self.installation.start_worker(WORKER)
        before, since = self.installation.rows(), time.monotonic()
        while any(RowState(state) in OPEN for _, state in before):
            time.sleep(0.5)
            self._tend_workers()
            if self.chance.random() < 0.03:
                self._clock(self.chance.choice(STEPS))
            self._tend_run()
            now = self.installation.rows()
            if now != before:
                before, since = now, time.monotonic()
            assert time.monotonic() - since < self.still, (now, self.happened)

    def _clock(self, wrong_by: float) -> None:
        new = self.installation.folder / "clock.new"
        new.write_text(str(wrong_by))
        new.rename(self.installation.folder / "clock")
        self.happened["clock set"] += 1

    def _tend_workers(self) -> None:
        """The dead are replaced; the frozen thaw when the others have most likely taken over."""
        for worker in [one for one in self.installation.workers if one.poll() is not None]:
            self.happened["killed"] += 1
            self.installation.workers.remove(worker)
            self.installation.start_worker(WORKER)
        for worker in self.installation.workers:
            if _state_of(worker.pid) != "T":
                self.stopped_at.pop(worker.pid, None)
                continue
            thaws = self.stopped_at.setdefault(worker.pid, time.monotonic() + self.chance.uniform(10, 25))
            if time.monotonic() > thaws:
                self.happened["frozen"] += 1
                thaw([worker.pid])

    def _tend_run(self) -> None:
        state = self.installation.run_state()
        ((job_state,),) = self.installation.query("SELECT state FROM jobs_job WHERE name = 'robots.run'")
        if state in ("halted", "paused") or job_state in ("failed", "cancelled"):
            self.happened["resumed by a person"] += 1
            number = self.installation.query("SELECT id FROM robots_run")[0][0]
            self.installation.run("yakuba", "robots", "resume", str(number), "--user", "keeper")

    def check(self) -> None:
        """0 lost, 0 twice; and a person is asked only where nobody else can know."""
        core = self.installation.core
        counters = core.set()["counters"]
        self.installation.wait(lambda: core.set()["counters"]["stored"] >= len(core.stored()))
        numbers: dict[str, list[str]] = {}
        for one in core.stored():
            numbers.setdefault(one["receipt_number"], []).append(one["registration_number"])
        found = self.installation.query(
            "SELECT r.state, r.target_number, c.receipt_number FROM robots_row r"
            " JOIN ledger_case c ON c.id = r.case_id"
        )
        states = Counter(state for state, _, _ in found)
        sys.stdout.write(f"{states} {self.happened} {counters}\n")  # shown when this fails, or with -s
        assert len(found) == self.rows
        for state, number, receipt in found:
            stored = numbers.get(receipt, [])
            assert len(stored) <= 1, receipt
            if state in ("entered", "found_already"):
                assert stored == [number]
            else:
                assert state in ("undecided", "failed")
                assert state == "undecided" or not stored
        # What is stored after it was said to have settled cannot be looked up: that is a person's.
        asked = states["undecided"] - counters["late"]
        assert asked <= max(1, self.rows // 10)


def _state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        database = ""
        if request.param == "postgresql":
            database = stack.enter_context(postgresql_server()).new_database("yakuba")
        made = Installation(tmp_path, database)
        stack.callback(made.close)
        yield made


def turn(installation: Installation, rows: int) -> None:
    seed = int(os.environ.get("YAKUBA_TEST_SEED", "0")) or random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")  # shown by pytest when this fails
    installation.core.set(
        slow_submit=0.3,
        error_rate=0.004,
        logout_rate=0.01,
        drop_rate=0.1,
        broken_rate=0.05,
        late_rate=0.02,
        late_seconds=LATE,
        seed=seed,
    )
    world = World(installation, rows, random.Random(seed))
    world.turn()
    time.sleep(1.5 * LATE + 1)  # whatever comes late has come now
    world.check()


@pytest.mark.timeout(1200)
def test_a_few_rows_through_all_of_it(installation: Installation) -> None:
    turn(installation, 3)


@pytest.mark.full
@pytest.mark.timeout(4 * 3600)
def test_three_hundred_rows_through_all_of_it(installation: Installation) -> None:
    turn(installation, 300)
