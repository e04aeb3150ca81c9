"""Sightings, traps, visits, and what the sensors of traps say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.engine.nearby import Point, is_no_place, metres
from yakuba.services.fieldwork.models import Found, Report, Sighting, Trap, TrapDay, TrapVisit
from yakuba.services.fieldwork.queries import rules

EARLIEST = 1900  # of a sighting
CLOCK_AHEAD = timedelta(minutes=10)  # that a sensor's clock may be ahead of ours


def require_place(latitude: float, longitude: float) -> None:
    """Raises Invalid for 0,0 and, where the town has rules, for a place outside of it."""
    at = Point(latitude, longitude)
    if is_no_place(at):
        raise Invalid("場所を測れていません（緯度と経度が0です）。地図で確かめて入れてください。")
    found = rules.in_force()
    if found is not None and metres(at, found.town.at) > found.town.radius:
        raise Invalid("この場所は町の外のようです。緯度と経度を確かめてください。")


def add_sighting(
    species: str,
    number: int,
    latitude: float,
    longitude: float,
    seen_at: datetime,
    note: str = "",
    *,
    actor: Actor,
    report_id: int | None = None,
) -> Sighting:
    """An animal was seen. Raises Invalid."""
    require_place(latitude, longitude)
    if timezone.is_naive(seen_at):
        seen_at = timezone.make_aware(seen_at)  # as clocks go here
    if seen_at.year < EARLIEST:
        raise Invalid(f"見た日時は、{EARLIEST}年より後にしてください。")
    if seen_at > timezone.now():
        raise Invalid("見た日時が、これから先になっています。")
    if report_id is not None and not Report.objects.filter(pk=report_id).exists():
        raise Missing("その通報はありません。")
    return Sighting.objects.create(
        report_id=report_id, species=species, number=number, latitude=latitude, longitude=longitude, seen_at=seen_at, note=note,
        entered_by=known(actor),
    )  # fmt: skip


def set_trap(
    code: str,
    kind: str,
    latitude: float,
    longitude: float,
    set_on: date,
    place: str = "",
    entity_id: str = "",
    attribute: str = "",
) -> Trap:
    """A new trap. Raises Invalid and Conflict."""
    require_place(latitude, longitude)
    if bool(entity_id) != bool(attribute):
        raise Invalid("センサーは、都市OSの実体と属性の両方を書いてください。")
    try:
        with transaction.atomic():
            return Trap.objects.create(
                code=code, kind=kind, latitude=latitude, longitude=longitude, set_on=set_on, place=place, entity_id=entity_id,
                attribute=attribute,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(f"わな {code} はもうあります。番号を確かめてください。") from error


@transaction.atomic
def remove_trap(trap_id: int, day: date) -> Trap:
    """It stands no longer. Raises Missing, Conflict and Invalid."""
    trap = _trap(trap_id)
    if trap.removed_on is not None:
        raise Conflict(f"わな {trap.code} はもう外してあります。")
    if not trap.set_on <= day <= timezone.localdate():
        raise Invalid("外した日は、置いた日から今日までの日にしてください。")
    trap.removed_on = day
    trap.save()
    return trap


@transaction.atomic
def visit_trap(
    trap_id: int,
    found: str,
    species: str = "",
    number: int = 0,
    minutes: int = 0,
    note: str = "",
    *,
    actor: Actor,
    at: datetime | None = None,
) -> TrapVisit:
    """Somebody was there. Raises Missing, Conflict and Invalid."""
    trap, when = _trap(trap_id), at or timezone.now()
    if trap.removed_on is not None and timezone.localdate(when) > trap.removed_on:
        raise Conflict(f"わな {trap.code} は外してあります。")
    if (found == Found.CAUGHT) != (bool(species) and number > 0):
        raise Invalid("捕獲のときだけ、種類と頭数（1以上）を書いてください。")
    return TrapVisit.objects.create(
        trap=trap,
        at=when,
        found=found,
        species=species,
        number=number,
        minutes=minutes,
        note=note,
        by=known(actor),
    )


def look_everywhere() -> None:
    """In each town: what the hub says of traps."""
    in_each_town("fieldwork: sensors of traps", look)


def look() -> int:
    """Keep of each trap with a sensor that it was heard today, and whether it said shut; how many were heard."""
    traps = list(Trap.objects.filter(removed_on=None).exclude(entity_id=""))
    if not traps:
        return 0
    last = {(one.entity_id, one.attribute): one for one in cityhub.last_values()}
    heard = 0
    for trap in traps:
        value = last.get((trap.entity_id, trap.attribute))
        if value is None or value.number is None:
            continue
        at = datetime.fromtimestamp(value.at, UTC)
        if at > timezone.now() + CLOCK_AHEAD or timezone.localdate(at) < trap.set_on:
            continue  # its clock is wrong: it stays silent until that is put right, and somebody looks after it
        shut = value.number != 0
        day, is_new = TrapDay.objects.get_or_create(
            trap=trap,
            day=timezone.localdate(at),
            defaults={"heard_at": at, "shut": shut, "shut_at": at if shut else None},
        )
        if not is_new and at > day.heard_at:
            day.heard_at, day.shut, day.shut_at = at, day.shut or shut, at if shut else day.shut_at
            day.save()
        heard += 1
    return heard


def _trap(trap_id: int) -> Trap:
    row = Trap.objects.select_for_update(of=("self",)).filter(pk=trap_id).first()
    if row is None:
        raise Missing("そのわなはありません。番号を確かめてください。")
    return row
