"""What of a case goes onto its paper form, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.sight import KIND, UNCONFIRMED, Sight, filed
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Missing, attempt
from yakuba.services.intake.adapters import paper_pdf
from yakuba.services.intake.engine.paper.placing import Entry, place
from yakuba.services.intake.models import Submission
from yakuba.services.intake.queries import forms
from yakuba.services.reading import facade as reading
from yakuba.services.reading.contracts import PaperForm

# One sentence for whatever a resident does not read here, so that it tells nothing of why.
NOT_HERE = "ここには入れていません。窓口でお尋ねください。"
OWN = (CaseValue.Origin.APPLICANT, CaseValue.Origin.CALCULATED)  # what the applicant's own application says


def has_form(case: Case) -> bool:
    """Whether the case's procedure has a paper form."""
    return reading.has_paper_form(case.procedure.code)


def for_staff(case: Case, user: Any) -> bytes:
    """The filled form as this person may take it along: no place under 支援措置 without another person's word, 個人番号 masked
    until it is revealed. Raises Missing where there is no paper form, PdfUnavailable."""
    seen = filed(user, [case.pk])[case.pk]
    known = case.procedure.definition.by_code
    entries = {}
    for row in CaseValue.objects.filter(case=case):
        item = known.get(row.field)
        if item is not None and row.value:
            entries[row.field] = _of_staff(seen, item, row)
    return _drawn(case, entries)


def _of_staff(seen: Sight, item: Any, row: CaseValue) -> Entry:
    if seen.hides(item):
        return Entry(instead=policy.HIDDEN)
    if not row.trusted and row.origin == CaseValue.Origin.READING:
        return Entry(instead=f"{seen.shown(item, row.value)}{UNCONFIRMED}")
    return Entry(row.value, revealed=seen.revealed)


def for_applicant(submission: Submission) -> bytes:
    """The filled form as whoever sent it may have it: what was sent and nothing that the office has added or changed since.
    Raises Missing where there is no paper form, PdfUnavailable."""
    case = submission.case
    hidden = Sight(False, bool(policy.under(KIND, [case.pk])), policy.places())
    known = case.procedure.definition.by_code
    form = forms.readable(submission.form)
    asked = (
        {*form.questions, form.sent_on, *(one.field.code for one in form.calculated)} if form else set(known)
    )
    entries = {}
    for row in CaseValue.objects.filter(case=case):
        item = known.get(row.field)
        # The form may ask something else by now: what came from the applicant is the applicant's.
        if item is None or not row.value or (row.origin not in OWN and row.field not in asked):
            continue
        own = row.origin in OWN and not hidden.hides(item) and not item.kind.masked
        entries[row.field] = Entry(row.value) if own else Entry(instead=NOT_HERE)
    return _drawn(case, entries)


def _drawn(case: Case, entries: Mapping[str, Entry]) -> bytes:
    form = _form(case)
    number = case.receipt_number
    placed = place(form, case.procedure.definition, entries, number, paper_pdf.draws)
    return paper_pdf.drawn(form, placed, number)


def _form(case: Case) -> PaperForm:
    form, unfit = attempt(reading.paper_form, case.procedure.code)
    if unfit:
        raise Missing("紙の様式と手続が合わなくなっています。様式を登録し直してください。") from unfit
    if form is None:
        raise Missing(f"「{case.procedure.title}」には、登録された紙の様式がありません。")
    return form
