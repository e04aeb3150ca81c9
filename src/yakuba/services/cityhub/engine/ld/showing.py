"""Entities of the store as NGSI-LD shows them: normalized, concise, simplified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shapely.geometry import mapping

from yakuba.services.cityhub.engine import places
from yakuba.services.cityhub.engine.entities import (
    EXPIRES,
    GEO_TYPE,
    MOMENT_TYPES,
    Attribute,
    Entity,
    default_type,
    ignores_type,
)
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.core import NULL
from yakuba.services.cityhub.engine.ld.names import NotCarried, is_uri, shown_id, shown_name
from yakuba.services.cityhub.engine.ld.reading import IGNORED, TYPED, UNRESTRICTED, V2_TYPE, VALUES
from yakuba.services.cityhub.engine.moments import written

FORMS = ("normalized", "concise", "keyValues")
_WRAPPED = ("languageMap", "vocab", "json")  # of which the simplified form is an object with this one member


@dataclass(frozen=True)
class How:
    """form: one of FORMS; system: with createdAt and modifiedAt; names: stored names of the attributes, empty for all; without:
    those that are left out; head: with id and type."""

    form: str = "normalized"
    system: bool = False
    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def entity_shown(entity: Entity, context: Context, how: How) -> dict[str, Any]:
    """The entity without @context. Raises NotCarried where NGSI-LD has no words for it."""
    body: dict[str, Any] = {
        "id": shown_id(entity.id, entity.type),
        "type": shown_name(entity.type, context),
    }
    if how.system:
        body |= {"createdAt": written(entity.created), "modifiedAt": written(entity.modified)}
    for name, attribute in entity.attributes.items():
        if name == EXPIRES:
            body["expiresAt"] = attribute["value"]
            continue
        if (how.names and name not in how.names) or name in how.without:
            continue
        body[shown_name(name, context)] = attribute_shown(attribute, context, how)
    return body


def attribute_shown(attribute: Attribute, context: Context, how: How) -> Any:
    """One attribute. Raises NotCarried."""
    kind, value, own_type = kind_of(attribute, context)
    member = VALUES[kind]
    if how.form == "keyValues":
        return {member: value} if member in _WRAPPED else value
    body: dict[str, Any] = {"type": kind, member: value}
    for name, mark in (attribute.get("metadata") or {}).items():
        if not _is_ours(name, mark, kind):
            _put_mark(body, name, mark, kind, context, how)
    if own_type:
        body[V2_TYPE] = _shaped({"type": "Property", "value": own_type}, how)
    if how.system and "created" in attribute:
        body |= {"createdAt": written(attribute["created"]), "modifiedAt": written(attribute["modified"])}
    return _shaped(body, how)


def _shaped(body: dict[str, Any], how: How) -> Any:
    if how.form != "concise":
        return body
    kind = body["type"]
    short = {name: one for name, one in body.items() if name != "type"}
    if kind in ("Property", "GeoProperty") and len(short) == 1:
        value = short["value"]
        # An object that looks like an attribute keeps its member, or it would be read as one.
        if (
            kind == "GeoProperty"
            or not isinstance(value, dict)
            or not ({"type", *VALUES.values()} & set(value))
        ):
            return value
        return body
    return short if kind != "ListProperty" or len(short) else body


def _is_ours(name: str, mark: dict[str, Any], kind: str) -> bool:
    """Marks that only say to NGSIv2 what NGSI-LD knows from the kind."""
    if mark.get("value") is not True:
        return False
    return name == UNRESTRICTED or (name == IGNORED and kind == "GeoProperty")


def _put_mark(
    body: dict[str, Any], name: str, mark: dict[str, Any], kind: str, context: Context, how: How
) -> None:
    value = mark["value"]
    if (name == "unitCode" and isinstance(value, str)) or (
        name == "observedAt" and mark["type"] in MOMENT_TYPES and isinstance(value, str)
    ):
        body[name] = value
    elif name == "objectType" and kind in ("Relationship", "ListRelationship") and isinstance(value, str):
        body[name] = context.compact(value)
    else:
        own_kind, own, own_type = kind_of(mark, context)
        shown = {"type": own_kind, VALUES[own_kind]: own}
        if own_type:
            shown[V2_TYPE] = {"type": "Property", "value": own_type}
        body[shown_name(name, context)] = _shaped(shown, how)


def kind_of(attribute: Attribute, context: Context) -> tuple[str, Any, str]:
    """Kind, value as shown, and the type of NGSIv2 where that would be lost."""
    kind, value = attribute["type"], attribute["value"]
    if value is None:
        return "Property", NULL, "" if kind == "None" else kind
    if kind in places.TYPES:
        geometry = geometry_of(attribute)
        if geometry is not None:
            return "GeoProperty", geometry, ""
    if kind in MOMENT_TYPES and isinstance(value, str) and not ignores_type(attribute):
        return "Property", {"@type": "DateTime", "@value": value}, "" if kind == "DateTime" else kind
    if kind in TYPED and isinstance(value, str):
        return "Property", {"@type": kind, "@value": value}, ""
    if _is_of(kind, value):
        return kind, _value(kind, value, context), ""
    plain = default_type(value)
    same = kind == plain or (kind == UNRESTRICTED and plain == "Text")
    return "Property", with_null(value), "" if same else kind


def _is_of(kind: str, value: Any) -> bool:
    """Whether the type is a kind of attribute whose values look like this one."""
    if kind in ("Relationship", "ListRelationship"):
        return _are_uris(value) and (kind == "Relationship" or isinstance(value, list))
    shapes: dict[str, Any] = {
        "LanguageProperty": dict,
        "VocabProperty": (str, list),
        "ListProperty": list,
        "JsonProperty": object,
    }
    return kind in shapes and isinstance(value, shapes[kind])


def _value(kind: str, value: Any, context: Context) -> Any:
    if kind == "ListRelationship":
        return [{"object": one} for one in value]
    if kind == "VocabProperty":
        words = [context.compact(str(one)) for one in (value if isinstance(value, list) else [value])]
        return words if isinstance(value, list) else words[0]
    return with_null(value) if kind == "ListProperty" else value


def _are_uris(value: Any) -> bool:
    return bool(value) and all(is_uri(one) for one in (value if isinstance(value, list) else [value]))


def geometry_of(attribute: Attribute) -> Any:
    """GeoJSON of a place, or None where it is none (its type is then ignored)."""
    try:
        shape = places.shape_of(attribute["type"], attribute["value"])
    except NgsiError:
        return None
    if attribute["type"] == GEO_TYPE:
        return places.geometry_of(attribute["value"])
    return _listed(mapping(shape))


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, tuple | list) else value


def with_null(value: Any) -> Any:
    """The store's null as NGSI-LD writes it."""
    if value is None:
        return NULL
    if isinstance(value, dict):
        return {name: with_null(one) for name, one in value.items()}
    return [with_null(one) for one in value] if isinstance(value, list) else value


__all__ = ["How", "NotCarried", "attribute_shown", "entity_shown", "geometry_of", "kind_of"]
