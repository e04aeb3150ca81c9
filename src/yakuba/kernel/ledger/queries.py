"""Reads of the ledger, always of the active municipality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from yakuba.kernel.ledger.models import UNASKED, Case, CaseEvent, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import Status

ERASED = "消去"  # what the receipt number of an erased case begins with


@dataclass(frozen=True)
class Effort:
    """Seconds that `cases` finished cases took: the persons', the part of them that was assumed and not
    measured (the stand-in of the demo), and the machines'."""

    cases: int
    person: float
    assumed: float
    machine: float


def procedures() -> QuerySet[Procedure]:
    """All procedures by title."""
    return Procedure.objects.order_by("title")


def procedure(code: str) -> Procedure:
    """The procedure of that code. Raises Procedure.DoesNotExist."""
    return Procedure.objects.get(code=code)


def cases(procedure_code: str = "", status: str = "", receipt_number: str = "") -> QuerySet[Case]:
    """Cases by receipt number, narrowed by what is given."""
    rows = Case.objects.select_related("procedure").order_by("procedure__title", "receipt_number")
    if procedure_code:
        rows = rows.filter(procedure__code=procedure_code)
    if status:
        rows = rows.filter(status=status)
    if receipt_number:
        rows = rows.filter(receipt_number__contains=receipt_number)
    return rows


def is_number_taken(receipt_number: str) -> bool:
    """Whether a case of any procedure has that receipt number; paper may carry it."""
    return bool(Case.objects.filter(receipt_number=receipt_number).exists())


def entered(procedure_code: str = "") -> QuerySet[Case]:
    """Cases that the core system has, whatever was decided since (`Case.is_entered`)."""
    return cases(procedure_code).filter(Q(status=Status.ENTERED) | ~Q(target_number=""))


def unsure(values: QuerySet[CaseValue]) -> QuerySet[CaseValue]:
    """Those that somebody has yet to confirm; not what nobody is asked about."""
    return asked_values(values).filter(trusted=False)


def asked_values(values: QuerySet[CaseValue]) -> QuerySet[CaseValue]:
    """Those that were read and passed, or that somebody confirms: without what the register supplied, and what nobody
    confirmed and nobody will (`CaseValue.is_unasked`)."""
    return values.exclude(origin=CaseValue.Origin.REGISTER).filter(
        Q(trusted=True) | Q(**{f"source__{UNASKED}__isnull": True})
    )


def unconfirmed_of(case: Case) -> set[str]:
    """The fields whose value nobody confirmed and no check supports: robots and rules must not rely on it."""
    return set(CaseValue.objects.filter(case=case, trusted=False).values_list("field", flat=True))


def values_of(case: Case) -> dict[str, str]:
    """Field code -> canonical value."""
    return dict(CaseValue.objects.filter(case=case).values_list("field", "value"))


def counts_by_status(procedure_code: str = "") -> dict[str, int]:
    """Status -> how many cases."""
    rows = cases(procedure_code).order_by().values("status").annotate(number=Count("pk"))
    return {row["status"]: row["number"] for row in rows}


def effort(procedure_code: str) -> Effort:
    """What the finished (entered) cases of a procedure took."""
    finished = entered(procedure_code)
    events = CaseEvent.objects.filter(case__in=finished.order_by().values("pk"))
    person, machine = CaseEvent.Actor.PERSON, CaseEvent.Actor.MACHINE
    sums = events.aggregate(
        person=Sum("seconds", filter=Q(actor=person)),
        assumed=Sum("seconds", filter=Q(actor=person, details__assumed=True)),
        machine=Sum("seconds", filter=Q(actor=machine)),
    )
    return Effort(finished.count(), **{name: value or 0.0 for name, value in sums.items()})


def effort_by_month(procedure_code: str) -> dict[date, Effort]:
    """The same for the cases received in a month, by its first day (of local time), for months that have such cases."""
    finished = entered(procedure_code).order_by().values("pk")
    month = TruncMonth("created_at")
    numbers = (
        Case.objects.filter(pk__in=finished).annotate(month=month).values("month").annotate(n=Count("pk"))
    )
    person, machine = CaseEvent.Actor.PERSON, CaseEvent.Actor.MACHINE
    events = CaseEvent.objects.filter(case__in=finished).annotate(month=TruncMonth("case__created_at"))
    sums = {
        row["month"]: row
        for row in events.values("month").annotate(
            person=Sum("seconds", filter=Q(actor=person), default=0.0),
            assumed=Sum("seconds", filter=Q(actor=person, details__assumed=True), default=0.0),
            machine=Sum("seconds", filter=Q(actor=machine), default=0.0),
        )
    }
    nothing = {"person": 0.0, "assumed": 0.0, "machine": 0.0}
    return {
        row["month"].date(): Effort(
            row["n"], **{name: (sums.get(row["month"]) or nothing)[name] for name in nothing}
        )
        for row in numbers
    }
