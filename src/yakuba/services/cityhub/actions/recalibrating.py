"""Values reckoned anew from what a device sent, after a calibration that holds for the past."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection, transaction

from yakuba.services.cityhub.actions.device_taking import keep_raw, series_of
from yakuba.services.cityhub.actions.hours import changed
from yakuba.services.cityhub.actions.series import KnownSeries
from yakuba.services.cityhub.actions.space import writing
from yakuba.services.cityhub.actions.taking import put_readings
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.readings import GivenReading
from yakuba.services.cityhub.models import Measure, RawReading, Reading, Series
from yakuba.services.cityhub.queries.devices import known_of

AT_ONCE = 5_000  # readings in one transaction


def recalibrate(measure_id: int, since: int, told: Callable[[int, int], None]) -> None:
    """Every reading of that thing since then (microseconds since 1970 UTC). Done again, it changes nothing; `told`: after each
    part, where it may stop."""
    measure = Measure.objects.select_related("device").filter(pk=measure_id).first()
    if measure is None:
        return
    device = measure.device
    series = series_of(device, measure.attribute)
    if series is None:
        return
    total = Reading.objects.filter(series=series, at__gte=since).count()
    done, after = 0, since - 1
    while True:
        number, after = _part(measure, series, after)
        done += number
        told(min(done, total), total)
        if number < AT_ONCE:
            return


@transaction.atomic
def _part(measure: Measure, series: Series, after: int) -> tuple[int, int]:
    """One part: how many readings, and the moment of the last."""
    with writing(measure.municipality_id, time.time(), KnownSeries(), Watches()) as space:
        known = known_of(measure)
        found = list(
            Reading.objects.filter(series=series, at__gt=after)
            .order_by("at")
            .values_list("pk", "at", "number")[:AT_ONCE]
        )
        if not found:
            return 0, after
        first, last = found[0][1], found[-1][1]
        raw = dict(
            RawReading.objects.filter(series=series, unit="", at__gte=first, at__lte=last).values_list(
                "at", "number"
            )
        )
        keep_raw(
            [(measure.municipality_id, series.pk, at, number) for _, at, number in found if at not in raw]
        )
        anew = [(known.calibrated(raw.get(at, number), at / 1e6), pk) for pk, at, number in found]
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE cityhub_reading SET number = %s WHERE id = %s", anew)
        changed(measure.municipality_id, [(series.pk, at) for _, at, _ in found])
        if last == Series.objects.get(pk=series.pk).last_at:
            # The newest is what the entity shows; whoever asked to be told hears of it as of any update.
            space.occasion = Occasion("", "device", 1)
            device = measure.device
            newest = GivenReading(
                device.entity_id,
                device.entity_type,
                measure.attribute,
                last / 1e6,
                anew[-1][0],
                measure.unit,
            )
            put_readings(space, [newest])
    return len(found), last
