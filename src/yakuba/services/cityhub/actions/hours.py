"""Readings made ready for charts: least, most, sum and number of every full hour. Least and most are kept, so that no peak is lost
however far a chart looks back. Hours whose readings have been written out and removed (`actions.keeping`) stay as they are."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max

from yakuba.services.cityhub.models import Hour, MonthFile, Series

HOUR = 3_600_000_000  # microseconds
_SUMS = """INSERT INTO cityhub_hour (municipality_id, series_id, hour, count, total, least, most)
    SELECT municipality_id, series_id, at / %s, COUNT(*), SUM(number), MIN(number), MAX(number)
    FROM cityhub_reading WHERE series_id = %s AND at >= %s AND at < %s GROUP BY municipality_id, series_id, at / %s"""


@transaction.atomic
def prepare(series: Series, now: float) -> None:
    """Complete the hours of a series up to the last full one. now: seconds since 1970 UTC."""
    row = Series.objects.select_for_update().get(pk=series.pk)
    until = round(now * 1_000_000) // HOUR * HOUR
    if row.prepared_to >= until:
        return
    gone = MonthFile.objects.aggregate(until=Max("until"))["until"] or 0
    since = max(row.prepared_to, gone)  # a late reading of a month that has gone does not undo its hours
    Hour.objects.filter(series=row, hour__gte=since // HOUR).delete()
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [HOUR, row.pk, since, until, HOUR])
    Series.objects.filter(pk=row.pk).update(prepared_to=until)
