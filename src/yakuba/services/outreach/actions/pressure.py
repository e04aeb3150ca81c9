"""Readings taken in, and what a nurse did about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.outreach.actions.purposes import MY_NUMBER
from yakuba.services.outreach.actions.working import Faults
from yakuba.services.outreach.engine import pressure
from yakuba.services.outreach.models import PressureFile, PressureNotice, Purpose

COLUMNS = (
    Column(pressure.NUMBER, ("宛名コード", "個人コード", "整理番号"), required=True),
    Column(pressure.DAY, ("日付", "年月日", "測定年月日"), required=True),
    Column(pressure.TIME, ("朝晩", "時間", "測定時刻"), required=True),
    Column(pressure.HIGH, ("最高血圧", "収縮期血圧", "上"), required=True),
    Column(pressure.LOW, ("最低血圧", "拡張期血圧", "下"), required=True),
    Column(pressure.BEATS, ("脈拍数",)),
)
REQUIRED = tuple(one.name for one in COLUMNS if one.required)


@transaction.atomic
def take(
    name: str, content: bytes | IO[bytes], purpose: Purpose, *, actor: Actor, renamed: Mapping[str, str] | None = None, today: date | None = None
) -> PressureFile:  # fmt: skip
    """Readings; a row that cannot be is told and left out, the file keeps all. Raises Invalid, and Conflict where health data is not
    approved for the purpose."""
    if not purpose.holds or "health" not in purpose.classes:
        raise Conflict(f"目的「{purpose}」には、健康の情報を使う承認がありません。")
    problems: Faults = Faults()
    data, today = content if isinstance(content, bytes) else content.read(), today or timezone.localdate()
    found = pressure.readings(rows(data, REQUIRED, problems, renamed=renamed), problems, today)
    if not found:
        raise Invalid("使える測定が一つもありません。", problems=list[Problem](problems)[:100])
    if sum(likely_in(number) for number in {one.number for one in found}) > len(found) // 3:
        raise Invalid(MY_NUMBER)
    standard = pressure.standard_on(max(one.day for one in found))
    kept = store(StoredFile.Kind.UPLOAD, name, "application/octet-stream", data, actor=actor)
    people = pressure.means(found, standard)
    row: PressureFile = PressureFile.objects.create(
        name=name[-255:], file=kept, purpose=purpose, standard=standard.name, readings=len(found), people=len(people), bad=problems.number,
        faults=[str(one) for one in problems], created_by=known(actor),
    )  # fmt: skip
    PressureNotice.objects.bulk_create(
        [PressureNotice(file=row, number=one.number, means=_facts(one), high=one.high, state=PressureNotice.State.OPEN if one.high else PressureNotice.State.NONE) for one in people],
        batch_size=500,
    )  # fmt: skip
    return row


def _facts(one: pressure.Means) -> dict[str, Any]:
    return asdict(one) | {"first": one.first.isoformat(), "last": one.last.isoformat(), "number": ""}


@transaction.atomic
def done(notice: PressureNotice, note: str, *, actor: Actor) -> PressureNotice:
    """A nurse says what was done. Raises Invalid, Conflict."""
    row: PressureNotice = PressureNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.state != PressureNotice.State.OPEN:
        raise Conflict("この知らせは、もう見てあります。")
    if not note.strip():
        raise Invalid("したことを書いてください（例：電話で受診を勧めた）。")
    if likely_in(note):
        raise Invalid(MY_NUMBER)
    row.state, row.note, row.done_at, row.done_by = (
        PressureNotice.State.DONE,
        note.strip()[:300],
        timezone.now(),
        known(actor),
    )
    row.save()
    return row
