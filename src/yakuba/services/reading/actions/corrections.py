"""A value that is found wrong after its case was entered: put right in the ledger, and followed until a person has
put it right in the core system."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, confirm_value
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.services.reading.actions.answers import AnswerRefused, checked
from yakuba.services.reading.actions.blind import found_wrong
from yakuba.services.reading.actions.cases import locked_case
from yakuba.services.reading.actions.questions import LONGEST_LOOK, known_values
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Correction, Question


@transaction.atomic
def open_correction(
    case: Case, field: str, value: str, reason: str, *, actor: Actor, seconds: float, insist: bool = False
) -> Correction:
    """Put the value right in the ledger and note what is to be changed in the core system.

    Opening it for a value whose correction is still open changes what is right; the core system still holds what
    was entered. Raises AnswerRefused for a value that is none, is implausible or is the same, and WrongStep when
    the case has not been entered.
    """
    row = _entered(case)
    stored = CaseValue.objects.select_for_update(of=("self",)).get(case=row, field=field)
    canonical = checked(
        row.procedure.definition, field, value, insist=insist, read=stored.value, beside=known_values(row)
    )
    if canonical == stored.value:
        raise AnswerRefused("いまの値と同じです。用紙と見比べて、正しい値を入力してください。")
    if not reason.strip():
        raise WrongStep("気づいたきっかけを入れてください。例：申請者からの連絡、通知の点検")
    known = Correction.objects.filter(case=row, field=field, done_at=None).first()
    if known is None:
        found_wrong(row, stored, actor=actor)
    correction = known or Correction(
        case=row,
        field=field,
        was=stored.value,
        origin=stored.origin,
        source=stored.source,
        wrong_by=stored.confirmed_by,
        wrong_at=stored.confirmed_at,
        opened_by=actor,
    )
    correction.right, correction.reason = canonical, reason.strip()
    spent = max(0.0, min(LONGEST_LOOK, seconds))
    confirm_value(row, field, canonical, actor=actor, seconds=spent, insist=insist, reason=reason)
    Question.objects.filter(case=row, field=field).update(value=canonical)
    if canonical == correction.was:  # the value was right after all: nothing is to be changed
        correction.done_by, correction.done_at = actor, timezone.now()
    correction.save()
    add_event(row, "reading.correction_opened", user=actor, field=field)
    record("reading.correction_opened", subject=f"case:{row.pk}", actor=actor, field=field)
    return correction


@transaction.atomic
def finish(correction: Correction, *, actor: Actor) -> Correction:
    """The person has changed the core system. Raises WrongStep when somebody else said so before."""
    row = Correction.objects.select_for_update(of=("self",)).select_related("case").get(pk=correction.pk)
    if row.done_at is not None:
        raise WrongStep("この訂正は、もう済んでいます。")
    row.done_by, row.done_at = actor, timezone.now()
    row.save()
    add_event(row.case, "reading.corrected", user=actor, field=row.field)
    record("reading.corrected", subject=f"case:{row.case_id}", actor=actor, field=row.field)
    return row


@transaction.atomic
def found_right(case: Case, field: str, *, actor: Actor, seconds: float = 0.0) -> None:
    """A person has looked at a value of an entered case again and found it right. Raises WrongStep."""
    row = _entered(case)
    value = CaseValue.objects.get(case=row, field=field)
    spent = max(0.0, min(LONGEST_LOOK, seconds))
    confirm_value(row, field, value.value, actor=actor, seconds=spent, insist=True)
    record("reading.value_rechecked", subject=f"case:{row.pk}", actor=actor, field=field)


def _entered(case: Case) -> Case:
    row = locked_case(case.pk)
    if not row.is_entered:
        raise WrongStep(
            f"受付 {row.receipt_number} は「{LABELS[Status(row.status)]}」です。訂正は入力済みの受付にだけ行います。"
        )
    return row
