"""What an input accepts. Messages are those a clerk reads beside the field."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from core.screens import Input

# Era: letter, name, first day, last day (明治 from the day the Gregorian calendar was introduced).
ERAS = (
    ("M", "明治", datetime.date(1873, 1, 1), datetime.date(1912, 7, 29)),
    ("T", "大正", datetime.date(1912, 7, 30), datetime.date(1926, 12, 24)),
    ("S", "昭和", datetime.date(1926, 12, 25), datetime.date(1989, 1, 7)),
    ("H", "平成", datetime.date(1989, 1, 8), datetime.date(2019, 4, 30)),
    ("R", "令和", datetime.date(2019, 5, 1), datetime.date(2099, 12, 31)),
)
_FIRST_YEAR = {"M": 1868, "T": 1912, "S": 1926, "H": 1989, "R": 2019}
_WAREKI = re.compile(r"([MTSHR])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PATTERNS = {
    "digits": (re.compile(r"[0-9]+"), "半角数字で入力してください。"),
    "kana": (re.compile(r"[ァ-ヶー・\u3000 ]+"), "全角カタカナで入力してください。"),
    "postal": (re.compile(r"[0-9]{3}-?[0-9]{4}"), "半角数字7桁（例 123-4567）で入力してください。"),
    "phone": (
        re.compile(r"0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}"),
        "半角数字（例 03-1234-5678）で入力してください。",
    ),
    "number": (re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]+"), "半角数字で入力してください。"),
}


def parse_wareki(text: str) -> datetime.date | None:
    """`R03.04.01` or `R3.4.1` → date; None when it is no such date or lies outside its era."""
    match = _WAREKI.fullmatch(text)
    if match is None:
        return None
    letter = match[1]
    year, month, day = (int(part) for part in match.groups()[1:])
    try:
        date = datetime.date(_FIRST_YEAR[letter] + year - 1, month, day)
    except ValueError:
        return None
    first, last = next((era[2], era[3]) for era in ERAS if era[0] == letter)
    return date if year > 0 and first <= date <= last else None


def to_wareki(date: datetime.date) -> str:
    """date → `R03.04.01`; dates before 明治6年 raise ValueError."""
    for letter, _, first, last in ERAS:
        if first <= date <= last:
            return f"{letter}{date.year - _FIRST_YEAR[letter] + 1:02d}.{date.month:02d}.{date.day:02d}"
    raise ValueError(f"no era for {date}")


def read(one: Input, posted: Mapping[str, list[str]]) -> str:
    """The value of one input from a posted form, as it is stored.

    Check boxes are joined by `,`; an era date becomes `R3.4.1` from its four parts, `` when all are empty.
    """
    if one.kind == "checkbox":
        return ",".join(posted.get(one.name, []))
    if one.kind == "era_date":
        era, year, month, day = (posted.get(f"{one.name}_{part}", [""])[0].strip() for part in "gymd")
        return f"{era}{year}.{month}.{day}" if era + year + month + day else ""
    return posted.get(one.name, [""])[0].strip(" \u3000")


def check(one: Input, value: str) -> str:
    """The message for a value that is refused, or the empty string."""
    if not value:
        verb = "選択" if one.options else "入力"
        return f"{one.label}は必須です。{verb}してください。" if one.required else ""
    if _CONTROL.search(value):
        return f"{one.label}に使用できない文字が含まれています。"
    problem = _check_kind(one, value)
    return f"{one.label}は{problem}" if problem else ""


def _check_kind(one: Input, value: str) -> str:
    if one.options:
        return _check_options(one, value)
    if one.kind in ("wareki", "era_date"):
        return _check_date(one, value)
    return _check_text(one, value)


def _check_options(one: Input, value: str) -> str:
    chosen = value.split(",") if one.kind == "checkbox" else [value]
    if any(one.option(item) is None for item in chosen) or len(set(chosen)) != len(chosen):
        return "一覧の中から選択してください。"
    return ""


def _check_date(one: Input, value: str) -> str:
    date = parse_wareki(value)
    if date is None:
        example = "元号を選び、年月日を半角数字で" if one.kind == "era_date" else "例 R03.04.01"
        return f"正しい日付を入力してください（{example}）。"
    if one.range and not one.range[0] <= date.isoformat() <= one.range[1]:
        first, last = (to_wareki(datetime.date.fromisoformat(end)) for end in one.range)
        return f"{first}から{last}までの日付を入力してください。"
    return ""


def _check_text(one: Input, value: str) -> str:
    if one.format:
        pattern, message = _PATTERNS[one.format]
        if not pattern.fullmatch(value):
            return message
    low, high = one.length
    if not low <= len(value) <= high:
        return f"{high}桁で入力してください。" if low == high else f"{high}文字以内で入力してください。"
    if one.range and not int(one.range[0]) <= int(value.replace(",", "")) <= int(one.range[1]):
        return f"{one.range[0]}から{one.range[1]}までの数を入力してください。"
    return ""


def shown(one: Input, value: str) -> str:
    """The value as confirmation and detail pages show it: option labels instead of their values."""
    if not one.options or not value:
        return value
    chosen = [one.option(item) for item in value.split(",")]
    return "、".join(option.label for option in chosen if option)
