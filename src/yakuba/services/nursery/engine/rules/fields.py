"""What a rule may ask: fields with a kind, how their values are read, compared and shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from yakuba.kernel.definitions import plain
from yakuba.kernel.refusals import said_as
from yakuba.kernel.values import calendar
from yakuba.kernel.values.characters import narrow
from yakuba.kernel.values.numbers import read_number

Value = str | int | frozenset[str]
SEPARATORS = re.compile(r"[、,，;；]")
TIME = re.compile(r"(\d{1,2}):?(\d{2})")
MOST_DIGITS = 12


class Kind(StrEnum):
    """The kinds of fields, by the word that stands for them in a rule file."""

    CHOICE = "選択"
    CHOICES = "複数選択"
    NUMBER = "数"
    DATE = "日付"
    TIME = "時刻"
    TEXT = "文字"


class Scope(StrEnum):
    """Whose value it is: the child's, one guardian's, or that of a facility that is wished for."""

    CHILD = "child"
    GUARDIAN = "guardian"
    FACILITY = "facility"


class BadValue(ValueError):
    """A value does not fit its field; the text says in Japanese what would."""


@dataclass(frozen=True)
class Field:
    """One field. code: the ledger's name of it; label: as the rule file and staff call it; unit follows numbers.

    options: code → label, for choices.
    """

    code: str
    label: str
    kind: Kind
    options: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    scope: Scope = Scope.CHILD

    @property
    def ordered(self) -> bool:
        """Whether at least and at most make sense."""
        return self.kind in (Kind.NUMBER, Kind.DATE, Kind.TIME)


def read_value(spec: Field, text: str) -> Value | None:
    """A fact's text (a choice by code or label) as a value; None when empty.

    Numbers become int, dates and times text that sorts (`2027-04-01`, `18:30`), several choices a set of codes.
    Raises BadValue.
    """
    written, text = narrow(text).strip(), plain(text)
    if not text:
        return None
    if spec.kind is Kind.CHOICE:
        return _option(spec, text)
    if spec.kind is Kind.CHOICES:
        return frozenset(_option(spec, part.strip()) for part in SEPARATORS.split(text) if part.strip())
    if spec.kind is Kind.NUMBER:
        return _number(spec, written)
    if spec.kind is Kind.DATE:
        return read_date(written).isoformat()
    if spec.kind is Kind.TIME:
        return _time(text)
    return text


def parts(value: Value) -> frozenset[str]:
    """The names in a text that may list several, divided by commas."""
    return frozenset(part.strip() for part in SEPARATORS.split(str(value)) if part.strip())


def show(spec: Field, value: Value | None) -> str:
    """A value as staff read it: `160時間`, `2027年4月1日`, `会社勤務`."""
    if value is None:
        return "空欄"
    if isinstance(value, frozenset):
        return "・".join(label for code, label in spec.options.items() if code in value)
    if spec.kind is Kind.CHOICE:
        return spec.options.get(str(value), str(value))
    if spec.kind is Kind.NUMBER:
        return f"{value:,}{spec.unit}"
    if spec.kind is Kind.DATE:
        year, month, day = str(value).split("-")
        return f"{int(year)}年{int(month)}月{int(day)}日"
    return str(value)


def with_label(spec: Field, value: Value | None) -> str:
    """A value with its field's label, short: a guardian's choice stands alone, a number follows its label."""
    shown = show(spec, value)
    if value is not None and spec.scope is Scope.GUARDIAN:
        return shown if spec.kind is Kind.CHOICE else f"{spec.label}{shown}"
    return f"{spec.label} {shown}"


def order_of(spec: Field, value: Value) -> int:
    """An ordered value as a number: dates by day, times by minute."""
    if spec.kind is Kind.DATE:
        return date.fromisoformat(str(value)).toordinal()
    if spec.kind is Kind.TIME:
        hour, minute = str(value).split(":")
        return int(hour) * 60 + int(minute)
    return int(str(value))


def _option(spec: Field, text: str) -> str:
    if text in spec.options:
        return text
    for code, label in spec.options.items():
        if plain(label) == text:
            return code
    known = "、".join(f"{label}（{code}）" for code, label in spec.options.items())
    raise BadValue(f"「{text}」は選択肢にありません。書けるのは {known} です。")


def _number(spec: Field, text: str) -> int:
    digits = text.removesuffix(plain(spec.unit)) if spec.unit else text
    try:
        number = int(read_number(digits))
    except ValueError:  # nothing but the unit, or no number
        number = None
    if number is None or len(str(abs(number))) > MOST_DIGITS:
        raise BadValue(f"「{text}」は整数ではありません（{MOST_DIGITS}桁まで）。数字だけで書いてください。")
    return number


def read_date(text: str) -> date:
    """A date as people and programs write it (`kernel.values.calendar`). Raises BadValue."""
    with said_as(BadValue, f"「{text}」は日付ではありません。"):
        return calendar.read_date(text)


def _time(text: str) -> str:
    match = TIME.fullmatch(text)
    if not match or int(match[1]) > 24 or int(match[2]) > 59:
        raise BadValue(f"「{text}」は時刻ではありません。18:30 のように書いてください。")
    return f"{int(match[1]):02d}:{match[2]}"
