"""What the runner needs from outside: the authority over rows, a target system, a clock."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from yakuba.services.robots.contracts import Command, Evidence, Intent, Lane, Row, Stamp
from yakuba.services.robots.engine.errors import Unacknowledged
from yakuba.services.robots.engine.papers import Paper

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
        """Commit state, intent, target_number, attempts, starts, not_before, problem and seconds at once."""

    def keep(self, number: int, evidence: Evidence) -> None:
        """Keep a picture. May fail: the runner tries once more and goes on without it."""


class Target(Protocol):
    """The system that rows are entered into. Methods raise `engine.errors`."""

    @property
    def picture_type(self) -> str:
        """Media type of what `picture` returns."""

    @property
    def lane(self) -> Lane:
        """How the row at hand reaches the system."""

    def look_up(self, row: Row, between_steps: BetweenSteps) -> tuple[str, ...]:
        """Ask for the receipt number, logging in if need be: the target's numbers of all entries with it; empty: not there.
        Anything but a certain answer raises."""

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        """Fill everything, verify it, and stand before the commit step, which has been seen. Commits nothing."""

    def commit(self, row: Row) -> str:
        """Press the commit step, at most once, and read the number."""

    def confirm(self, row: Row, number: str) -> Sequence[str]:
        """Labels of the fields whose value at the target differs; empty when none does or none is checked."""

    def received(self) -> Sequence[Paper]:
        """The files that the target has sent since this was asked last."""

    def picture(self) -> bytes:
        """The page now, as an image, secrets covered. Raises `RobotError`."""

    def recover(self) -> None:
        """Forget page and session after trouble, so that the next call starts clean. Never raises."""


class Egress(Protocol):
    """The only way out of the browser, in a process of its own. Raises `NoEgress` when that does not answer.

    id: which egress; another one knows nothing of what left through this one.  number: the fencing number under
    which the browser's requests leave now.
    """

    @property
    def id(self) -> str: ...

    @property
    def number(self) -> int: ...

    def mark(self, row: int) -> None:
        """Tell that the commit step of a row is about to be pressed. Returns once that is acknowledged; raises
        `Trouble` when it is not."""

    def cut(self, intent: Intent, row: int) -> bool:
        """Make sure that nothing of an intent can leave any more, by refusing its number for ever and closing
        what is open under it. Returns whether certainly not one byte has left since its mark.

        Raises `Unacknowledged` when it went through another egress.
        """


class NotGuarded:
    """For who works without an egress (the benchmark, tests of the browser): nothing is ever certain."""

    id = ""
    number = 0

    def mark(self, row: int) -> None:
        """Nobody is told."""

    def cut(self, intent: Intent, row: int) -> bool:
        """Nobody can be asked."""
        raise Unacknowledged


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall-clock time with a zone."""

    def timer(self) -> float:
        """Seconds that never go backwards, for durations within this process."""

    def stamp(self) -> Stamp:
        """This moment for comparison with other processes of the same boot."""

    def sleep(self, seconds: float) -> None: ...


def _boot() -> str:
    """This start of this machine; where that cannot be told, a name that no other moment has."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return uuid.uuid4().hex


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def timer(self) -> float:
        return time.perf_counter()

    def stamp(self) -> Stamp:
        return Stamp(_boot(), time.clock_gettime(time.CLOCK_BOOTTIME))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
