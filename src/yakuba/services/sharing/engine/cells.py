"""One cell of a table → its value, read where it is clear and refused with a sentence where it is not. Pure Python."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from yakuba.kernel.tables.reading import BadRow
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import compose, narrow

THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
ERA_MONTH = re.compile(r"(?:令和|平成|昭和|[RHS])\s*(?:元|\d{1,2})([-/.年])\d{1,2}(月?)", re.I)
MOST_YEN = 10**13
UNITS = ("円", "件", "人", "分", "ページ", "枚", "時間", "％", "%")


def bare(text: str) -> str:
    """Digits and signs half-width, minus signs alike, without blanks around."""
    found = narrow(compose(text)).replace("\u3000", " ").strip()
    return re.sub(r"^[△▲−‐―－]\s*", "-", found)


def number(text: str, what: str, *, units: tuple[str, ...] = UNITS) -> Decimal:
    """A number: 1,200、１２００、△300、1200円. units: what may stand behind it; another unit says that the cell is of another column.
    Raises BadRow for anything else, and for an empty cell, which is no zero."""
    shown = text.strip()[:30]
    cell = bare(text)
    for unit in units:
        cell = cell.removesuffix(unit).strip()
    if not cell:
        raise BadRow(f"{what}が空です。0なら0と書いてください。")
    if "千円" in text or "万円" in text:
        raise BadRow(f"{what}「{shown}」は、円の単位に直して書いてください。")
    if "," in cell:
        if not THOUSANDS.fullmatch(cell):
            raise BadRow(f"{what}「{shown}」のコンマの位置が正しくありません。1,200 のように書いてください。")
        cell = cell.replace(",", "")
    if not re.fullmatch(r"[-+]?\d{1,15}(?:\.\d{1,6})?", cell):
        raise BadRow(f"{what}「{shown}」は数として読めません。1200 のように数だけで書いてください。")
    try:
        return Decimal(cell)
    except InvalidOperation:
        raise BadRow(f"{what}「{shown}」は数として読めません。") from None


def yen(text: str, what: str = "金額") -> int:
    """Whole yen, also as ¥1,200. Raises BadRow."""
    found = number(re.sub(r"^(\s*[-+△▲−－]?\s*)[¥￥]", r"\1", text), what, units=("円",))
    if found != found.to_integral_value():
        raise BadRow(f"{what}「{text.strip()[:30]}」に円より小さい端数があります。円で書いてください。")
    if abs(found) > MOST_YEN:
        raise BadRow(f"{what}「{text.strip()[:30]}」は大きすぎます。")
    return int(found)


def month(text: str, what: str = "月") -> str:
    """A month as `2026-04`: 2026-04、2026年4月、令和8年4月、R8.4; a day in it will do. Raises BadRow."""
    cell = bare(text).replace(" ", "")
    if found := MONTH.fullmatch(cell):
        year, number_ = int(found[1]), int(found[2])
    else:
        era = ERA_MONTH.fullmatch(cell)
        try:
            day = calendar.read_date(f"{cell}{'1日' if era[1] == '年' else era[1] + '1'}" if era else text)
        except ValueRefused:
            raise BadRow(
                f"{what}「{text.strip()[:30]}」は月として読めません。2026-04 か 令和8年4月 のように書いてください。"
            ) from None
        year, number_ = day.year, day.month
    if not (1 <= number_ <= 12 and 1900 <= year <= 2200):
        raise BadRow(f"{what}「{text.strip()[:30]}」という月はありません。")
    return f"{year:04d}-{number_:02d}"


def percent(text: str, what: str) -> Decimal:
    """A weight in per cent, 0 to 100. Raises BadRow."""
    found = number(text, what, units=("％", "%"))
    if not 0 <= found <= 100:
        raise BadRow(f"{what}「{text.strip()[:30]}」は0から100までの％で書いてください。")
    return found


def fiscal_year(of: str) -> int:
    """The fiscal year (April to March) of a month."""
    year, number_ = int(of[:4]), int(of[5:])
    return year if number_ >= 4 else year - 1


def days_of(of: str) -> tuple[date, date]:
    """The first and the last day of a month."""
    first = date(int(of[:4]), int(of[5:]), 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def after(of: str) -> str:
    """The next month."""
    return f"{days_of(of)[1] + timedelta(days=1):%Y-%m}"


def shown_month(of: str) -> str:
    """2026年4月."""
    return f"{int(of[:4])}年{int(of[5:])}月"
