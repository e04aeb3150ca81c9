"""Entities that a query wants: what the store narrows cheaply, and what is looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yakuba.services.cityhub.engine.entities import Entity, place_of
from yakuba.services.cityhub.engine.ordering import ordered
from yakuba.services.cityhub.engine.places import Place, shape_of
from yakuba.services.cityhub.engine.requests import Wanted
from yakuba.services.cityhub.engine.space import Space, Where


@dataclass(frozen=True)
class Results:
    """total: of all that match, None where it was not asked for."""

    entities: list[Entity]
    total: int | None


def find(space: Space, wanted: Wanted) -> Results:
    """The wanted part of what matches."""
    where = narrowing(wanted)
    if not _looked_at(wanted):
        total = space.count(where) if wanted.count else None
        return Results(list(space.candidates(where, wanted.limit, wanted.offset)), total)
    matching = (one for one in space.candidates(where) if matches(one, wanted))
    if wanted.order:
        found = ordered(list(matching), wanted.order, wanted.place)
        return Results(found[wanted.offset : wanted.offset + wanted.limit], len(found))
    if wanted.place is not None and wanted.place.relation == "near":
        found = list(matching)
        return Results(found[wanted.offset : wanted.offset + wanted.limit], len(found))
    return _part(matching, wanted)


def _part(matching: Iterator[Entity], wanted: Wanted) -> Results:
    found, seen = [], 0
    for one in matching:
        if wanted.offset <= seen < wanted.offset + wanted.limit:
            found.append(one)
        seen += 1
        if not wanted.count and len(found) == wanted.limit:
            break
    return Results(found, seen if wanted.count else None)


def narrowing(wanted: Wanted) -> Where:
    """What the store can do of the query."""
    ids = {target.id for target in wanted.targets}
    types = {target.type for target in wanted.targets}
    return Where(
        wanted.paths,
        () if "" in ids else tuple(sorted(ids)),
        () if "" in types else tuple(sorted(types)),
        None if wanted.place is None else wanted.place.box(),
        wanted.place is not None,
    )


def _looked_at(wanted: Wanted) -> bool:
    """Whether the store's narrowing is not the whole answer."""
    crossed = len(wanted.targets) == 1 or (
        len({target.id for target in wanted.targets}) * len({target.type for target in wanted.targets})
        == len(set(wanted.targets))
    )
    return bool(
        wanted.condition
        or wanted.metadata_condition
        or wanted.place
        or wanted.order
        or wanted.one_of
        or not crossed
        or not all(target.plain for target in wanted.targets)
    )


def matches(entity: Entity, wanted: Wanted) -> bool:
    """Whether one entity is wanted."""
    if not any(target.holds(entity.id, entity.type) for target in wanted.targets):
        return False
    if wanted.one_of and not any(name in entity.attributes for name in wanted.one_of):
        return False
    if wanted.condition is not None and not wanted.condition.holds(entity):
        return False
    if wanted.metadata_condition is not None and not wanted.metadata_condition.holds(entity):
        return False
    return wanted.place is None or is_there(entity, wanted.place)


def is_there(entity: Entity, place: Place) -> bool:
    """Whether the question is true of the entity's place. Without a place nothing is true of it."""
    attribute = place_of(entity.attributes)
    return attribute is not None and place.holds(shape_of(attribute["type"], attribute["value"]))
