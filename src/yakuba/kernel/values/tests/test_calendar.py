"""One reader and one writer for all dates."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.ui.wording import wareki, wareki_short
from yakuba.kernel.values import ValueRefused, calendar, canonical, kanji_numbers, shown
from yakuba.services.nursery.engine.rules.fields import BadValue, read_date

READABLE = st.dates(date(calendar.OLDEST_YEAR, 1, 1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昭和64年1月7日", "1989-01-07"),
        ("平成元年1月8日", "1989-01-08"),
        ("大正15年12月24日", "1926-12-24"),
        ("昭和元年12月25日", "1926-12-25"),
        ("明治45年7月29日", "1912-07-29"),
        ("明治6年1月1日", "1873-01-01"),
        ("令和　６年　２月２９日", "2024-02-29"),
        ("令和 6年 2月29日", "2024-02-29"),
        (" R 6. 2.29 ", "2024-02-29"),
        ("20240229", "2024-02-29"),
        ("２０２４０２２９", "2024-02-29"),
        ("2024/02/29 0:00", "2024-02-29"),
        ("2024/2/29 00:00:00", "2024-02-29"),
        ("2024-02-29T00:00:00", "2024-02-29"),
        ("2024-02-29T00:00:00+09:00", "2024-02-29"),
        ("令6.2.29", "2024-02-29"),
        ("平30.4.1", "2018-04-01"),
        ("ｒ６．２．２９", "2024-02-29"),
        ("R060229", "2024-02-29"),
        ("S64-1-7", "1989-01-07"),
        ("T15/12/24", "1926-12-24"),
        ("昭39・10・10", "1964-10-10"),
        ("㋿元年5月1日", "2019-05-01"),
        ("㍻31年4月30日", "2019-04-30"),
        ("令和六年二月二十九日", "2024-02-29"),
        ("二〇二四年二月二九日", "2024-02-29"),
        ("令和6年2月29日（木）", "2024-02-29"),
        ("令和6年2月29日 木曜日", "2024-02-29"),
        ("西暦2024年2月29日", "2024-02-29"),
        ("2024.2.29", "2024-02-29"),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, day: str) -> None:
    assert calendar.read_date(text).isoformat() == day
    assert canonical("date", text) == day
    assert read_date(text).isoformat() == day


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("昭和64年1月8日", "平成元年1月8日"),
        ("昭和64年5月1日", "平成元年5月1日"),
        ("平成元年1月7日", "昭和64年1月7日"),
        ("令和元年4月30日", "平成31年4月30日"),
        ("平成31年5月1日", "令和元年5月1日"),
        ("平成32年4月1日", "令和2年4月1日"),
        ("昭和元年12月24日", "大正15年12月24日"),
        ("明治5年12月31日", "旧暦"),
        ("令和100年1月1日", "99年まで"),
        ("平成0年5月1日", "元年から"),
        ("令和6年2月30日", "という日付はありません"),
        ("0001-01-01", "日付として読めません"),
        ("1867-12-31", "日付として読めません"),
        ("6/5/1", "日付として読めません"),
        ("5060229", "日付として読めません"),
        ("2024-2/29", "日付として読めません"),
        ("2024/2/29 9:30", "時刻"),
        ("2024-02-29T00:00:00Z", "時刻"),
        ("令和6年2月29日（金）", "木曜日"),
        ("令和6年2月29日頃", "日付として読めません"),
        ("令和二三十年1月1日", "数として読めません"),
        ("2024-02-²9", "日付として読めません"),
        ("45351", "日付として読めません"),
    ],
)
def test_what_is_no_date_of_its_era_is_refused_with_what_it_may_be(text: str, told: str) -> None:
    with pytest.raises(ValueRefused, match=told):
        calendar.read_date(text)
    with pytest.raises(BadValue, match=told):
        read_date(text)


@given(READABLE)
def test_every_day_comes_back_from_how_it_is_shown(day: date) -> None:
    for text in (
        calendar.written(day),
        calendar.written_short(day),
        wareki(day),
        wareki_short(day),
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d} 0:00",
        shown("date", day.isoformat()),
    ):
        assert calendar.read_date(text) == day


@given(st.sampled_from(list(calendar.ERAS)), st.integers(-1, 120), st.integers(0, 13), st.integers(0, 32))
def test_two_spellings_never_mean_one_day(code: str, year: int, month: int, day: int) -> None:
    try:
        found = calendar.era_day(code, year, month, day)
    except ValueRefused:
        return
    back = calendar.in_era(found)
    assert back is not None
    assert (back.era.code, back.year, found.month, found.day) == (code, year, month, day)


def test_no_room_turns_a_year_of_an_era_into_a_western_one_by_itself() -> None:
    """The first years of the eras, and those before them, by which a year is reckoned, stand in the calendar alone; a
    receipt number's fiscal year is no date."""
    reckoned = {year for era in calendar.ERAS.values() for year in (era.year_one - 1, era.year_one)}
    number = re.compile(r"(?<![\w.\"'])(?:" + "|".join(map(str, sorted(reckoned))) + r")(?![\w.\"'])")
    house = Path(calendar.__file__).parents[2]
    found = set()
    for file in house.rglob("*.py"):
        name = file.relative_to(house).as_posix()
        if "/tests/" in name or "/migrations/" in name:
            continue
        code = (re.sub(r"\s*#.*", "", line) for line in file.read_text(encoding="utf-8").splitlines())
        if any(number.search(line) and not re.match("FIRST_(?:OF_)?REIWA = ", line) for line in code):
            found.add(name)
    # The published indicators of the nation say in which year each of them began.
    assert found == {"kernel/values/calendar.py", "services/reform/engine/tracks.py"}


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (2026, "令和8年度"),
        (2019, "令和元年度"),
        (2018, "平成30年度"),
        (1988, "昭和63年度"),
        (1870, "1870年度"),
    ],
)
def test_a_fiscal_year_in_words(year: int, said: str) -> None:
    assert calendar.fiscal_year(year) == said


def test_eras_follow_each_other_without_a_gap() -> None:
    eras = list(calendar.ERAS.values())
    for era, following in pairwise(eras):
        assert (following.first - era.last).days == 1
        assert calendar.in_era(following.first).year == 1  # type: ignore[union-attr]


def _in_kanji(number: int) -> str:
    digits = "〇一二三四五六七八九"
    found = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            found += ("" if digit == 1 and name else digits[digit]) + name
    return found


@given(st.integers(1, 9999))
def test_numbers_in_kanji_come_back(number: int) -> None:
    assert kanji_numbers.read(_in_kanji(number)) == number
    assert kanji_numbers.read("".join("〇一二三四五六七八九"[int(d)] for d in str(number))) == number


@pytest.mark.parametrize("text", ["", "十十", "二三十", "十百", "〇十", "元", "二3"])
def test_what_is_no_number_in_kanji_is_none(text: str) -> None:
    assert kanji_numbers.read(text) is None
