"""The town's list of classes, and what an hour costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.actions.checking import check
from yakuba.services.reform.contracts import ClassGroup, ClassWork
from yakuba.services.reform.models import HourPrice, Task, WorkClass

FIRST = (
    ("受付", ClassGroup.COUNTER, ClassWork.RECEIVE),
    ("相談", ClassGroup.PROFESSIONAL, ClassWork.TALK),
    ("審査", ClassGroup.PROFESSIONAL, ClassWork.DECIDE),
    ("入力", ClassGroup.CLERICAL, ClassWork.ENTRY),
    ("確認", ClassGroup.CLERICAL, ClassWork.CHECK),
    ("帳票作成", ClassGroup.CLERICAL, ClassWork.OUTPUT),
    ("データ抽出", ClassGroup.CLERICAL, ClassWork.OUTPUT),
    ("書類整理", ClassGroup.CLERICAL, ClassWork.FILING),
    ("他機関連携", ClassGroup.CLERICAL, ClassWork.EXCHANGE),
    ("統計/集計", ClassGroup.CLERICAL, ClassWork.OUTPUT),
    ("訪問", ClassGroup.PROFESSIONAL, ClassWork.VISIT),
    ("交付", ClassGroup.COUNTER, ClassWork.HAND_OVER),
    ("事業計画", ClassGroup.PROFESSIONAL, ClassWork.PLAN),
)
MOST = 40


@dataclass(frozen=True)
class ClassIn:
    """A class as it is to be. number: of the row that it was, None for a new one."""

    number: int | None
    name: str
    group: str
    work: str
    retired: bool = False


def first_classes() -> None:
    """The thirteen that the house proposes, where the town has none."""
    if not WorkClass.objects.exists():
        WorkClass.objects.bulk_create(
            [
                WorkClass(name=name, group=group, work=work, position=at)
                for at, (name, group, work) in enumerate(FIRST)
            ]
        )


@transaction.atomic
def set_classes(given: Sequence[ClassIn]) -> None:
    """The list, in its order. A class of which no task is and that is not given any more goes; one that is used has to be
    retired instead. Raises Invalid and Conflict."""
    rows = {row.pk: row for row in WorkClass.objects.select_for_update()}
    names = [comparable(one.name) for one in given]
    twice = next((one.name for one in given if names.count(comparable(one.name)) > 1), "")
    if twice or not all(names) or len(given) > MOST:
        raise Invalid(
            f"「{twice}」が二つあります。" if twice else f"名前のある分類を、1から{MOST}までにしてください。"
        )
    kept = {one.number for one in given if one.number}
    gone = [row for pk, row in rows.items() if pk not in kept]
    used = set(Task.objects.filter(work_class__in=gone).values_list("work_class__name", flat=True).distinct())
    if used:
        raise Conflict(
            f"「{'」「'.join(sorted(used))}」は使っている作業があるので消せません。「使わない」にしてください。"
        )
    for row in gone:
        row.delete()
    for row in rows.values():  # so that two may change their names
        if row.pk in kept:
            WorkClass.objects.filter(pk=row.pk).update(name=f"\u2060{row.pk}")
    for at, one in enumerate(given):
        row = rows.get(one.number or 0) or WorkClass()
        row.name, row.group, row.work, row.retired, row.position = (
            one.name,
            one.group,
            one.work,
            one.retired,
            at,
        )
        row.take_municipality()
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()


def set_price(staff: str, year: int, yen: int, source: str, *, actor: Actor) -> HourPrice:
    """What an hour costs from a fiscal year on. Raises Invalid for what is out of range."""
    row = HourPrice(staff=staff, year=year, yen=yen, source=source, entered_by=known(actor))
    check(row)
    row.save()
    return row
