"""Who looked at whom: everything in the audit record about one resident, by the cases that name the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.protecting import NUMBERS
from yakuba.kernel.registry import manifests, resolve

MOST = 500


@dataclass(frozen=True)
class Found:
    """The cases that name the person, and what is recorded of them, the newest first; more: there is more."""

    cases: list[Case]
    events: list[AuditEvent]
    more: bool


def of(number: str, name: str, birth: date | None) -> Found:
    """About whoever has that number, or that name and birth date."""
    cases = list(_cases(number, name, birth))
    subjects = [f"case:{case.pk}" for case in cases]
    for one in manifests():
        if one.subjects:
            subjects += resolve(one.subjects)([case.pk for case in cases])
    about = Q(subject__in=subjects)
    events = AuditEvent.objects.annotate(said=Cast("details", TextField()))
    if number:
        about |= Q(name="persons.looked_up", said__contains=f'"{number}"')
    rows = list(events.filter(about).select_related("actor").order_by("-sequence")[: MOST + 1])
    return Found(cases, rows[:MOST], len(rows) > MOST)


def _cases(number: str, name: str, birth: date | None) -> QuerySet[Case]:
    rows = Case.objects.select_related("procedure").order_by("pk")
    values = CaseValue.objects.all()
    wanted = Q(pk__in=())
    if name and birth:
        named = values.filter(value=name).values("case")
        wanted |= Q(pk__in=named) & Q(pk__in=values.filter(value=birth.isoformat()).values("case"))
    if number:
        codes = NUMBERS  # fields are called by code in one town and by heading in another
        numbered = values.filter(value=number).select_related("case__procedure")
        wanted |= Q(
            pk__in=[
                one.case_id
                for one in numbered
                if (item := one.case.procedure.definition.by_code.get(one.field)) is not None
                and codes & {item.code, item.label}
            ]
        )
    return rows.filter(wanted)
