"""What an address, a program or a command names by its number. Each raises Missing where the active municipality has none such."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.operations.finding import one
from yakuba.services.nursery.models import Application, Decision, Facility, Round, Run
from yakuba.services.nursery.queries import rounds


def round_of(round_id: int) -> Round:
    """The round."""
    return one(rounds.rounds().select_related("municipality"), round_id)


def run_of(run_id: int, **further: Any) -> Run:
    """The calculation; its inputs, by far the most of it, are fetched when they are asked for. further: what else must
    hold of it."""
    rows = Run.objects.select_related("round", "rule_set", "snapshot", "started_by", "base__rule_set")
    return one(rows.defer("snapshot__document").filter(**further), run_id)


def application_of(application_id: int) -> Application:
    """The application."""
    return one(
        Application.objects.select_related("round__rule_set", "round__procedure", "case"), application_id
    )


def facility_of(facility_id: int) -> Facility:
    """The facility."""
    return one(Facility.objects.select_related("round"), facility_id)


def decision_of(decision_id: int) -> Decision:
    """The decision."""
    return one(rounds.decisions(), decision_id)
