"""Mixed confirmation (分割して混ぜる): one person gets lone pictures of values, in an order that no two of one sheet follow each
other in, and learns nothing else of the case."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event
from yakuba.services.reading.actions import questions
from yakuba.services.reading.actions.cases import locked_case
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Question, Turn
from yakuba.services.reading.queries.mixed import alone, has_place, mixable
from yakuba.services.reading.queries.together import for_another

AHEAD = 2  # the value before the person, and the one whose picture is fetched meanwhile
TRIES = 20  # values without a known place that are passed over at once
GONE = "この値は、もう終わっているか、ほかの職員に移りました。次の値を出します。"


@transaction.atomic
def turns(user: User) -> list[Turn]:
    """The value that this person has to look at, and the one after it; fewer where nothing is left that may follow. That a
    picture goes out to a person is recorded here, once."""
    _put_back()
    _withdraw(user)
    before = Turn.objects.filter(person=user).exclude(done_at=None).order_by("-pk").first()
    rows = list(Turn.objects.filter(person=user, done_at=None).select_related("question").order_by("pk"))
    if before and rows and rows[0].question.case_id == before.question.case_id:  # what stood between is gone
        for row in rows:
            _free(row.question)
            row.delete()
        rows = []
    for row in rows:
        questions.lease(row.question, user)
    while len(rows) < AHEAD:
        last = rows[-1] if rows else before
        question = _drawn(user, last.question.case_id if last else None)
        if question is None:
            break
        questions.lease(question, user)
        rows.append(Turn.objects.create(person=user, question=question))
        record("reading.field_viewed", subject=f"case:{question.case_id}", actor=user, field=question.field)
    return rows


def _put_back() -> None:
    """Turns whose value is answered, was freed, or was left for longer than a lease."""
    theirs = Q(
        question__state=Question.State.OPEN,
        question__leased_to=F("person"),
        question__leased_until__gt=timezone.now(),
    )
    open_ = Turn.objects.filter(done_at=None)
    open_.exclude(pk__in=open_.filter(theirs).values("pk")).delete()


def _withdraw(user: User) -> None:
    """Turns whose value may no longer be shown alone: its person came under protection, or the town has it looked at."""
    mine = Turn.objects.filter(person=user, done_at=None)
    for row in mine.exclude(question__in=alone(Question.objects.all()).values("pk")):
        _free(row.question)
        row.delete()


def _drawn(user: User, other_than: int | None) -> Question | None:
    """One of the free values at random, of another case than that one."""
    others = Q(leased_until__gt=timezone.now())
    free = for_another(mixable().exclude(others), user).exclude(case=other_than)
    passed: list[int] = []
    for _ in range(TRIES):
        rows = free.exclude(pk__in=passed).order_by("?").select_for_update(skip_locked=True, of=("self",))
        question = rows.first()
        if question is None or has_place(question):
            return question
        passed.append(question.pk)
    return None


@transaction.atomic
def answer(turn: Turn, value: str, *, actor: User, seconds: float, insist: bool = False) -> Question:
    """Take the answer to a value of this person's turn, as `questions.answer`, of which nothing is told about the case's other
    values. Raises AnswerRefused, and WrongStep where the turn is over."""
    _require(turn, actor)
    question = questions.answer(
        turn.question_id, value, actor=actor, seconds=seconds, insist=insist, alone=True
    )
    _done(turn)
    return question


@transaction.atomic
def pass_on(turn: Turn, *, actor: User, seconds: float) -> None:
    """Leave a value that cannot be read alone to somebody who sees its sheet. Raises WrongStep where the turn is over."""
    _require(turn, actor)
    question = Question.objects.select_for_update().get(pk=turn.question_id)
    case = locked_case(question.case_id)
    spent = max(0.0, min(questions.LONGEST_LOOK, seconds))
    question.in_context = True
    question.seconds += spent
    _free(question)
    add_event(case, "reading.passed_on", user=actor, seconds=spent, field=question.field)
    _done(turn)


def _require(turn: Turn, actor: User) -> None:
    held = Question.objects.filter(pk=turn.question_id, state=Question.State.OPEN, leased_to=actor)
    mine = Turn.objects.filter(pk=turn.pk, person=actor, done_at=None)
    if not mine.exists() or not held.exists():
        raise WrongStep(GONE)


def _free(question: Question) -> None:
    question.leased_to = question.leased_until = question.leased_since = None
    question.save()


def _done(turn: Turn) -> None:
    """Only the last one is kept: the next may not be of its case."""
    Turn.objects.filter(person=turn.person_id).exclude(done_at=None).delete()
    turn.done_at = timezone.now()
    turn.save(update_fields=["done_at"])
