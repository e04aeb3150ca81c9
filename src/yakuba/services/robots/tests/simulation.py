"""A target system, a store and a clock that live in memory, and trouble at every point where it can strike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from yakuba.services.robots.contracts import Evidence, Row, RowState
from yakuba.services.robots.engine.errors import (
    LoggedOut,
    Refused,
    RobotError,
    ScreenChanged,
    TooLate,
    Trouble,
    Unclear,
    Unreadable,
)
from yakuba.services.robots.engine.ports import BetweenSteps, Found
from yakuba.services.robots.tests.memory import MemoryStore


class Killed(BaseException):
    """SIGKILL: nothing after it runs, not even `except Exception`."""


class SimulatedClock:
    def __init__(self) -> None:
        self._began = datetime(2026, 11, 20, tzinfo=UTC)
        self._milliseconds = 0

    def now(self) -> datetime:
        return self._began + timedelta(milliseconds=self._milliseconds)

    def timer(self) -> float:
        return self._milliseconds / 1000

    def sleep(self, seconds: float) -> None:
        self._milliseconds += max(1, round(seconds * 1000))


class Faults:
    """A list of numbers, one used up at each point; 0 is no fault, and when they are used up all is well."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers: Iterator[int] = iter(numbers)
        self.left = len(numbers)

    def next(self, kinds: int) -> int:
        """0 for no fault, else 1 … kinds."""
        number = next(self._numbers, 0)
        self.left = max(0, self.left - 1)
        return number % (kinds + 1)


class FaultyStore(MemoryStore):
    """Dies before or after a commit, or loses its lease."""

    def __init__(self, rows: Sequence[Row], faults: Faults) -> None:
        super().__init__(rows)
        self._faults = faults

    def save(self, row: Row) -> None:
        fault = self._faults.next(2)
        if fault == 1:
            raise Killed
        super().save(row)
        if fault == 2:
            raise Killed

    def still_mine(self, seconds: float) -> bool:
        return self._faults.next(1) == 0

    def keep(self, number: int, evidence: Evidence) -> None:
        fault = self._faults.next(2)
        if fault == 1:
            raise OSError("disk full")
        if fault == 2:
            raise Killed
        super().keep(number, evidence)


class SimulatedTarget:
    """Stores rows, at once or `delay` seconds late, and answers or does not.

    stored: registration numbers by receipt number.  commits: how often the commit step was really pressed.
    """

    picture_type = "image/png"

    def __init__(
        self, store: MemoryStore, clock: SimulatedClock, faults: Faults, before: dict[str, int], delay: float
    ) -> None:
        self._store, self._clock, self._faults, self._delay = store, clock, faults, delay
        self.stored = {
            receipt: [f"old-{receipt}-{n}" for n in range(count)] for receipt, count in before.items()
        }
        self._under_way: list[tuple[datetime, str]] = []
        self.commits = 0
        self._answered: set[str] = set()

    def settle(self) -> None:
        """Store what is under way and due."""
        due = [one for one in self._under_way if one[0] <= self._clock.now()]
        for one in due:
            self._under_way.remove(one)
            self._keep(one[1])

    def settle_all(self) -> None:
        """Let every request under way arrive."""
        self._clock.sleep(self._delay + 1)
        self.settle()

    def _keep(self, receipt: str) -> str:
        self.commits += 1
        number = f"new-{receipt}-{self.commits}"
        self.stored.setdefault(receipt, []).append(number)
        return number

    def _strike(self, errors: Sequence[type[RobotError]]) -> None:
        """Time passes; then nothing, one of the errors, or the end of the process."""
        self._clock.sleep(0.5)
        self.settle()
        fault = self._faults.next(len(errors) + 1)
        if 0 < fault <= len(errors):
            raise errors[fault - 1]("trouble")
        if fault:
            raise Killed

    def look_up(self, row: Row, between_steps: BetweenSteps) -> Found:
        assert self._store.rows[row.number].state is RowState.LOOKING_UP
        between_steps()
        self._strike([Trouble, LoggedOut, Unclear, ScreenChanged, Refused])
        return Found(tuple(self.stored.get(row.receipt_number, ())))

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        assert self._store.rows[row.number].state is RowState.ENTERING
        between_steps()
        self._strike([Trouble, LoggedOut, ScreenChanged, Refused])

    def commit(self, row: Row, not_after: datetime) -> str:
        committed = self._store.rows[row.number]
        assert committed.state is RowState.SUBMITTING
        assert committed.intent_at is not None
        fault = self._faults.next(10)
        if fault == 1:
            self._clock.sleep(60)
        if self._clock.now() > not_after:
            raise TooLate("too late")
        if fault == 2:
            raise Killed  # before the press
        if fault == 3:
            raise Trouble("lost on the way")
        assert committed.problem is None or row.receipt_number not in self._answered, "pressed again"
        if fault == 4:
            self._answered.add(row.receipt_number)
            raise Refused("not accepted")
        if fault == 10:
            self._answered.add(row.receipt_number)
            raise Unreadable("an error page that says nothing")
        if fault in (5, 6):
            self._under_way.append((self._clock.now() + timedelta(seconds=self._delay), row.receipt_number))
            if fault == 5:
                raise Trouble("no answer yet")
            raise Killed
        number = self._keep(row.receipt_number)
        if fault == 7:
            raise Trouble("stored, then dropped")
        if fault == 8:
            raise Killed
        if fault == 9:
            raise Unreadable("completion page not understood")
        return number

    def confirm(self, row: Row, number: str) -> Sequence[str]:
        self._strike([Trouble, LoggedOut, ScreenChanged])
        return ()

    def picture(self) -> bytes:
        if self._faults.next(1):
            raise Trouble("no picture")
        return b"png"

    def recover(self) -> None:
        pass
