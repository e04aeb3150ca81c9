"""What of a sheet is under protection (支援措置), and which open values of such cases a person does not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger.masking import shows
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.sight import KIND, Sight, is_place, sights
from yakuba.kernel.protection import policy
from yakuba.services.reading.contracts import FieldReading
from yakuba.services.reading.models import Question, Sheet


def sight_of(user: Any, sheet: Sheet) -> tuple[Sight, ProcedureDefinition | None]:
    """What `user` sees of a sheet: hidden where any case of its receipt number is. A second scan of a page, and one that
    was put aside, belong to no case and show the same."""
    number = sheet.receipt_number or sheet.typed_number
    about = Q(pk=sheet.case_id) | (Q(receipt_number=number) if number else Q(pk__in=()))
    cases = list(Case.objects.filter(about).select_related("procedure"))
    found = sights(user, [case.pk for case in cases])
    hidden = next((one for one in found.values() if one.hidden), None)
    definition = cases[0].procedure.definition if cases else None
    return hidden or Sight(shows(user), hidden=False), definition


def known(sheet: Sheet, fields: Sequence[FieldReading]) -> bool:
    """Whether it is known where on the sheet each of the form's boxes stands."""
    if sheet.form is None:
        return False
    found = {one.field for one in fields if len(one.corners) == 4}
    pages = [page for page in sheet.form.document["pages"] if int(page["page"]) == sheet.page]
    return bool(pages) and all(box["field"] in found for page in pages for box in page["boxes"])


def field_of(definition: ProcedureDefinition | None, one: FieldReading) -> FieldDefinition:
    """The field as the procedure has it, else as the form has."""
    found = definition.by_code.get(one.field) if definition else None
    return found or FieldDefinition(one.field, one.label, one.type)


def hidden_questions(user: Any) -> Q:
    """Questions whose value is hidden from `user`."""
    closed = [int(key) for key in policy.hidden(user, KIND)]
    found, places = Q(pk__in=()), policy.places()
    for procedure in Procedure.objects.filter(cases__in=closed).distinct():
        said = [item.code for item in procedure.definition.fields if is_place(item, places)]
        found |= Q(case__in=closed, case__procedure=procedure, field__in=said)
    return found


def hides_question(user: Any, question: Question) -> bool:
    """Whether the value that a question is about is hidden from `user`."""
    item = question.case.procedure.definition.by_code.get(question.field)
    return sights(user, [question.case_id])[question.case_id].hides(item)
