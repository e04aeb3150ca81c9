"""Whether what a robot saved is still saved: the time at PCs of its procedure before the robot, at first, and of late.

Medians of months, since one month with a peak says nothing. The month in which the robot began is neither before nor
behind; nor is the month that is not over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

MOST_BEFORE = 12  # months
FEW = 3  # months at first, and of late
LEAST = 2  # months behind the beginning; of one nobody can tell
SAVED = 0.9  # of the time before; above it nothing is seen to be saved
BACK = 1.25  # of the time at first; above it the effect is going


class Verdict(StrEnum):
    """What can be said."""

    LASTING = "lasting"
    GOING = "going"
    UNSEEN = "unseen"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class BeforeAfter:
    """Of a procedure. since: month of the first case that a robot entered; before, first, latest: minutes a month at PCs
    (medians), None where no month is known; months: how many are known before and behind."""

    since: date
    before: float | None
    first: float | None
    latest: float | None
    months: tuple[int, int]

    @property
    def verdict(self) -> Verdict:
        """By the rules above."""
        if self.before is None or self.first is None or self.latest is None or self.months[1] < LEAST:
            return Verdict.UNKNOWN
        if self.latest > SAVED * self.before:
            return Verdict.UNSEEN
        return Verdict.GOING if self.latest > BACK * self.first else Verdict.LASTING


def compare(minutes: Mapping[date, float], since: date, today: date) -> BeforeAfter:
    """minutes: measured, by the first day of each month of which there are logs; a month without a minute is there as 0."""
    over = {month: number for month, number in minutes.items() if month < today.replace(day=1)}
    before = [over[month] for month in sorted(over) if month < since][-MOST_BEFORE:]
    behind = [over[month] for month in sorted(over) if month > since]
    return BeforeAfter(
        since, _median(before), _median(behind[:FEW]), _median(behind[-FEW:]), (len(before), len(behind))
    )


def _median(numbers: list[float]) -> float | None:
    return round(median(numbers), 1) if numbers else None
