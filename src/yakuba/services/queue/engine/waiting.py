"""How long somebody will wait, from how long the last ones took.

Drawn, not computed: what is still left of those who are served now (given how long they have been), then those ahead, each as
long as one of the last ones took, at the counter that is free first. What the steady-state formulas say of a morning's queue was
wrong by half an hour where this was wrong by six minutes (docs/adr/0041). Where too few were measured, or no counter is open,
nothing is said.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_MEASURED = 8
DRAWS = 300
# An interval that the draws hold in 90 % of the cases: in the measurements behind it, 80 % held 76 % of the time.
LOW, HIGH = 0.05, 0.95
STEP = 5  # minutes
LONG = 120  # minutes; what is longer is told without a figure


@dataclass(frozen=True)
class Interval:
    """Minutes from now, both whole multiples of five."""

    least: int
    most: int

    def shown(self) -> str:
        """As it is told."""
        if self.least >= LONG:
            return f"{LONG // 60}時間以上"
        if self.most <= STEP:
            return f"{STEP}分以内"
        return f"{self.least}〜{self.most}分" if self.least else f"{self.most}分以内"


Served = Sequence[float]  # seconds that the last ones of a category took


def interval(
    ahead: Sequence[Served], busy: Sequence[tuple[float, Served]], *, seed: int = 0
) -> Interval | None:
    """The wait of whoever has these people before them, each given by what the last ones of that person's category took. busy:
    for each open counter how many seconds the one who is there has been (0 for a counter that is free), and of what
    category. None where no counter is open, or of one of these categories too few were measured."""
    if not busy or any(len(one) < LEAST_MEASURED for one in ahead):
        return None
    if any(elapsed > 0 and len(served) < LEAST_MEASURED for elapsed, served in busy):
        return None
    luck = random.Random(seed)  # a forecast, no secret; the same for the same queue
    waits = sorted(_wait(ahead, busy, luck) for _ in range(DRAWS))
    low, high = waits[int(LOW * DRAWS)] / 60, waits[int(HIGH * DRAWS) - 1] / 60
    return Interval(int(low // STEP) * STEP, max(STEP, -int(-high // STEP) * STEP))


def _wait(ahead: Sequence[Served], busy: Sequence[tuple[float, Served]], luck: random.Random) -> float:
    free = [_left(served, elapsed, luck) for elapsed, served in busy]
    heapq.heapify(free)
    for served in ahead:
        heapq.heapreplace(free, free[0] + luck.choice(served))
    return free[0]


def _left(served: Served, elapsed: float, luck: random.Random) -> float:
    """What is left of somebody who has been there so long: as one of those who took longer."""
    if elapsed <= 0:
        return 0.0
    longer = [one for one in served if one > elapsed]
    return luck.choice(longer) - elapsed if longer else min(served)
