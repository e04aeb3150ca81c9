"""Writes to the ledger. Each is one transaction; each leaves an event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition, parse_procedure
from yakuba.kernel.ledger import guard, workflow
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue, Procedure, ReductionTable
from yakuba.kernel.ledger.workflow import Status, WrongTransition
from yakuba.kernel.meter.noting import note
from yakuba.kernel.outbound import class_of, require_class
from yakuba.kernel.outbound.part import require_not_outside
from yakuba.kernel.registry import ledger_phrases, manifests, resolve
from yakuba.kernel.search.noting import changed
from yakuba.kernel.values import ValueRefused
from yakuba.kernel.values.reduction import read_table


@transaction.atomic
def load_procedure(document: dict[str, Any], *, actor: Actor = None) -> Procedure:
    """Put a procedure file's content into use, or a newer version of it. Raises DefinitionError, also for two fields of one
    name; those that have it already keep it; and ZoneRefused for data that this installation's zone may not hold."""
    definition = parse_procedure(document, str(document.get("procedure", "手続")))
    _require_own_labels(definition)
    require_class(class_of(definition), f"手続「{definition.title}」")
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


def _require_own_labels(definition: ProcedureDefinition) -> None:
    used = Procedure.objects.filter(code=definition.code).first()
    known = used.definition.labels_twice if used else frozenset()
    if twice := sorted(definition.labels_twice - known):
        raise DefinitionError(
            f"{definition.title}: 同じ名前の項目があります（{'、'.join(twice)}）。見分けられるように、名前を変えてください。"
        )


@transaction.atomic
def load_reduction(text: str, *, actor: Actor = None) -> int:
    """Put the town's table of reduced characters into use; the number of its rows. Raises ValueRefused."""
    rows = len(read_table(text))
    ReductionTable.objects.update_or_create(defaults={"text": text})
    record("ledger.reduction_loaded", actor=actor, rows=rows)
    return rows


@transaction.atomic
def open_case(procedure: Procedure, receipt_number: str, status: Status = Status.READING) -> Case:
    """The case of that receipt number; a new one is opened in `status`. Raises ValueRefused for a number that is none
    by the procedure's field `receipt_number`, and ZoneRefused as `load_procedure`."""
    case = Case.objects.filter(procedure=procedure, receipt_number=receipt_number).first()
    if case is not None:
        return case
    require_not_outside("受付簿")
    if guard.RECEIPT_NUMBER in procedure.definition.by_code:
        guard.check(procedure.definition, guard.RECEIPT_NUMBER, receipt_number)
    require_class(class_of(procedure.definition), f"手続「{procedure.title}」")
    case, created = Case.objects.get_or_create(
        procedure=procedure, receipt_number=receipt_number, defaults={"status": status}
    )
    if created:
        add_event(case, "ledger.opened")
    return case


@transaction.atomic
def record_value(
    case: Case,
    field: str,
    value: str,
    *,
    trusted: bool,
    source: dict[str, Any],
    origin: CaseValue.Origin = CaseValue.Origin.READING,
) -> CaseValue:
    """Write what a machine read, the register supplied or an applicant sent by web (`origin`). A value that a person has
    confirmed is never overwritten by a machine, nor what an applicant sent by a reading; another value in place of an
    earlier one leaves an event.

    Raises ValueRefused for an unknown field, a value that is not canonical, a `trusted` one that the procedure's
    rules do not hold for possible, and while the case is being entered elsewhere.
    """
    _require_not_entering(case)
    row = CaseValue.objects.select_for_update().filter(case=case, field=field).first()
    if row is not None and (
        row.origin == CaseValue.Origin.PERSON or (row.is_sent and origin == CaseValue.Origin.READING)
    ):
        return row
    definition = guard.check(case.procedure.definition, field, value)
    if trusted:
        _refuse(definition, guard.doubt(definition, value))
    if row is None:
        row = CaseValue(case=case, field=field)
    elif row.value != value:
        add_event(case, "ledger.value_changed", **_change(definition, row.value, value))
    row.case, row.value, row.trusted, row.source, row.origin = case, value, trusted, source, origin
    row.save()
    return row


@transaction.atomic
def confirm_value(
    case: Case,
    field: str,
    value: str,
    *,
    actor: Actor,
    seconds: float,
    assumed: bool = False,
    insist: bool = False,
    reason: str = "",
) -> CaseValue:
    """Write what a person says, with the seconds it took (`assumed` when they were not measured) and, for a correction,
    its reason. Raises ValueRefused as `record_value`; with `insist` the person says that the paper reads so."""
    _require_not_entering(case)
    row = CaseValue.objects.select_for_update().filter(case=case, field=field).first() or CaseValue(
        case=case, field=field
    )
    before, known = row.value, row.pk is not None
    definition = guard.check(case.procedure.definition, field, value)
    if not insist:
        _refuse(definition, guard.doubt(definition, value))
    passed = row.trusted and row.origin == CaseValue.Origin.READING  # nobody had been asked about it
    row.case, row.value, row.trusted, row.origin = case, value, True, CaseValue.Origin.PERSON
    row.confirmed_by, row.confirmed_at = actor, timezone.now()
    row.save()
    details: dict[str, Any] = {"field": field, "changed": before != value}
    details |= _change(definition, before, value) if known and before != value else {}
    details |= {"assumed": True} if assumed else {}
    details |= {"passed": True} if passed else {}
    details |= {"reason": reason.strip()} if reason.strip() else {}
    event = add_event(case, "ledger.value_confirmed", user=actor, seconds=seconds, **details)
    note("ledger.fields_confirmed", f"event:{event.pk}")
    return row


