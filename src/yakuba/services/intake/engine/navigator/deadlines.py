"""The last day of a period, as 民法 140 to 143 count: by days or months, with or without the first day, moved or not."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta

from yakuba.services.intake.engine.navigator.event import Closed, Deadline, Unit

IsOpen = Callable[[date], bool]
ONE = timedelta(days=1)
LONGEST_CLOSURE = 40  # days in a row; a calendar that is closed for longer moves nothing


def last_day(rule: Deadline, start: date, is_open: IsOpen) -> date:
    """The day until which it has to be done. start: the day of the event; is_open: whether the office works on a day."""
    # 民法140条: the first day does not count, unless a law says that it does (戸籍法43条).
    begins = start if rule.first_counts else start + ONE
    if rule.unit is Unit.DAYS:
        ends = begins + timedelta(days=rule.number - 1)
    else:
        ends = _months_after(begins, rule.number * (12 if rule.unit is Unit.YEARS else 1))
    return _moved(ends, rule.closed, is_open)


def _months_after(begins: date, months: int) -> date:
    """The day before the one that has the same number; the month's last where it has no such day (民法143条2項)."""
    at = begins.year * 12 + begins.month - 1 + months
    year, month = at // 12, at % 12 + 1
    if begins.day > calendar.monthrange(year, month)[1]:
        return date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, begins.day) - ONE


def _moved(day: date, closed: Closed, is_open: IsOpen) -> date:
    step = {Closed.NEXT: ONE, Closed.BEFORE: -ONE}.get(closed)
    if step is None:
        return day
    for days in range(LONGEST_CLOSURE):
        if is_open(day + days * step):
            return day + days * step
    return day
