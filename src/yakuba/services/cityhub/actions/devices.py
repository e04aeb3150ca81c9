"""The device register: entering, keys, calibration, and the whole register as a table."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions.bringing import bring
from yakuba.services.cityhub.engine.register import (
    REQUIRED,
    GivenDevice,
    faults_of,
    read,
    taken_words,
    unit_words,
)
from yakuba.services.cityhub.models import Calibration, Device, Measure, Series
from yakuba.services.cityhub.queries.devices import digest_of

JOB = "cityhub.recalibrate"
LEAST_FACTOR, MOST_FACTOR = (
    1e-9,
    1e9,
)  # beyond them a calibration makes infinity or nothing of what is measured
FIELDS = ("name", "entity_id", "entity_type", "place", "latitude", "longitude", "note")


def key_of(device_id: int) -> Device:
    """The device, standing still. Raises Missing."""
    row: Device | None = Device.objects.select_for_update().filter(pk=device_id).first()
    if row is None:
        raise Missing(f"{device_id}番の機器がありません。番号を確かめてください。")
    return row


@transaction.atomic
def save(given: GivenDevice, *, actor: Actor) -> Device:
    """Enter a device, or change the one of that number: what it measures is what is given, and keeps its calibrations where the
    attribute stays. Raises Invalid with every fault by its column."""
    problems = [*faults_of(given), *_against_what_is_there([given])]
    if problems:
        told = [Problem(0, one.place, one.reason) for one in problems]
        raise Invalid("\n".join(map(str, told)), problems=told)
    row = _kept(given, actor)
    record("cityhub.device_set", subject=f"device:{row.pk}", actor=actor, code=row.code)
    return row


def _kept(given: GivenDevice, actor: Actor) -> Device:
    row = Device.objects.select_for_update().filter(code=given.code).first()
    row = row or Device(code=given.code, entered_by=known(actor))
    moved = (row.entity_id, row.entity_type) != (given.entity_id, given.entity_type) or (
        row.latitude,
        row.longitude,
    ) != (given.latitude, given.longitude)
    for name in FIELDS:
        setattr(row, name, getattr(given, name))
    row.save()
    there = {one.attribute: one for one in Measure.objects.filter(device=row)}
    gone = set(there) - {one.attribute for one in given.measures}
    Measure.objects.filter(device=row, attribute__in=gone).delete()
    # Names move from one attribute to another: nobody has one while they do.
    for one in there.values():
        if one.attribute not in gone:
            Measure.objects.filter(pk=one.pk).update(sent=f"\x01{one.pk}")
    for one in given.measures:
        measure = there.get(one.attribute) or Measure(device=row, attribute=one.attribute)
        measure.sent, measure.unit, measure.least, measure.most = one.sent, one.unit, one.least, one.most
        measure.save()
        if one.unit:
            Series.objects.filter(
                path="/",
                entity_id=row.entity_id,
                entity_type=row.entity_type,
                attribute=one.attribute,
                unit="",
            ).update(unit=one.unit)
    if moved and row.latitude is not None:
        place = {"type": "Point", "coordinates": [row.longitude, row.latitude]}
        bring(
            [
                {
                    "id": row.entity_id,
                    "type": row.entity_type,
                    "location": {"type": "geo:json", "value": place},
                }
            ]
        )
    return row


def _against_what_is_there(devices: Iterable[GivenDevice]) -> list[Problem]:
    listed = list(devices)
    return [*_written_by_others(listed), *_in_another_unit(listed)]


def _in_another_unit(devices: Iterable[GivenDevice]) -> list[Problem]:
    found = []
    for one in devices:
        rows = Series.objects.filter(path="/", entity_id=one.entity_id, entity_type=one.entity_type)
        units = dict(rows.exclude(unit="").values_list("attribute", "unit"))
        found += [
            Problem(one.line, "単位", unit_words(one.entity_id, measure.attribute, before, measure.unit))
            for measure in one.measures
            if (before := units.get(measure.attribute)) and measure.unit not in ("", before)
        ]
    return found


def _written_by_others(devices: Iterable[GivenDevice]) -> list[Problem]:
    found = []
    for one in devices:
        others = Measure.objects.filter(
            device__entity_id=one.entity_id, device__entity_type=one.entity_type
        ).exclude(device__code=one.code)
        taken = dict(others.values_list("attribute", "device__code"))
        found += [
            Problem(one.line, "属性", taken_words(one.entity_id, measure.attribute, taken[measure.attribute]))
            for measure in one.measures
            if measure.attribute in taken
        ]
    return found


def table_faults(listed: Iterable[Any]) -> list[Problem]:
    """What is wrong with a table of the register, by line and column."""
    devices, problems = read(listed)
    return [*problems, *_against_what_is_there(devices)]


def take_text(text: str, *, actor: Actor) -> int:
    """The register out of a text. Raises Invalid."""
    return take_file(io.BytesIO(text.encode()), {}, actor=actor)


@transaction.atomic
def take_file(file: BinaryIO, renamed: dict[str, str], *, actor: Actor) -> int:
    """All devices of a table, new or changed, or none. Returns how many. Raises Invalid with every fault by its cell."""
    problems: list[Problem] = []
    devices, faults = read(rows(file, REQUIRED, problems, renamed=renamed))
    problems += [*faults, *_against_what_is_there(devices)]
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    for one in devices:
        _kept(one, actor)
    record("cityhub.devices_loaded", actor=actor, devices=len(devices))
    return len(devices)


@transaction.atomic
def new_key(device_id: int, *, actor: Actor) -> tuple[Device, str]:
    """A new key of the device: told once, kept nowhere; the one before opens nothing any more."""
    row = key_of(device_id)
    key = f"{current_municipality().code}-{secrets.token_hex(20)}"
    row.digest, row.keyed_at = digest_of(key), timezone.now()
    row.save(update_fields=["digest", "keyed_at"])
    record("cityhub.device_keyed", subject=f"device:{row.pk}", actor=actor, code=row.code)
    return row, key


@transaction.atomic
def switch(device_id: int, active: bool, *, actor: Actor) -> Device:
    """Use the device, or let its key open nothing."""
    row = key_of(device_id)
    row.active = active
    row.save(update_fields=["active"])
    record("cityhub.device_switched", subject=f"device:{row.pk}", actor=actor, active=active)
    return row


@transaction.atomic
def calibrate(
    measure_id: int, from_at: datetime, factor: float, offset: float, note: str, *, actor: Actor
) -> Calibration:
    """Let value = sent × factor + offset hold from that moment on; what was measured since then is reckoned anew from what was
    sent. Raises Missing, Invalid, Conflict."""
    measure = Measure.objects.select_for_update().select_related("device").filter(pk=measure_id).first()
    if measure is None:
        raise Missing(f"{measure_id}番の測るものがありません。番号を確かめてください。")
    if not (LEAST_FACTOR <= abs(factor) <= MOST_FACTOR and abs(offset) <= MOST_FACTOR):
        raise Invalid(
            "係数は0でない数（絶対値が10億分の1から10億まで）、ずれは10億までの数にしてください。",
            place="係数",
        )
    if timezone.is_naive(from_at):
        from_at = timezone.make_aware(from_at)
    if Calibration.objects.filter(measure=measure, from_at=from_at).exists():
        raise Conflict("同じ日時からの校正が、もうあります。別の日時にしてください。")
    row: Calibration = Calibration.objects.create(
        measure=measure, from_at=from_at, factor=factor, offset=offset, note=note, entered_by=known(actor)
    )
    record(
        "cityhub.calibrated",
        subject=f"device:{measure.device_id}",
        actor=actor,
        attribute=measure.attribute,
        factor=factor,
        offset=offset,
    )
    if from_at <= timezone.now():
        jobs.enqueue(
            JOB, key=f"calibration-{row.pk}", measure_id=measure.pk, since=round(from_at.timestamp() * 1e6)
        )
    return row
