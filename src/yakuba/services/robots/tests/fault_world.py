"""A world in which everything goes wrong at once: nothing lost, nothing twice, and few rows with a person.

Two workers freeze, thaw and die at the press, and so does the egress that they share, at any moment and with a half
sent committing request in its hands; their clocks are set; the core system is slow, answers nothing, answers
500 after storing, ends sessions, and stores minutes after it was said to have settled. The
scenario calls another, loops over marks and reads from the page. Real processes, SQLite and PostgreSQL. A person is played by the test: a run that was held up is resumed, rows are left to be decided.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.postgresql_server import postgresql_server
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.engine.complaints import NO_EGRESS
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.tests.workplace import Installation, thaw

WORKER = "yakuba.services.robots.tests.shaken"
LATE = 8.0  # seconds after which some rows are stored, four times what was said of the system
EGRESS_STRUCK = 0.01  # the share of half seconds in which the egress is struck at whatever it is doing
STEPS = (0, 600, -600, 86_400)  # seconds by which the clock is wrong
WORKERS = 2
STRIKES = {"SHAKEN_FREEZE": 0.08, "SHAKEN_KILL": 0.08, "SHAKEN_EGRESS": 0.1}  # shares of presses
TROUBLES = {  # of the core system: see `samples/coresystem`
    "slow_submit": 0.3,
    "error_rate": 0.004,
    "logout_rate": 0.01,
    "drop_rate": 0.1,
    "broken_rate": 0.05,
    "late_rate": 0.02,
    "late_seconds": LATE,
}


@dataclass
class World:
    """rows: how many are entered.  seed: of all that is drawn in it; when it strikes is the machine's own affair.
    still: seconds without any change after which the world has stopped turning."""

    installation: Installation
    rows: int
    seed: int
    still: float = 600.0
    fast: bool = False
    stopped_at: dict[int, float] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    started: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def turn(self) -> None:
        """Until nothing is open any more."""
        self._clock(0)
        self.installation.environment |= {
            "SHAKEN_CLOCK": str(self.installation.folder / "clock"),
            **{name: str(share) for name, share in STRIKES.items()},
            "SHAKEN_LOG": str(self._egress_log),
            "SHAKEN_UNFORESEEN": str(self._unforeseen),
            "SEED_STEERED": "1",
            **({"SEED_FAST": "1"} if self.fast else {}),
        }
        self.installation.seed(self.rows)  # the core system is still calm: a proof needs that
        self.installation.core.set(**TROUBLES, seed=self.seed)
        for _ in range(WORKERS):
            self._start_worker()
        before, until = self.installation.rows(), time.monotonic() + self.still
        while any(RowState(state) in OPEN for _, state in before):
            time.sleep(0.5)
            self._tend_workers()
            self._tend_egress()
            if self.chance.random() < 0.03:
                self._clock(self.chance.choice(STEPS))
            self._tend_run()
            now = self.installation.rows()
            if now != before:
                before, until = now, time.monotonic() + self.still
            assert time.monotonic() < until, (now, self.happened)

    def _start_worker(self) -> None:
        self.started += 1
        self.installation.environment["SHAKEN_SEED"] = f"{self.seed}:{self.started}"
        self.installation.start_worker(WORKER)

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
            self._start_worker()
        for worker in self.installation.workers:
            if _state_of(worker.pid) != "T":
                self.stopped_at.pop(worker.pid, None)
                continue
            thaws = self.stopped_at.setdefault(worker.pid, time.monotonic() + self.chance.uniform(10, 25))
            if time.monotonic() > thaws:
                self.happened["frozen"] += 1
                thaw([worker.pid])

    def _tend_egress(self) -> None:
        """It is struck from outside as well, and thaws before or after the workers have lost their patience."""
        for pid in self.installation.egresses():
            if _state_of(pid) == "T":
                thaws = self.stopped_at.setdefault(pid, time.monotonic() + self.chance.uniform(3, 25))
                if time.monotonic() > thaws:
                    del self.stopped_at[pid]
                    thaw([pid])
            elif self.chance.random() < EGRESS_STRUCK:
                fault = self.chance.choice((signal.SIGKILL, signal.SIGSTOP))
                self.happened[f"egress {fault.name}"] += 1
                with suppress(ProcessLookupError):
                    os.kill(pid, fault)

    def _tend_run(self) -> None:
        state = self.installation.run_state()
        ((job_state, error),) = self.installation.query(
            "SELECT state, error FROM jobs_job WHERE name = 'robots.run'"
        )
        if job_state == "failed":
            self.happened[f"job failed: {error}"] += 1
        if state in ("halted", "paused") or job_state in ("failed", "cancelled"):
            self.happened["resumed by a person"] += 1
            number = self.installation.query("SELECT id FROM robots_run")[0][0]
            self.installation.run("yakuba", "robots", "resume", str(number), "--user", "keeper")

    @property
    def _egress_log(self) -> Path:
        return self.installation.folder / "egress.log"

    @property
    def _unforeseen(self) -> Path:
        return self.installation.folder / "unforeseen.log"

    def count(self) -> Figures:
        """What has become of the rows, as the core system and the row table have them."""
        core = self.installation.core
        self.installation.wait(lambda: core.set()["counters"]["stored"] >= len(core.stored()))
        told = core.set()
        counters, late = told["counters"], set(told["late"])
        numbers: dict[str, list[str]] = {}
        for one in core.stored():
            numbers.setdefault(one["receipt_number"], []).append(one["registration_number"])
        found = self.installation.query(
            "SELECT r.state, r.target_number, c.receipt_number, r.problem FROM robots_row r"
            " JOIN ledger_case c ON c.id = r.case_id"
        )
        rows = [
            (str(state), str(number), str(receipt), _message(problem))
            for state, number, receipt, problem in found
        ]
        if self._egress_log.exists():
            self.happened.update(self._egress_log.read_text().splitlines())
        figures = counted(rows, numbers, late, self.rows)
        figures.happened = self.happened + Counter(
            {f"core: {name}": int(n) for name, n in counters.items() if n}
        )
        for lane, n in self.installation.query("SELECT lane, COUNT(*) FROM robots_row GROUP BY lane"):
            figures.happened[f"lane: {lane or 'none'}"] += int(n)
        figures.unforeseen = self._unforeseen.read_text(encoding="utf-8") if self._unforeseen.exists() else ""
        return figures


@dataclass
class Figures:
    """twice: receipt numbers that the core system has more than once.  lost: rows that are neither entered, nor with
    a person, nor told as failed, or are told wrongly.  with_a_person: rows that wait for a person's decision; reasons:
    why they do; needlessly: those that stand in the core system and could have been found, since neither was this very
    row stored late nor was the egress silent.  happened: what struck them.  unforeseen: every error of a job that no
    part of the house expects, as the workers met it; with one in the way nothing is shaken, and nothing shows."""

    rows: int = 0
    twice: int = 0
    lost: int = 0
    with_a_person: int = 0
    needlessly: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    unforeseen: str = ""

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.rows + other.rows,
            self.twice + other.twice,
            self.lost + other.lost,
            self.with_a_person + other.with_a_person,
            self.needlessly + other.needlessly,
            self.states + other.states,
            self.reasons + other.reasons,
            self.happened + other.happened,
            self.unforeseen + other.unforeseen,
        )


def counted(
    rows: Sequence[tuple[str, str, str, str]],
    stored: Mapping[str, Sequence[str]],
    late: set[str],
    wanted: int,
) -> Figures:
    """What has become of the rows. rows: state, target's number, receipt number and why it waits for a person; stored:
    registration numbers by receipt number, as the core system has them; late: receipt numbers that it stored late;
    wanted: how many rows there should be."""
    lost = wanted - len(rows)
    for state, number, receipt, _ in rows:
        there = stored.get(receipt, [])
        done = state in ("entered", "found_already")
        lost += done and number not in there
        lost += not done and state not in ("undecided", "failed")
        lost += state == "failed" and bool(there)
    undecided = [(receipt, why) for state, _, receipt, why in rows if state == "undecided"]
    return Figures(
        rows=len(rows),
        twice=sum(len(one) > 1 for one in stored.values()),
        lost=lost,
        with_a_person=len(undecided),
        needlessly=sum(
            bool(stored.get(receipt)) and receipt not in late and why != NO_EGRESS.message
            for receipt, why in undecided
        ),
        states=Counter(state for state, *_ in rows),
        reasons=Counter(why for _, why in undecided),
    )


def turn(folder: Path, rows: int, seed: int, database: str = "sqlite", fast: bool = False) -> Figures:
    """A world of that many rows, from its beginning to its end. database: `sqlite` or `postgresql`.  fast: with the fast
    lane proved and on (three rows at least)."""
    with ExitStack() as stack:
        address = ""
        if database == "postgresql":
            address = stack.enter_context(postgresql_server()).new_database("yakuba")
        installation = Installation(folder, address)
        stack.callback(installation.close)
        world = World(installation, rows, seed, fast=fast)
        world.turn()
        time.sleep(1.5 * LATE + 1)  # whatever comes late has come now
        return world.count()


def _message(problem: Any) -> str:
    """SQLite gives JSON as text, PostgreSQL as what it says."""
    stated = json.loads(problem) if isinstance(problem, str) else problem
    return str(stated["message"]) if stated else ""


def _state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
