"""Canonical values (docs/architecture.md) from what stands on paper or what a clerk types, and back."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ERAS: dict[str, tuple[str, str, datetime.date, datetime.date]] = {
    # code: kanji, letter, first day, last day (Cabinet orders; Meiji from the solar calendar on)
    "meiji": ("明治", "M", datetime.date(1873, 1, 1), datetime.date(1912, 7, 29)),
    "taisho": ("大正", "T", datetime.date(1912, 7, 30), datetime.date(1926, 12, 24)),
    "showa": ("昭和", "S", datetime.date(1926, 12, 25), datetime.date(1989, 1, 7)),
    "heisei": ("平成", "H", datetime.date(1989, 1, 8), datetime.date(2019, 4, 30)),
    "reiwa": ("令和", "R", datetime.date(2019, 5, 1), datetime.date(9999, 12, 31)),
}
ERA_FIRST_YEARS = {"meiji": 1868, "taisho": 1912, "showa": 1926, "heisei": 1989, "reiwa": 2019}

_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−－ｰ"), "-")
_SPACES = re.compile(r"\s+")
_ERA_DATE = re.compile(
    r"^(明治|大正|昭和|平成|令和|[MTSHR])(元|\d{1,2})(?:年|[./-])(\d{1,2})(?:月|[./-])(\d{1,2})日?$"
)
_WESTERN_DATE = re.compile(r"^(\d{4})(?:年|[./-])(\d{1,2})(?:月|[./-])(\d{1,2})日?$|^(\d{4})(\d{2})(\d{2})$")
_SMALL_KANA = {"ヵ": "カ", "ヶ": "ケ"}


class FormatError(ValueError):
    """The text is no value of the type; the message says in Japanese what is expected."""


def era_date(era: str, year: int, month: int, day: int) -> str:
    """ISO 8601 date of a 和暦 date; `era` is a key of ERAS, `year` counts from 1.

    Raises FormatError when there is no such day or when it does not lie in the era.
    """
    kanji, _, first, last = ERAS[era]
    try:
        date = datetime.date(ERA_FIRST_YEARS[era] + year - 1, month, day)
    except ValueError:
        raise FormatError(f"{kanji}{year}年{month}月{day}日という日付はありません。") from None
    if year < 1 or not first <= date <= last:
        raise FormatError(f"{kanji}{year}年{month}月{day}日は{kanji}の期間にありません。")
    return date.isoformat()


def era_of(date: datetime.date) -> tuple[str, int] | None:
    """Era code and year in it (1 = 元年), or None before 1873."""
    for code, (_, _, first, last) in ERAS.items():
        if first <= date <= last:
            return code, date.year - ERA_FIRST_YEARS[code] + 1
    return None


def receipt_check(first_eight: str) -> str:
    """Two check digits after ISO 7064 MOD 97-10 for eight digits."""
    return f"{98 - (int(first_eight) * 100) % 97:02d}"


def _folded(raw: str) -> str:
    """NFKC for digits and punctuation, one kind of hyphen, no white space."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", raw).translate(_HYPHENS))


def _only_digits(raw: str, what: str, lengths: tuple[int, ...] = ()) -> str:
    digits = re.sub(r"[-()〒ー]", "", _folded(raw))
    if not digits:
        return ""
    if not re.fullmatch(r"[0-9]+", digits):
        raise FormatError(f"{what}は数字で入力してください。")
    if lengths and len(digits) not in lengths:
        wanted = "または".join(str(length) for length in lengths)
        raise FormatError(f"{what}は{wanted}けたです（入力は{len(digits)}けた）。")
    return digits


def _name(raw: str) -> str:
    # NFC, not NFKC: compatibility kanji such as 﨑 or 神 must stay what they are
    return _SPACES.sub("", unicodedata.normalize("NFC", raw))


def _kana(raw: str) -> str:
    folded = _SPACES.sub("", unicodedata.normalize("NFKC", raw))
    folded = re.sub(r"[-‐‑‒–—―−]", "ー", folded)
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in folded)
    if re.search(r"[^ァ-ヺー・]", katakana):
        raise FormatError("フリガナはカタカナで入力してください。")
    return "".join(_SMALL_KANA.get(c, c) for c in katakana)


def _date(raw: str) -> str:
    text = _folded(raw).upper()
    if not text:
        return ""
    if found := _ERA_DATE.match(text):
        era = next(code for code, names in ERAS.items() if found[1] in names[:2])
        return era_date(era, 1 if found[2] == "元" else int(found[2]), int(found[3]), int(found[4]))
    if found := _WESTERN_DATE.match(text):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError:
            raise FormatError(f"{year}年{month}月{day}日という日付はありません。") from None
    raise FormatError("日付は「令和3年4月1日」「R3.4.1」「2021-04-01」のいずれかの形で入力してください。")


