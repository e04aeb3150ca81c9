"""A value that two people confirm (docs/adr/0028): each enters it alone, equal entries settle it, and where they differ a third
person decides who sees both, without names. Whoever has entered it once takes no part again, by whatever door."""

from __future__ import annotations

from django.db.models import QuerySet

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.ledger.actions import add_event
from yakuba.kernel.ledger.models import Case
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Entry, Question
from yakuba.services.reading.queries.together import has_entered

ENTERED_ALREADY = "あなたの入力は受け取っています。ほかの職員が同じように入力すると決まります。"


def require_another(question: Question, actor: Actor) -> None:
    """Raises WrongStep for somebody who has entered the value already, and for whoever has no name."""
    if question.people < 2:
        return
    if known(actor) is None:
        raise WrongStep("2人で確かめる値です。だれが入力したか分かるように、職員を指定して入力してください。")
    if question.state == Question.State.ANSWERED:
        raise WrongStep(
            "2人で確かめた値です。違っていたら、受付の画面の「直す」を押すと、もう一度2人で確かめられます。"
        )
    require_no_entry(question, actor)


def require_no_entry(question: Question, actor: Actor) -> None:
    """Raises WrongStep for somebody who has entered the value: holding it would keep it from the others."""
    if question.people > 1 and has_entered(question, actor):
        raise WrongStep(ENTERED_ALREADY)


def entered(
    question: Question, case: Case, value: str, *, actor: Actor, seconds: float, assumed: bool
) -> bool:
    """Keep what this person enters; whether the value is settled by it: two agree, or a third has decided. The caller holds
    the question's row."""
    before = list(others(question).values_list("value", flat=True))
    Entry.objects.create(question=question, person=actor, value=value, seconds=seconds)
    settled = len(before) >= question.people or value in before
    if not settled:
        details = {"assumed": True} if assumed else {}
        add_event(case, "reading.entered", user=actor, seconds=seconds, field=question.field, **details)
        question.leased_to = question.leased_until = question.leased_since = None
        question.state, question.hold_reason = Question.State.OPEN, ""
        question.seconds += seconds
        question.save()
    return settled


def others(question: Question) -> QuerySet[Entry]:
    """What has been entered so far."""
    return Entry.objects.filter(question=question)
