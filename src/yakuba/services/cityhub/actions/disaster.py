"""Warnings, shelters and closed roads: entered one by one or by a table, by a named person; the public page follows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions.levels import AHEAD, prepare
from yakuba.services.cityhub.actions.turns import LEVELS, take_turn
from yakuba.services.cityhub.engine.disaster import HEADS, KEYS, DisasterSort, Unfit, read_row
from yakuba.services.cityhub.models import RoadClosure, Shelter, WeatherWarning

TABLES: dict[DisasterSort, Any] = {
    DisasterSort.WARNINGS: WeatherWarning,
    DisasterSort.SHELTERS: Shelter,
    DisasterSort.CLOSURES: RoadClosure,
}
MOST = 2_000  # of a kind


@transaction.atomic
def enter(sort: DisasterSort, cells: Mapping[str, str], *, actor: Actor) -> Any:
    """One, by its headings (`engine.disaster.HEADS`); one of the same name is changed. Raises Invalid, Conflict."""
    try:
        given = _read(sort, cells)
    except Unfit as error:
        raise Invalid(str(error), place=error.place) from error
    take_turn(LEVELS, current_municipality().pk)
    row = _put(sort, given, actor)
    _changed(sort, 1, actor)
    return row


@transaction.atomic
def load(
    sort: DisasterSort, file: BinaryIO, *, actor: Actor, renamed: Mapping[str, str] | None = None
) -> int:
    """All rows of a table, or none. What is not in it stays as it is. Raises Invalid with every fault by line."""
    problems: list[Problem] = []
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    needed = [head for head, (_, must) in HEADS[sort].items() if must]
    for row in rows(file, needed, problems, renamed=dict(renamed or {})):
        try:
            given = _read(sort, row.cells)
        except Unfit as error:
            problems.append(Problem(row.line, error.place, str(error)))
            continue
        if found.setdefault(_key(sort, given), given) is not given:
            told = "上の行と同じものです。どちらが正しいかを確かめ、一行にしてください。"
            problems.append(Problem(row.line, needed[0], told))
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    take_turn(LEVELS, current_municipality().pk)
    for given in found.values():
        _put(sort, given, actor)
    _changed(sort, len(found), actor)
    return len(found)


def _read(sort: DisasterSort, cells: Mapping[str, str]) -> dict[str, Any]:
    given = read_row(sort, cells, timezone.get_current_timezone())
    for head, (field, _) in HEADS[sort].items():
        if field.endswith("_at") and (at := given.get(field)) and at > timezone.now() + AHEAD:
            raise Unfit(head, "これからの日時です。実際の日時を書いてください。")
    return given


def _key(sort: DisasterSort, given: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(given[name] for name in KEYS[sort])


def _put(sort: DisasterSort, given: dict[str, Any], actor: Actor) -> Any:
    table = TABLES[sort]
    key = dict(zip(KEYS[sort], _key(sort, given), strict=True))
    row = table.objects.select_for_update().filter(**key).first()
    if row is None:
        # What is over takes no room: the years must not fill what the next disaster needs.
        holding = (
            table.objects.all() if sort is DisasterSort.SHELTERS else table.objects.filter(ended_at=None)
        )
        if holding.count() >= MOST:
            raise Conflict(f"{table._meta.verbose_name}は{MOST}までです。")
        row = table(**key)
    for name, one in given.items():
        setattr(row, name, one)
    if sort is DisasterSort.SHELTERS and row.state == Shelter.State.CLOSED:
        row.people = None
    row.entered_by = known(actor)
    row.save()
    return row


@transaction.atomic
def end(sort: DisasterSort, key: int, *, actor: Actor) -> Any:
    """A warning or a closure is over, now; a shelter is closed. Raises Missing, Conflict."""
    row = TABLES[sort].objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise Missing("それは、もうありません。開き直してください。")
    if sort is DisasterSort.SHELTERS:
        row.state, row.people = Shelter.State.CLOSED, None
    elif row.ended_at is not None:
        raise Conflict("もう解除してあります。")
    else:
        row.ended_at = timezone.now()
    row.entered_by = known(actor)
    row.save()
    _changed(sort, 1, actor)
    return row


@transaction.atomic
def set_shelter(shelter_id: int, state: str, people: int | None, *, actor: Actor) -> Shelter:
    """How full a shelter is. Raises Missing."""
    row: Shelter | None = Shelter.objects.select_for_update().filter(pk=shelter_id).first()
    if row is None:
        raise Missing("その避難所がありません。開き直してください。")
    row.state, row.people = state, None if state == Shelter.State.CLOSED else people
    row.entered_by = known(actor)
    row.save()
    _changed(DisasterSort.SHELTERS, 1, actor)
    return row


def _changed(sort: DisasterSort, number: int, actor: Actor) -> None:
    record("cityhub.disaster_set", actor=actor, kind=str(sort), rows=number)
    transaction.on_commit(prepare, robust=True)


def load_text(sort: DisasterSort, text: str, *, actor: Actor) -> int:
    """A table as text."""
    return load(sort, io.BytesIO(text.encode()), actor=actor)
