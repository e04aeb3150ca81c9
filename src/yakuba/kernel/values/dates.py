"""Dates (日付): ISO 8601 in the ledger, 和暦 for people, and the pieces of a date that core systems ask for one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from yakuba.kernel.values import calendar
from yakuba.kernel.values.calendar import EraDay
from yakuba.kernel.values.field_type import Example, FieldType, Script

FIRST_DATE = date(1900, 1, 1)
YEARS_AHEAD = 10


def _read(text: str) -> str:
    return calendar.read_date(text).isoformat() if text.strip() else ""


def _shown(value: str) -> str:
    try:
        return calendar.written(date.fromisoformat(value))
    except ValueError:
        return value


def _odd(value: str) -> str:
    if FIRST_DATE <= date.fromisoformat(value) <= date.today() + timedelta(days=366 * YEARS_AHEAD):
        return ""
    return "ふつうの申請書にはない日付です。"


def wareki(value: str) -> EraDay:
    """ISO 8601 date → Japanese calendar; `ValueError` for anything else, for days before 明治6年 (the calendar was
    another one), and for those after the 99th year of an era: no target has room for a third digit."""
    found = calendar.in_era(_day(value))
    if found is None:
        raise ValueError(
            f"「{value}」は和暦で書けません（明治6年から、元号の{calendar.LAST_YEAR}年までです）"
        )
    return found


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"「{value}」は日付として読めません") from None


def _era(write: Callable[[EraDay], str]) -> Callable[[str], str]:
    return lambda value: write(wareki(value))


def _western(write: Callable[[date], str]) -> Callable[[str], str]:
    return lambda value: write(_day(value))


FORMATS: Mapping[str, Callable[[str], str]] = {
    "西暦": _western(lambda day: f"{day.year}年{day.month}月{day.day}日"),
    "西暦ハイフン": _western(lambda day: day.isoformat()),
    "西暦スラッシュ": _western(lambda day: f"{day.year:04d}/{day.month:02d}/{day.day:02d}"),
    "西暦8桁": _western(lambda day: f"{day.year:04d}{day.month:02d}{day.day:02d}"),
    "西暦年": _western(lambda day: f"{day.year:04d}"),
    "和暦": _era(lambda w: calendar.written(w.day)),
    "和暦略": _era(lambda w: f"{w.era.letter}{w.year:02d}.{w.day.month:02d}.{w.day.day:02d}"),
    "和暦短": _era(lambda w: calendar.written_short(w.day)),
    "和暦7桁": _era(lambda w: f"{w.era.number}{w.year:02d}{w.day.month:02d}{w.day.day:02d}"),
    "元号": _era(lambda w: w.era.name),
    "元号略": _era(lambda w: w.era.letter),
    "元号番号": _era(lambda w: w.era.number),
    "和暦年": _era(lambda w: str(w.year)),
    "和暦年2桁": _era(lambda w: f"{w.year:02d}"),
    "月": _western(lambda day: str(day.month)),
    "月2桁": _western(lambda day: f"{day.month:02d}"),
    "日": _western(lambda day: str(day.day)),
    "日2桁": _western(lambda day: f"{day.day:02d}"),
}

DATE = FieldType(
    code="date",
    label="日付",
    help="令和8年4月1日、R8.4.1、2026-04-01 のどの書き方でも入力できます。",
    read=_read,
    show=_shown,
    formats=FORMATS,
    odd=_odd,
    script=Script.DIGITS,
    line_script=Script.DATE_LINE,
    pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
    fills="bday",
    examples=(
        Example("R3.4.1", "2021-04-01", "令和3年4月1日"),
        Example("昭和64年1月7日", "1989-01-07", "昭和64年1月7日"),
    ),
)
