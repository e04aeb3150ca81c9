"""How a canonical value is written into a target's field: 和暦, hyphens, widths, option labels.

Every format maps the empty string to the empty string and raises `ValueError` with a Japanese reason when the
value cannot be written that way.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from yakuba.kernel.values import calendar
from yakuba.kernel.values.calendar import EraDay
from yakuba.kernel.values.numbers import read_number, shown_number


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


def _postal(value: str, write: Callable[[str], str]) -> str:
    if len(value) != 7 or not value.isascii() or not value.isdigit():
        raise ValueError(f"郵便番号「{value}」が7桁の数字ではありません")
    return write(value)


def _grouped(value: str) -> str:
    return shown_number(read_number(value))


# U+301C and U+2212 stand where Japanese keyboards and older systems put U+FF5E and U+FF0D.
_TO_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_TO_NARROW = {wide: narrow for narrow, wide in _TO_WIDE.items()} | {0x2212: 0x2D, 0x301C: 0x7E}

_NARROW_KANA = "".join(chr(code) for code in range(0xFF61, 0xFFA0))
_TO_NARROW_KANA = {unicodedata.normalize("NFKC", one): one for one in _NARROW_KANA}
_TO_NARROW_KANA |= {
    unicodedata.normalize("NFKC", one + mark): one + mark
    for one in _NARROW_KANA
    for mark in "ﾞﾟ"
    if len(unicodedata.normalize("NFKC", one + mark)) == 1
}


def _narrow_kana(value: str) -> str:
    return "".join(_TO_NARROW_KANA.get(one, one) for one in value.translate(_TO_NARROW))


def _wide(value: str) -> str:
    joined = "".join(
        unicodedata.normalize("NFKC", part) if part in _NARROW_KANA else part for part in _kana_pairs(value)
    )
    return joined.translate(_TO_WIDE)


def _kana_pairs(value: str) -> list[str]:
    """Characters, a half-width kana together with the sound mark that follows it."""
    parts: list[str] = []
    for one in value:
        if one in "ﾞﾟ" and parts and parts[-1] in _NARROW_KANA:
            parts[-1] = unicodedata.normalize("NFKC", parts[-1] + one)
        else:
            parts.append(one)
    return parts


def _hiragana(value: str) -> str:
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in value)


_DATE: dict[str, Callable[[str], str]] = {
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
_POSTAL: dict[str, Callable[[str], str]] = {
    "ハイフン": lambda value: _postal(value, lambda v: f"{v[:3]}-{v[3:]}"),
    "前3桁": lambda value: _postal(value, lambda v: v[:3]),
    "後4桁": lambda value: _postal(value, lambda v: v[3:]),
}
_NUMBER: dict[str, Callable[[str], str]] = {"桁区切り": _grouped}
_ANY: dict[str, Callable[[str], str]] = {
    "全角": _wide,
    "半角": lambda value: value.translate(_TO_NARROW),
    "半角カナ": _narrow_kana,
    "ひらがな": _hiragana,
}
_CHOICE = {"表示", "コード"}


def names(field_type: str) -> tuple[str, ...]:
    """The formats a field type can be written in."""
    own: Mapping[str, object] = {"date": _DATE, "postal_code": _POSTAL, "number": _NUMBER}.get(field_type, {})
    options = ("表示", "コード") if field_type in ("choice", "choices") else ()
    return (*own, *options, *_ANY)


def write(value: str, formats: tuple[str, ...]) -> str:
    """Apply formats in order; `表示` and `コード` are the caller's, who knows the options, and skipped here."""
    if not value:
        return ""
    for name in formats:
        if name not in _CHOICE:
            value = _FUNCTIONS[name](value)
    return value


_FUNCTIONS = _DATE | _POSTAL | _NUMBER | _ANY
