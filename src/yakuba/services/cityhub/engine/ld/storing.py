"""What an NGSI-LD request makes of a stored entity, so that NGSIv2 can go on with it."""

from __future__ import annotations

from typing import Any

from yakuba.services.cityhub.engine import updating
from yakuba.services.cityhub.engine.entities import GEO_TYPE, Attribute, Entity, default_type, ignores_type
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.ld.asking import LOCATION
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.core import NULL
from yakuba.services.cityhub.engine.ld.names import NotCarried, is_uri, meant_by, stored_name
from yakuba.services.cityhub.engine.ld.problems import bad_data, missing, unsupported
from yakuba.services.cityhub.engine.ld.reading import IGNORED, SYSTEM, VALUES, Given, read_attribute
from yakuba.services.cityhub.engine.ld.showing import How, attribute_shown
from yakuba.services.cityhub.engine.places import TYPES
from yakuba.services.cityhub.engine.requests import Path
from yakuba.services.cityhub.engine.space import Space

_MARK = {"type": "Boolean", "value": True}


def all_named(space: Space, uri: str, paths: tuple[Path, ...], entity_type: str = "") -> list[Entity]:
    """The entities that a URI may mean. Raises NgsiError 400."""
    for own_id, own_type in meant_by(uri):
        if own_type and entity_type and own_type != entity_type:
            continue
        found = space.named(own_id, own_type or entity_type, paths)
        if found:
            return found
    return []


def the_entity(space: Space, uri: str, paths: tuple[Path, ...], entity_type: str = "") -> Entity:
    """The one entity of a URI. Raises NgsiError 400, 404, 409."""
    found = all_named(space, uri, paths, entity_type)
    if not found:
        raise missing(uri)
    if len(found) > 1:
        raise NgsiError(
            409,
            "Conflict",
            f"{uri} は NGSIv2 で型かパスの違う{len(found)}件です。type か Fiware-ServicePath で一つに決めてください。",
        )
    return found[0]


def fitted(
    entity: Entity | None, given: dict[str, Attribute], *, whole: bool = False
) -> dict[str, Attribute]:
    """The attributes as they go into the entity: of several places one is where it is (`location` before others), and types
    that NGSIv2 gave stay where the kind of the value is the same. whole: nothing of the entity stays but these."""
    before = {} if entity is None else entity.attributes
    found = {name: _with_type(attribute, before.get(name)) for name, attribute in given.items()}
    after = found if whole else before | found
    places = [name for name, one in after.items() if one["type"] in TYPES and one["value"] is not None]
    if len(places) < 2:
        return found
    main = (
        LOCATION
        if LOCATION in places
        else next((name for name in places if not ignores_type(after[name])), places[0])
    )
    for name in places:
        attribute = after[name]
        marked = ignores_type(attribute)
        marks = attribute.get("metadata") or {}
        if name == main and marked:
            found[name] = attribute | {"metadata": {key: one for key, one in marks.items() if key != IGNORED}}
        elif name != main and not marked:
            found[name] = attribute | {"metadata": marks | {IGNORED: _MARK}}
    return found


def _with_type(attribute: Attribute, old: Attribute | None) -> Attribute:
    if old is None or attribute.get("typed") or old["type"] == attribute["type"] or old["value"] is None:
        return attribute
    kind, value = attribute["type"], attribute["value"]
    if kind != default_type(value) or kind != default_type(old["value"]):
        return attribute
    if old["type"] == "Relationship" and not is_uri(value):
        return attribute
    if (
        old["type"] in (*VALUES, GEO_TYPE, *TYPES, "DateTime", "ISO8601", "Date", "Time")
        and old["type"] != "Relationship"
    ):
        return attribute
    return attribute | {"type": old["type"]}


def require_type(entity: Entity, given: Given) -> None:
    """Raises NgsiError 422 where a request would change the entity's type."""
    if given.type and given.type != entity.type:
        raise unsupported(
            f"{given.uri or entity.id} の型は変えられません。削除してから、新しい型で作ってください。"
        )


def appended(entity: Entity, given: Given, now: float, *, strict: bool = False) -> updating.Outcome:
    """Attributes put in or replaced; strict: those that are there stay, and are refused. Raises NgsiError."""
    refused = [name for name in given.attributes if strict and name in entity.attributes]
    rest = {name: one for name, one in given.attributes.items() if name not in refused}
    outcome = updating.appended(entity, fitted(entity, rest), now, override=True)
    outcome.refused = refused
    return outcome


