"""Visits and applications at the counter."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from yakuba.kernel.ledger.models import Procedure
from yakuba.services.intake.models import Door, Draft, Submission, Visit

TODAY_SHOWN = 100


@dataclass(frozen=True)
class OfVisit:
    """An application of a visit; submission: once it is taken."""

    draft: Draft
    submission: Submission | None


def taken_today() -> list[Submission]:
    """What was taken at the counter today, the latest first."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Submission.objects.filter(door=Door.COUNTER, sent_at__gte=start)
    return list(rows.select_related("case__procedure", "taken_by").order_by("-pk")[:TODAY_SHOWN])


def of_visit(visit: Visit) -> list[OfVisit]:
    """Its applications in the order in which they were begun."""
    found = list(Draft.objects.filter(visit=visit).select_related("form__procedure").order_by("pk"))
    sent = {
        one.draft: one
        for one in Submission.objects.filter(draft__in=[one.key for one in found]).select_related("case")
    }
    return [OfVisit(one, sent.get(one.key)) for one in found]


def procedures() -> list[Procedure]:
    """What may be applied for at the counter, by title."""
    return list(Procedure.objects.order_by("title"))
