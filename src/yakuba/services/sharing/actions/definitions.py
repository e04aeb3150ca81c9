"""Definition files of the town: a new version for each change, none is lost."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.sharing.actions.once import once
from yakuba.services.sharing.engine import grants, registers
from yakuba.services.sharing.models import RegisterEntry, RoomDefinition


@transaction.atomic
def load_rule(text: str, *, actor: Actor) -> RoomDefinition:
    """A rule of a grant. Raises DefinitionRefused."""
    return _load(RoomDefinition.Kind.GRANT, grants.read_rule(text).code, text, actor)


@transaction.atomic
def load_register(text: str, *, actor: Actor) -> RoomDefinition:
    """A kind of register. Columns with values in some entry stay, and so that these values can still be read; which day an entry is
    reminded of is worked out anew. Raises DefinitionRefused, Conflict."""
    found = registers.read_kind(text)
    there = {one.code for one in found.columns}
    used: set[str] = set()
    rows = list(RegisterEntry.objects.select_for_update().filter(kind=found.code))
    for row in rows:
        used |= {name for name, value in row.values.items() if value}
    if lost := sorted(used - there):
        raise Conflict(
            f"書いてある台帳があるので、この列は消せません：{'、'.join(lost)}。列を残し、新しい列を足してください。"
        )
    unread = [f"「{row}」の{column.label}「{row.values[column.code][:20]}」" for row in rows for column in found.columns if not _reads(column, row)]  # fmt: skip
    if unread:
        more = f"ほか{len(unread) - 5}か所" if len(unread) > 5 else ""
        raise Conflict(
            f"書いてある内容が、新しい列の種類や選択肢で読めません：{'、'.join(unread[:5])}{more}。"
            "列の種類を変えずに新しい列を足すか、先に記録を直してください。"
        )
    for row in rows:
        day = registers.due_on(found, row.values)
        if day != row.due_on:
            RegisterEntry.objects.filter(pk=row.pk).update(due_on=day)
    return _load(RoomDefinition.Kind.REGISTER, found.code, text, actor)


def _reads(column: registers.Column, row: RegisterEntry) -> bool:
    kept = row.values.get(column.code)
    try:
        return not kept or registers.canonical(column, kept) == kept
    except Invalid:
        return False


def _load(kind: str, code: str, text: str, actor: Actor) -> RoomDefinition:
    last = RoomDefinition.objects.filter(kind=kind, code=code).aggregate(last=Max("version"))["last"] or 0
    with once("別の職員が、同じときに新しい版を入れました。画面を開き直して、その版を確かめてください。"):
        row: RoomDefinition = RoomDefinition.objects.create(
            kind=kind, code=code, version=last + 1, text=text, loaded_by=known(actor)
        )
    return row
