"""Rounds of the inventory: opened for a year, sections asked, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry.manifest import InHand
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import copying
from yakuba.services.reform.actions.classes import first_classes
from yakuba.services.reform.models import InventoryRound, SectionInventory

EARLIEST, LATEST = 2000, 2100


@transaction.atomic
def open_round(
    year: int,
    deadline: date,
    departments: Sequence[Department],
    *,
    note: str = "",
    copy: bool = True,
    actor: Actor,
) -> InventoryRound:
    """Ask these sections for the inventory of a fiscal year. copy: what they answered last becomes their draft.

    Raises Invalid for a year or a deadline that cannot be meant, Conflict where the year was opened already.
    """
    if not EARLIEST <= year <= LATEST:
        raise Invalid(f"年度は{EARLIEST}から{LATEST}までの西暦で指定してください。", place="年度")
    if deadline < timezone.localdate():
        raise Invalid("期限は今日より後の日にしてください。", place="期限")
    if not departments:
        raise Invalid("頼む課を1つ以上選んでください。", place="課")
    if InventoryRound.objects.filter(year=year).exists():
        raise Conflict(f"{year}年度の棚卸しはもうあります。その回に課を足してください。")
    first_classes()
    row = InventoryRound.objects.create(year=year, deadline=deadline, note=note, created_by=known(actor))
    ask(row, departments, copy=copy)
    return row


@transaction.atomic
def ask(
    row: InventoryRound, departments: Sequence[Department], *, copy: bool = True
) -> list[SectionInventory]:
    """Ask further sections; those that were asked before stay as they are. → the new ones."""
    _require_open(row)
    asked = set(SectionInventory.objects.filter(round=row).values_list("department_id", flat=True))
    made = [
        SectionInventory.objects.create(round=row, department=one)
        for one in departments
        if one.pk not in asked
    ]
    if copy:
        for section in made:
            if earlier := copying.earlier(section):
                copying.copy(earlier, section)
    return made


@transaction.atomic
def assign(row: InventoryRound, people: Mapping[int, User | None]) -> int:
    """Who answers. people: section's number → person or nobody. → how many changed."""
    _require_open(row)
    changed = 0
    for section in SectionInventory.objects.select_for_update().filter(round=row, pk__in=people):
        person = people[section.pk]
        if section.assigned_to_id != (person.pk if person else None):
            section.assigned_to = person
            section.save()
            changed += 1
    return changed


@transaction.atomic
def change(row: InventoryRound, deadline: date, note: str) -> InventoryRound:
    """Another deadline. Raises Conflict where the round is closed."""
    _require_open(row)
    row.deadline, row.note = deadline, note
    row.save()
    return row


@transaction.atomic
def close(row: InventoryRound, closed: bool) -> InventoryRound:
    """Nobody answers any more, or again. Raises Conflict where it is so already."""
    changed = InventoryRound.objects.filter(pk=row.pk, closed=not closed).update(closed=closed)
    if not changed:
        raise Conflict(f"{row}は、もう{'締め切って' if closed else '受け付けて'}います。")
    row.closed = closed
    return row


def hand_over(takers: Mapping[User, User | None], actor: Actor) -> list[InHand]:
    """The sections of open rounds for which these people answer, also those that could be sent back to them; who takes over
    from them does so from now on."""
    rows = SectionInventory.objects.filter(assigned_to__in=takers, round__closed=False)
    rows = rows.select_related("round", "department", "assigned_to")
    found = []
    for row in rows:
        before = row.assigned_to
        if taker := takers.get(before):
            row.assigned_to = taker
            row.save(update_fields=["assigned_to"])  # somebody may be writing in it
        found.append(InHand(before, f"業務棚卸し「{row}」"))
    return found


def _require_open(row: InventoryRound) -> None:
    if InventoryRound.objects.select_for_update().get(pk=row.pk).closed:
        raise Conflict(f"{row}は締め切りました。変えるときは、もう一度受け付けてください。")
