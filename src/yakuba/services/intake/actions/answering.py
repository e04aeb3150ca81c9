"""After it was sent: the office asks for a correction, the applicant answers or withdraws, the office passes it on."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, confirm_value, move, put_away
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.workflow import FOLLOWING, Status
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.intake.engine.answering import MY_NUMBER
from yakuba.services.intake.models import Correction, Door, Submission
from yakuba.services.intake.queries.acting import UNSTATED, is_unstated, standing

LONGEST = 1_000  # characters of what is asked and of what is answered
MOST_ANSWERS = 20
CHECKED = {Door.WEB: "ウェブの申請を確かめた", Door.COUNTER: "窓口で確かめた"}
WITHDRAWABLE = (Status.RECEIVED, Status.RETURNED)  # later, work is under way that only the office can stop


class NotPossible(Conflict):
    """The application is not where this can be done."""


@transaction.atomic
def ask_correction(case: Case, sentence: str, until: date | None = None, *, actor: Actor) -> Correction:
    """Ask the applicant to correct or add something; the case waits for the answer. Raises Invalid, NotPossible."""
    sentence = sentence.strip()
    if not sentence or len(sentence) > LONGEST:
        raise Invalid(f"申請者に求めることを、{LONGEST}文字以内で書いてください。")
    if until and until < timezone.localdate():
        raise Invalid("期限は、今日か、それより後の日にしてください。")
    submission, case = of_case(case), _locked(case)
    if Status.RETURNED not in FOLLOWING[Status(case.status)]:
        raise NotPossible(
            f"受付 {case.receipt_number} は、いまは補正を求められません。受付の状態を確かめてください。"
        )
    row = Correction.objects.create(
        submission=submission, sentence=sentence, until=until, asked_by=known(actor)
    )
    move(case, Status.RETURNED, user=actor, reason=sentence)
    record("intake.correction_asked", subject=f"case:{case.pk}", actor=actor)
    return row


@transaction.atomic
def answer(submission: Submission, text: str) -> Correction:
    """The applicant's answer to what was asked last; the case waits for the office again. Raises Invalid, NotPossible."""
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise Invalid(f"返事を、{LONGEST}文字以内で書いてください。")
    if likely_in(text):
        raise Invalid(MY_NUMBER)
    case = _locked(submission.case)
    row = asked_now(submission, case)
    if row is None:
        last = Correction.objects.filter(submission=submission).order_by("-pk").first()
        if last is not None and last.answer == text:  # pressed twice, or sent again after a lost answer
            return last
        raise NotPossible("いまは返事を受け付けていません。状況をもう一度見てください。")
    row.answer, row.answered_at = text, timezone.now()
    row.save()
    move(case, Status.RECEIVED)
    add_event(case, "intake.answered")
    record("intake.answered", subject=f"case:{case.pk}")
    return row


def asked_now(submission: Submission, case: Case) -> Correction | None:
    """What waits for the applicant's answer. Where the office sent the case back by the ledger's own button, it is the reason
    given there, not yet a row."""
    if case.status != Status.RETURNED:
        return None
    row = Correction.objects.filter(submission=submission, answered_at=None).order_by("-pk").first()
    if row is not None:
        return row
    event = CaseEvent.objects.filter(case=case, kind="ledger.returned").order_by("-pk").first()
    reason = str(event.details.get("reason", "")) if event else ""
    at = event.at if event else timezone.now()
    return Correction(
        submission=submission, sentence=reason, asked_by=event.user if event else None, asked_at=at
    )


@transaction.atomic
def withdraw(submission: Submission) -> None:
    """The applicant takes the application back. Raises NotPossible once the office works on it."""
    case = Case.objects.select_related("procedure").get(pk=submission.case_id)
    if case.status == Status.WITHDRAWN:  # pressed twice, or sent again after a lost answer
        return
    reason = "申請者がウェブで取り下げた"
    if case.status in WITHDRAWABLE:
        put_away(case, reason, user=None)
        case = _locked(case)
    if case.status not in WITHDRAWABLE:  # a clerk may have taken it up meanwhile
        raise NotPossible(
            "窓口で処理が進んでいるため、ここでは取り下げられません。担当の窓口に連絡してください。"
        )
    move(case, Status.WITHDRAWN, reason=reason)
    record("intake.withdrawn", subject=f"case:{case.pk}")


@transaction.atomic
def accept(case: Case, *, actor: Actor) -> Case:
    """The office has looked at it: what was sent goes to whoever enters it. Raises NotPossible, ValueRefused."""
    submission = of_case(case)
    if (
        _locked(case).status != Status.RECEIVED
    ):  # another clerk may have asked the applicant something meanwhile
        raise NotPossible(f"受付 {case.receipt_number} は「受付済み」ではないので、入力に回せません。")
    asked = standing(case)
    if asked is None and is_unstated(case):
        raise NotPossible(UNSTATED)
    if asked is not None and asked.waits:
        raise NotPossible(
            f"受付 {case.receipt_number} は、足りないものを待っています：{'。'.join(asked.lacking)}。"
            "届いたら「申請した人」に記録します。そろわないまま進めるときは、そこに理由を書きます。"
        )
    for row in CaseValue.objects.filter(case=case, trusted=False):  # strange, yet what was sent
        confirm_value(case, row.field, row.value, actor=known(actor), seconds=0.0, assumed=True, insist=True)
    move(case, Status.READY, user=actor, reason=CHECKED[Door(submission.door)])
    record("intake.accepted", subject=f"case:{case.pk}", actor=actor)
    return case


def _locked(case: Case) -> Case:
    """The case as it is now; nobody moves it until the transaction around ends."""
    row: Case = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    return row


def of_case(case: Case) -> Submission:
    """What the applicant sent. Raises NotPossible for a case that did not come by web."""
    row = Submission.objects.filter(case=case).first()
    if row is None:
        raise NotPossible(f"受付 {case.receipt_number} は、ウェブか窓口で受け付けた申請ではありません。")
    return row
