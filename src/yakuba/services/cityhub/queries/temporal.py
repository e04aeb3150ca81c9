"""Series, readings and hours as NGSI-LD's temporal interface asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from yakuba.services.cityhub.engine.history import HOUR, Period, SeriesKept, Times
from yakuba.services.cityhub.engine.requests import Path, Target

_COLUMNS = (
    "s.id, s.path, s.entity_id, s.entity_type, s.attribute, s.unit, s.last_at, s.last_number, s.prepared_to"
)
LAST = 2**62


def series(
    town: int, targets: tuple[Target, ...], paths: tuple[Path, ...], attributes: tuple[str, ...], times: Times
) -> Iterator[SeriesKept]:
    """Those that have a reading (or, where hours are asked, an hour) within the times, by entity."""
    parts, values = ["s.municipality_id = %s"], [town]  # type: list[str], list[Any]
    if not any(path.deep and path.path == "/" for path in paths):
        choices = []
        for path in paths:
            choices.append("s.path = %s")
            values.append(path.path)
            if path.deep:
                choices.append("s.path LIKE %s ESCAPE '!'")
                values.append(path.path.replace("_", "!_") + "/%")
        parts.append(f"({' OR '.join(choices)})")
    _name(targets, parts, values)
    if attributes:
        parts.append(f"s.attribute IN ({', '.join(['%s'] * len(attributes))})")
        values += attributes
    since, until = times.since or 0, LAST if times.until is None else times.until
    exists = "EXISTS (SELECT 1 FROM cityhub_reading r WHERE r.series_id = s.id AND r.at >= %s AND r.at < %s)"
    values += [since, until]
    if times.by_hours:
        exists += " OR EXISTS (SELECT 1 FROM cityhub_hour h WHERE h.series_id = s.id AND h.hour >= %s AND h.hour < %s)"
        values += [since // HOUR, min(until // HOUR, 2**31 - 1)]
    parts.append(f"({exists})")
    # Our own columns; whatever comes from outside is a value.
    sql = f"SELECT {_COLUMNS} FROM cityhub_series s WHERE {' AND '.join(parts)} "  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql + "ORDER BY s.entity_id, s.entity_type, s.path, s.attribute", values)
        for row in cursor.fetchall():
            key, path, entity_id, entity_type, attribute, unit, newest, number, prepared_to = row
            yield SeriesKept(
                key, path, entity_id, entity_type, attribute, unit, newest, number or 0.0, prepared_to
            )


def _name(targets: tuple[Target, ...], parts: list[str], values: list[Any]) -> None:
    choices = []
    for target in targets:
        named = [
            (column, one) for column, one in (("entity_id", target.id), ("entity_type", target.type)) if one
        ]
        if not named:
            return
        choices.append(" AND ".join(f"s.{column} = %s" for column, _ in named))
        values += [one for _, one in named]
    parts.append(f"({' OR '.join(choices)})")


def readings(key: int, times: Times, most: int) -> list[tuple[int, float]]:
    """Moment and number, at most so many; the oldest first, with `last` the newest first."""
    sql = "SELECT at, number FROM cityhub_reading WHERE series_id = %s AND at >= %s AND at < %s ORDER BY at "
    sql += "DESC LIMIT %s" if times.last is not None else "LIMIT %s"
    number = most if times.last is None else min(most, times.last)
    until = LAST if times.until is None else times.until
    with connection.cursor() as cursor:
        cursor.execute(sql, [key, times.since or 0, until, number])
        return [(int(at), float(value)) for at, value in cursor.fetchall()]


def first_moment(key: int, times: Times) -> int | None:
    """Of the first reading within the times, or of its hour where only that is kept."""
    since, until = times.since or 0, LAST if times.until is None else times.until
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT MIN(at) FROM cityhub_reading WHERE series_id = %s AND at >= %s AND at < %s",
            [key, since, until],
        )
        found = [row[0] for row in cursor.fetchall()]
        if times.by_hours:
            cursor.execute(
                "SELECT MIN(hour) FROM cityhub_hour WHERE series_id = %s AND hour >= %s AND hour < %s",
                [key, since // HOUR, min(until // HOUR, 2**31 - 1)],
            )
            found += [None if row[0] is None else row[0] * HOUR for row in cursor.fetchall()]
    known = [int(one) for one in found if one is not None]
    return min(known) if known else None


def periods(one: SeriesKept, times: Times, start: int, width: int, most: int) -> list[Period]:
    """Figures of each period that has a reading, counted from `start`; at most so many."""
    until = LAST if times.until is None else times.until
    ready = one.prepared_to if times.by_hours and start % HOUR == 0 else 0
    found: dict[int, Period] = {}
    if ready > start:
        for period in _of_hours(one.key, start, min(until, ready), width, most):
            found[period.place] = period
    for period in _of_readings(one, max(start, ready), until, start, width, most):
        known = found.get(period.place)
        found[period.place] = period if known is None else _both(known, period)
    return [found[place] for place in sorted(found)]


def _of_hours(key: int, start: int, until: int, width: int, most: int) -> list[Period]:
    first = start // HOUR
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (hour - %s) / %s AS place, SUM(count), SUM(total), MIN(least), MAX(most) FROM cityhub_hour "
            "WHERE series_id = %s AND hour >= %s AND hour < %s GROUP BY 1 ORDER BY 1 LIMIT %s",
            [first, width // HOUR, key, first, until // HOUR, most],
        )
        return [Period(int(place), int(count), *numbers) for place, count, *numbers in cursor.fetchall()]


def _of_readings(one: SeriesKept, since: int, until: int, start: int, width: int, most: int) -> list[Period]:
    # Sums about a number near the values: squares of large ones would hide small differences.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (at - %s) / %s AS place, COUNT(*), SUM(number), MIN(number), MAX(number), COUNT(DISTINCT number), "
            "SUM(number - %s), SUM((number - %s) * (number - %s)) FROM cityhub_reading "
            "WHERE series_id = %s AND at >= %s AND at < %s GROUP BY 1 ORDER BY 1 LIMIT %s",
            [start, width, one.origin, one.origin, one.origin, one.key, since, until, most],
        )
        return [Period(int(place), int(count), *numbers) for place, count, *numbers in cursor.fetchall()]


def _both(one: Period, other: Period) -> Period:
    return Period(
        one.place,
        one.count + other.count,
        one.total + other.total,
        min(one.least, other.least),
        max(one.most, other.most),
    )
