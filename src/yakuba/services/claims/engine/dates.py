"""Dates of the electronic claim format: GYYMM and GYYMMDD with an era's digit in older files, YYYYMM and YYYYMMDD in newer
ones, told apart by their length alone."""

from __future__ import annotations

from datetime import date

from yakuba.kernel.values import calendar

ERAS = {era.number: era for era in calendar.ERAS.values()}


class BadDate(ValueError):
    """What is written is no date; the sentence says why."""


def month_of(text: str) -> int:
    """YYYYMM. Raises BadDate."""
    if len(text) == 5 and text.isascii() and text.isdigit():
        year, rest = _year(text), text[3:]
    elif len(text) == 6 and text.isascii() and text.isdigit():
        year, rest = int(text[:4]), text[4:]
    else:
        raise BadDate(f"年月「{text[:10]}」は、5桁（年号から）か6桁（西暦）の数字ではありません。")
    if not 1 <= int(rest) <= 12 or not 1870 <= year <= 2100:
        raise BadDate(f"年月「{text}」はありません。")
    return year * 100 + int(rest)


def day_of(text: str) -> int:
    """YYYYMMDD. Raises BadDate."""
    if len(text) not in (7, 8):
        raise BadDate(f"日付「{text[:10]}」は、7桁（年号から）か8桁（西暦）の数字ではありません。")
    month = month_of(text[:-2])
    try:
        date(month // 100, month % 100, int(text[-2:]))
    except ValueError:
        raise BadDate(f"日付「{text}」はありません。") from None
    return month * 100 + int(text[-2:])


def _year(text: str) -> int:
    if text[0] not in ERAS:
        raise BadDate(f"「{text}」の年号の数字「{text[0]}」はありません（1〜5）。")
    era, year = ERAS[text[0]], int(text[1:3])
    found = era.year_one + year - 1
    if not year or found > era.last.year:
        raise BadDate(f"「{text}」の{era.name}{year}年はありません。")
    return found


def index_of(month: int) -> int:
    """Months since year 0, so that differences are plain."""
    return month // 100 * 12 + month % 100 - 1
