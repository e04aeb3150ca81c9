"""Decisions by people."""

from __future__ import annotations

from django.db.models import QuerySet

from yakuba.services.nursery.models import Decision, Round


def decisions() -> QuerySet[Decision]:
    """All, with what stands in a list of them."""
    return Decision.objects.select_related("round", "application", "proposed_by", "answered_by")


def of_round(round: Round) -> QuerySet[Decision]:
    """The round's decisions."""
    return decisions().filter(round=round)
