"""Writes to the ledger. Each is one transaction; each leaves an event."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.ledger import workflow
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.registry import ledger_phrases


@transaction.atomic
def load_procedure(document: dict[str, Any], *, actor: Any = None) -> Procedure:
    """Put a procedure file's content into use, or a newer version of it. Raises DefinitionError."""
    definition = parse_procedure(document, str(document.get("procedure", "手続")))
    values = {"title": definition.title, "version": definition.version, "document": document}
    procedure, created = Procedure.objects.get_or_create(code=definition.code, defaults=values)
    if created or json.dumps(procedure.document) != json.dumps(document):
        for name, value in values.items():
            setattr(procedure, name, value)
        procedure.save()
        record(
            "ledger.procedure_loaded",
            subject=f"procedure:{definition.code}",
            actor=actor,
            version=definition.version,
        )
    return procedure


@transaction.atomic
def open_case(procedure: Procedure, receipt_number: str) -> Case:
    """The case of that receipt number; a new one is opened in status `reading`."""
    case, created = Case.objects.get_or_create(procedure=procedure, receipt_number=receipt_number)
    if created:
        add_event(case, "ledger.opened")
    return case


@transaction.atomic
def record_value(case: Case, field: str, value: str, *, trusted: bool, source: dict[str, Any]) -> CaseValue:
    """Write what a machine read. A value that a person has confirmed is never overwritten by a machine."""
    row = CaseValue.objects.select_for_update().filter(case=case, field=field).first()
    if row is None:
        row = CaseValue(case=case, field=field)
    elif row.origin == CaseValue.Origin.PERSON:
        return row
    row.value, row.trusted, row.source = value, trusted, source
    row.save()
    return row


@transaction.atomic
def confirm_value(
    case: Case, field: str, value: str, *, actor: Any, seconds: float, assumed: bool = False
) -> CaseValue:
    """Write what a person says, with the seconds it took (`assumed` when they were not measured)."""
    row = CaseValue.objects.select_for_update().filter(case=case, field=field).first() or CaseValue(
        case=case, field=field
    )
    before = row.value
    passed = row.trusted and row.origin == CaseValue.Origin.READING  # nobody had been asked about it
    row.value, row.trusted, row.origin = value, True, CaseValue.Origin.PERSON
    row.confirmed_by, row.confirmed_at = actor, timezone.now()
    row.save()
    details = {"field": field, "changed": before != value}
    details |= ({"assumed": True} if assumed else {}) | ({"passed": True} if passed else {})
    add_event(case, "ledger.value_confirmed", user=actor, seconds=seconds, **details)
    return row


@transaction.atomic
def move(
    case: Case,
    target: Status,
    *,
    user: Any = None,
    seconds: float = 0.0,
    reason: str = "",
    target_number: str = "",
) -> Case:
    """Move a case along the table. Raises WrongTransition; the row is locked while it is looked at."""
    row = Case.objects.select_for_update().get(pk=case.pk)
    workflow.check(row.status, target)
    row.status = target
    if target_number:
        row.target_number = target_number
    row.save()
    add_event(row, f"ledger.{target}", user=user, seconds=seconds, reason=reason)
    case.status, case.target_number = row.status, row.target_number
    return row


def add_event(case: Case, kind: str, *, user: Any = None, seconds: float = 0.0, **details: Any) -> CaseEvent:
    """Note that something happened. `seconds` is the working time it took, of the person when `user` is given
    and of the machine otherwise. Raises ValueError for a kind that no manifest names in its `ledger_events`."""
    if not kind.startswith("ledger.") and kind not in ledger_phrases():
        raise ValueError(f"{kind} is not declared in any manifest's ledger_events")
    person = getattr(user, "pk", None) is not None
    return CaseEvent.objects.create(
        case=case,
        kind=kind,
        actor=CaseEvent.Actor.PERSON if person else CaseEvent.Actor.MACHINE,
        user=user if person else None,
        seconds=seconds,
        details=details,
    )
