"""What is known of values that two people confirm, and to whom it is told."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from yakuba.kernel.audit.actor import known
from yakuba.services.reading.models import Entry, Question


def has_entered(question: Question, user: Any) -> bool:
    """Whether this person has entered the value already."""
    person = known(user)
    return person is not None and Entry.objects.filter(question=question, person=person).exists()


def for_another(rows: QuerySet[Question], user: Any) -> QuerySet[Question]:
    """Without those that this person has entered already."""
    if (person := known(user)) is None:
        return rows
    return rows.exclude(pk__in=Entry.objects.filter(person=person).values("question"))


def differing(question: Question, user: Any) -> list[str]:
    """Both entries where two differ, for a third person; in an order that says nothing of who entered which. For anybody
    else nothing."""
    if question.people < 2 or question.state == Question.State.ANSWERED or has_entered(question, user):
        return []
    values = list(Entry.objects.filter(question=question).values_list("value", flat=True))
    return sorted(values) if len(values) >= question.people else []


def disputed(rows: QuerySet[Question]) -> QuerySet[Question]:
    """Those of which a third person has to decide."""
    counted = rows.annotate(entered=Count("entries"))
    return counted.filter(Q(people__gt=1) & Q(entered__gt=1))
