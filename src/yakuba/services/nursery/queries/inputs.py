"""From the rows of a round to what the engine reads, and the frozen copy of it that a run keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from yakuba.services.nursery.contracts import Applications, Child, Facility, Household, SharedAges
from yakuba.services.nursery.models import Application, Round
from yakuba.services.nursery.models import Facility as FacilityRow
from yakuba.services.nursery.queries import rounds
from yakuba.services.nursery.queries.results import seated_before


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
    return _facility(
        {
            "id": row.code,
            "name": row.name,
            "vacancies": row.vacancies,
            "kind": row.kind,
            "district": row.district,
            "shared": row.shared,
            "facts": row.facts,
        }
    )


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
    """The inputs that a run was made from."""
    return Applications(
        facilities=tuple(_facility(item) for item in document["facilities"]),
        households=tuple(_household(item) for item in document["households"]),
        start=date.fromisoformat(document["start"]),
        number=document["number"],
        seated=dict(document["seated"]),
    )


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


def _facility(item: Mapping[str, Any]) -> Facility:
    shared = tuple(
        SharedAges(one["id"], tuple(one["ages"]), one.get("seats"), one.get("teachers"))
        for one in item["shared"]
    )
    return Facility(
        id=item["id"],
        name=item["name"],
        vacancies={int(age): seats for age, seats in sorted(item["vacancies"].items())},
        kind=item["kind"],
        district=item["district"],
        shared=shared,
        facts=dict(item["facts"]),
    )


def _household(item: Mapping[str, Any]) -> Household:
    children = tuple(
        Child(**(one | {"birth": date.fromisoformat(one["birth"]), "wishes": tuple(one["wishes"])}))
        for one in item["children"]
    )
    return Household(**(dict(item) | {"children": children}))
