"""Readings made ready for charts: least, most, sum and number of every full hour. Least and most are kept, so that no peak is lost
however far a chart looks back. An hour whose readings have been written out (`actions.keeping`) is summed anew out of the file and
of what came late (`actions.late_hours`)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Max

from yakuba.services.cityhub.models import Hour, MonthFile, Series

HOUR = 3_600_000_000  # microseconds
_SUMS = """INSERT INTO cityhub_hour (municipality_id, series_id, hour, count, total, least, most)
    SELECT municipality_id, series_id, at / %s, COUNT(*), SUM(number), MIN(number), MAX(number)
    FROM cityhub_reading WHERE series_id = %s AND at >= %s AND at < %s GROUP BY municipality_id, series_id, at / %s"""
_EARLIER = """UPDATE cityhub_series SET prepared_to = %s WHERE id = %s AND prepared_to > %s"""
_LATE = """INSERT INTO cityhub_latehour (municipality_id, series_id, hour) VALUES (%s, %s, %s)
    ON CONFLICT (series_id, hour) DO NOTHING"""


def gone() -> int:
    """Before this moment months have been written out (microseconds since 1970 UTC); 0 for none."""
    return MonthFile.objects.aggregate(until=Max("until"))["until"] or 0


def changed(municipality_id: int, moments: Iterable[tuple[int, int]]) -> None:
    """Readings (series, microseconds) have come or changed: what was made ready ends where the first of them lies. Of months
    that were written out, just their hours are summed anew. Within a transaction."""
    written = gone()
    first: dict[int, int] = {}
    late: set[tuple[int, int]] = set()
    for series, at in moments:
        hour = at // HOUR
        if at < written:
            late.add((series, hour))
        else:
            first[series] = min(first.get(series, hour), hour)
    with connection.cursor() as cursor:
        if first:
            cursor.executemany(
                _EARLIER, [(hour * HOUR, series, hour * HOUR) for series, hour in first.items()]
            )
        if late:
            cursor.executemany(_LATE, [(municipality_id, series, hour) for series, hour in sorted(late)])


@transaction.atomic
def prepare(series: Series, now: float) -> None:
    """Complete the hours of a series up to the last full one. now: seconds since 1970 UTC."""
    row = Series.objects.select_for_update().get(pk=series.pk)
    until = round(now * 1_000_000) // HOUR * HOUR
    if row.prepared_to >= until:
        return
    since = max(row.prepared_to, gone())  # hours before have their readings in a file
    Hour.objects.filter(series=row, hour__gte=since // HOUR).delete()
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [HOUR, row.pk, since, until, HOUR])
    Series.objects.filter(pk=row.pk).update(prepared_to=until)
