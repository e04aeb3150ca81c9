"""A target system, a store and a clock that live in memory, and trouble at every point where it can strike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from yakuba.services.robots.contracts import Evidence, Intent, Lane, Row, RowState, Stamp
from yakuba.services.robots.engine.errors import (
    LoggedOut,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
    Unacknowledged,
    Unclear,
    Unreadable,
)
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.tests.memory import MemoryStore


class Killed(BaseException):
    """SIGKILL: nothing after it runs, not even `except Exception`."""


class SimulatedClock:
    """One machine's time. The wall clock can be set (`step`) and the machine started anew (`reboot`); `elapsed` is
    what really passed."""

    def __init__(self) -> None:
        self._began = datetime(2026, 11, 20, tzinfo=UTC)
        self._milliseconds = 0
        self._booted_at = -500_000
        self._boots = 1

    def step(self, seconds: float) -> None:
        """Somebody sets the clock."""
        self._began += timedelta(seconds=seconds)

    def reboot(self) -> None:
        self._boots += 1
        self._booted_at = self._milliseconds

    @property
    def elapsed(self) -> float:
        return self._milliseconds / 1000

    def stamp(self) -> Stamp:
        return Stamp(f"boot-{self._boots}", (self._milliseconds - self._booted_at) / 1000)

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
    """Dies before or after a commit."""

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

    def keep(self, number: int, evidence: Evidence) -> None:
        fault = self._faults.next(2)
        if fault == 1:
            raise OSError("disk full")
        if fault == 2:
            raise Killed
        super().keep(number, evidence)


class SimulatedEgress:
    """The egress of one machine, with all that ever left through it. `begin` is what a new holder does first.

    machine: changes when the next holder works elsewhere: nobody there can cut what leaves from here.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.machine, self.number = "machine-1", 0
        self._cut: dict[str, int] = {}
        self._marked: set[tuple[str, int, int]] = set()
        self._left: set[tuple[str, int, int]] = set()
        self._known_since = 0

    @property
    def id(self) -> str:
        return self.machine

    def begin(self, *, elsewhere: bool = False) -> None:
        if elsewhere:
            self.machine = f"machine-{int(self.machine[8:]) + 1}"
        self.number += 1
        self._cut[self.machine] = self.number - 1

    def dies(self) -> None:
        """Another process takes its place, which knows nothing of what left before."""
        self._known_since = self.number + 1
        self.begin()

    def lets(self, machine: str, number: int, row: int) -> bool:
        """Whether a request of that holder may leave now; notes that it has."""
        if number <= self._cut.get(machine, 0):
            return False
        self._left.add((machine, number, row))
        return True

    def mark(self, row: int) -> None:
        if self._faults.next(1):
            raise Trouble("the egress was opened anew")
        self._marked.add((self.machine, self.number, row))

    def cut(self, intent: Intent, row: int) -> bool:
        if intent.egress != self.machine:
            raise Unacknowledged
        if intent.number >= self.number:
            self.begin()
        return intent.number >= self._known_since and (self.machine, intent.number, row) not in self._left


class SimulatedTarget:
    """Stores rows, at once or `delay` seconds late, and answers or does not.

    stored: registration numbers by receipt number.  commits: how often the commit step was really pressed.
    frozen: requests of processes that stopped between the click and the sending, by when they thaw.
    """

    picture_type = "image/png"
    lane = Lane.BROWSER

    def __init__(
        self,
        store: MemoryStore,
        clock: SimulatedClock,
        faults: Faults,
        before: dict[str, int],
        delay: float,
        egress: SimulatedEgress | None = None,
    ) -> None:
        self.egress = egress or SimulatedEgress(faults)
        self._frozen: list[tuple[float, str, int, Row]] = []
        self._store, self._clock, self._faults, self._delay = store, clock, faults, delay
        self.stored = {
            receipt: [f"old-{receipt}-{n}" for n in range(count)] for receipt, count in before.items()
        }
        self._under_way: list[tuple[float, str]] = []
        self.commits = 0
        self._answered: set[str] = set()

    def settle(self) -> None:
        """What is frozen and due thaws, and is sent if it may; what is under way and due is stored."""
        for one in [one for one in self._frozen if one[0] <= self._clock.elapsed]:
            self._frozen.remove(one)
            _, machine, number, row = one
            if self.egress.lets(machine, number, row.number):
                self._under_way.append((self._clock.elapsed + self._delay, row.receipt_number))
        due = [one for one in self._under_way if one[0] <= self._clock.elapsed]
        for one in due:
            self._under_way.remove(one)
            self._keep(one[1])

    def settle_all(self) -> None:
        """Let every request under way arrive."""
        for _ in range(2):
            self._clock.sleep(self._delay + 1000)
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

    def look_up(self, row: Row, between_steps: BetweenSteps) -> tuple[str, ...]:
        assert self._store.rows[row.number].state is RowState.LOOKING_UP
        between_steps()
        self._strike([Trouble, LoggedOut, Unclear, ScreenChanged, Refused])
        return tuple(self.stored.get(row.receipt_number, ()))

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        assert self._store.rows[row.number].state is RowState.ENTERING
        between_steps()
        self._strike([Trouble, LoggedOut, ScreenChanged, Refused])

    def commit(self, row: Row) -> str:
        committed = self._store.rows[row.number]
        assert committed.state is RowState.SUBMITTING
        assert committed.intent is not None
        fault = self._faults.next(10)
        if fault == 1:  # frozen: taken for dead, and it thaws when others have long gone on
            thaws = self._clock.elapsed + [1, 7, 45, 400][self._faults.next(3)]
            self._frozen.append((thaws, self.egress.machine, self.egress.number, row))
            raise Killed
        if fault == 2:
            raise Killed  # before the press
        if fault == 3:
            raise Trouble("lost on the way")
        assert self.egress.lets(self.egress.machine, self.egress.number, row.number)
        assert committed.problem is None or row.receipt_number not in self._answered, "pressed again"
        if fault == 4:
            self._answered.add(row.receipt_number)
            raise Refused("not accepted")
        if fault == 10:
            self._answered.add(row.receipt_number)
            raise Unreadable("an error page that says nothing")
        if fault in (5, 6):
            self._under_way.append((self._clock.elapsed + self._delay, row.receipt_number))
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

    def received(self) -> Sequence[Paper]:
        return ()

    def recover(self) -> None:
        pass
