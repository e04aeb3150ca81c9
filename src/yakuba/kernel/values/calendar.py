"""The calendar of eras (和暦): one reader for all dates that people and programs write, and one writer.

Eras run from and to the days that the Cabinet's orders and the era laws give. 明治 begins here on 明治6年1月1日
(1873-01-01), when Japan took over the Gregorian calendar: before it a date has no plain conversion. Years of an era
have two digits (元年 to 99年), which is what forms and core systems hold; later days are written in western years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from yakuba.kernel.values import kanji_numbers
from yakuba.kernel.values.characters import compose, narrow
from yakuba.kernel.values.refusal import ValueRefused

LAST_YEAR = 99  # of an era
OLDEST_YEAR = 1868  # western; a smaller number is the year of some era whose name was forgotten
WEEKDAYS = "月火水木金土日"
EXPECTED = "2027-04-01、令和9年4月1日、R9.4.1 のように書いてください。"


@dataclass(frozen=True)
class Era:
    """An era. number: as core systems number it (明治 1 to 令和 5); year_one: the western year of its 元年."""

    code: str
    name: str
    letter: str
    number: str
    first: date
    last: date
    year_one: int


ERAS = {
    era.code: era
    for era in (
        Era("meiji", "明治", "M", "1", date(1873, 1, 1), date(1912, 7, 29), 1868),
        Era("taisho", "大正", "T", "2", date(1912, 7, 30), date(1926, 12, 24), 1912),
        Era("showa", "昭和", "S", "3", date(1926, 12, 25), date(1989, 1, 7), 1926),
        Era("heisei", "平成", "H", "4", date(1989, 1, 8), date(2019, 4, 30), 1989),
        Era("reiwa", "令和", "R", "5", date(2019, 5, 1), date.max, 2019),
    )
}


@dataclass(frozen=True)
class EraDay:
    """A day in its era; year counts from 1 (元年) to 99."""

    era: Era
    year: int
    day: date

    @property
    def year_written(self) -> str:
        """元 for the first year."""
        return "元" if self.year == 1 else str(self.year)


def in_era(day: date) -> EraDay | None:
    """The day in its era; None before 明治6年 and after the 99th year."""
    for era in ERAS.values():
        if era.first <= day <= era.last:
            year = day.year - era.year_one + 1
            return EraDay(era, year, day) if year <= LAST_YEAR else None
    return None


def written(day: date) -> str:
    """令和元年5月1日; in western years where no era counts."""
    found = in_era(day)
    year = f"{found.era.name}{found.year_written}" if found else str(day.year)
    return f"{year}年{day.month}月{day.day}日"


def written_short(day: date) -> str:
    """R1.5.1 for narrow columns; ISO 8601 where no era counts."""
    found = in_era(day)
    return f"{found.era.letter}{found.year}.{day.month}.{day.day}" if found else day.isoformat()


def fiscal_year(year: int) -> str:
    """令和8年度 for 2026: by the era at the end of the year in which it begins."""
    found = in_era(date(year, 12, 31))
    return f"{found.era.name}{found.year_written}年度" if found else f"{year}年度"


def era_day(code: str, year: int, month: int, day: int) -> date:
    """The day of a 和暦 date; `code` is a key of ERAS, `year` counts from 1. Raises ValueRefused when there is no such
    day or when it does not lie in the era; the sentence says which era it lies in."""
    era = ERAS[code]
    said = f"{era.name}{'元' if year == 1 else year}年{month}月{day}日"
    if not 1 <= year <= LAST_YEAR:
        raise ValueRefused(f"{said}という日付はありません。元号の年は元年から{LAST_YEAR}年までです。")
    found = _day(era.year_one + year - 1, month, day, said)
    if era.first <= found <= era.last:
        return found
    other = in_era(found)
    hint = f"{written(found)}なら、そう書いてください。" if other else "明治5年までは旧暦のため使えません。"
    raise ValueRefused(f"{said}は{era.name}の期間にありません。{hint}")


def _day(year: int, month: int, day: int, said: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueRefused(f"{said}という日付はありません。") from None


_NUMBER = f"(?:[0-9]{{1,4}}|[{kanji_numbers.CHARACTERS}]{{1,7}})"
_NAMES = {name: era.code for era in ERAS.values() for name in (era.name, era.name[0], era.letter)}
_SQUARES = str.maketrans({"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"})
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"・": ".", "･": "."})
_MIDNIGHT = re.compile(r"(?:\s+|(?<=\d)T)0?0:00(?::00(?:\.0+)?)?(?:\+09:00)?$")
_CLOCK = re.compile(r"\d:\d\d")
_WEEKDAY = re.compile(rf"(?:\(([{WEEKDAYS}])(?:曜日?)?\)|([{WEEKDAYS}])曜日?)$")
_ERA = "|".join(sorted(_NAMES, key=len, reverse=True))
_REST = rf"(?:年({_NUMBER})月({_NUMBER})日?|(?P<between>[./-])({_NUMBER})(?P=between)({_NUMBER}))"
_ERA_DATE = re.compile(rf"({_ERA})(元|{_NUMBER}){_REST}")
_ERA_DIGITS = re.compile(rf"({_ERA})([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})")
_WESTERN = re.compile(rf"(?:西暦)?({_NUMBER}){_REST}")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


def read_date(text: str) -> date:
    """The day in a text: ISO 8601, 2027/4/1, 20270401, 2027年4月1日, 令和9年4月1日, 令9.4.1, R9.4.1, R090401, ㋿元年…, in
    digits of any width or in kanji, with padding blanks, with its weekday, and with the 0:00 that spreadsheets and
    core systems add. Raises ValueRefused: nothing of the text is ever passed over."""
    plain = narrow(compose(text)).translate(_SQUARES).translate(_HYPHENS).strip()
    plain = _MIDNIGHT.sub("", plain)
    if _CLOCK.search(plain):
        raise ValueRefused("時刻が付いています。日付だけを書いてください。")
    plain = re.sub(r"\s+", "", plain).upper()
    weekday = _WEEKDAY.search(plain)
    found = _plain_date(plain[: weekday.start()] if weekday else plain)
    if weekday and (weekday[1] or weekday[2]) != WEEKDAYS[found.weekday()]:
        raise ValueRefused(
            f"{written(found)}は{WEEKDAYS[found.weekday()]}曜日です。日付か曜日のどちらかが違います。"
        )
    return found


def _plain_date(text: str) -> date:
    if found := _ERA_DATE.fullmatch(text) or _ERA_DIGITS.fullmatch(text):
        era, year, *rest = found.groups()
        return era_day(_NAMES[era], 1 if year == "元" else _number(year), *_month_and_day(rest))
    if found := _WESTERN.fullmatch(text) or _EIGHT.fullmatch(text):
        year, *rest = found.groups()
        number = _number(year)
        if len(str(number)) == 4 and number >= OLDEST_YEAR:
            month, day = _month_and_day(rest)
            return _day(number, month, day, f"{number}年{month}月{day}日")
    raise ValueRefused(f"日付として読めません。{EXPECTED}")


def _month_and_day(parts: list[str | None]) -> tuple[int, int]:
    month, day = (_number(part) for part in parts if part and part not in "./-")
    return month, day


def _number(text: str) -> int:
    number = int(text) if text.isdecimal() else kanji_numbers.read(text)
    if number is None:
        raise ValueRefused(f"「{text}」は数として読めません。{EXPECTED}")
    return number
