"""Entries of registers are written; how each stood is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.sharing.actions.once import once
from yakuba.services.sharing.engine import registers
from yakuba.services.sharing.engine.registers import Kind
from yakuba.services.sharing.models import RegisterChange, RegisterEntry


def canonical(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    """The values as they are kept. Raises Invalid with every fault."""
    values, told = {}, []
    for column in kind.columns:
        try:
            values[column.code] = registers.canonical(column, given.get(column.code, ""))
        except Invalid as error:
            told.append(str(error))
    if not told:
        told = registers.problems(kind, values)
    if told:
        raise Invalid(" ".join(told))
    return values


@transaction.atomic
def write(kind: Kind, title: str, given: Mapping[str, str], evidence: str, closed: bool, row: RegisterEntry | None, *, actor: Actor) -> RegisterEntry:  # fmt: skip
    """An entry, new or changed. Raises Invalid, Conflict."""
    values = canonical(kind, given)
    title = " ".join(title.split())[:200]
    if not title:
        raise Invalid("件名を書いてください。")
    twice = f"「{title}」は、もう台帳にあります。その記録を変えるか、件名を分けてください。"
    same = RegisterEntry.objects.filter(kind=kind.code, title=title).exclude(pk=row.pk if row else None)
    if same.exists():
        raise Conflict(twice)
    found: RegisterEntry = RegisterEntry.objects.select_for_update().get(pk=row.pk) if row else RegisterEntry(kind=kind.code)  # fmt: skip
    found.title, found.values, found.evidence, found.closed = title, values, evidence.strip()[:300], closed
    found.due_on, found.changed_by = registers.due_on(kind, values), known(actor)
    with once(twice):
        found.save()
    RegisterChange.objects.create(
        entry=found, values=values | {registers.TITLE: title}, evidence=found.evidence, closed=closed, changed_by=known(actor)
    )  # fmt: skip
    return found


@transaction.atomic
def load(kind: Kind, rows: Iterable[registers.Entry], *, actor: Actor) -> int:
    """Entries of a table; one of the same title is changed, and one that stands so already is left. → how many there are now as the
    table says."""
    there = {one.title: one for one in RegisterEntry.objects.filter(kind=kind.code)}
    number, new = 0, list[RegisterEntry]()
    for one in rows:
        before = there.get(one.title)
        number += 1
        if before is None:
            new.append(RegisterEntry(kind=kind.code, title=one.title, values=canonical(kind, one.values), evidence=one.evidence.strip()[:300],
                                     due_on=registers.due_on(kind, one.values), changed_by=known(actor)))  # fmt: skip
        elif before.values != one.values or before.evidence != one.evidence:
            write(kind, one.title, one.values, one.evidence, before.closed, before, actor=actor)
        # one that stands so already leaves no trace in the history
    with once("同じ件名の記録が、いま別の職員によって書かれました。もう一度取り込んでください。"):
        RegisterEntry.objects.bulk_create(new, batch_size=500)
    changes = [
        RegisterChange(entry=one, values=one.values | {registers.TITLE: one.title}, evidence=one.evidence, closed=False, changed_by=known(actor))
        for one in new
    ]  # fmt: skip
    RegisterChange.objects.bulk_create(changes, batch_size=500)
    return number