def _require_not_entering(case: Case) -> None:
    """What a robot types or a file holds is what the case says, until it is known what became of it. The case is held, so
    that nobody begins meanwhile, and because it keeps some values itself (`naming`): it is locked before them."""
    row = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .only("status", "receipt_number")
        .get(pk=case.pk)
    )
    if row.status == Status.ENTERING:
        raise ValueRefused(
            f"受付 {row.receipt_number} は入力の途中です（ロボットか連携ファイル）。入力が済んでから訂正するか、"
            "入力を止めて（連携ファイルは取り消して）から直してください。"
        )


def _refuse(definition: FieldDefinition, doubt: str) -> None:
    if doubt:
        raise ValueRefused(f"項目「{definition.label}」: {doubt}")


def _change(definition: FieldDefinition, before: str, after: str) -> dict[str, Any]:
    """What an event keeps of a change; of a masked value only that there was one."""
    if definition.kind.masked:
        return {"field": definition.code}
    return {"field": definition.code, "before": before, "after": after}


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
    """Move a case along the table; the row is locked while it is looked at. Raises WrongTransition, and ValueRefused
    when a case becomes ready whose values contradict each other and no person was asked about any of them."""
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    _require_step(row, target, reason)
    row.status = target
    if target_number:
        row.target_number = target_number
    row.save()
    add_event(row, f"ledger.{target}", user=user, seconds=seconds, reason=reason)
    case.status, case.target_number = row.status, row.target_number
    return row


@transaction.atomic
def move_together(
    cases: Sequence[Case],
    target: Status,
    *,
    user: Any = None,
    reason: str = "",
    numbers: Mapping[int, str] | None = None,
) -> None:
    """`move` of thousands in a few queries: all of them, or none. numbers: case → the core system's number. Raises as
    `move`."""
    rows = list(
        Case.objects.select_for_update(of=("self",))
        .select_related("procedure")
        .filter(pk__in=[case.pk for case in cases])
        .order_by("pk")
    )
    for row in rows:
        _require_step(row, target, reason)
        row.status, row.updated_at = target, timezone.now()
        row.target_number = (numbers or {}).get(row.pk, row.target_number)
    if numbers:
        Case.objects.bulk_update(rows, ["status", "updated_at", "target_number"], batch_size=500)
    else:
        Case.objects.filter(pk__in=[row.pk for row in rows]).update(status=target, updated_at=timezone.now())
    person = known(user)
    who = CaseEvent.Actor.PERSON if person else CaseEvent.Actor.MACHINE
    kind, details = f"ledger.{target}", {"reason": reason}
    CaseEvent.objects.bulk_create(
        CaseEvent(case=row, kind=kind, actor=who, user=person, details=details) for row in rows
    )
    changed("ledger.cases", *(str(row.pk) for row in rows))
    now = {row.pk: row for row in rows}
    for case in cases:
        case.status, case.target_number = now[case.pk].status, now[case.pk].target_number


def _require_step(row: Case, target: Status, reason: str) -> None:
    """Raise as `move` unless the case, which is held, may go there now."""
    before = Status(row.status)
    workflow.check(before, target, reason)
    if target == Status.READY and row.is_entered:
        raise WrongTransition(
            f"受付 {row.receipt_number} は登録番号 {row.target_number} で入力済みです。もう一度入力には回せません。"
            "登録した値が誤っているときは、受付の画面の「誤りを訂正する」から直してください。"
        )
    if target == Status.READY and before not in (Status.ENTERING, Status.UNDECIDED):  # those were ready once
        _check_together(row)


def put_away(case: Case, reason: str, *, user: Any) -> None:
    """Let every room put away what it has of a case that is about to be withdrawn. Called in the transaction that moves
    it, and before the case is locked: rooms lock their own rows first, then the case."""
    for manifest in manifests():
        if manifest.put_away:
            resolve(manifest.put_away)(case, reason.strip(), user)


def _check_together(case: Case) -> None:
    rows = CaseValue.objects.filter(case=case).values_list("field", "value", "origin")
    by_person = {field for field, _, origin in rows if origin == CaseValue.Origin.PERSON}
    values = {field: value for field, value, _ in rows}
    for fields, sentence in guard.contradictions(case.procedure.definition, values).items():
        if not by_person.intersection(fields):
            raise ValueRefused(sentence)


def add_event(case: Case, kind: str, *, user: Any = None, seconds: float = 0.0, **details: Any) -> CaseEvent:
    """Note that something happened. `seconds` is the working time it took, of the person when `user` is given
    and of the machine otherwise. Raises ValueError for a kind that no manifest names in its `ledger_events`."""
    if not kind.startswith("ledger.") and kind not in ledger_phrases():
        raise ValueError(f"{kind} is not declared in any manifest's ledger_events")
    person = known(user)
    return CaseEvent.objects.create(
        case=case,
        kind=kind,
        actor=CaseEvent.Actor.PERSON if person else CaseEvent.Actor.MACHINE,
        user=person,
        seconds=seconds,
        details=details,
    )
