"""Asking a person: one value at a time, never the same one to two people, every answer with its seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, confirm_value
from yakuba.kernel.ledger.masking import MASKED_TYPES, reveals
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.protection.policy import OPEN, require_open
from yakuba.services.reading.actions import together
from yakuba.services.reading.actions.answers import checked
from yakuba.services.reading.actions.blind import check_twice, learn
from yakuba.services.reading.actions.cases import ask, locked_case, move_on, sheets_of
from yakuba.services.reading.actions.sheets import takes_changes
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Question, Sheet
from yakuba.services.reading.queries.covering import hidden_questions, hides_question
from yakuba.services.reading.queries.questions import by_type, in_order, waiting
from yakuba.services.reading.queries.together import for_another

LEASE = timedelta(minutes=3)
LONGEST_LOOK = 120.0  # seconds; a page that stood open longer was not being worked on


@transaction.atomic
def take_next(user: User, *, batch_id: int | None = None, type_: str = "") -> Question | None:
    """The next open question for this person, leased to them; None when nobody else's lease leaves any.

    Without `type_` a case stays with the person who began it; with it, fields of one type follow each other.
    """
    now = timezone.now()
    asked = waiting(batch_id=batch_id, type_=type_)
    if not reveals(user):
        asked = asked.exclude(type__in=MASKED_TYPES)
    if not allowed(user, OPEN):  # who may open it is led there by the page
        asked = asked.exclude(hidden_questions(user))
    others = Q(leased_until__gt=now) & ~Q(leased_to=user)
    free = for_another(asked.exclude(others), user)
    if not type_:
        free = free.exclude(case__in=_cases_of_others(user, now))
    ordered = by_type(free) if type_ else in_order(free)
    row = ordered.select_for_update(skip_locked=True, of=("self",)).first()
    if row is not None:
        lease(row, user)
    return row


def _cases_of_others(user: User, now: Any) -> QuerySet[Any]:
    leased = Question.objects.filter(state=Question.State.OPEN, leased_until__gt=now).exclude(leased_to=user)
    return leased.values("case_id")


def lease(question: Question, user: User) -> None:
    """Keep the question for this person for a while."""
    now = timezone.now()
    kept = question.leased_to_id == user.pk and question.leased_until and question.leased_until > now
    question.leased_since = question.leased_since if kept and question.leased_since else now
    question.leased_to, question.leased_until = user, now + LEASE
    question.save(update_fields=["leased_to", "leased_until", "leased_since"])


@transaction.atomic
def let_go(question_id: int, *, actor: Actor) -> Question:
    """Take a value from whoever holds it: one that is looked at is free for the next person, a held one waits again. What the
    holder sends all the same is taken, where nobody was faster. Raises WrongStep where nobody holds it."""
    question = Question.objects.select_for_update().get(pk=question_id)
    looked_at = question.leased_until is not None and question.leased_until > timezone.now()
    if question.state == Question.State.ANSWERED or not (looked_at or question.state == Question.State.HELD):
        raise WrongStep("この値は、もうだれも持っていません。")
    question.state = Question.State.OPEN
    question.leased_to = question.leased_until = question.leased_since = None
    question.save()
    return question


@transaction.atomic
def answer(
    question_id: int,
    value: str,
    *,
    actor: Actor,
    seconds: float,
    insist: bool = False,
    assumed: bool = False,
    alone: bool = False,
) -> Question:
    """Take a person's answer, write it to the ledger and move the case on when it was the last.

    `seconds` are capped at LONGEST_LOOK; `assumed` says that they were not measured; `alone`: nothing may be said of the
    case's other values. A value that two people confirm is written when they agree or a third has decided. Raises AnswerRefused, also for a blind
    answer that differs from what was read, until the person insists, PlaceHidden for a value that is hidden from them, and
    WrongStep when the case has gone on or somebody else answered meanwhile.
    """
    question, case = _locked(question_id)
    if hides_question(actor, question):  # by whatever door: a doubt about the answer says what was read
        require_open(actor, KIND, case.pk)
    together.require_another(question, actor)
    if question.state == Question.State.ANSWERED and question.answered_by != actor:
        raise WrongStep("ほかの職員が先に確認しました。次の値へ進みます。")
    canonical = _checked(question, case, value, insist=insist, alone=alone)
    spent = max(0.0, min(LONGEST_LOOK, seconds))
    if question.people > 1 and not together.entered(
        question, case, canonical, actor=actor, seconds=spent, assumed=assumed
    ):
        return question
    stored = confirm_value(
        case, question.field, canonical, actor=actor, seconds=spent, assumed=assumed, insist=insist
    )
    learn(question, stored, canonical, actor=actor)
    if question.people > 1:
        stored.source = stored.source | {"people": together.others(question).count()}
        stored.save(update_fields=["source"])
    question.state, question.hold_reason = Question.State.ANSWERED, ""
    question.answered_by, question.answered_at = actor, timezone.now()
    question.seconds += spent
    question.insisted = question.insisted or question.kind == Question.Kind.CROSS_CHECK
    question.leased_to = question.leased_until = question.leased_since = None
    question.save()
    move_on(case, actor)
    return question


def _checked(question: Question, case: Case, value: str, *, insist: bool, alone: bool) -> str:
    """The canonical value that was entered. Raises AnswerRefused. What one of two people enters is compared with the other's
    entry, and with nothing that was read."""
    procedure, beside = case.procedure.definition, {} if alone else known_values(case)
    if question.blind and question.people < 2 and not insist:
        entered = checked(procedure, question.field, value, insist=True)
        check_twice(question, procedure.field(question.field), entered)
    read = "" if question.blind else question.value or question.raw
    return checked(procedure, question.field, value, insist=insist, read=read, beside=beside)


def known_values(case: Case) -> dict[str, str]:
    """By field what passed or a person confirmed."""
    return dict(CaseValue.objects.filter(case=case, trusted=True).values_list("field", "value"))


@transaction.atomic
def hold(question_id: int, reason: str, *, actor: Actor, seconds: float = 0.0) -> Question:
    """Leave a value for later with a reason; its case waits. Raises WrongStep."""
    question, case = _locked(question_id)
    if question.state == Question.State.ANSWERED:
        raise WrongStep("この値は、もう確認済みです。")
    together.require_no_entry(question, actor)
    if not reason.strip():
        raise WrongStep("保留の理由を入れてください。例：字が読めない、申請者に電話で確認中。")
    question.state, question.hold_reason = Question.State.HELD, reason.strip()
    question.held_by, question.held_at = actor, timezone.now()
    question.leased_to = question.leased_until = question.leased_since = None
    spent = max(0.0, min(LONGEST_LOOK, seconds))
    question.seconds += spent
    question.save()
    add_event(case, "reading.held", user=actor, seconds=spent, field=question.field)
    move_on(case, actor)
    return question


@transaction.atomic
def ask_again(case: Case, field: str, *, actor: Actor) -> Question:
    """Open a value of a case once more, whoever gave it. Raises WrongStep when the case has gone on."""
    row = locked_case(case.pk)
    _check_open(row)
    definition = row.procedure.definition.field(field)
    known = Question.objects.filter(case=row, field=field).first()
    if known is not None and known.state != Question.State.ANSWERED:
        return known
    value = CaseValue.objects.filter(case=row, field=field).first()
    sheets = sheets_of(row)
    source = value.source.get("sheet") if value else None
    sheet = next((sheet for sheet in sheets if sheet.pk == source), None) or sheets[0]
    question = ask(
        row,
        field,
        sheet,
        type=definition.type,
        kind=Question.Kind.REVIEW,
        value=value.value if value else "",
        message="職員が見直すことにした値です。",
        insisted=False,
    )
    if actor is not None:  # whoever operates the machine looks at no page
        lease(question, actor)
    move_on(row, actor)
    record("reading.value_reopened", subject=f"case:{row.pk}", actor=actor, field=field)
    return question


def _locked(question_id: int) -> tuple[Question, Case]:
    question = Question.objects.select_for_update().get(pk=question_id)
    case = locked_case(question.case_id)
    _check_open(case)
    return question, case


def _check_open(case: Case) -> None:
    if not takes_changes(case) or not Sheet.objects.filter(case=case).exists():
        raise WrongStep(
            f"受付 {case.receipt_number} は「{LABELS[Status(case.status)]}」なので、値を変えられません。"
        )
