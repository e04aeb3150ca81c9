"""Age classes: the age on April 1 of the fiscal year."""

from __future__ import annotations

from datetime import date


def fiscal_year(day: date) -> int:
    """The fiscal year (April to March) of a day."""
    return day.year if day.month >= 4 else day.year - 1


def age_class(birth: date, start: date) -> int:
    """The age class of the fiscal year of `start`: the age on its April 1, 0 for those born later.

    One is a year older at the end of the day before one's birthday (Act on Calculation of Ages), so a child born
    on April 1 belongs to the class of those born in the twelve months before. May be above 5.
    """
    later_in_year = (birth.month, birth.day) > (4, 1)
    return max(0, fiscal_year(start) - birth.year - later_in_year)
