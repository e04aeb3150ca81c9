"""Work days (開庁日): on which days the active municipality's town hall works, and deadlines counted in them.

Closed are Saturdays, Sundays, national holidays (国民の祝日に関する法律, with 振替休日 and 国民の休日) and 29 December to
3 January: the days that 地方自治法4条の2 lets a town close. A town adds days of its own (`SpecialDay`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

ONE = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1949, 2099  # the library's; equinoxes beyond are not announced in any case


def holiday(day: date) -> str:
    """The national holiday's Japanese name; empty for any other day.

    Raises ValueError outside 1949–2099. Holidays of the year after next are those of the law as it stands.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"no holidays are known for {day.year}")
    return _holidays(day.year).get(day, "")


def closed_by_law(day: date) -> str:
    """Why town halls are closed on this day, in Japanese; empty when they are open."""
    if named := holiday(day):
        return named
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return "年末年始"
    return {5: "土曜日", 6: "日曜日"}.get(day.weekday(), "")


def is_workday(day: date) -> bool:
    """Whether the active municipality's town hall works on that day."""
    special = _special(day, day).get(day)
    return not closed_by_law(day) if special is None else special


def workdays(first: date, last: date) -> Iterator[date]:
    """The work days from `first` to `last`, both included."""
    special = _special(first, last)
    day = first
    while day <= last:
        if special.get(day, not closed_by_law(day)):
            yield day
        day += ONE


def after(day: date, count: int) -> date:
    """The `count`-th work day after that day (count 1 or more): a deadline of "within N work days"."""
    if count < 1:
        raise ValueError("count must be 1 or more")
    last = day
    while True:
        first, last = last + ONE, last + timedelta(days=count * 2 + 14)
        for found in workdays(first, last):
            count -= 1
            if not count:
                return found


@lru_cache(maxsize=32)
def _holidays(year: int) -> dict[date, str]:
    from holidays.countries import Japan

    return dict(Japan(years=year, language="ja"))


def _special(first: date, last: date) -> dict[date, bool]:
    from yakuba.kernel.workdays.models import SpecialDay

    return dict(SpecialDay.objects.filter(day__range=(first, last)).values_list("day", "open"))
