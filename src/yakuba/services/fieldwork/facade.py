"""The fieldwork room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.services.fieldwork.actions import (
    advice_data,
    advice_indices,
    advice_rules,
    bounties,
    handling,
    photos,
    reporting,
    rounds_answers,
    rounds_crews,
    rounds_plans,
    rounds_visits,
    rules,
    wildlife,
)
from yakuba.services.fieldwork.contracts import NewReport, NotDone, OfferedStop, Stop, VisitKind
from yakuba.services.fieldwork.engine.advice.rules import EXAMPLE as ADVICE
from yakuba.services.fieldwork.engine.rounds.solving import Effort
from yakuba.services.fieldwork.engine.rules import CATEGORIES, EXAMPLE
from yakuba.services.fieldwork.models import Crew, FarmField, Report, Species
from yakuba.services.fieldwork.queries import rounds
from yakuba.services.fieldwork.queries.reports import stops


def is_empty() -> bool:
    """Whether no report ever came."""
    return not Report.objects.exists()


def set_rules(text: str = EXAMPLE, *, actor: Actor) -> None:
    """The town's rules. Raises DefinitionRefused."""
    rules.set_rules(text, actor=actor)


def report(
    given: NewReport, key: str, pictures: Sequence[bytes] = (), language: str = "ja"
) -> tuple[int, str, str]:
    """What a resident does: the report's number here, its receipt number and its secret. Raises Invalid and Conflict."""
    for content in pictures:
        photos.add(reporting.hashed_key(key), BytesIO(content), len(content))
    taken = reporting.take(given, key, language=language)
    return int(taken.report.pk), taken.report.number, taken.secret


start, move_to, answer, finish, close, release = (
    handling.start,
    handling.move_to,
    handling.answer,
    handling.finish,
    handling.close,
    handling.release,
)

add_sighting, set_trap, visit_trap, look_at_sensors, claim_bounty = (
    wildlife.add_sighting,
    wildlife.set_trap,
    wildlife.visit_trap,
    wildlife.look,
    bounties.claim,
)
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


__all__ = [
    "CATEGORIES",
    "NewReport",
    "OfferedStop",
    "Species",
    "Stop",
    "add_sighting",
    "answer",
    "claim_bounty",
    "close",
    "finish",
    "has_crews",
    "is_empty",
    "look_at_sensors",
    "move_to",
    "offer_stops",
    "release",
    "report",
    "sample_rounds",
    "set_rules",
    "set_trap",
    "start",
    "stops",
    "visit_trap",
]


def has_fields() -> bool:
    """Whether a field was ever registered."""
    return FarmField.objects.exists()


def add_field(
    name: str,
    crop: str,
    sown_on: date,
    farmer: str,
    station: str,
    outline: list[list[float]],
    *,
    actor: Actor,
) -> int:
    """A field; its number. Raises Invalid, Conflict."""
    given = {
        "name": name,
        "crop": crop,
        "sown_on": sown_on,
        "farmer": farmer,
        "station": station,
        "outline": outline,
    }
    return int(advice_data.save_field(None, given, actor=actor).pk)


def load_weather(text: str, *, actor: Actor) -> int:
    """Days of stations out of a table. Raises Invalid."""
    return advice_data.load_weather(BytesIO(text.encode()), {}, actor=actor)


def load_soil(text: str, *, actor: Actor) -> int:
    """Soil tests out of a table. Raises Invalid."""
    return advice_data.load_soil(BytesIO(text.encode()), {}, actor=actor)


def set_advice_rules(text: str = ADVICE, days: int = 30, *, author: User, publisher: User) -> None:
    """Rules of advice by two people: written and tried by one, published by the other. Raises what either step refuses."""
    row = advice_rules.load(text, "", actor=author)
    advice_rules.begin_trial(row.pk, days, actor=author)
    advice_rules.work(row.pk, days, lambda done, total, note: None)
    advice_rules.publish(row.pk, actor=publisher)


begin_index = advice_indices.begin
