"""What the runner needs from outside: the authority over rows, a target system, a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from yakuba.services.robots.contracts import Command, Evidence, Row

#: Called between steps; raises `Halted` when the person asked to pause or stop.
BetweenSteps = Callable[[], None]

#: Asked between steps: what does the person want now?
Control = Callable[[], Command]


class RowStore(Protocol):
    """The authority over the rows of one run. Every write is committed when the call returns.

    All methods raise `LeaseLost` once another worker holds the run.
    """

    def open_rows(self) -> Sequence[int]:
        """Numbers of the rows in one of `states.OPEN`, ascending."""

    def load(self, number: int) -> Row:
        """The row as last committed."""

    def save(self, row: Row) -> None:
        """Commit state, intent_at, target_number, attempts, starts, not_before, problem and seconds at once."""

    def still_mine(self, seconds: float) -> bool:
        """Whether nobody else can take the run over for the next `seconds`; renews the lease on the way.

        Asked right before the commit step is pressed, and answered from the authority, never from memory.
        """

    def keep(self, number: int, evidence: Evidence) -> None:
        """Keep a picture. May fail: the runner tries once more and goes on without it."""


@dataclass(frozen=True)
class Found:
    """Answer to a look-up: the target's numbers of all entries with the receipt number; empty: not there."""

    numbers: tuple[str, ...]


class Target(Protocol):
    """The system that rows are entered into. Methods raise `engine.errors`."""

    #: Media type of what `picture` returns.
    picture_type: str

    def look_up(self, row: Row, between_steps: BetweenSteps) -> Found:
        """Ask for the receipt number, logging in if need be. Anything but a certain answer raises."""

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        """Fill everything, verify it, and stand before the commit step, which has been seen. Commits nothing."""

    def commit(self, row: Row, not_after: datetime) -> str:
        """Press the commit step, at most once and not after that time (`TooLate`), and read the number."""

    def confirm(self, row: Row, number: str) -> Sequence[str]:
        """Labels of the fields whose value at the target differs; empty when none does or none is checked."""

    def picture(self) -> bytes:
        """The page now, as an image, secrets covered. Raises `RobotError`."""

    def recover(self) -> None:
        """Forget page and session after trouble, so that the next call starts clean. Never raises."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall-clock time with a zone."""

    def timer(self) -> float:
        """Seconds that never go backwards, for durations."""

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def timer(self) -> float:
        return time.perf_counter()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
