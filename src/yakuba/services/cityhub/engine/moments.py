"""Moments of NGSIv2: ISO 8601 in some spellings, always UTC on the way out.

Date alone = midnight, no zone = UTC, a date with a zone but without a time is refused (documentation, "Datetime support").
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_PATTERN = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:T(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?\Z"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_moment(text: str, missing: str | None = "Z") -> float | None:
    """Seconds since 1970 UTC, to the millisecond, or None where the text is no moment. missing: the zone of a text that names
    none (None: such a text is no moment)."""
    found = _PATTERN.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, part, zone = found.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    seconds = (moment - EPOCH) / timedelta(seconds=1)
    if part:
        seconds += int(part.ljust(3, "0")[:3]) / 1000
    zone = zone or missing
    if zone is None:
        return None
    if zone != "Z":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = int(digits[:2]) * 3600 + int(digits[2:]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return round(seconds, 3)


def written(seconds: float) -> str:
    """`YYYY-MM-DDThh:mm:ss.sssZ`, as attributes and subscriptions show it."""
    moment = EPOCH + timedelta(milliseconds=round(seconds * 1000))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z".rjust(24, "0")


def written_short(seconds: float) -> str:
    """`YYYY-MM-DDThh:mm:ss.ssZ`, as some fields of subscriptions show it (hundredths)."""
    return written(seconds)[:-2] + "Z"
