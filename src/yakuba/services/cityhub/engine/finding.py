"""Entities that a query wants: what the store narrows cheaply, and what is looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yakuba.services.cityhub.engine.entities import Attribute, Entity, ignores_type, place_of
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ordering import ordered
from yakuba.services.cityhub.engine.places import TYPES, Place, shape_of
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
        wanted.place.box() if wanted.place is not None and _is_main(wanted) else None,
        wanted.place is not None and _is_main(wanted),
    )


def _is_main(wanted: Wanted) -> bool:
    """Whether the store's own place of an entity is asked for: `location` is it wherever it is a place (`ld.storing.fitted`)."""
    return wanted.place_name in ("", "location")


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
    return wanted.place is None or is_there(entity, wanted.place, wanted.place_name)


def is_there(entity: Entity, place: Place, name: str = "") -> bool:
    """Whether the question is true of the entity's place, or of its attribute of that name. Without a place nothing is true of
    it."""
    attribute = entity.attributes.get(name) if name else place_of(entity.attributes)
    if attribute is None or attribute["type"] not in TYPES or attribute["value"] is None:
        return False
    if name and ignores_type(attribute):
        return _is_shape(attribute) and place.holds(shape_of(attribute["type"], attribute["value"]))
    return place.holds(shape_of(attribute["type"], attribute["value"]))


def _is_shape(attribute: Attribute) -> bool:
    try:
        shape_of(attribute["type"], attribute["value"])
    except NgsiError:
        return False
    return True
