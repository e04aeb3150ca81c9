"""How dates, durations and numbers are written for staff. Pure functions, no framework."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from yakuba.kernel.values import calendar
from yakuba.kernel.values.rounding import grouped as grouped  # the other ways of writing stand here
from yakuba.kernel.values.rounding import rounded

NOTHING = "―"


def wareki(value: date, *, weekday: bool = True, time: bool = False) -> str:
    """Write a date as 令和8年11月20日(金); the first year of an era is 元年.

    `time` adds the clock of a `datetime` (already in local time). Dates that no era counts (before 1873, see
    `kernel.values.calendar`) are written in western years.
    """
    day = value.date() if isinstance(value, datetime) else value
    text = calendar.written(day)
    if weekday:
        text += f"({calendar.WEEKDAYS[day.weekday()]})"
    if time and isinstance(value, datetime):
        text += f" {value.hour}:{value.minute:02d}"
    return text


def wareki_short(value: date) -> str:
    """Write a date as R8.11.20 for narrow columns; before 1873 as ISO 8601."""
    return calendar.written_short(value.date() if isinstance(value, datetime) else value)


def duration(seconds: float) -> str:
    """Write a length of time, in seconds, as a person would say it: 45秒, 3分20秒, 12分, 1時間20分.

    Seconds are shown below ten minutes, minutes below a hundred hours; a negative length gets a 「-」.
    """
    if seconds < 0:
        return "-" + duration(-seconds)
    whole = _round(seconds)
    if whole < 600:
        minutes, rest = divmod(whole, 60)
        return _joined((minutes, "分"), (rest, "秒")) or "0秒"
    minutes = _round(seconds / 60)
    if minutes < 6000:
        return _joined((minutes // 60, "時間"), (minutes % 60, "分"))
    return f"{grouped(_round(minutes / 60))}時間"


def _joined(*parts: tuple[int, str]) -> str:
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def ago(seconds: float) -> str:
    """Write how long ago something was, given its age in seconds: たった今, 12分前, 3時間前, 5日前."""
    if seconds < 60:
        return "たった今"
    for size, unit in ((86400, "日"), (3600, "時間"), (60, "分")):
        if seconds >= size:
            return f"{grouped(int(seconds // size))}{unit}前"
    raise AssertionError("unreachable: at least one minute")


def percent(ratio: float | Decimal, decimals: int = 1) -> str:
    """Write a ratio (0.518) as 51.8%, rounded half up."""
    return f"{rounded(Decimal(str(ratio)) * 100, decimals)}%"


def points(ratio: float | Decimal, decimals: int = 1) -> str:
    """Write the difference of two ratios (0.025) as 2.5ポイント, rounded half up: a per cent of something it is not."""
    return f"{rounded(Decimal(str(ratio)) * 100, decimals)}ポイント"


def number_of(value: object) -> Decimal | None:
    """The finite number in `value` (int, float, Decimal, numeric text), or None."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, timedelta):
        return Decimal(str(value.total_seconds()))
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _round(value: float) -> int:
    return int(rounded(Decimal(str(value)), 0))
