"""What a temporal query of NGSI-LD asks (ETSI GS CIM 009, 4.11, 4.5.19). Moments are microseconds since 1970 UTC."""

from __future__ import annotations

import re
from typing import Any

from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.history import Period, Times
from yakuba.services.cityhub.engine.ld.asking import words_of
from yakuba.services.cityhub.engine.ld.problems import bad_data, unsupported
from yakuba.services.cityhub.engine.moments import read_moment

METHODS = ("totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq")
MOST_INSTANCES = 100_000  # readings, or periods, in one answer
TIME = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration")
_DURATION = re.compile(
    r"P(?:(\d{1,6})W|(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?)\Z"
)


def read(given: dict[str, Any], *, aggregated: bool, needed: bool) -> Times:
    """The times of a query. given: names as in TIME; needed: whether `timerel` is. Raises NgsiError 400, 422."""
    since, until = _bounds(given, needed=needed)
    if given.get("timeproperty", "observedAt") != "observedAt":
        raise unsupported("timeproperty は observedAt（測った日時）だけです。ためているのは測定値です。")
    last = given.get("lastN")
    if last is not None:
        if not re.fullmatch(r"[1-9]\d{0,8}", str(last)) or isinstance(last, bool):
            raise bad_data("lastN は1以上の整数にしてください。")
        last = int(last)
    methods = given.get("aggrMethods")
    if not aggregated:
        if methods is not None or "aggrPeriodDuration" in given:
            raise bad_data("aggrMethods は options=aggregatedValues と一緒に使ってください。")
        return Times(since, until, last)
    if methods is None:
        raise bad_data(f"aggrMethods に {'・'.join(METHODS)} のどれかを書いてください。")
    words = tuple(dict.fromkeys(methods if isinstance(methods, list) else words_of(str(methods))))
    for word in words:
        if word not in METHODS:
            raise bad_data(f"aggrMethods の {word} はありません。{'・'.join(METHODS)} です。")
    return Times(since, until, last, words, duration(given.get("aggrPeriodDuration", "PT0S")))


def _bounds(given: dict[str, Any], *, needed: bool) -> tuple[int | None, int | None]:
    relation = given.get("timerel")
    if relation is None:
        if needed:
            raise bad_data("timerel がありません。timerel=after&timeAt=… のように期間を書いてください。")
        if {"timeAt", "endTimeAt"} & set(given):
            raise bad_data("timeAt は timerel（before・after・between）と一緒に使ってください。")
        return None, None
    if relation not in ("before", "after", "between"):
        raise bad_data("timerel は before・after・between のどれかにしてください。")
    at = _moment(given, "timeAt")
    if relation != "between" and "endTimeAt" in given:
        raise bad_data("endTimeAt は timerel=between とだけ使えます。")
    if relation == "before":
        return None, at
    if relation == "after":
        return at + 1, None
    end = _moment(given, "endTimeAt")
    if end <= at:
        raise bad_data("endTimeAt は timeAt より後にしてください。")
    return at, end


def _moment(given: dict[str, Any], name: str) -> int:
    text = given.get(name)
    moment = read_moment(text) if isinstance(text, str) else None
    if moment is None:
        raise bad_data(f"{name} は 2026-04-01T00:00:00Z のような日時にしてください。")
    return round(moment * 1_000_000)


def duration(text: Any) -> int:
    """Microseconds of an ISO 8601 duration of fixed length; 0 for none. Raises NgsiError 400, 422."""
    found = _DURATION.match(text) if isinstance(text, str) else None
    if found is None or text in ("P", "PT"):
        raise bad_data("aggrPeriodDuration は PT1H・P1D のような期間にしてください。")
    weeks, years, months, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if years or months:
        raise unsupported(
            "aggrPeriodDuration に年と月は使えません（長さが一定でないため）。日数で書いてください。"
        )
    return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000


def too_many() -> NgsiError:
    """More than one answer takes."""
    return NgsiError(
        403,
        "TooManyResults",
        f"測定値が多すぎます（{MOST_INSTANCES:,}まで）。期間・lastN・attrs で絞るか、aggrMethods でまとめてください。",
    )


def figures(period: Period, method: str, origin: float) -> float | int:
    """One figure. stddev is that of the period's readings themselves (divided by their number)."""
    if method == "totalCount":
        return period.count
    if method == "distinctCount":
        return period.distinct
    if method == "sum":
        return period.total
    if method == "avg":
        return period.total / period.count
    if method == "min":
        return period.least
    if method == "max":
        return period.most
    mean = period.shift / period.count
    if method == "stddev":
        return float(max(0.0, period.square / period.count - mean * mean) ** 0.5)
    return period.square + 2 * origin * period.shift + period.count * origin * origin
