"""Entities as answers show them: which attributes and metadata, and in which of the four representations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine.conditions import built_in
from yakuba.services.cityhub.engine.entities import EXPIRES, Attribute, Entity, ignores_type
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.places import geometry_of

FORMS = ("normalized", "keyValues", "values", "unique")
BUILT_IN_TYPES = {"dateCreated": "DateTime", "dateModified": "DateTime", "servicePath": "Text"}
ALL = "*"


@dataclass(frozen=True)
class Shown:
    """What is shown. attributes, metadata: names, empty for all that users defined; form: one of FORMS."""

    attributes: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    form: str = "normalized"


def value_shown(attribute: Attribute) -> Any:
    """The value as it is shown."""
    if attribute["type"] == "geo:json" and not ignores_type(attribute):
        return geometry_of(attribute["value"])
    return attribute["value"]


def chosen(entity: Entity, names: Iterable[str]) -> dict[str, Attribute]:
    """The attributes with these names in their order; with none, all that users defined."""
    names = tuple(names)
    if not names:
        return {name: one for name, one in entity.attributes.items() if name != EXPIRES}
    found: dict[str, Attribute] = {}
    for name in names:
        if name == ALL:
            found |= {
                key: one for key, one in entity.attributes.items() if key != EXPIRES and key not in found
            }
        elif name in entity.attributes:
            found.setdefault(name, entity.attributes[name])
        elif name in BUILT_IN_TYPES:
            found[name] = {"type": BUILT_IN_TYPES[name], "value": built_in(name, entity), "metadata": {}}
    # What a user named like a built-in attribute is shown without being asked for.
    for name in BUILT_IN_TYPES:
        if name in entity.attributes and ALL in names:
            found.setdefault(name, entity.attributes[name])
    return found


def metadata_shown(attribute: Attribute, names: tuple[str, ...]) -> dict[str, Any]:
    """The metadata with these names; with none, all that users defined."""
    own = attribute.get("metadata") or {}
    if not names:
        return dict(own)
    found: dict[str, Any] = {}
    for name in names:
        if name == ALL:
            found |= own
        elif name in own:
            found[name] = own[name]
        elif name in ("dateCreated", "dateModified") and "created" in attribute:
            moment = attribute["created" if name == "dateCreated" else "modified"]
            found[name] = {"type": "DateTime", "value": written(moment)}
    return found


def attribute_shown(attribute: Attribute, names: tuple[str, ...] = ()) -> dict[str, Any]:
    """One attribute, normalized."""
    return {
        "type": attribute["type"],
        "value": value_shown(attribute),
        "metadata": metadata_shown(attribute, names),
    }


def shown(entity: Entity, how: Shown, *, head: bool = True) -> Any:
    """The entity in its representation. head: with id and type."""
    attributes = chosen(entity, how.attributes)
    if how.form in ("values", "unique"):
        values = [value_shown(one) for one in attributes.values()]
        return values if how.form == "values" else _unique(values)
    body: dict[str, Any] = {"id": entity.id, "type": entity.type} if head else {}
    for name, attribute in attributes.items():
        body[name] = (
            value_shown(attribute) if how.form == "keyValues" else attribute_shown(attribute, how.metadata)
        )
    return body


def _unique(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not any(value == one and type(value) is type(one) for one in found):
            found.append(value)
    return found
