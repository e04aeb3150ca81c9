"""Rounds and what is in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.engine.preparing import ages
from yakuba.services.nursery.engine.rules.naming import FacilityNames
from yakuba.services.nursery.models import (
    DECLINED,
    Application,
    Decision,
    Facility,
    HandOver,
    Round,
    Run,
)


@dataclass(frozen=True)
class Figures:
    """How big a round is. by_age: `(age, applicants, free seats)` for the age classes 0–5."""

    facilities: int
    seats: int
    applications: int
    households: int
    siblings: int
    transfers: int
    withdrawn: int
    by_age: tuple[tuple[int, int, int], ...]


def rounds() -> QuerySet[Round]:
    """All rounds, the newest first. The adopted run's large columns are fetched when they are asked for."""
    rows = Round.objects.select_related("procedure", "rule_set", "previous", "adopted__snapshot")
    large = ("slots", "shared", "blocking", "not_eligible", "snapshot__document")
    return rows.defer(*(f"adopted__{name}" for name in large)).order_by("-start", "-number")


def applications(round: Round) -> QuerySet[Application]:
    """The round's applications by receipt number."""
    return Application.objects.filter(round=round).order_by("receipt_number")


def facilities(round: Round) -> QuerySet[Facility]:
    """The round's facilities in the order in which they were taken in."""
    return Facility.objects.filter(round=round).order_by("pk")


def places(round: Round) -> FacilityNames:
    """The round's facilities as files and ledger may name them."""
    return FacilityNames(facilities(round).values_list("code", "name"))


def age_class(application: Application, round: Round) -> int:
    """The age class in the round's fiscal year."""
    return ages.age_class(application.birth, round.start)


def figures(round: Round) -> Figures:
    """Count the round."""
    rows = list(applications(round).only("birth", "state", "household", "current", "round"))
    active = [row for row in rows if row.state == Application.State.ACTIVE]
    places = list(facilities(round).only("vacancies"))
    sizes = Counter(row.household for row in active)
    ages = [age_class(row, round) for row in active]
    return Figures(
        facilities=len(places),
        seats=sum(place.seats for place in places),
        applications=len(active),
        households=len(sizes),
        siblings=sum(size for size in sizes.values() if size > 1),
        transfers=sum(bool(row.current) for row in active),
        withdrawn=len(rows) - len(active),
        by_age=tuple(
            (age, ages.count(age), sum(place.vacancies.get(str(age), 0) for place in places)) for age in AGES
        ),
    )


def decisions() -> QuerySet[Decision]:
    """All decisions by people, with what stands in a list of them."""
    return Decision.objects.select_related("round", "application", "proposed_by", "answered_by")


def with_counts() -> QuerySet[Round]:
    """All rounds with `active` applications and `open_decisions`.

    Counted aside: joined, every application would carry its round's rules and result along.
    """
    active = Application.objects.filter(state=Application.State.ACTIVE)
    waiting = Decision.objects.filter(state=Decision.State.PROPOSED)
    return rounds().annotate(active=_number(active), open_decisions=_number(waiting))


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many of the rows belong to the outer round."""
    mine = rows.filter(round=OuterRef("pk")).order_by().values("round")
    return Coalesce(Subquery(mine.annotate(number=Count("pk")).values("number")), 0)


def entered_otherwise(round: Round) -> QuerySet[HandOver]:
    """Decisions that were handed over and declined afterwards, and do not stand in the ledger that way: they wait to
    be handed over again, or a robot was faster and a person must put the core system right."""
    declined = Decision.objects.filter(
        round=round, kind=Decision.Kind.WITHDRAWAL, state=Decision.State.APPROVED
    )
    rows = HandOver.objects.filter(round=round, application__in=declined.values("application"))
    return rows.exclude(result=DECLINED).select_related("application", "case")


def last_run(round: Round) -> Run | None:
    """The newest run of the round as it stands (no what-if) that has ended with a result."""
    runs = Run.objects.filter(round=round, change={}, state=Run.State.DONE).select_related("snapshot")
    return runs.defer("snapshot__document").order_by("-pk").first()
