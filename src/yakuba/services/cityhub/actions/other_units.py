"""What a person decides about values that came in a unit into which their series' cannot be converted."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.cityhub.actions.hours import changed
from yakuba.services.cityhub.actions.measuring import FURTHER
from yakuba.services.cityhub.actions.series import AHEAD
from yakuba.services.cityhub.actions.turns import WRITER, take_turn
from yakuba.services.cityhub.engine.identifiers import LARGEST
from yakuba.services.cityhub.models import OtherUnit, OtherUnitReading, RawReading, Reading, Series

State = OtherUnit.State
JOB = "cityhub.take_waiting"
AT_ONCE = 5_000  # readings in one transaction: the hub waits for it
MOST = 1e9  # of factor and offset


@transaction.atomic
def decide(
    other_id: int,
    state: str,
    factor: float = 1.0,
    offset: float = 0.0,
    note: str = "",
    *,
    actor: Actor,
    before: str | None = None,
) -> OtherUnit:
    """What becomes of the values that wait, and of those that come later: taken as value × factor + offset, discarded, or kept
    waiting. Of one moment what the series has already stays. Many are taken part by part, by a worker. Another factor or offset holds for those that were taken before,
    too, as far as they lie in the table. before: the decision that was seen (`decision_of`). Raises Missing, Invalid, Conflict."""
    row = OtherUnit.objects.select_related("series").filter(pk=other_id).first()
    if row is None:
        raise Missing(f"{other_id}番の単位の合わない値がありません。番号を確かめてください。")
    take_turn(WRITER, row.municipality_id)
    row = OtherUnit.objects.select_for_update().select_related("series").get(pk=other_id)
    if before is not None and before != decision_of(row):
        raise Conflict("その間に、ほかの人が扱いを決めました。開き直して、いまの扱いを確かめてください。")
    if state not in State.values:
        raise Invalid(f"扱いは {'、'.join(State.values)} のどれかにしてください。", place="扱い")
    if not (math.isfinite(factor) and 0 < abs(factor) <= MOST and abs(offset) <= MOST):
        raise Invalid("係数は0でない10億までの数、ずれは10億までの数にしてください。", place="係数")
    if state == State.TAKEN and row.unit == FURTHER:
        raise Invalid(
            "ここには、いくつもの単位の値がまとまっていて、一つの係数では入れられません。送る側の単位を直すか、"
            "「捨てる」を選んでください。",
            place="扱い",
        )
    took = row.factor, row.offset
    row.state, row.factor, row.offset, row.note = state, factor, offset, note
    row.decided_by, row.decided_at = known(actor), timezone.now()
    row.save()
    number = row.readings.count()
    if state == State.TAKEN:
        if took != (factor, offset):
            _anew(row, *took)
            _show_newest(row)
        if _take(row):
            jobs.enqueue(JOB, key=f"unit-{row.pk}", other_id=row.pk)
    elif state == State.DISCARDED:
        OtherUnitReading.objects.filter(other=row).delete()
    record(
        "cityhub.unit_decided",
        subject=f"series:{row.series_id}",
        actor=actor,
        unit=row.unit,
        state=state,
        factor=factor,
        offset=offset,
        readings=number,
    )
    return row


def decision_of(row: OtherUnit) -> str:
    """By which the decision that holds is known from another one; empty where nobody has decided."""
    return row.decided_at.isoformat() if row.decided_at else ""


def take_rest(other_id: int, told: Callable[[int, int], None]) -> None:
    """Those that still wait after a decision to take them, as long as it holds. `told`: after each part, where it may stop."""
    done, total = 0, OtherUnitReading.objects.filter(other=other_id).count()
    while _took_part(other_id):
        done = min(done + AT_ONCE, total)
        told(done, total)


@transaction.atomic
def _took_part(other_id: int) -> bool:
    row = OtherUnit.objects.filter(pk=other_id).first()
    if row is None:
        return False
    take_turn(WRITER, row.municipality_id)
    row = OtherUnit.objects.select_for_update().get(pk=other_id)
    return row.state == State.TAKEN and _take(row)


def _take(row: OtherUnit) -> bool:
    """A part of them, the oldest first. Whether there are more."""
    waiting = OtherUnitReading.objects.filter(other=row).order_by("at")
    listed = list(waiting.values_list("at", "number", "doubtful")[:AT_ONCE])
    if not listed:
        return False
    _store(row, listed)
    OtherUnitReading.objects.filter(other=row, at__lte=listed[-1][0]).delete()
    _show_newest(row)
    return len(listed) == AT_ONCE


def _show_newest(row: OtherUnit) -> None:
    newest = Reading.objects.filter(series=row.series_id).order_by("-at").first()
    if newest is not None:
        series = Series.objects.get(pk=row.series_id)
        future = round((time.time() + AHEAD) * 1e6)
        if series.last_at <= newest.at <= future:
            Series.objects.filter(pk=series.pk).update(last_at=newest.at, last_number=newest.number)


def _store(row: OtherUnit, listed: list[tuple[int, float, bool]]) -> None:
    town, series = row.municipality_id, row.series_id
    there = set(
        Reading.objects.filter(series=series, at__gte=listed[0][0], at__lte=listed[-1][0]).values_list(
            "at", flat=True
        )
    )
    values: list[tuple[int, float, float, bool]] = []
    for at, number, doubtful in listed:
        value = number * row.factor + row.offset
        if at not in there and abs(value) < LARGEST:
            values.append((at, value, number, doubtful))
    with connection.cursor() as cursor:
        _insert(cursor, "cityhub_reading", "doubtful", [(town, series, at, v, d) for at, v, _, d in values])
        _insert(
            cursor, "cityhub_rawreading", "unit", [(town, series, at, n, row.unit) for at, _, n, _ in values]
        )
    changed(town, [(series, at) for at, *_ in values])


def _anew(row: OtherUnit, factor: float, offset: float) -> None:
    """Those that were taken by this factor and offset, and that nobody has sent anew since."""
    series, after = row.series_id, -1
    while True:
        sent = dict(
            RawReading.objects.filter(series=series, unit=row.unit, at__gt=after)
            .order_by("at")
            .values_list("at", "number")[:AT_ONCE]
        )
        if not sent:
            return
        first, after = min(sent), max(sent)
        found = Reading.objects.filter(series=series, at__gte=first, at__lte=after)
        anew = [
            (sent[at] * row.factor + row.offset, pk, at)
            for pk, at, number in found.values_list("pk", "at", "number")
            if at in sent and number == sent[at] * factor + offset
        ]
        anew = [one for one in anew if abs(one[0]) < LARGEST]
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE cityhub_reading SET number = %s WHERE id = %s", [one[:2] for one in anew]
            )
        changed(row.municipality_id, [(series, at) for *_, at in anew])


def _insert(cursor: Any, table: str, last: str, rows: list[tuple[Any, ...]]) -> None:
    # Our own names; whatever comes from outside is a value.
    cursor.executemany(
        f"INSERT INTO {table} (municipality_id, series_id, at, number, {last}) VALUES (%s, %s, %s, %s, %s) "  # noqa: S608
        "ON CONFLICT (series_id, at) DO NOTHING",
        rows,
    )
