"""What a person decides about values that came in a unit into which their series' cannot be converted."""

from __future__ import annotations

import math
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.cityhub.actions.hours import changed
from yakuba.services.cityhub.actions.series import AHEAD
from yakuba.services.cityhub.actions.turns import WRITER, take_turn
from yakuba.services.cityhub.engine.identifiers import LARGEST
from yakuba.services.cityhub.models import OtherUnit, OtherUnitReading, Reading, Series

State = OtherUnit.State
AT_ONCE = 5_000
MOST = 1e9  # of factor and offset


@transaction.atomic
def decide(
    other_id: int, state: str, factor: float = 1.0, offset: float = 0.0, note: str = "", *, actor: Actor
) -> OtherUnit:
    """What becomes of the values that wait, and of those that come later: taken as value × factor + offset, discarded, or kept
    waiting. Of one moment what the series has already stays. Raises Missing, Invalid."""
    row = OtherUnit.objects.select_related("series").filter(pk=other_id).first()
    if row is None:
        raise Missing(f"{other_id}番の単位の合わない値がありません。番号を確かめてください。")
    take_turn(WRITER, row.municipality_id)
    row = OtherUnit.objects.select_for_update().select_related("series").get(pk=other_id)
    if state not in State.values:
        raise Invalid(f"扱いは {'、'.join(State.values)} のどれかにしてください。", place="扱い")
    if not (math.isfinite(factor) and 0 < abs(factor) <= MOST and abs(offset) <= MOST):
        raise Invalid("係数は0でない10億までの数、ずれは10億までの数にしてください。", place="係数")
    row.state, row.factor, row.offset, row.note = state, factor, offset, note
    row.decided_by, row.decided_at = known(actor), timezone.now()
    row.save()
    number = row.readings.count()
    if state == State.TAKEN:
        _take(row)
    if state != State.WAITING:
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


def _take(row: OtherUnit) -> None:
    waiting = OtherUnitReading.objects.filter(other=row).order_by("at")
    listed = list(waiting.values_list("at", "number", "doubtful"))
    for start in range(0, len(listed), AT_ONCE):
        _store(row, listed[start : start + AT_ONCE])
    newest = Reading.objects.filter(series=row.series_id).order_by("-at").first()
    if newest is not None:
        series = Series.objects.get(pk=row.series_id)
        future = round((time.time() + AHEAD) * 1e6)
        if series.last_at < newest.at <= future:
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


def _insert(cursor: Any, table: str, last: str, rows: list[tuple[Any, ...]]) -> None:
    # Our own names; whatever comes from outside is a value.
    cursor.executemany(
        f"INSERT INTO {table} (municipality_id, series_id, at, number, {last}) VALUES (%s, %s, %s, %s, %s) "  # noqa: S608
        "ON CONFLICT (series_id, at) DO NOTHING",
        rows,
    )
