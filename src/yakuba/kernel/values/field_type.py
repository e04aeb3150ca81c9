"""What a field type is: one frozen object that every room asks, and that knows no room."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values import widths
from yakuba.kernel.values.characters import check_writable
from yakuba.kernel.values.refusal import ValueRefused

NO_OPTIONS: Mapping[str, str] = {}
MASK = "*"
LONGEST = 500  # characters that an input takes
SHOWN, AS_CODE = "表示", "コード"  # how a robot writes an option; the caller knows which options there are

Writer = Callable[[str], str]


class Script(StrEnum):
    """Which characters can stand in a field, for whoever reads them off paper."""

    DIGITS = "digits"
    DATE_LINE = "date_line"  # a date written on one line, with its era
    KANA = "kana"
    NAME = "name"
    TEXT = "text"
    MARKS = "marks"  # options are marked, nothing is written


class Picks(Enum):
    """How many of a field's options a value names."""

    NONE = 0  # the field has no options
    ONE = 1
    MANY = 2


def _as_it_is(value: str) -> str:
    return value


def _nothing_odd(value: str) -> str:
    return ""


@dataclass(frozen=True)
class Example:
    """written: as people write it; value: canonical; shown: as pages show it (masked where the type is)."""

    written: str
    value: str
    shown: str


@dataclass(frozen=True)
class FieldType:
    """A field type (型). Where a field has options, they come as `options` (code → label).

    read: text → canonical value, the empty string for nothing; raises ValueRefused.
    show: canonical value → as staff write it.
    formats: further ways in which a target may want it; each raises ValueError where it cannot be written so.
    order: canonical value → what it is sorted and compared by.
    odd: why a value that is one would still surprise (a sentence), or nothing.
    check_digits: how many of its digits follow from the others. One lets every tenth wrong number pass that has two
        digits wrong, so only two or more confirm a reading.
    masked: never shown, searched or written into a file without a permission of its own.
    longest: characters beyond which it is hardly one; 0 for any number. free: written freely, so that an old value
        may have been left beside the new one.
    """

    code: str
    label: str
    read: Callable[[str], str]
    examples: tuple[Example, ...]
    help: str = ""
    show: Writer = _as_it_is
    formats: Mapping[str, Writer] = field(default_factory=dict)
    order: Callable[[str], Any] = _as_it_is
    odd: Writer = _nothing_odd
    script: Script = Script.TEXT
    line_script: Script | None = None  # where it is written on one line, if that differs
    picks: Picks = Picks.NONE
    check_digits: int = 0
    masked: bool = False
    free: bool = False
    is_number: bool = False  # spreadsheets may calculate with it
    longest: int = 0
    pattern: str = ""  # of canonical values, as JSON schema and HTML write it
    inputmode: str = ""
    autocomplete: str = "off"  # a clerk enters other people's data; a resident's form may use `fills`
    fills: str = ""  # what a resident's browser may fill in: HTML's autofill field name

    def canonical(self, text: str, options: Mapping[str, str] = NO_OPTIONS) -> str:
        """The canonical form of a text; a canonical value is its own canonical form. Raises ValueRefused."""
        check_writable(text)
        if self.picks is Picks.NONE or not options:
            return self.read(text)
        value = canonical_choice(options, text)
        if self.picks is Picks.ONE and "," in value:
            raise ValueRefused("1つだけ選んでください。")
        return value

    def is_canonical(self, value: str, options: Mapping[str, str] = NO_OPTIONS) -> bool:
        """Whether the value may be stored as it is."""
        return if_valid(self.canonical, value, options) == value

    def shown(self, value: str, options: Mapping[str, str] = NO_OPTIONS, *, revealed: bool = False) -> str:
        """A canonical value as staff write it; masked, unless it is `revealed` to one who may see it. What is not
        canonical stays as it is."""
        if not value:
            return ""
        if self.masked and not revealed:
            return MASK * len(value)
        if self.picks is not Picks.NONE and options:
            return "、".join(options.get(code, code) for code in value.split(","))
        return self.show(value)

    def cell(
        self, value: str, options: Mapping[str, str] = NO_OPTIONS, *, revealed: bool = False
    ) -> str | int:
        """What a spreadsheet holds: a number as one, everything else as text, so that leading zeros stay."""
        if self.is_number and value and self.is_canonical(value):
            return int(value)
        return self.shown(value, options, revealed=revealed)

    def writings(self) -> tuple[str, ...]:
        """The names of the formats it can be written in."""
        options = () if self.picks is Picks.NONE else (SHOWN, AS_CODE)
        return (*self.formats, *options, *widths.WIDTHS)

    def within(self, value: str, limits: tuple[str, str]) -> bool:
        """Whether a canonical value lies between two others, either of which may be empty."""
        lowest, highest = limits
        here = self.order(value)
        return (not lowest or self.order(lowest) <= here) and (not highest or here <= self.order(highest))

    def schema(self, options: Mapping[str, str] = NO_OPTIONS) -> dict[str, Any]:
        """Canonical values as JSON schema (2020-12) says it; the empty string stands for an empty field."""
        told: dict[str, Any] = {"type": "string", "title": self.label}
        if self.help:
            told["description"] = self.help
        if self.picks is Picks.ONE and options:
            return told | {"enum": ["", *options]}
        if self.picks is Picks.MANY and options:
            one = "|".join(map(re.escape, options))
            return told | {"pattern": f"^(?:(?:{one})(?:,(?:{one}))*)?$"}
        return told | ({"pattern": f"^(?:{self.pattern})?$"} if self.pattern else {})

    def hints(self) -> dict[str, str]:
        """Attributes of an HTML input in which staff write it."""
        told = {"autocomplete": self.autocomplete, "spellcheck": "false", "maxlength": str(LONGEST)}
        return told | ({"inputmode": self.inputmode} if self.inputmode else {})


def canonical_choice(options: Mapping[str, str], text: str) -> str:
    """Codes joined by commas in the order of `options` (code → label) from codes or labels joined by commas. Raises
    ValueRefused for what is no option."""
    by_label = {label: code for code, label in options.items()}
    wanted = [part.strip() for part in re.split(r"[,、，]", text) if part.strip()]
    codes = {part if part in options else by_label.get(part, "") for part in wanted}
    if "" in codes:
        raise ValueRefused(f"選択肢は {'、'.join(options.values())} のいずれかです。")
    return ",".join(code for code in options if code in codes)
