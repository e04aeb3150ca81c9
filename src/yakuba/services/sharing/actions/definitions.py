"""Definition files of the town: a new version for each change, none is lost."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict
from yakuba.services.sharing.engine import grants, registers
from yakuba.services.sharing.models import RegisterEntry, RoomDefinition


@transaction.atomic
def load_rule(text: str, *, actor: Actor) -> RoomDefinition:
    """A rule of a grant. Raises DefinitionRefused."""
    return _load(RoomDefinition.Kind.GRANT, grants.read_rule(text).code, text, actor)


@transaction.atomic
def load_register(text: str, *, actor: Actor) -> RoomDefinition:
    """A kind of register. Columns with values in some entry stay. Raises DefinitionRefused, Conflict."""
    found = registers.read_kind(text)
    there = {one.code for one in found.columns}
    used: set[str] = set()
    for values in RegisterEntry.objects.filter(kind=found.code).values_list("values", flat=True):
        used |= {name for name, value in values.items() if value}
    if lost := sorted(used - there):
        raise Conflict(
            f"書いてある台帳があるので、この列は消せません：{'、'.join(lost)}。列を残し、新しい列を足してください。"
        )
    return _load(RoomDefinition.Kind.REGISTER, found.code, text, actor)


def _load(kind: str, code: str, text: str, actor: Actor) -> RoomDefinition:
    last = RoomDefinition.objects.filter(kind=kind, code=code).aggregate(last=Max("version"))["last"] or 0
    row: RoomDefinition = RoomDefinition.objects.create(
        kind=kind, code=code, version=last + 1, text=text, loaded_by=known(actor)
    )
    return row
