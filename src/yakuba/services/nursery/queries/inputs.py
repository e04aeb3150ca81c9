"""From the rows of a round to what the engine reads, and the frozen copy of it that a run keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from yakuba.services.nursery.contracts import Applications, Child, Facility, Household
from yakuba.services.nursery.models import Application, Round
from yakuba.services.nursery.models import Facility as FacilityRow
from yakuba.services.nursery.queries import rounds
from yakuba.services.nursery.queries.results import seated_before

DOCUMENT, FACILITY = TypeAdapter(Applications), TypeAdapter(Facility)


def of_round(round: Round) -> Applications:
    """What the round would be selected from now: active applications only."""
    active = rounds.applications(round).filter(state=Application.State.ACTIVE)
    return Applications(
        facilities=tuple(facility(row) for row in rounds.facilities(round)),
        households=tuple(_households(active)),
        start=round.start,
        number=round.number,
        seated=seated_before(round),
    )


def facility(row: FacilityRow) -> Facility:
    """A facility as the engine knows it."""
    names = ("name", "vacancies", "kind", "district", "shared", "facts")
    return FACILITY.validate_python({"id": row.code} | {name: getattr(row, name) for name in names})


def child(row: Application) -> Child:
    """An applicant as the engine knows it."""
    return Child(
        id=row.receipt_number,
        name=row.name,
        birth=row.birth,
        wishes=tuple(row.wishes),
        current=row.current or None,
        gives_up=row.gives_up,
        wants_hold=row.wants_hold,
        facts=dict(row.facts),
    )


def to_json(applications: Applications) -> dict[str, Any]:
    """The inputs as plain JSON, for `Snapshot.document`."""
    return {
        "facilities": [_facility_json(one) for one in applications.facilities],
        "households": [_household_json(one) for one in applications.households],
        "start": applications.start.isoformat(),
        "number": applications.number,
        "seated": dict(applications.seated),
    }


def from_json(document: Mapping[str, Any]) -> Applications:
    """The inputs that a run was made from. Raises ValueError."""
    return DOCUMENT.validate_python(document)


def digest(*parts: Any) -> str:
    """sha256 over the canonical JSON of the parts."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(applications: Applications) -> str:
    """The digest of a snapshot of these inputs."""
    return digest(to_json(applications))


def _households(rows: Iterable[Application]) -> Iterable[Household]:
    """Children of one household together, the elder first; what the siblings say is taken from the first who
    says something."""
    groups: dict[str, list[Application]] = {}
    for row in rows:
        groups.setdefault(row.household, []).append(row)
    for key, members in groups.items():
        members.sort(key=lambda row: (row.birth, row.receipt_number))
        yield Household(
            id=key,
            children=tuple(child(row) for row in members),
            sibling_mode=next((row.sibling_mode for row in members if row.sibling_mode), ""),
            district=next((row.district for row in members if row.district), ""),
            line=min(row.line for row in members),
        )


def _facility_json(one: Facility) -> dict[str, Any]:
    """`vars` and not `asdict`: that copies every value, and there are thousands of applications."""
    vacancies = {str(age): seats for age, seats in one.vacancies.items()}
    return {**vars(one), "vacancies": vacancies, "shared": [asdict(shared) for shared in one.shared]}


def _household_json(one: Household) -> dict[str, Any]:
    children = [{**vars(child), "birth": child.birth.isoformat()} for child in one.children]
    return {**vars(one), "children": children}
