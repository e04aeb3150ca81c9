"""When something happened, as the programs that collect logs write it → milliseconds of the clock on the wall."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from yakuba.kernel.definitions import plain
from yakuba.kernel.values.calendar import read_date

JAPAN = timezone(timedelta(hours=9))
EPOCH = datetime(1970, 1, 1)
FIRST_YEAR = 2000  # before that no PC of today was switched on: its clock was never set
AHEAD = timedelta(days=1)  # a clock that is further ahead is wrong
_WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?[ T]*"
    r"(\d{1,2})[:時](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,6})\d*)?秒?|分)?"
)
_ERA = re.compile(r"(.*?[日/.\-\d])[ T]*(\d{1,2}[:時].*)")
_COUNTED = re.compile(r"\d{10}(\d{3})?")
_LIKE = re.compile(
    r"(?!.*\d{11})[-0-9０-９ /.,:+年月日時分秒午前後明治大正昭和平成令元TZ]+"
)  # a moment, and nobody's number


class BadMoment(ValueError):
    """It cannot be told when that was; the text says why and what to do, in Japanese."""


def read_moment(text: str, now: datetime) -> int:
    """Milliseconds. now: the clock on the wall, without a zone; what lies behind it by more than a day, or before 2000,
    comes from a clock that was wrong. A moment with a zone is told as Japan's.

    Raises BadMoment.
    """
    found = _moment(text)
    shown = (
        f"時刻「{text[:40]}」" if _LIKE.fullmatch(text) else "時刻の列の文字"
    )  # it may be a name: columns get mixed up
    if found is None:
        raise BadMoment(f"{shown}を読めません。「2026-04-01 09:00:00」のように、日付と時刻を書いてください。")
    if found.year < FIRST_YEAR or found > now + AHEAD:
        raise BadMoment(
            f"{shown}は、PCの時計がずれています（{FIRST_YEAR}年より前か、取り込む日より先）。"
            "時計を合わせ、この行を除くか直してから入れ直してください。"
        )
    return round((found - EPOCH) / timedelta(milliseconds=1))


def moment_of(at: int) -> datetime:
    """The clock on the wall at so many milliseconds."""
    return EPOCH + timedelta(milliseconds=at)


def month_of(at: int) -> int:
    """2026-04 as 202604."""
    found = moment_of(at)
    return found.year * 100 + found.month


def _moment(text: str) -> datetime | None:
    written = plain(text)
    # Digits alone are counted milliseconds: fromisoformat would read one in two hundred as a day of the year 1775.
    if len(text) > len("2026-04-01") and not written.isdigit():
        try:
            return _without_zone(datetime.fromisoformat(text))
        except ValueError:
            pass
    try:
        if _COUNTED.fullmatch(written):
            seconds = int(written) / (1000 if len(written) == 13 else 1)
            return _without_zone(datetime.fromtimestamp(seconds, UTC))
        found = _WRITTEN.fullmatch(written) or _of_era(written)
        if found is None:
            return None
        year, month, day, hour, minute = (int(found[n]) for n in range(1, 6))
        micro = int((found[7] or "0").ljust(6, "0"))
        return datetime(year, month, day, hour, minute, int(found[6] or 0), micro)
    except (ValueError, OverflowError):
        return None


def _of_era(written: str) -> re.Match[str] | None:
    """令和8年4月1日 9:12."""
    parts = _ERA.fullmatch(written)
    if parts is None or parts[1][:1].isdigit():
        return None
    return _WRITTEN.fullmatch(f"{read_date(parts[1])} {parts[2]}")


def _without_zone(moment: datetime) -> datetime:
    return moment.astimezone(JAPAN).replace(tzinfo=None) if moment.tzinfo else moment
