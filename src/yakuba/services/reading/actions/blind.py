"""What follows from a person's answer for what is known of the readings; a blind answer also proves or breaks a promise."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.actions import add_event
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.services.reading.actions.answers import AnswerRefused
from yakuba.services.reading.actions.promises import count
from yakuba.services.reading.contracts import Decision
from yakuba.services.reading.models import Correction, Question

FOUND = "読みを見せずに照合して、違いが見つかった"
CHECKED = "読みを見せずに照合した値です。"


def check_twice(question: Question, definition: FieldDefinition, canonical: str) -> None:
    """A blind answer that differs from what was read is looked at once more, now beside it: people mistype, too. Raises
    AnswerRefused."""
    if canonical == question.value:
        return
    read = definition.shown(question.value) or "（空欄）"
    told = "機械の読みと違います。" if definition.kind.masked else f"機械は「{read}」と読みました。"
    raise AnswerRefused(f"{told}画像ともう一度見比べてください。", may_insist=True)


def learn(question: Question, value: CaseValue, canonical: str, *, actor: Actor) -> None:
    """Count the first answer to a question about a reading. value: as the answer has left it in the ledger. Where a value
    that had passed is wrong, a correction is opened."""
    if question.answered_by_id is not None or question.kind != Question.Kind.READING:
        return
    blind, wrong = question.blind, canonical != question.value
    source = question.held_back if question.held_back is not None else value.source
    if blind:
        value.source = source | {"blind": True}
        value.save(update_fields=["source"])
        question.blind, question.held_back, question.message, question.candidates = False, None, CHECKED, []
    count(source, wrong=wrong, blind=blind, actor=actor)
    if blind and wrong and source.get("decision") != Decision.DOUBTFUL.value:
        _correct(question, canonical, source, actor)


def _correct(question: Question, right: str, source: dict[str, Any], actor: Actor) -> None:
    """A silent error: what came to pass in the same way is looked through."""
    case, field = question.case, question.field
    if known(actor) is None:
        return
    Correction.objects.get_or_create(
        case=case,
        field=field,
        done_at=None,
        defaults={
            "was": question.value,
            "right": right,
            "reason": FOUND,
            "origin": CaseValue.Origin.READING,
            "source": source,
            "opened_by": actor,
        },
    )
    add_event(case, "reading.correction_opened", user=actor, field=field)
    record("reading.correction_opened", subject=f"case:{case.pk}", actor=actor, field=field)


def found_wrong(case: Case, value: CaseValue, *, actor: Actor) -> None:
    """A value that had passed is found wrong after the entry: it counts against the promise."""
    if value.origin == CaseValue.Origin.READING:
        count(value.source, wrong=True, blind=False, actor=actor)
