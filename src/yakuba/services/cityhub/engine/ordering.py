"""The order of results (`orderBy`). Kinds go null < number < string < object < array < boolean; ties by creation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine.conditions import BUILT_IN, built_in
from yakuba.services.cityhub.engine.entities import Entity, place_of
from yakuba.services.cityhub.engine.errors import bad_request
from yakuba.services.cityhub.engine.identifiers import FORBIDDEN
from yakuba.services.cityhub.engine.places import Place, distance, shape_of

DISTANCE = "geo:distance"


@dataclass(frozen=True)
class Key:
    """One word of the order."""

    name: str
    falling: bool


def read_order(text: str | None) -> tuple[Key, ...]:
    """The words of `orderBy`. Raises NgsiError 400."""
    if text is None:
        return ()
    keys = [Key(word.removeprefix("!"), word.startswith("!")) for word in text.split(",")]
    names = [key.name for key in keys]
    if not all(names):
        raise bad_request("orderBy に空の名前があります。")
    if FORBIDDEN.search(text):
        raise bad_request("orderBy に使えない文字があります。")
    if len(set(names)) != len(names):
        raise bad_request("orderBy に同じ名前が二度あります。")
    return tuple(keys)


def ordered(entities: Sequence[Entity], keys: tuple[Key, ...], place: Place | None) -> list[Entity]:
    """The entities, which come in the order of their creation, in this one."""
    found = list(entities)
    for key in reversed(keys):
        if key.name == DISTANCE:
            found.sort(key=lambda one: _away(one, place), reverse=key.falling)
        else:
            found.sort(key=lambda one, name=key.name: _rank(one, name), reverse=key.falling)  # type: ignore[misc]
    return found


def _away(entity: Entity, place: Place | None) -> float:
    attribute = place_of(entity.attributes)
    if place is None or attribute is None:
        return 0.0
    return distance(place.shape, shape_of(attribute["type"], attribute["value"]))


def _rank(entity: Entity, name: str) -> tuple[Any, ...]:
    if name == "id":
        return (2, entity.id)
    if name == "type":
        return (2, entity.type)
    if name in BUILT_IN:
        return (2, built_in(name, entity))
    attribute = entity.attributes.get(name)
    value = None if attribute is None else attribute["value"]
    if value is None:
        return (0, 0)
    if isinstance(value, bool):
        return (5, value)
    if isinstance(value, int | float):
        return (1, value)
    if isinstance(value, str):
        return (2, value)
    return (3 if isinstance(value, dict) else 4, json.dumps(value, ensure_ascii=False))
