"""Which values may be shown alone, as one picture among those of other sheets, to people who are not to know whose they are."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from yakuba.kernel.ledger.masking import MASKED_TYPES
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.protection import policy
from yakuba.services.reading.models import Promise, Question
from yakuba.services.reading.queries.questions import waiting


def mixable() -> QuerySet[Question]:
    """Open values that may. What contradicts another field, or was passed on, needs its sheet."""
    rows = alone(waiting().filter(kind=Question.Kind.READING, in_context=False))
    disputed = Question.objects.annotate(n=Count("entries")).filter(people__gt=1, n__gt=1)
    return rows.exclude(pk__in=disputed.values("pk"))


def alone(rows: QuerySet[Question]) -> QuerySet[Question]:
    """Those that nothing forbids to show alone: nothing that is masked, that a person always has to look at, or that
    belongs to somebody under protection."""
    critical = Q(pk__in=())
    for form, field in Promise.objects.filter(per_million=0).values_list("form", "field"):
        critical |= Q(sheet__form__code=form, field=field)
    protected = [int(key) for key in policy.under(KIND)]
    return rows.exclude(type__in=MASKED_TYPES).exclude(case__in=protected).exclude(critical)


def has_place(question: Question) -> bool:
    """Whether it is known where on its sheet the value stands; else there is no picture of it alone."""
    value = CaseValue.objects.filter(case=question.case_id, field=question.field).first()
    return value is not None and len(value.source.get("corners") or []) == 4
