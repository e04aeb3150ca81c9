"""The fieldwork room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from datetime import date

from yakuba.kernel.accounts.models import User
from yakuba.services.fieldwork.actions import rounds_answers, rounds_crews, rounds_plans, rounds_visits
from yakuba.services.fieldwork.contracts import NotDone, OfferedStop, VisitKind
from yakuba.services.fieldwork.engine.rounds.solving import Effort
from yakuba.services.fieldwork.models import Crew
from yakuba.services.fieldwork.queries import rounds

offer_stops = rounds_plans.offer


def has_crews() -> bool:
    """Whether a crew was ever entered."""
    return Crew.objects.exists()


def sample_rounds(crews: str, stops: str, title: str, day: date, said: int, *, actor: User) -> None:
    """A plan of one day that the crews have: both tables as CSV with headings; said: how many stops of each round were visited
    already, the last of them in vain. Raises Invalid."""
    rounds_crews.load_crews(crews.encode(), {}, actor=actor)
    chosen = [row.pk for row in Crew.objects.filter(active=True)]
    plan = rounds_plans.new_plan(title, day, 1, chosen, actor=actor)
    rounds_plans.load_stops(plan.pk, stops.encode(), {}, actor=actor)
    rounds_plans.begin(plan.pk, actor=actor)
    rounds_answers.work(plan.pk, within=Effort(iterations=300))
    rounds_plans.publish(plan.pk, actor=actor)
    version = rounds.current(plan)
    for row in rounds.rounds_of(version) if version else []:
        visits = row.listed[:said]
        for number, visit in enumerate(visits, 1):
            failed = number == len(visits) > 1
            words = (
                rounds_visits.Said(VisitKind.FAILED, NotDone.BLOCKED)
                if failed
                else rounds_visits.Said(VisitKind.DONE, minutes=visit.stop.minutes + number)
            )
            rounds_visits.note(visit.stop_id, row.crew_id, words, f"sample-{visit.pk:010d}", actor=actor)


__all__ = ["OfferedStop", "has_crews", "offer_stops", "sample_rounds"]
