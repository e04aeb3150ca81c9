"""The device register: what it says, and whom a key opens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.engine.device_readings import Calibrated, Known
from yakuba.services.cityhub.engine.readings import Series as SeriesName
from yakuba.services.cityhub.models import Device, Measure, PutAside, Series

ASIDE_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Sender:
    """A device that a key opens. rate: values a minute that it may send; digest: of the key."""

    municipality: Any
    device_id: int
    rate: int
    digest: str


def digest_of(key: str) -> str:
    """What is kept of a key. It has 160 random bits, so a plain hash tells nobody anything."""
    return hashlib.sha256(key.encode()).hexdigest()


def sender(key: str) -> Sender | None:
    """Whose key it is: `<town's code>-<40 hexadecimal digits>`. None for nobody's, and for a device that is not used."""
    code, dash, _ = key.partition("-")
    town = Municipality.objects.filter(code=code).first() if dash and len(key) <= 80 else None
    if town is None:
        return None
    with active_municipality(town):
        digest = digest_of(key)
        row = Device.objects.filter(digest=digest, active=True).values_list("pk", flat=True).first()
        return Sender(town, row, int(value("cityhub.device_rate")), digest) if row else None


def known(device: Device) -> dict[str, Known]:
    """What it measures, by the name under which it sends it."""
    rows = Measure.objects.filter(device=device).prefetch_related("calibrations")
    return {row.sent: known_of(row) for row in rows}


def known_of(row: Measure) -> Known:
    """One thing that a device measures."""
    listed = sorted(row.calibrations.all(), key=lambda one: one.from_at, reverse=True)
    found = tuple(Calibrated(one.from_at.timestamp(), one.factor, one.offset) for one in listed)
    return Known(row.attribute, row.unit, row.least, row.most, found)


def units(ids: Iterable[str]) -> dict[SeriesName, str]:
    """In which unit the readings of these entities are: as the first of them said, or as the register says."""
    found: dict[SeriesName, str] = {}
    for part in batched(ids):
        rows = Measure.objects.filter(device__entity_id__in=part).exclude(unit="")
        found |= {
            (one.device.entity_id, one.device.entity_type, one.attribute): one.unit
            for one in rows.select_related("device")
        }
        stored = Series.objects.filter(path="/", entity_id__in=part).exclude(unit="")
        found |= {(one.entity_id, one.entity_type, one.attribute): one.unit for one in stored}
    return found


def calibrated(ids: Iterable[str]) -> dict[SeriesName, str]:
    """Of these entities, what a device's calibrations make: → the device's number."""
    found: dict[SeriesName, str] = {}
    for part in batched(ids):
        rows = Measure.objects.filter(device__entity_id__in=part, calibrations__isnull=False).distinct()
        found |= {
            (one.device.entity_id, one.device.entity_type, one.attribute): one.device.code
            for one in rows.select_related("device")
        }
    return found


def batched(ids: Iterable[str]) -> Iterator[list[str]]:
    """Some hundred of them at a time: databases take so many marks and no more."""
    listed = list(dict.fromkeys(ids))
    for start in range(0, len(listed), 500):
        yield listed[start : start + 500]


def devices() -> QuerySet[Any]:
    """All devices with `aside`, how much of theirs was put aside in the last 7 days."""
    week = timezone.localdate() - timedelta(days=7)
    return Device.objects.annotate(
        aside=Sum("put_aside__count", filter=Q(put_aside__day__gte=week))
    ).order_by("code")


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose number, name, place or entity holds the text."""
    return rows.filter(
        Q(code__icontains=text)
        | Q(name__icontains=text)
        | Q(place__icontains=text)
        | Q(entity_id__icontains=text)
    )


def put_aside() -> QuerySet[Any]:
    """What was put aside, the newest first."""
    return PutAside.objects.select_related("device").order_by("-last_at", "-pk")


def table_rows() -> list[list[Any]]:
    """The register as a table, a row for each thing that is measured (see `engine.register.HEAD`)."""
    rows = Measure.objects.select_related("device").order_by("device__code", "pk")
    return [
        [
            row.device.code,
            row.device.name,
            row.device.entity_id,
            row.device.entity_type,
            row.attribute,
            row.sent,
            row.unit,
            row.least,
            row.most,
            row.device.place,
            row.device.latitude,
            row.device.longitude,
            row.device.note,
        ]
        for row in rows
    ]
