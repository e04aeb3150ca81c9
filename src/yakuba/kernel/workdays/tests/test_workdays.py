"""Days that are easily wrong: moved holidays, days between two, the turn of the year, a town's own days."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.kernel import workdays
from yakuba.kernel.workdays.models import SpecialDay


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2019-05-01", "天皇の即位の日"),
        ("2019-10-22", "即位礼正殿の儀が行われる日"),
        ("2020-07-24", "スポーツの日"),  # moved for the Games
        ("2020-10-12", ""),  # where it would have been
        ("2021-08-09", "振替休日"),
        ("2026-05-06", "振替休日"),  # three days after the Sunday
        ("2026-09-22", "国民の休日"),  # between two
        ("2026-03-20", "春分の日"),
        ("2026-11-28", "土曜日"),
        ("2026-12-28", ""),
        ("2026-12-29", "年末年始"),
        ("2027-01-01", "元日"),
        ("2027-01-04", ""),
    ],
)
def test_why_a_day_is_closed(day, why):
    assert workdays.closed_by_law(date.fromisoformat(day)) == why


def test_deadlines_in_work_days(in_yakuba_city):
    assert workdays.after(date(2026, 12, 25), 3) == date(2027, 1, 5)
    assert len(list(workdays.workdays(date(2026, 1, 1), date(2026, 12, 31)))) == 240
    with pytest.raises(ValueError, match="1 or more"):
        workdays.after(date(2026, 1, 5), 0)


def test_a_towns_own_days_are_its_own(in_yakuba_city, neighbour_town):
    from yakuba.kernel.tenancy import active_municipality

    SpecialDay.objects.create(day=date(2026, 11, 30), open=False, reason="庁舎の停電")
    SpecialDay.objects.create(day=date(2026, 11, 29), open=True, reason="休日開庁")
    assert workdays.after(date(2026, 11, 28), 2) == date(2026, 12, 1)
    assert workdays.is_workday(date(2026, 11, 29))
    with active_municipality(neighbour_town):
        assert workdays.is_workday(date(2026, 11, 30))
        assert not workdays.is_workday(date(2026, 11, 29))
