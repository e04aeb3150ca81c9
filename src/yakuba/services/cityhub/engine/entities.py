"""Entities as they are stored, and how a request's body becomes one.

An attribute is a plain dict: `type`, `value`, `metadata` (name → {type, value}), and where stored also `created` and
`modified` (seconds since 1970). Plain dicts because a hub turns thousands of them a second into JSON and back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine import places
from yakuba.services.cityhub.engine.errors import bad_request, no_room
from yakuba.services.cityhub.engine.identifiers import (
    require_finite,
    require_identifier,
    require_plain_value,
)
from yakuba.services.cityhub.engine.moments import read_moment, written

Attribute = dict[str, Any]
DEFAULT_TYPE = "Thing"
MOMENT_TYPES = ("DateTime", "ISO8601")
GEO_TYPE = "geo:json"
EXPIRES = "dateExpires"
MOST_ATTRIBUTES = 2_000  # of one entity
FORBIDDEN_NAMES = ("geo:distance", "*")
OPERATORS = frozenset(
    ("$inc", "$mul", "$min", "$max", "$push", "$addToSet", "$pull", "$pullAll", "$set", "$unset")
)


@dataclass
class Entity:
    """One entity. key: of its row, None while new; created, modified: seconds since 1970 UTC."""

    id: str
    type: str
    path: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    created: float = 0.0
    modified: float = 0.0
    key: int | None = None

    @property
    def expires(self) -> float | None:
        """When it ends, or None."""
        attribute = self.attributes.get(EXPIRES)
        if attribute is None or not isinstance(attribute["value"], str):
            return None
        return read_moment(attribute["value"])


@dataclass(frozen=True)
class EntityGiven:
    """An entity of a request. type: None where the request names none."""

    id: str
    type: str | None
    attributes: dict[str, Attribute]


def default_type(value: Any) -> str:
    """The type of a value for which the request names none."""
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int | float):
        return "Number"
    return "Text" if isinstance(value, str) else "StructuredValue"


def is_operator(value: Any) -> bool:
    """Whether the value is an update operator (`{"$inc": 1}`) instead of a value."""
    return isinstance(value, dict) and bool(value) and next(iter(value)) in OPERATORS


def read_entity(given: Any, *, key_values: bool = False, need_id: bool = True) -> EntityGiven:
    """An entity of a body, normalized or as key values. Raises NgsiError 400."""
    if not isinstance(given, dict):
        raise bad_request("実体は JSON のオブジェクトにしてください。")
    if not given:
        raise bad_request("empty payload")
    if need_id and "id" not in given:
        raise bad_request("id がありません。実体の id を付けてください。")
    entity_id = require_identifier(given["id"], "id") if "id" in given else ""
    entity_type = require_identifier(given["type"], "type") if "type" in given else None
    rest = {name: value for name, value in given.items() if name not in ("id", "type")}
    return EntityGiven(entity_id, entity_type, read_attributes(rest, key_values=key_values))


def read_attributes(given: Any, *, key_values: bool = False) -> dict[str, Attribute]:
    """The attributes of a body without id and type. Raises NgsiError 400, 413."""
    if not isinstance(given, dict):
        raise bad_request("属性は JSON のオブジェクトにしてください。")
    require_few(given)
    for name in ("id", "type"):
        if name in given:
            raise bad_request(f"{name} は変えられません。本文から除いてください。")
    found = {}
    for name, value in given.items():
        require_attribute_name(name)
        found[name] = read_attribute({"value": value} if key_values else value, name)
    _require_one_place(found)
    return found


def require_few(attributes: Any) -> None:
    """Raises NgsiError 413 where there are more than an entity may have."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise no_room(f"属性が多すぎます。一つの実体に{MOST_ATTRIBUTES}までにしてください。")


def require_attribute_name(name: str) -> str:
    """Raises NgsiError 400."""
    require_identifier(name, "属性の名前")
    if name in FORBIDDEN_NAMES:
        raise bad_request(f"{name} は属性の名前に使えません。")
    return name


