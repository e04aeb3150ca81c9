"""Sending: a draft becomes a case, once, with a receipt number and a secret beside it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, open_case, record_value
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER, doubt
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import Conflict, Invalid, Problem
from yakuba.kernel.residents import codes
from yakuba.services.intake.actions import acting, drafts, posting
from yakuba.services.intake.actions.numbers import next_number
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door
from yakuba.services.intake.engine.answering import check_all, files_missing
from yakuba.services.intake.models import AttachedFile, Draft, Posted, Submission
from yakuba.services.intake.queries import forms

KEPT_AFTER = timedelta(days=1)  # how long a draft that was sent leads to its receipt


class NotSent(Invalid):
    """The application cannot be sent as it is; each problem names a question."""


@transaction.atomic
def send(draft: Draft, key: str) -> Submission | Posted:
    """The case of this draft, whose address has `key`: made now, or already there however often it is sent; outside, where there
    are no cases, what is handed in for the inside. Raises NotSent, and Conflict when the form has been closed."""
    row = Draft.objects.select_for_update(of=("self",)).select_related("form__procedure").get(pk=draft.pk)
    if row.sent:
        sent = sent_of(row)
        if sent is None:
            raise Conflict("この申請は、もう役場にありません。窓口にお尋ねください。")
        return sent
    if not forms.is_open(row.form):
        raise Conflict("この手続の受付は終わりました。窓口にご相談ください。")
    form = forms.parsed(row.form)
    typed = drafts.answers(row)
    checked = check_all(form, typed)
    pages, _ = form.asked(checked.values)
    given = AttachedFile.objects.filter(draft=row)
    faults = {**checked.faults, **files_missing(pages, forms.counted(given))}
    if faults:
        labels = {code: one.field.label for code, one in form.questions.items()}
        problems = [Problem(0, labels.get(code, ""), sentence) for code, sentence in faults.items()]
        raise NotSent("直すところがあるので、まだ送っていません。", problems=problems)
    given_by = acting.of_draft(row.form, {**typed, **checked.values}, Door.WEB, form)
    values = dict(checked.values)
    if form.sent_on:
        values[form.sent_on] = timezone.localdate().isoformat()
    if is_outside():
        wanted = {one.code for page in pages for one in page.files}
        values |= answers.own(typed) if given_by else {}
        posted = posting.post(row, values, wanted, secret_of(key), codes.hashed)
        _empty(row)
        return posted
    case = _case(row, values, frozenset(one.field.code for one in form.calculated))
    submission = Submission.objects.create(
        form=row.form,
        case=case,
        number=case.receipt_number,
        secret=codes.hashed(case.receipt_number, secret_of(key)),
        draft=row.key,
        form_version=row.form.version,
    )
    wanted = {one.code for page in pages for one in page.files}
    for one in drafts.attached(row):  # from here on its name stands where the values do
        if one.slot in wanted:
            one.draft, one.submission = None, submission
            one.save()
    _empty(row)
    if given_by:
        acting.state(case, given_by, actor=None)
    add_event(case, "intake.sent", files=submission.files.count())  # type: ignore[attr-defined]
    record("intake.sent", subject=f"case:{case.pk}", form=row.form.procedure.code)
    return submission


def sent_of(draft: Draft) -> Submission | Posted | None:
    """What this draft became."""
    if is_outside():
        return Posted.objects.filter(draft=draft.key).first()
    return (
        Submission.objects.select_related("case__procedure", "form__procedure")
        .filter(draft=draft.key)
        .first()
    )


def _empty(row: Draft) -> None:
    """What was sent stands in the draft no more; for a day it leads to its receipt."""
    row.sealed, row.sent, row.code = b"", True, ""
    row.ends_on = timezone.localdate() + KEPT_AFTER
    row.save()


def _case(draft: Draft, values: dict[str, str], calculated: frozenset[str]) -> Case:
    procedure = draft.form.procedure
    case = open_case(procedure, next_number(timezone.localdate()), Status.RECEIVED)
    known = procedure.definition.by_code
    if RECEIPT_NUMBER in known:
        values = {RECEIPT_NUMBER: case.receipt_number, **values}
    source = {"web": draft.form.version}
    for code, one in values.items():
        if code in known:
            origin = CaseValue.Origin.CALCULATED if code in calculated else CaseValue.Origin.APPLICANT
            # A name that is strange is still somebody's, and the day of sending may lie outside the procedure's own days:
            # nobody is kept from applying, and the clerk who accepts the case confirms it.
            sure = not doubt(known[code], one) and not (one and known[code].kind.odd(one))
            record_value(case, code, one, trusted=sure, source=source, origin=origin)
    return case


def secret_of(key: str) -> str:
    """The code that stands beside the receipt number. Neither it nor the key of the draft's address, from which it follows, is
    stored; whoever still has the draft's page open sees it again after a lost answer."""
    return codes.derived(settings.SECRET_KEY.encode(), f"yakuba.intake.secret:{key}")


def look_up(number: str, secret: str) -> Submission | None:
    """The application of that number and secret. A number that is not there takes as long as a secret that is wrong."""
    row = Submission.objects.select_related("case__procedure", "form").filter(number=number).first()
    given = codes.hashed(number, codes.read(secret))
    return row if constant_time_compare(row.secret if row else codes.NOBODY, given) and row else None
