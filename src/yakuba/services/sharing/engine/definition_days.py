"""Days in the definition files of the room."""

from __future__ import annotations

from datetime import date

from yakuba.kernel.definitions import Section
from yakuba.kernel.values import ValueRefused, calendar


def day_of(top: Section, key: str) -> date | None:
    """The day that stands there, in Japanese or western years; None with a fault where it is none."""
    try:
        return calendar.read_date(top.text(key))
    except ValueRefused as error:
        top.fault(key, str(error))
        return None
