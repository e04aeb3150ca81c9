"""Values that a person has to see, and the values of a case."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.ledger.display import shown_value
from yakuba.kernel.ledger.masking import reveals
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.operations import Answer, Trace
from yakuba.services.reading.actions import questions
from yakuba.services.reading.contracts import OpenQuestion
from yakuba.services.reading.models import Question
from yakuba.services.reading.operations.answers import AnswerOut, ValueOut
from yakuba.services.reading.operations.asked import AnswerIn, HoldIn, OneCase, QuestionsIn
from yakuba.services.reading.operations.table import OPERATIONS, one
from yakuba.services.reading.queries import questions as queries

QUESTION_COLUMNS = {
    "id": "番号",
    "receipt_number": "受付番号",
    "label": "項目",
    "value": "読み取った値",
    "message": "理由",
}
VALUE_COLUMNS = {"field": "項目", "value": "値", "origin": "だれが", "trusted": "確か", "page": "ページ"}


def _question_of(number: int) -> Question:
    return one(Question.objects.all(), number, "値", "yakuba reading questions ")


def _answered(question: Question) -> dict[str, Any]:
    case = Case.objects.get(pk=question.case_id)
    question.refresh_from_db()
    return {"question": question.pk, "state": question.state, "case": case.pk, "case_status": case.status}


def _answered_row(question: Question) -> list[dict[str, Any]]:
    return [{"id": question.pk, "state": question.state, "state_label": question.get_state_display()}]


ANSWERED = Answer(AnswerOut, _answered, {"id": "番号", "state_label": "状態"}, facts=_answered_row)


@OPERATIONS.add(
    "確認を待つ値",
    "reading.confirm",
    "GET questions",
    command="questions",
    help="確認を待つ値を出す",
    answer=Answer(list[OpenQuestion], columns=QUESTION_COLUMNS),
    event="reading.values_listed",
    trace=lambda asked, rows: Trace(f"batch:{asked.batch or 'all'}"),
)
def list_questions(asked: QuestionsIn, actor: Any) -> list[OpenQuestion]:
    """Values that wait for a person, by case. Reading them is recorded."""
    return list(asked.of(queries.open_questions(asked.batch or None, held=asked.held)))


@OPERATIONS.add(
    "値を確定する",
    "reading.confirm",
    "POST questions/{question_id}/answer",
    command="answer",
    answer=ANSWERED,
)
def answer_question(asked: AnswerIn, actor: Any) -> Question:
    """Take a person's answer."""
    number = _question_of(asked.question_id).pk
    return questions.answer(number, asked.value, actor=actor, seconds=asked.seconds, insist=asked.insist)


@OPERATIONS.add(
    "値を保留にする", "reading.confirm", "POST questions/{question_id}/hold", command="hold", answer=ANSWERED
)
def hold_question(asked: HoldIn, actor: Any) -> Question:
    """Leave a value for later."""
    number = _question_of(asked.question_id).pk
    return questions.hold(number, asked.reason, actor=actor, seconds=asked.seconds)


@OPERATIONS.add(
    "受付の値",
    "reading.view",
    "GET cases/{case_id}/values",
    command="values",
    answer=Answer(list[ValueOut], columns=VALUE_COLUMNS),
    event="reading.case_viewed",
    trace=lambda asked, rows: Trace(f"case:{asked.case_id}"),
)
def case_values(asked: OneCase, actor: Any) -> list[dict[str, Any]]:
    """All values of a case. Reading them is recorded."""
    case = one(Case.objects.all(), asked.case_id, "受付", "受付簿")
    kinds, revealed = case.procedure.definition.by_code, reveals(actor)
    return [
        {
            "field": row.field,
            "value": row.value
            if revealed or row.field not in kinds or not kinds[row.field].kind.masked
            else shown_value(kinds[row.field], row.value),
            "trusted": row.trusted,
            "origin": row.origin,
            "confidence": row.source.get("confidence"),
            "reasons": row.source.get("reasons", []),
            "page": row.source.get("page"),
        }
        for row in CaseValue.objects.filter(case=case).order_by("pk")
    ]
