"""The robots' office for tests with a database: a loaded scenario, its system, and cases that wait."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.robots.actions import runs
from yakuba.services.robots.actions.scenarios import load_scenario
from yakuba.services.robots.actions.store import DatabaseRows
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.contracts import Command, RunReport
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.models import Row, Run, Scenario
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.simulation import Faults, SimulatedClock, SimulatedEgress, SimulatedTarget

PROCEDURE = "bus-pass"
SYSTEM = "総合住民情報システム"


@dataclass
class Office:
    """The active municipality's robots. `person` is responsible for them and may do everything."""

    person: User
    scenario: Scenario

    @classmethod
    def open(cls, person: User) -> Office:
        ledger.load_procedure(town.definition(PROCEDURE))
        version = load_scenario(town.scenario_text(PROCEDURE), actor=person)
        set_system(SYSTEM, "http://127.0.0.1:8199", 5.0, town.SECRETS, actor=person)
        return cls(person, version.scenario)

    def ready_cases(self, count: int) -> list[Case]:
        """That many more cases with every value trusted."""
        procedure = Procedure.objects.get(code=PROCEDURE)
        first = Case.objects.count() + 1
        return [ready_case(procedure, serial) for serial in range(first, first + count)]

    def start(self, count: int = 0, **options: Any) -> Run:
        """A run over `count` new cases and whatever else waits."""
        self.ready_cases(count)
        return runs.start(self.scenario, actor=self.person, **options)

    def row(self, run: Run, number: int) -> Row:
        return Row.objects.select_related("case", "run").get(run=run, number=number)


def ready_case(procedure: Procedure, serial: int) -> Case:
    values = town.values(procedure.code, serial)
    case = ledger.open_case(procedure, values["receipt_number"])
    for field, value in values.items():
        ledger.record_value(case, field, value, trusted=True, source={})
    ledger.move(case, Status.READY)
    return case


class Shift:
    """One worker's turn at a run, with the real runner and row table and a simulated target."""

    def __init__(
        self, run: Run, faults: list[int] | None = None, before: dict[str, int] | None = None
    ) -> None:
        self.holder = f"worker-{id(self)}"
        taken = runs.take(run.pk, self.holder)
        assert taken is not None
        self.run = taken
        self.rows = DatabaseRows(taken)
        self.clock = SimulatedClock()
        self._faults = Faults(faults or [])
        egress = SimulatedEgress(self._faults)
        egress.begin()
        self.target = SimulatedTarget(
            _AsMemory(self.rows), self.clock, self._faults, before or {}, 0.0, egress
        )  # type: ignore[arg-type]

    def work(self, longest_wait: float = math.inf, **limits: Any) -> RunReport:
        """Work until nothing is left or somebody wants it otherwise, and give the run back.

        `faults` (see `simulation.SimulatedTarget`) strike one after another: 1 at the first look-up is trouble,
        4 a changed screen.
        """
        runner = Runner(
            self.rows,
            self.target,
            limits=Limits(settle_seconds=1.0, **limits),
            clock=self.clock,
            egress=self.target.egress,
            control=self._control,
            rehearse=self.run.dry_run,
            longest_wait=longest_wait,
            failures=self.run.failures,
        )
        report = runner.run(self.run.first_row)
        runs.give_back(self.run.pk, self.holder, report)
        return report

    def _control(self) -> Command:
        return Command(Run.objects.get(pk=self.run.pk).wanted)


class _AsMemory:
    """Shows database rows the way the simulated target looks at its store."""

    def __init__(self, rows: DatabaseRows) -> None:
        self._rows = rows

    @property
    def rows(self) -> Any:
        return _Loaded(self._rows)


class _Loaded:
    def __init__(self, rows: DatabaseRows) -> None:
        self._rows = rows

    def __getitem__(self, number: int) -> Any:
        return self._rows.load(number)
