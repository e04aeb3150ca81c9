"""When a crop is ripe, by the sum of temperatures above a base (有効積算温度).

    D(n) = Σ max(0, T(d) − base)   over the days d since the begin; ripe on the first day with D ≥ target

T is a day's mean temperature (McMaster and Wilhelm, Agricultural and Forest Meteorology 87, 1997, method 1). Base and target are
the crop's and stand in the town's data with their source. The days to come are those of each past year in turn: each gives a day of
its own, and the interval goes from the earliest to the latest of them. Fewer than three years give none, and a year counts only
where nine of ten of the days that are taken from it were measured. A warmer year than all of
these is not in it; nor are day length, water and disease.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

LEAST_YEARS = 3
KNOWN = 0.9  # share of a year's days
MOST_DAYS = 400  # after the begin; then it is not reached
ONE = timedelta(days=1)
Means = Mapping[date, float]


@dataclass(frozen=True)
class Ripening:
    """total: degree-days up to and with `counted`; filled: days without a value, for which the mean of past years stands; reached: the
    day, if it has come; years: past year → its day, None where it is not reached within 400 days of the begin; the three days of
    them, None for too few years and where it is not reached."""

    total: float
    counted: date
    filled: int
    reached: date | None
    years: dict[int, date | None]
    earliest: date | None = None
    middle: date | None = None
    latest: date | None = None


def degrees(mean: float, base: float) -> float:
    """Of one day."""
    return max(0.0, mean - base)


def accumulated(means: Means, begin: date, behind: date, base: float) -> tuple[float, int]:
    """Degree-days from `begin` up to the day before `behind`, and how many of these days have no value: nothing is filled in."""
    days = [begin + number * ONE for number in range(max(0, (behind - begin).days))]
    known = [means[day] for day in days if day in means]
    return sum(degrees(mean, base) for mean in known), len(days) - len(known)


def _same_day(day: date, year: int) -> date:
    """That day in another year; 28 February for 29 February."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def ripening(means: Means, begin: date, today: date, base: float, target: float) -> Ripening:
    """means: of whole days; today: the first day that is not over."""
    years = sorted({day.year for day in means if day < begin and day.year < begin.year})
    total, filled, day, reached = 0.0, 0, begin, None
    while day < today and reached is None:
        mean = means.get(day)
        if mean is None:
            past = [means[one] for year in years if (one := _same_day(day, year)) in means]
            mean, filled = (sum(past) / len(past) if past else base), filled + 1
        total += degrees(mean, base)
        if total >= target:
            reached = day
        day += ONE
    counted = reached or today - ONE
    if reached is not None:
        return Ripening(total, counted, filled, reached, {})
    found = {}
    for year in _whole(means, years, begin):
        ripe, known = _in(means, year, max(begin, today), begin, total, base, target)
        if known >= KNOWN:
            found[year] = ripe
    never = begin + MOST_DAYS * ONE
    days = sorted(one or never for one in found.values())
    if len(days) < LEAST_YEARS:
        return Ripening(total, counted, filled, None, found)
    three = (None if one == never else one for one in (days[0], median_low(days), days[-1]))
    return Ripening(total, counted, filled, None, found, *three)


def _whole(means: Means, years: list[int], begin: date) -> list[int]:
    """Years with nine days of ten from the begin's day to the end of the year, so that gaps do not make a year cold."""
    found = []
    for year in years:
        first = _same_day(begin, year)
        days = (date(year, 12, 31) - first).days + 1
        known = sum(first <= day <= date(year, 12, 31) for day in means if day.year == year)
        if known >= KNOWN * days:
            found.append(year)
    return found


def _in(
    means: Means, year: int, day: date, begin: date, total: float, base: float, target: float
) -> tuple[date | None, float]:
    """The day on which the target is reached if the days to come are those of the year, and the share of these that were
    measured; a gap is as the day before."""
    last, known, number = base, 0, 0
    while day < begin + MOST_DAYS * ONE:
        # Past the end of the year it goes on with the next one's, as far as it is known.
        of = _same_day(day, year + day.year - begin.year)
        last, known, number = means.get(of, last), known + (of in means), number + 1
        total += degrees(last, base)
        if total >= target:
            return day, known / number
        day += ONE
    return None, known / number if number else 0.0
