"""Canonical values as the engine asks for them: `kernel.values` reads every type, also for other rooms."""

from __future__ import annotations

from yakuba.kernel.values import ValueRefused as FormatError
from yakuba.kernel.values import calendar, canonical
from yakuba.kernel.values.calendar import ERAS

__all__ = ["ERAS", "FormatError", "canonical", "era_date"]


def era_date(era: str, year: int, month: int, day: int) -> str:
    """ISO 8601 date of a 和暦 date; `era` is a key of ERAS, `year` counts from 1.

    Raises FormatError when there is no such day or when it does not lie in the era.
    """
    return calendar.era_day(era, year, month, day).isoformat()
