"""Which values wait for a person, and how far the person is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.values import TYPES
from yakuba.kernel.values.field_type import MASK
from yakuba.services.reading.contracts import OpenQuestion
from yakuba.services.reading.models import Question
from yakuba.services.reading.queries import residents
from yakuba.services.reading.queries.covering import hidden_questions
from yakuba.services.reading.queries.together import differing, for_another

# A case that waits for the applicant, or has come to an end, asks the desk nothing.
AT_THE_DESK = (Status.READING, Status.CONFIRMING, Status.READY)


@dataclass(frozen=True)
class Progress:
    """Counts of questions; `number` is the place of the next one."""

    open: int
    held: int
    answered: int

    @property
    def total(self) -> int:
        """All questions that are not held."""
        return self.open + self.answered

    @property
    def number(self) -> int:
        """The place of the question that is looked at now, from 1."""
        return min(self.answered + 1, self.total)


def asks(case: Case) -> bool:
    """Whether somebody still has to look at values of the case, doubtful ones or such that a person wants to see again, or
    has to say who it is about."""
    asked = Question.objects.filter(case=case).exclude(state=Question.State.ANSWERED)
    return asked.exists() or residents.waits(case)


def in_scope(batch_id: int | None = None, type_: str = "") -> QuerySet[Question]:
    """Questions of a batch and a type, or of all."""
    rows = Question.objects.all()
    if batch_id is not None:
        rows = rows.filter(sheet__batch=batch_id)
    return rows.filter(type=type_) if type_ else rows


def waiting(
    state: Question.State = Question.State.OPEN, batch_id: int | None = None, type_: str = ""
) -> QuerySet[Question]:
    """What waits for a person at the desk: open values, or held ones."""
    return in_scope(batch_id, type_).filter(state=state, case__status__in=AT_THE_DESK)


def in_hand() -> QuerySet[Question]:
    """What somebody looks at now or has held, the longest first."""
    looked_at = Q(state=Question.State.OPEN, leased_until__gt=timezone.now())
    held = Q(state=Question.State.HELD)
    return in_scope().filter(looked_at | held, case__status__in=AT_THE_DESK).order_by("leased_since", "pk")


def in_order(rows: QuerySet[Question]) -> QuerySet[Question]:
    """By case in the order of opening, then as the fields stand on the form."""
    return rows.order_by("case", "position", "pk")


def by_type(rows: QuerySet[Question]) -> QuerySet[Question]:
    """Like with like: one field after another through all cases."""
    return rows.order_by("type", "field", "case", "pk")


def progress(batch_id: int | None = None, type_: str = "") -> Progress:
    """How many wait, are held, are done. Without a batch only open cases count as done."""
    rows = in_scope(batch_id, type_)
    if batch_id is None:
        rows = rows.filter(case__status="confirming")
    states = Question.State
    counts = rows.aggregate(
        open=Count("pk", filter=Q(state=states.OPEN, case__status__in=AT_THE_DESK)),
        held=Count("pk", filter=Q(state=states.HELD, case__status__in=AT_THE_DESK)),
        answered=Count("pk", filter=Q(state=states.ANSWERED, answered_by__isnull=False)),
    )
    return Progress(**counts)


def previous_of(question: Question, user: Any) -> Question | None:
    """The value that this person answered before this one."""
    rows = Question.objects.filter(answered_by=user, state=Question.State.ANSWERED).exclude(pk=question.pk)
    if question.state == Question.State.ANSWERED and question.answered_by_id == user.pk:
        rows = rows.filter(answered_at__lt=question.answered_at)
    return rows.order_by("-answered_at").first()


def types_waiting(batch_id: int | None = None) -> list[tuple[str, str, int]]:
    """(type, Japanese, how many) of the open questions."""
    rows = waiting(batch_id=batch_id).order_by("type")
    counted = rows.values("type").annotate(number=Count("pk"))
    return [
        (row["type"], TYPES[row["type"]].label if row["type"] in TYPES else row["type"], row["number"])
        for row in counted
    ]


def open_questions(
    batch_id: int | None = None, *, held: bool = False, user: Any = None
) -> list[OpenQuestion]:
    """Everything that waits, in order, as `user` sees it and may answer it; the held ones instead when `held`."""
    state = Question.State.HELD if held else Question.State.OPEN
    rows = in_order(for_another(waiting(state, batch_id), user)).select_related("case__procedure")
    labels: dict[int, dict[str, str]] = {}
    hidden = frozenset(rows.filter(hidden_questions(user)).values_list("pk", flat=True))
    found = []
    for row in rows:
        procedure = row.case.procedure
        if procedure.pk not in labels:
            labels[procedure.pk] = {item.code: item.label for item in procedure.definition.fields}
        label = labels[procedure.pk].get(row.field, row.field)
        both = tuple(differing(row, user))
        found.append(_as_open_question(row, label, both, hidden=row.pk in hidden))
    return found


def _as_open_question(row: Question, label: str, both: tuple[str, ...], *, hidden: bool) -> OpenQuestion:
    masked = row.type in TYPES and TYPES[row.type].masked
    return OpenQuestion(
        id=row.pk,
        case=row.case_id,
        procedure=row.case.procedure.code,
        receipt_number=row.case.receipt_number,
        field=row.field,
        label=label,
        type=row.type,
        value=_value(row, masked, hidden),
        reasons=tuple(row.reasons),
        message=HIDDEN if hidden else row.message,
        kind=row.kind,
        state=row.state,
        candidates=() if masked or hidden or row.blind else tuple(row.candidates),
        blind=row.blind,
        people=row.people,
        entered=() if masked or hidden else both,
    )


def _value(row: Question, masked: bool, hidden: bool) -> str:
    if hidden:
        return HIDDEN
    if row.blind:
        return ""
    return MASK * len(row.value) if masked else row.value
