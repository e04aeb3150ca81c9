"""Reads of the ledger, always of the active municipality."""

from __future__ import annotations

from django.db.models import Count, QuerySet, Sum

from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue, Procedure


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


def values_of(case: Case) -> dict[str, str]:
    """Field code -> canonical value."""
    return dict(CaseValue.objects.filter(case=case).values_list("field", "value"))


def counts_by_status(procedure_code: str = "") -> dict[str, int]:
    """Status -> how many cases."""
    rows = cases(procedure_code).order_by().values("status").annotate(number=Count("pk"))
    return {row["status"]: row["number"] for row in rows}


def seconds_by_actor(procedure_code: str) -> dict[str, float]:
    """`machine` and `person` -> measured seconds over all cases of the procedure."""
    rows = (
        CaseEvent.objects.filter(case__procedure__code=procedure_code)
        .values("actor")
        .annotate(total=Sum("seconds"))
    )
    return {"machine": 0.0, "person": 0.0} | {row["actor"]: row["total"] or 0.0 for row in rows}
