"""Japanese calendar: the era, year, month and day that a date is written with."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

ERA_STARTS = (
    ("reiwa", date(2019, 5, 1)),
    ("heisei", date(1989, 1, 8)),
    ("showa", date(1926, 12, 25)),
)


def wareki(day: date) -> tuple[str, int, int, int]:
    """(era, year in the era, month, day); ValueError before 昭和."""
    for era, start in ERA_STARTS:
        if day >= start:
            return era, day.year - start.year + 1, day.month, day.day
    raise ValueError(f"昭和より前の日付は書けません: {day.isoformat()}")


def between(rng: Random, first: date, last: date) -> date:
    """A random day from first to last, both included."""
    return first + timedelta(days=rng.randint(0, (last - first).days))
