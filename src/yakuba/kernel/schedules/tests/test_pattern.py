"""The next moment of a pattern, against the calendar as one reads it on the wall."""

from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from yakuba.kernel.schedules.pattern import Closed, Days, Pattern
from yakuba.kernel.workdays import closed_by_law

TOKYO = ZoneInfo("Asia/Tokyo")
SIX = time(18)


def is_workday(day: date) -> bool:
    return not closed_by_law(day)


def following(pattern: Pattern, *moment: int) -> str:
    return f"{pattern.following(datetime(*moment, tzinfo=TOKYO), is_workday):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("pattern", "moment", "expected"),
    [
        (Pattern(Days.DAILY, SIX), (2026, 11, 28, 17, 59), "2026-11-28 18:00"),
        (Pattern(Days.DAILY, SIX), (2026, 11, 28, 18, 0), "2026-11-29 18:00"),
        (Pattern(Days.WORKDAYS, SIX), (2026, 11, 27, 19, 0), "2026-11-30 18:00"),  # over a weekend
        (Pattern(Days.WORKDAYS, SIX), (2026, 12, 28, 19, 0), "2027-01-04 18:00"),  # over the year's end
        (Pattern(Days.WORKDAYS, SIX), (2026, 5, 1, 19, 0), "2026-05-07 18:00"),  # over the May holidays
        (Pattern(Days.WEEKLY, SIX, weekday=0), (2026, 11, 28, 9, 0), "2026-11-30 18:00"),
        (
            Pattern(Days.WEEKLY, SIX, weekday=0, closed=Closed.SKIP),
            (2026, 11, 17, 9, 0),
            "2026-11-30 18:00",
        ),  # 11-23 is a holiday
        (
            Pattern(Days.WEEKLY, SIX, weekday=0, closed=Closed.AFTER),
            (2026, 11, 17, 9, 0),
            "2026-11-24 18:00",
        ),
        (
            Pattern(Days.WEEKLY, SIX, weekday=0, closed=Closed.BEFORE),
            (2026, 11, 17, 9, 0),
            "2026-11-20 18:00",
        ),
        (Pattern(Days.MONTHLY, SIX, month_day=31), (2027, 2, 1, 0, 0), "2027-02-28 18:00"),
        (
            Pattern(Days.MONTHLY, SIX, month_day=31, closed=Closed.AFTER),
            (2027, 2, 1, 19, 0),
            "2027-03-01 18:00",
        ),  # January's last day was a Sunday and moved to 1 February; February's moves to March
        (Pattern(Days.FIRST_WORKDAY, SIX), (2026, 12, 2, 0, 0), "2027-01-04 18:00"),
        (Pattern(Days.LAST_WORKDAY, SIX), (2026, 12, 1, 0, 0), "2026-12-28 18:00"),
    ],
)
def test_the_next_moment(pattern, moment, expected):
    assert following(pattern, *moment) == expected


@pytest.mark.slow
def test_walking_on_gives_every_moment_once_and_in_order():
    """Whatever the pattern, the moments met one by one are those of the year, and none is met twice."""
    begin = datetime(2026, 1, 1, tzinfo=TOKYO)
    for days, closed in product(Days, Closed):
        pattern = Pattern(days, SIX, weekday=0, month_day=30, closed=closed)
        met, moment = [], begin
        while moment.year < 2027:
            moment = pattern.following(moment, is_workday)
            met.append(moment)
        assert met == sorted(set(met))
        jumps = {pattern.following(begin + timedelta(hours=hours), is_workday) for hours in range(0, 8760, 7)}
        assert jumps <= set(met), (days, closed)


def test_a_town_that_never_opens_has_no_next_moment():
    with pytest.raises(ValueError, match="no day"):
        Pattern(Days.WORKDAYS, SIX).following(datetime(2026, 1, 1, tzinfo=TOKYO), lambda day: False)


def test_a_pattern_says_when_in_words():
    assert str(Pattern(Days.WORKDAYS, SIX, closed=Closed.SKIP)) == "開庁日ごと 18:00"
    assert str(Pattern(Days.MONTHLY, SIX, month_day=25, closed=Closed.AFTER)) == (
        "毎月25日 18:00（閉庁日なら次の開庁日に行う）"
    )
