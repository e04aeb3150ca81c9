"""How urgent a stop is that another part of the room offers, by its last day."""

from __future__ import annotations

from datetime import date, timedelta

SOON = timedelta(days=7)
FIRST, USUAL, LATER = 1, 2, 3


def priority_of(urgent: bool, due: date, last_day: date) -> int:
    """1 (first) to 3. due: by when it has to be done; last_day: of the plan. What is urgent, or is due before the plan is over,
    comes first; what would be late a week after it is usual; the rest may wait."""
    if urgent or due <= last_day:
        return FIRST
    return USUAL if due <= last_day + SOON else LATER