def _postal_code(raw: str) -> str:
    return _only_digits(raw, "郵便番号", (7,))


def _phone(raw: str) -> str:
    digits = _only_digits(raw, "電話番号", (10, 11))
    if digits and not digits.startswith("0"):
        raise FormatError("電話番号は0から始まります。")
    return digits


def _digits(raw: str) -> str:
    return _only_digits(raw, "この欄")


def _number(raw: str) -> str:
    digits = _only_digits(re.sub(r"[,、円¥￥]", "", _folded(raw)), "この欄")
    return str(int(digits)) if digits else ""


def _address(raw: str) -> str:
    """Full-width as written, no spaces; digits, letters' width kept, hyphens half-width between digits."""
    text = _SPACES.sub("", unicodedata.normalize("NFC", raw))
    text = re.sub(r"[０-９]", lambda found: chr(ord(found[0]) - 0xFEE0), text).translate(_HYPHENS)
    return re.sub(r"(?<=[0-9])ー(?=[0-9])", "-", text)


def _text(raw: str) -> str:
    return unicodedata.normalize("NFC", raw).strip()


def _receipt_number(raw: str) -> str:
    digits = _only_digits(raw, "受付番号", (10,))
    if digits and receipt_check(digits[:8]) != digits[8:]:
        raise FormatError("受付番号の検査数字（最後の2けた）が合いません。")
    return digits


_CANONICAL: dict[str, Callable[[str], str]] = {
    "name": _name,
    "kana": _kana,
    "date": _date,
    "postal_code": _postal_code,
    "phone": _phone,
    "digits": _digits,
    "number": _number,
    "address": _address,
    "text": _text,
    "choice": _text,
    "choices": _text,
    "receipt_number": _receipt_number,
}
TYPES = tuple(_CANONICAL)


def canonical(type_: str, raw: str) -> str:
    """The canonical form of `raw`, the empty string for nothing.

    Raises FormatError (with a message for the clerk) when it is no value of the type, and KeyError for an
    unknown type. For `choice` and `choices` use `canonical_choice`, which knows the options.
    """
    return _CANONICAL[type_](raw)


def canonical_choice(options: Mapping[str, str], raw: str) -> str:
    """Codes joined by commas in the order of `options` from codes or labels joined by commas."""
    by_label = {label: code for code, label in options.items()}
    wanted = [part.strip() for part in re.split(r"[,、，]", raw) if part.strip()]
    codes = {part if part in options else by_label.get(part, "") for part in wanted}
    if "" in codes:
        raise FormatError(f"選択肢は {'、'.join(options.values())} のいずれかです。")
    return ",".join(code for code in options if code in codes)


def display(type_: str, value: str, options: Mapping[str, str] | None = None) -> str:
    """The canonical `value` as staff write it: 和暦 dates, 〒 hyphens, thousands, option labels."""
    if not value:
        return ""
    if type_ == "date":
        return _display_date(value)
    if type_ == "postal_code" and len(value) == 7:
        return f"{value[:3]}-{value[3:]}"
    if type_ == "phone":
        return _display_phone(value)
    if type_ == "number" and value.isdigit():
        return f"{int(value):,}"
    if type_ in ("choice", "choices") and options:
        return "、".join(options.get(code, code) for code in value.split(","))
    return value


def _display_date(value: str) -> str:
    try:
        date = datetime.date.fromisoformat(value)
    except ValueError:
        return value
    era = era_of(date)
    if era is None:
        return f"{date.year}年{date.month}月{date.day}日"
    year = "元" if era[1] == 1 else str(era[1])
    return f"{ERAS[era[0]][0]}{year}年{date.month}月{date.day}日"


def _display_phone(value: str) -> str:
    """Mobile and IP numbers and the two-digit area codes; other area codes differ in length, so no hyphens."""
    if len(value) == 11:
        return f"{value[:3]}-{value[3:7]}-{value[7:]}"
    if len(value) == 10 and value[:2] in ("03", "06"):
        return f"{value[:2]}-{value[2:6]}-{value[6:]}"
    if len(value) == 10 and value.startswith("0120"):
        return f"{value[:4]}-{value[4:7]}-{value[7:]}"
    return value


@dataclass(frozen=True)
class Parsed:
    """Either a canonical value or the reason why there is none."""

    value: str
    problem: str = ""


def parse(type_: str, raw: str) -> Parsed:
    """`canonical` without an exception."""
    try:
        return Parsed(canonical(type_, raw))
    except FormatError as error:
        return Parsed("", str(error))
