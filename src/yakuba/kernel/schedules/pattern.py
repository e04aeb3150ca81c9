"""On which days, and at what time: a pattern, and its next moment. Knows no database."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from yakuba.kernel.values.labelled import Labelled

ONE = timedelta(days=1)
FARTHEST = 800  # days that are looked through for the next one
LONGEST_MOVE = 31  # days by which a day may move over closed ones


class Days(Labelled):
    """On which days."""

    DAILY = "daily", "毎日"
    WORKDAYS = "workdays", "開庁日ごと"
    WEEKLY = "weekly", "毎週、決まった曜日"
    MONTHLY = "monthly", "毎月、決まった日"
    FIRST_WORKDAY = "first-workday", "毎月、最初の開庁日"
    LAST_WORKDAY = "last-workday", "毎月、最後の開庁日"


class Closed(Labelled):
    """What becomes of a day on which the town hall is closed."""

    ANYWAY = "anyway", "その日に行う"
    BEFORE = "before", "直前の開庁日に行う"
    AFTER = "after", "次の開庁日に行う"
    SKIP = "skip", "その回は行わない"


WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Pattern:
    """weekday: 0 (Monday) to 6; month_day: 1 to 31, where 29 to 31 mean the last day of a month that is shorter."""

    days: Days
    at: time
    weekday: int = 0
    month_day: int = 1
    closed: Closed = Closed.ANYWAY

    def __str__(self) -> str:
        named = {
            Days.WEEKLY: f"毎週{WEEKDAYS[self.weekday]}曜日",
            Days.MONTHLY: f"毎月{self.month_day}日",
        }.get(self.days, self.days.label)
        moved = (
            "" if self.closed is Closed.ANYWAY or self._always_open else f"（閉庁日なら{self.closed.label}）"
        )
        return f"{named} {self.at:%H:%M}{moved}"

    @property
    def _always_open(self) -> bool:
        return self.days in (Days.WORKDAYS, Days.FIRST_WORKDAY, Days.LAST_WORKDAY)

    def following(self, moment: datetime, is_workday: Callable[[date], bool]) -> datetime:
        """The first moment of the pattern after `moment`, in its time zone.

        Raises ValueError where there is none within two years: a town whose calendar has no work day.
        """
        first = moment.date() - LONGEST_MOVE * ONE
        found: datetime | None = None
        for number in range(FARTHEST):
            day = first + number * ONE
            if found is not None and day > found.date() + LONGEST_MOVE * ONE:
                break  # a later day can only move to one after what is found
            kept = self._kept(day, is_workday)
            if kept is None:
                continue
            at = datetime.combine(kept, self.at, moment.tzinfo)
            if at > moment and (found is None or at < found):
                found = at
        if found is None:
            raise ValueError(f"the pattern {self} has no day within {FARTHEST} days")
        return found

    def _kept(self, day: date, is_workday: Callable[[date], bool]) -> date | None:
        """The day on which the pattern's `day` is kept; None where it is no day of the pattern, or is left out."""
        if self.days is Days.WORKDAYS:
            return day if is_workday(day) else None
        if self.days is Days.FIRST_WORKDAY:
            return _moved(day, ONE, is_workday) if day.day == 1 else None
        if self.days is Days.LAST_WORKDAY:
            return _moved(day, -ONE, is_workday) if day.day == _length(day) else None
        if self.days is Days.WEEKLY and day.weekday() != self.weekday:
            return None
        if self.days is Days.MONTHLY and day.day != min(self.month_day, _length(day)):
            return None
        if self.closed is Closed.ANYWAY or is_workday(day):
            return day
        if self.closed is Closed.SKIP:
            return None
        return _moved(day, -ONE if self.closed is Closed.BEFORE else ONE, is_workday)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _moved(day: date, step: timedelta, is_workday: Callable[[date], bool]) -> date | None:
    for _ in range(LONGEST_MOVE):
        if is_workday(day):
            return day
        day += step
    return None
