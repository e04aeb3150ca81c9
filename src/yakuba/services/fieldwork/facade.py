"""The fieldwork room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from yakuba.kernel.audit.actor import Actor
from yakuba.services.fieldwork.actions import bounties, handling, photos, reporting, rules, wildlife
from yakuba.services.fieldwork.contracts import NewReport, Stop
from yakuba.services.fieldwork.engine.rules import EXAMPLE
from yakuba.services.fieldwork.models import Report
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

__all__ = [
    "NewReport",
    "Stop",
    "add_sighting",
    "answer",
    "claim_bounty",
    "close",
    "finish",
    "is_empty",
    "look_at_sensors",
    "move_to",
    "release",
    "report",
    "set_rules",
    "set_trap",
    "start",
    "stops",
    "visit_trap",
]
