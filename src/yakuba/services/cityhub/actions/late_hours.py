"""Hours of months that were written out, summed anew after a reading came late: out of the month's file and of what lies in the
table, so that a number that was sent again counts once, with its newer value."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from yakuba.services.cityhub.actions.hours import HOUR
from yakuba.services.cityhub.actions.monthfiles import MonthReader, current, name_of, opened
from yakuba.services.cityhub.actions.turns import WRITER, take_turn
from yakuba.services.cityhub.models import Hour, LateHour, Reading, Series

LOG = logging.getLogger("yakuba.cityhub")
AT_ONCE = 20_000  # hours looked at in one go


def sum_late() -> int:
    """Of the active town. Returns how many hours."""
    done, after = 0, -1
    while True:
        listed = LateHour.objects.filter(hour__gt=after).order_by("hour").values_list("series", "hour")
        months: dict[date, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for series, hour in listed[:AT_ONCE]:
            months[_month_of(hour)][series].append(hour)
        if not months:
            return done
        done += _of_months(months)
        if done:
            return done
        after = _last_hour(max(months))  # nothing could be summed: what is behind these months need not wait


def _of_months(months: dict[date, dict[int, list[int]]]) -> int:
    done = 0
    for month, listed in months.items():
        try:
            done += _of_month(month, listed)
        except (OSError, ValueError):  # a file that cannot be read holds up its own month only
            LOG.exception("hours of %s were not summed", month)
    return done


def _month_of(hour: int) -> date:
    local = timezone.localtime(datetime.fromtimestamp(hour * 3600, UTC))
    return date(local.year, local.month, 1)


def _last_hour(month: date) -> int:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    moment = timezone.make_aware(datetime(following.year, following.month, 1))
    return round(moment.timestamp()) // 3600 - 1


def _of_month(month: date, hours: dict[int, list[int]]) -> int:
    files = current(month)
    done = 0
    with opened(files) as readers:
        for key, listed in hours.items():
            series = Series.objects.get(pk=key)
            written = _in_files(readers, series, set(listed))
            if not _stored(month, [one.pk for one in files], series, listed, written):
                return done  # the file is another one by now: the next time
            done += len(listed)
    return done


def _in_files(readers: list[MonthReader], series: Series, hours: set[int]) -> dict[int, float]:
    """Moment → number, of these hours."""
    found: dict[int, float] = {}
    low, high = min(hours) * HOUR, (max(hours) + 1) * HOUR
    for reader in readers:
        for table in reader.tables(name_of(series)):
            moments = table.column("at").cast(pa.int64()).to_numpy()
            values = table.column("value").to_numpy()
            begin, end = moments.searchsorted([low, high])
            for at, number in zip(moments[begin:end].tolist(), values[begin:end].tolist(), strict=True):
                if at // HOUR in hours:
                    found[at] = number
    return found


@transaction.atomic
def _stored(
    month: date, files: list[int], series: Series, hours: list[int], written: dict[int, float]
) -> bool:
    take_turn(WRITER, series.municipality_id)
    Series.objects.select_for_update().get(pk=series.pk)
    if [one.pk for one in current(month)] != files:
        return False
    numbers: dict[int, dict[int, float]] = {hour: {} for hour in hours}
    for at, number in written.items():
        numbers[at // HOUR][at] = number
    low, high = min(hours) * HOUR, (max(hours) + 1) * HOUR
    came = Reading.objects.filter(series=series, at__gte=low, at__lt=high).values_list("at", "number")
    for at, number in came.iterator(chunk_size=5_000):
        if at // HOUR in numbers:
            numbers[at // HOUR][at] = number
    for start in range(0, len(hours), 500):
        part = hours[start : start + 500]
        Hour.objects.filter(series=series, hour__in=part).delete()
        Hour.objects.bulk_create(_hour(series, hour, numbers[hour]) for hour in part if numbers[hour])
        LateHour.objects.filter(series=series, hour__in=part).delete()
    return True


def _hour(series: Series, hour: int, numbers: dict[int, float]) -> Any:
    values = list(numbers.values())
    return Hour(
        municipality_id=series.municipality_id,
        series=series,
        hour=hour,
        count=len(values),
        total=sum(values),
        least=min(values),
        most=max(values),
    )
