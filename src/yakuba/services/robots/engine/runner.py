"""Works through the rows of a run: order, waiting, pausing, and the circuit breaker."""

from __future__ import annotations

import heapq
import logging
import math
from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime

from yakuba.services.robots.contracts import (
    Command,
    Ending,
    EvidenceKind,
    Problem,
    ProblemKind,
    Row,
    RowState,
    RunReport,
)
from yakuba.services.robots.engine.attempt import Attempt, Limits, Surroundings
from yakuba.services.robots.engine.errors import (
    Halted,
    LeaseLost,
    LoginRefused,
    NoEgress,
    NotReady,
    RobotError,
    ScreenChanged,
)
from yakuba.services.robots.engine.ports import (
    Clock,
    Control,
    Egress,
    NotGuarded,
    RowStore,
    SystemClock,
    Target,
)
from yakuba.services.robots.engine.states import OPEN

log = logging.getLogger(__name__)

_GOOD = frozenset({RowState.ENTERED, RowState.FOUND_ALREADY, RowState.REHEARSED})
_ALL_PICTURES = frozenset(EvidenceKind)
_LOOK_EVERY = 0.25  # seconds between looks at the control while waiting
_OFTEN = 0.1  # seconds for which an answer of the control holds between the steps of a scenario


class Runner:
    """One run of a robot. Not thread-safe; make a new one for each call of `run`.

    rehearse: do everything up to the commit step and never press it.  pictures: which evidence to keep.
    egress: the way out of the target's browser.  longest_wait: a longer wait (seconds) ends the call with WAITING,
    so that nobody holds a place only to wait in it.  failures: rows that failed one after another before this call.
    """

    def __init__(
        self,
        store: RowStore,
        target: Target,
        *,
        limits: Limits | None = None,
        control: Control = lambda: Command.GO,
        clock: Clock | None = None,
        egress: Egress | None = None,
        rehearse: bool = False,
        pictures: Iterable[EvidenceKind] = _ALL_PICTURES,
        longest_wait: float = math.inf,
        failures: int = 0,
    ) -> None:
        self._store = store
        self._control = control
        self._clock = clock or SystemClock()
        self._limits = limits or Limits()
        self._around = Surroundings(
            store,
            target,
            egress or NotGuarded(),
            self._clock,
            self._limits,
            self._between_steps,
            self._often,
            rehearse,
            frozenset(pictures),
        )
        self._reached: dict[int, RowState] = {}
        self._seconds: dict[str, float] = {}
        self._failures = failures
        self._longest_wait = longest_wait
        self._pictures_missing = 0
        self._command = Command.GO
        self._asked = 0.0

    def run(self, first: int = 1) -> RunReport:
        """Work on all open rows from number `first` on, until none is left or something ends the run.

        Safe to call again after any crash: what happened is asked from the store and from the target.
        """
        began = self._clock.timer()
        problem, wait = None, 0.0
        try:
            ending, problem = self._rows(first)
        except _Later as later:
            ending, wait = Ending.WAITING, later.seconds
        except Halted:
            ending = Ending.PAUSED if self._command is Command.PAUSE else Ending.STOPPED
        except LeaseLost:
            ending = Ending.LOST
        except ScreenChanged as error:
            ending, problem = Ending.SCREEN_CHANGED, error.problem
        except LoginRefused as error:
            ending, problem = Ending.LOGIN_REFUSED, error.problem
        except NoEgress as error:
            ending, problem = Ending.NO_EGRESS, error.problem
        except (NotReady, RobotError) as error:
            ending, problem = Ending.SETUP, error.problem
        counts = Counter(self._reached.values())
        elapsed = self._clock.timer() - began
        return RunReport(
            ending,
            dict(counts),
            self._seconds,
            elapsed,
            problem,
            self._pictures_missing,
            wait,
            self._failures,
        )

    def _rows(self, first: int) -> tuple[Ending, Problem | None]:
        fresh = deque(number for number in self._store.open_rows() if number >= first)
        later: list[tuple[datetime, int]] = []
        while fresh or later:
            number = self._next(fresh, later)
            row = self._store.load(number)
            if row.state not in OPEN:
                continue
            if row.not_before is not None and self._left(row.not_before) > 0:
                heapq.heappush(later, (row.not_before, number))
                continue
            row = self._work(row)
            if row.state is RowState.RETRY:
                heapq.heappush(later, (row.not_before or self._clock.now(), number))
            if self._failures >= self._limits.failures_in_a_row:
                return Ending.TOO_MANY_FAILURES, _too_many(self._failures, row.problem)
            if fresh or later:
                self._breathe()
        return Ending.FINISHED, None

    def _left(self, when: datetime) -> float:
        """Seconds until then; 0 when it has come. A time further away than any wait was written by a clock that has
        been set since, be it while this call runs; and nothing but patience hangs on it."""
        left = (when - self._clock.now()).total_seconds()
        return left if 0 < left <= self._limits.longest else 0.0

    def _next(self, fresh: deque[int], later: list[tuple[datetime, int]]) -> int:
        """A deferred row whose time has come, else a fresh one, else wait for the first deferred one."""
        if later and (not fresh or later[0][0] <= self._clock.now()):
            when, number = heapq.heappop(later)
            self._sit_out(self._left(when))
            return number
        return fresh.popleft()

    def _work(self, row: Row) -> Row:
        attempt = Attempt(row, self._around)
        try:
            return attempt.run()
        finally:
            done = attempt.row
            self._reached[row.number] = done.state
            for phase, seconds in done.seconds.items():
                spent = seconds - row.seconds.get(phase, 0.0)
                self._seconds[phase] = self._seconds.get(phase, 0.0) + spent
            if done.state in _GOOD:
                self._failures = 0
            elif not attempt.deferred:
                self._failures += 1
            self._pictures_missing += attempt.pictures_missing

    def _breathe(self) -> None:
        """A target that fails again and again is left alone for longer and longer."""
        if self._failures > 1:
            self._sit_out(self._limits.wait_after(self._failures - 1))

    def _sit_out(self, seconds: float) -> None:
        """Wait here when it is short, else end the call. Raises `_Later`."""
        if seconds > self._longest_wait:
            raise _Later(seconds)
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        until = self._clock.timer() + seconds
        while (left := until - self._clock.timer()) > 0:
            self._between_steps()
            self._clock.sleep(min(left, _LOOK_EVERY))

    def _between_steps(self) -> None:
        self._asked = self._clock.timer()
        self._command = self._control()
        if self._command is not Command.GO:
            raise Halted

    def _often(self) -> None:
        """The control may cost a query, and a scenario has many steps."""
        if self._clock.timer() - self._asked >= _OFTEN:
            self._between_steps()


class _Later(Exception):
    """There is nothing to do for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _too_many(failures: int, last: Problem | None) -> Problem:
    reason = last.message if last else ""
    return Problem(
        last.kind if last else ProblemKind.TROUBLE,
        f"{failures}件続けて失敗したため停止しました。相手システムが動いているかを確かめ、"
        f"直ってから「再開」を押してください。最後の理由：{reason}",
        field=last.field if last else "",
        where=last.where if last else "",
    )
