"""A case that another installation of the house has handed over, with its values as they stand there.

Who confirmed a value, and that the values go together, was settled where the case was taken in; here they only have to be
values that the procedure may have. Nothing is noted as confirmed here, and nobody is charged for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from yakuba.kernel.ledger.actions import open_case
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.values import ValueRefused


@dataclass(frozen=True)
class Carried:
    """A value: canonical, with its origin (`CaseValue.Origin`), and whether somebody or a check stands for it."""

    field: str
    value: str
    origin: str
    trusted: bool


def carried_values(case: Case) -> list[Carried]:
    """What is handed over of a case, by field."""
    values = CaseValue.objects.filter(case=case).order_by("field")
    return [Carried(one.field, one.value, one.origin, one.trusted) for one in values]


@transaction.atomic
def take_over(
    procedure: Procedure, receipt_number: str, values: Sequence[Carried], source: dict[str, Any]
) -> Case:
    """The case, which is ready to be entered. source: where its values come from. Raises ValueRefused for a receipt number or a
    value that the procedure cannot have."""
    case = open_case(procedure, receipt_number, Status.READY)
    set_values(case, values, source)
    return case


@transaction.atomic
def set_values(case: Case, values: Sequence[Carried], source: dict[str, Any]) -> None:
    """These values and no others. Raises ValueRefused."""
    known = set(CaseValue.Origin.values)
    stand = {row.field: row for row in CaseValue.objects.select_for_update().filter(case=case)}
    for one in values:
        if one.origin not in known:
            raise ValueRefused(f"項目 {one.field} の由来「{one.origin}」は、この設備の知らないものです。")
        row = stand.pop(one.field, None) or CaseValue(case=case, field=one.field)
        row.case, row.value, row.origin, row.trusted, row.source = (
            case,
            one.value,
            one.origin,
            one.trusted,
            source,
        )
        row.save()
    CaseValue.objects.filter(pk__in=[row.pk for row in stand.values()]).delete()
