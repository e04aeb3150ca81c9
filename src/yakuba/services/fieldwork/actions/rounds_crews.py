"""Crews: entered one by one or by table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tenancy.models import Department
from yakuba.services.fieldwork.engine.rounds.entries import CREW_REQUIRED, GivenCrew, crew_faults, read_crews
from yakuba.services.fieldwork.models import Crew
from yakuba.services.fieldwork.queries import rounds as queries


@transaction.atomic
def save_crew(given: GivenCrew, crew_id: int | None = None, *, actor: Actor) -> Crew:
    """Enter a crew, or change one. Plans that are calculated already stay as they are. Raises Invalid with every fault,
    Missing, and Conflict where the name is another's."""
    crew, problems = crew_faults(given, queries.skills(), queries.sections())
    if problems:
        raise Invalid("\n".join(one.message for one in problems), problems=problems)
    if crew_id is None:
        row = Crew()
    else:
        found = Crew.objects.select_for_update(of=("self",)).filter(pk=crew_id).first()
        if found is None:
            raise Missing(f"{crew_id}番の班がありません。番号を確かめてください。")
        row = found
    if Crew.objects.filter(name=crew.name).exclude(pk=row.pk).exists():
        raise Conflict(f"班「{crew.name}」は、もう登録されています。別の名前にしてください。", place="班")
    return _kept(row, crew, actor)


def _kept(row: Crew, crew: GivenCrew, actor: Actor) -> Crew:
    row.name, row.skills, row.load, row.place = crew.name, crew.skills, crew.load, crew.place.strip()
    row.latitude, row.longitude = crew.latitude, crew.longitude
    row.hours, row.breaks, row.active = "\n".join(crew.hours), crew.breaks, crew.active
    row.section = Department.objects.get(name=crew.section) if crew.section else None
    row.save()
    record("fieldwork.crew_set", subject=f"crew:{row.pk}", actor=actor, title=row.name)
    return row


def table_faults(listed: Iterable[Any]) -> list[Problem]:
    """What is wrong with a table of crews, by line and column."""
    return read_crews(listed, queries.skills(), queries.sections())[1]


@transaction.atomic
def load_crews(file: bytes | BinaryIO, renamed: Mapping[str, str], *, actor: Actor) -> int:
    """All crews of a table, new or changed by name, or none. Raises Invalid with every fault by its cell."""
    problems: list[Problem] = []
    found, faults = read_crews(
        rows(file, CREW_REQUIRED, problems, renamed=renamed), queries.skills(), queries.sections()
    )
    if problems := [*problems, *faults]:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    for crew in found:
        _kept(
            Crew.objects.select_for_update(of=("self",)).filter(name=crew.name).first() or Crew(), crew, actor
        )
    return len(found)
