"""Canonical values as the engine asks for them: `kernel.values` reads and shows every type, also for other rooms."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.values import TYPES, calendar, canonical, canonical_choice
from yakuba.kernel.values import ValueRefused as FormatError
from yakuba.kernel.values import shown as display
from yakuba.kernel.values.calendar import ERAS
from yakuba.kernel.values.receipt_numbers import check_digits as receipt_check

__all__ = [
    "ERAS",
    "TYPES",
    "FormatError",
    "Parsed",
    "canonical",
    "canonical_choice",
    "display",
    "era_date",
    "parse",
    "receipt_check",
]


def era_date(era: str, year: int, month: int, day: int) -> str:
    """ISO 8601 date of a 和暦 date; `era` is a key of ERAS, `year` counts from 1.

    Raises FormatError when there is no such day or when it does not lie in the era.
    """
    return calendar.era_day(era, year, month, day).isoformat()


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
