from datetime import date, datetime
from decimal import Decimal

import pytest

from yakuba.kernel.ui import wording


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 20), "令和8年11月20日(金)"),
        (date(2019, 5, 1), "令和元年5月1日(水)"),
        (date(2019, 4, 30), "平成31年4月30日(火)"),
        (date(1989, 1, 7), "昭和64年1月7日(土)"),
        (date(1926, 12, 25), "昭和元年12月25日(土)"),
        (date(1912, 7, 29), "明治45年7月29日(月)"),
        (date(1873, 1, 1), "明治6年1月1日(水)"),
        (date(1872, 12, 31), "1872年12月31日(火)"),
    ],
)
def test_a_date_is_written_in_its_era(day, expected):
    assert wording.wareki(day) == expected


def test_a_moment_is_written_with_its_clock_only_when_asked():
    moment = datetime(2026, 11, 20, 9, 5)
    assert wording.wareki(moment) == "令和8年11月20日(金)"
    assert wording.wareki(moment, time=True) == "令和8年11月20日(金) 9:05"
    assert wording.wareki(moment, weekday=False) == "令和8年11月20日"
    assert wording.wareki_short(moment) == "R8.11.20"
    assert wording.wareki_short(date(1860, 1, 2)) == "1860-01-02"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0秒"),
        (0.4, "0秒"),
        (59.5, "1分"),
        (200, "3分20秒"),
        (599.4, "9分59秒"),
        (600, "10分"),
        (4800, "1時間20分"),
        (3600, "1時間"),
        (3599.9, "1時間"),
        (1048 * 3600, "1,048時間"),
        (-90, "-1分30秒"),
    ],
)
def test_a_length_of_time_is_written_as_one_says_it(seconds, expected):
    assert wording.duration(seconds) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, "たった今"), (-5, "たった今"), (60, "1分前"), (7199, "1時間前"), (3 * 86400, "3日前")],
)
def test_ago(age, expected):
    assert wording.ago(age) == expected


def test_numbers_are_rounded_half_up_as_in_printed_tables():
    assert wording.percent(0.518) == "51.8%"
    assert wording.percent(Decimal("0.8245"), 1) == "82.5%"
    assert wording.percent(0.125, 0) == "13%"
    assert wording.grouped(1234567) == "1,234,567"
    assert wording.grouped(1234.25, 1) == "1,234.3"
    assert wording.grouped(0.1) == "0.1"
    assert wording.grouped(Decimal("20.000").normalize()) == "20"  # not 2E+1
    assert wording.points(0.0253, 2) == "2.53ポイント"


@pytest.mark.parametrize("value", [None, "", "たくさん", True, float("nan"), "inf"])
def test_what_is_no_number_is_none(value):
    assert wording.number_of(value) is None