def read_attribute(given: Any, name: str = "") -> Attribute:
    """One attribute, normalized. `metadata` is None where the request brings none. Raises NgsiError 400."""
    what = f"属性 {name}" if name else "属性"
    if not isinstance(given, dict):
        raise bad_request(f"{what}は value・type・metadata を持つオブジェクトにしてください。")
    for member in given:
        if member not in ("value", "type", "metadata"):
            raise bad_request(f"{what}に知らない項目 {member} があります。value・type・metadata だけです。")
    value = given.get("value")
    kind = require_identifier(given["type"], f"{what}の type") if "type" in given else None
    metadata = read_metadata(given["metadata"], what) if "metadata" in given else None
    attribute = {
        "type": kind or default_type(value),
        "value": value,
        "metadata": metadata,
        "typed": kind is not None,
    }
    _check_value(attribute, what, name)
    return attribute


def read_metadata(given: Any, what: str) -> dict[str, dict[str, Any]]:
    """The metadata of an attribute. Raises NgsiError 400."""
    if not isinstance(given, dict):
        raise bad_request(f"{what}の metadata はオブジェクトにしてください。")
    found = {}
    for name, member in given.items():
        require_identifier(name, f"{what}の metadata の名前")
        if not isinstance(member, dict):
            raise bad_request(f"{what}の metadata {name} はオブジェクトにしてください。")
        for part in member:
            if part not in ("value", "type"):
                raise bad_request(f"{what}の metadata {name} に知らない項目 {part} があります。")
        value = member.get("value")
        kind = (
            require_identifier(member["type"], f"{what}の metadata {name} の type")
            if "type" in member
            else default_type(value)
        )
        require_plain_value(value, f"{what}の metadata {name}")
        if kind in MOMENT_TYPES and value is not None:
            value = _moment(value, f"{what}の metadata {name}")
        found[name] = {"type": kind, "value": value}
    return found


def ignores_type(attribute: Attribute) -> bool:
    """Whether metadata says that the type has no meaning here."""
    mark = (attribute.get("metadata") or {}).get("ignoreType")
    return bool(mark and mark["value"] is True)


def _unrestricted(attribute: Attribute) -> bool:
    mark = (attribute.get("metadata") or {}).get("TextUnrestricted")
    return attribute["type"] == "TextUnrestricted" or bool(mark and mark["value"] is True)


def _check_value(attribute: Attribute, what: str, name: str) -> None:
    check_value(attribute, what, name)


def check_value(attribute: Attribute, what: str, name: str = "") -> None:
    """Bring the value into its stored shape, moments in UTC; the place of it is looked at. Raises NgsiError 400."""
    value, kind = attribute["value"], attribute["type"]
    if _unrestricted(attribute):
        require_finite(value, what)
    else:
        require_plain_value(value, what)
    if is_operator(value):
        return
    if name == EXPIRES:
        kind = attribute["type"] = "DateTime"
    if kind in MOMENT_TYPES and value is not None and not ignores_type(attribute):
        attribute["value"] = _moment(value, what)
    elif kind in places.TYPES and value is not None and not ignores_type(attribute):
        places.shape_of(kind, value)


def _moment(value: Any, what: str) -> str:
    moment = read_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise bad_request(
            f"{what}の日時が読めません。2026-04-01T09:00:00+09:00 のように書いてください（日付だけでもよい）。"
        )
    return written(moment)


def place_of(attributes: dict[str, Attribute]) -> Attribute | None:
    """The attribute that says where the entity is, or None."""
    for attribute in attributes.values():
        if (
            attribute["type"] in places.TYPES
            and attribute["value"] is not None
            and not ignores_type(attribute)
        ):
            return attribute
    return None


def _require_one_place(attributes: dict[str, Attribute]) -> None:
    require_one_place(attributes)


def require_one_place(attributes: dict[str, Attribute]) -> None:
    """Raises NgsiError 413 where two attributes say where the entity is."""
    names = [
        name
        for name, attribute in attributes.items()
        if attribute["type"] in places.TYPES
        and attribute["value"] is not None
        and not ignores_type(attribute)
    ]
    if len(names) > 1:
        raise no_room(
            f"場所の属性が二つ以上あります（{'、'.join(names)}）。一つにするか、ほかに metadata の ignoreType を付けてください。"
        )
