"""What devices send, into the store: in the writer's transaction, so that what is acknowledged is on the disk."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.actions.space import WriteSpace
from yakuba.services.cityhub.actions.taking import put_readings
from yakuba.services.cityhub.engine.device_readings import (
    Bad,
    Good,
    Sent,
    judged,
    without_twice,
)
from yakuba.services.cityhub.engine.readings import GivenReading
from yakuba.services.cityhub.models import Device, PutAside, RawReading, Reading, Series
from yakuba.services.cityhub.queries import devices as queries

ROOT = "/"
_ASIDE = """INSERT INTO cityhub_putaside (municipality_id, device_id, day, name, reason, given, count, last_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (device_id, day, name, reason) DO UPDATE
    SET count = cityhub_putaside.count + excluded.count, given = excluded.given, last_at = excluded.last_at"""
BURST = 60.0  # seconds by which a burst may run ahead of the clock
MOST_NAMES = 50  # of reasons of a device in a day; what a device invents beyond them is counted under no name


@dataclass(frozen=True)
class Taken:
    """What came of a message."""

    taken: int
    aside: tuple[Bad, ...]


def take(space: WriteSpace, device_id: int, sent: Iterable[Sent], digest: str | None = None) -> Taken | None:
    """Store what a device sent, and note what was put aside. digest: of the key with which it came, which may have been exchanged
    since it was looked up. None where the device or the key is used no more."""
    space.flush()  # what this group has brought of the same device is then known to the checks
    device = Device.objects.filter(pk=device_id, active=True).first()
    if device is None or (digest is not None and device.digest != digest):
        return None
    listed = list(sent)
    now = time.time()
    if any(one.at is None for one in listed):
        now = _arrival(device, now)
    good, bad = judged(listed, queries.known(device), now, int(value("cityhub.device_days")))
    good, twice = without_twice(good, _stored(device, good))
    bad = [*bad, *twice]
    with transaction.atomic():  # a fault takes this message back, not the whole group
        put_readings(space, [_given(device, one) for one in sorted(good, key=lambda one: one.at)])
        space.flush()
        _keep_raw(device, good)
        note_aside(device, bad)
        lag = now - max(one.at for one in good) if good else device.lag
        Device.objects.filter(pk=device.pk).update(heard_at=timezone.now(), lag=lag)
    return Taken(len(good), tuple(bad))


def _arrival(device: Device, now: float) -> float:
    """When values came that do not say when they were measured: a millisecond behind those before, in a burst of them."""
    last = Series.objects.filter(
        path=ROOT, entity_id=device.entity_id, entity_type=device.entity_type
    ).aggregate(last=Max("last_at"))["last"]
    behind = (last or 0) / 1e6 + 0.001
    return behind if now < behind < now + BURST else now


def _given(device: Device, one: Good) -> GivenReading:
    return GivenReading(device.entity_id, device.entity_type, one.attribute, one.at, one.number, one.unit)


def series_of(device: Device, attribute: str) -> Series | None:
    """The readings of what the device measures."""
    return Series.objects.filter(
        entity_id=device.entity_id, entity_type=device.entity_type, path=ROOT, attribute=attribute
    ).first()


def _stored(device: Device, good: Sequence[Good]) -> dict[tuple[str, float], float]:
    """(attribute, at) → what was sent before for these moments."""
    found: dict[tuple[str, float], float] = {}
    for attribute in {one.attribute for one in good}:
        series = series_of(device, attribute)
        if series is None:
            continue
        moments = {_micro(one.at): one.at for one in good if one.attribute == attribute}
        for start in range(0, len(moments), 500):
            part = list(moments)[start : start + 500]
            stored = Reading.objects.filter(series=series, at__in=part)
            sent = RawReading.objects.filter(series=series, at__in=part, unit="")
            for rows in (stored, sent):  # what was sent stands before what was made of it
                known = rows.values_list("at", "number")
                found |= {(attribute, moments[at]): number for at, number in known}
    return found


def _micro(at: float) -> int:
    return round(at * 1_000_000)


def _keep_raw(device: Device, good: Sequence[Good]) -> None:
    changed = [one for one in good if one.raw != one.number]
    series = {one: series_of(device, one) for one in {one.attribute for one in changed}}
    rows = []
    for one in changed:
        found = series[one.attribute]
        if found is not None:
            rows.append((device.municipality_id, found.pk, _micro(one.at), one.raw))
    keep_raw(rows)


def keep_raw(rows: Sequence[tuple[int, int, int, float]]) -> None:
    """Municipality, series, microseconds, number as sent; the first one that was kept stays."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO cityhub_rawreading (municipality_id, series_id, at, number, unit) VALUES (%s, %s, %s, %s, '') "
            "ON CONFLICT (series_id, at) DO UPDATE SET number = excluded.number, unit = '' "
            "WHERE cityhub_rawreading.unit <> ''",
            list(rows),
        )


def note_aside(device: Device, bad: Iterable[Bad]) -> None:
    """Count what was put aside, by day, name and reason."""
    listed = list(bad)
    if not listed:
        return
    today = timezone.localdate()
    names = set(PutAside.objects.filter(device=device, day=today).values_list("name", flat=True))
    counted: dict[tuple[str, str], tuple[int, str]] = {}
    for one in listed:
        if one.name not in names and len(names) >= MOST_NAMES:
            one = replace(one, name="")
        names.add(one.name)
        before = counted.get((one.name, one.reason), (0, ""))[0]
        counted[one.name, one.reason] = (before + 1, one.given)
    with connection.cursor() as cursor:
        cursor.executemany(
            _ASIDE,
            [
                (device.municipality_id, device.pk, today, name, reason[:200], given[:200], count, _now())
                for (name, reason), (count, given) in counted.items()
            ],
        )


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def forget_old() -> int:
    """What was put aside long ago goes. Returns how many rows."""
    gone, _ = PutAside.objects.filter(last_at__lt=timezone.now() - queries.ASIDE_KEPT).delete()
    return gone


def count_aside(device_id: int, reason: str, given: str, count: int) -> None:
    """Note something of a whole message."""
    device = Device.objects.filter(pk=device_id).first()
    if device is None:
        return
    note_aside(device, [Bad("", reason, given)])
    if count > 1:
        PutAside.objects.filter(device=device, day=timezone.localdate(), name="", reason=reason).update(
            count=F("count") + count - 1
        )