def updated(entity: Entity, given: Given, now: float) -> updating.Outcome:
    """Attributes that are there replaced; the others are refused. Raises NgsiError."""
    refused = [name for name in (*given.attributes, *given.gone) if name not in entity.attributes]
    rest = {name: one for name, one in given.attributes.items() if name not in refused}
    outcome = updating.appended(entity, fitted(entity, rest), now, override=True)
    _remove(outcome, [name for name in given.gone if name not in refused], now)
    outcome.refused = refused
    return outcome


def replaced(entity: Entity, given: Given, now: float) -> updating.Outcome:
    """No attributes but these. Raises NgsiError."""
    return updating.replaced(entity, fitted(entity, given.attributes, whole=True), now)


def created(given: Given, path: str, now: float) -> updating.Outcome:
    """A new entity. Raises NgsiError."""
    entity = Entity(given.id, given.type, path)
    outcome = updating.created(entity, fitted(None, given.attributes, whole=True), now)
    return outcome


def merged(
    entity: Entity, given: Given, context: Context, now: float, *, simple: bool = False
) -> updating.Outcome:
    """Merge patch (RFC 7396 with `urn:ngsi-ld:null`) over what is there. given: read with `merging`. Raises NgsiError."""
    attributes: dict[str, Attribute] = {}
    brought: dict[str, frozenset[str]] = {}
    for name, raw in given.raw.items():
        old = entity.attributes.get(name)
        if name in given.gone:
            continue
        if old is None:
            attribute = read_attribute(raw, context, name, simple=simple)
            assert attribute is not None  # `urn:ngsi-ld:null` is among `gone`, or refused
            attributes[name] = attribute
        else:
            attributes[name], brought[name] = _merged(name, old, raw, context, deep=True)
    attributes |= given.attributes
    outcome = updating.appended(entity, fitted(entity, attributes), now, override=True)
    outcome.change.marked |= brought
    _remove(outcome, [name for name in given.gone if name in entity.attributes], now)
    return outcome


def partly(entity: Entity, name: str, raw: object, context: Context, now: float) -> updating.Outcome:
    """Some members of one attribute put in, the others stay. Raises NgsiError."""
    attribute, brought = _merged(name, entity.attributes[name], raw, context, deep=False)
    outcome = updating.appended(entity, fitted(entity, {name: attribute}), now, override=True)
    outcome.change.marked[name] = brought
    return outcome


def _merged(
    name: str, old: Attribute, raw: Any, context: Context, *, deep: bool
) -> tuple[Attribute, frozenset[str]]:
    """The attribute, and the metadata that the request itself brings."""
    try:
        before = attribute_shown(old, context, How())
    except NotCarried as error:
        raise unsupported(str(error)) from None
    member = VALUES[before["type"]]
    is_value = not isinstance(raw, dict) or not (
        {"type", *VALUES.values()} & set(raw) or _has_mark(raw, before)
    )
    patch = {member: raw} if is_value else raw
    kind = patch.get("type", before["type"])
    if kind != before["type"] and kind in VALUES and not _both_values(kind, before["type"]):
        raise bad_data(
            f"{name} は {before['type']} です。{kind} に変えるには、属性全体を置き換えてください。"
        )
    after = dict(before)
    for key, value in patch.items():
        if value == NULL and key not in VALUES.values():
            after.pop(key, None)
        elif (
            deep
            and isinstance(value, dict)
            and isinstance(after.get(key), dict)
            and "coordinates" not in value
        ):
            after[key] = _patched(after[key], value)
        else:
            after[key] = value
    attribute = read_attribute(after, context, name)
    assert attribute is not None  # `urn:ngsi-ld:null` for the value is refused there
    own = [key for key in patch if key not in ("type", "datasetId", *VALUES.values(), *SYSTEM)]
    return attribute, frozenset(
        key if key in ("observedAt", "unitCode", "objectType") else stored_name(key, context) for key in own
    )


def _both_values(one: str, other: str) -> bool:
    return VALUES[one] == VALUES[other]


def _has_mark(raw: dict[str, Any], before: dict[str, Any]) -> bool:
    return bool({"observedAt", "unitCode", *(set(before) - {"type"})} & set(raw))


def _patched(before: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    after = dict(before)
    for key, value in patch.items():
        if value == NULL:
            after.pop(key, None)
        elif isinstance(value, dict) and isinstance(after.get(key), dict):
            after[key] = _patched(after[key], value)
        else:
            after[key] = value
    return after


def _remove(outcome: updating.Outcome, names: list[str], now: float) -> None:
    """Take attributes out, as part of the same change."""
    for name in names:
        del outcome.entity.attributes[name]
        outcome.change.touched.add(name)
        outcome.change.changed.add(name)
        outcome.entity.modified = now
