"""Attributes of NGSI-LD as the store keeps them: normalized, concise and simplified in, one attribute of NGSIv2 out.

What the store has no place for (several instances of an attribute, sub-attributes of sub-attributes, several types) is refused
with its reason, so that nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine.entities import (
    EXPIRES,
    FORBIDDEN_NAMES,
    GEO_TYPE,
    Attribute,
    check_value,
    default_type,
    is_operator,
    require_few,
)
from yakuba.services.cityhub.engine.identifiers import FORBIDDEN, LONGEST, require_finite
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.core import MEMBERS, NULL
from yakuba.services.cityhub.engine.ld.names import is_uri, stored_id, stored_name
from yakuba.services.cityhub.engine.ld.problems import bad_data, unsupported
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.places import GEOMETRIES

# Kind of attribute → the member with its value.
VALUES = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
_KIND_OF = {member: kind for kind, member in VALUES.items() if kind != "GeoProperty"}
SYSTEM = ("createdAt", "modifiedAt", "deletedAt", "instanceId")  # the hub's own: passed over in a request
TYPED = ("DateTime", "Date", "Time")
V2_TYPE = "NGSIv2Type"  # sub-property: the type that NGSIv2 gave the value, where it says more than the value
UNRESTRICTED = "TextUnrestricted"
IGNORED = "ignoreType"
_UNIT, _OBSERVED, _OBJECT_TYPE = "unitCode", "observedAt", "objectType"


@dataclass
class Given:
    """An entity, or a part of one, of a request. type: empty where none is named; attributes: as stored; gone: names to be
    removed (`urn:ngsi-ld:null`); brought: attribute → the metadata that the request itself names."""

    id: str
    uri: str
    type: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)


def read_entity(
    body: Any,
    context: Context,
    *,
    simple: bool,
    need_id: bool = True,
    removes: bool = False,
    merging: bool = False,
) -> Given:
    """An entity of a body without its @context. simple: values alone (keyValues); removes: `urn:ngsi-ld:null` removes an
    attribute; merging: attributes are left in `raw`, since they are read over what is there. Raises NgsiError 400, 422."""
    if not isinstance(body, dict):
        raise bad_data("実体は JSON のオブジェクトにしてください。")
    if need_id and ("id" not in body or "type" not in body):
        raise bad_data("実体には id と type が要ります。")
    given = _head(body, context)
    require_few(body)
    if "scope" in body:
        raise unsupported("scope は扱いません。部屋分けには Fiware-ServicePath ヘッダーを使ってください。")
    if "expiresAt" in body:
        _put_expiry(given, body["expiresAt"], removes=removes)
    _put_raw(given, body, context)
    if merging:
        given.gone += [stored for stored, value in given.raw.items() if _is_null(value)]
        return given
    for stored, value in given.raw.items():
        attribute = read_attribute(value, context, stored, simple=simple, removes=removes)
        if attribute is None:
            given.gone.append(stored)
        else:
            given.attributes[stored] = attribute
    return given


def _put_raw(given: Given, body: dict[str, Any], context: Context) -> None:
    """Its attributes under their stored names, not read yet."""
    for name, value in body.items():
        if name in ("id", "type", "expiresAt", "@context", *SYSTEM):
            continue
        stored = attribute_name(name, context)
        if stored in given.raw:
            raise bad_data(f"{name} が、別の書き方でもう一度あります。一つにしてください。")
        given.raw[stored] = value


def _head(body: dict[str, Any], context: Context) -> Given:
    uri = body.get("id", "")
    return Given(
        stored_id(uri) if "id" in body else "",
        uri,
        read_type(body["type"], context) if "type" in body else "",
    )


def _is_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(value.get(member) == NULL for member in VALUES.values())
    return bool(value == NULL)


def _put_expiry(given: Given, value: Any, *, removes: bool) -> None:
    if value == NULL and removes:
        given.gone.append(EXPIRES)
        return
    given.attributes[EXPIRES] = {"type": "DateTime", "value": _moment(value, "expiresAt"), "metadata": {}}


def read_type(value: Any, context: Context) -> str:
    """The stored type. Raises NgsiError 400, and 422 for several."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list):
        raise unsupported(
            "type は一つだけにしてください。一つの保管庫を NGSIv2 と共に使うので、二つ以上の型は持てません。"
        )
    if not isinstance(value, str):
        raise bad_data("type は文字列にしてください。")
    return stored_name(value, context, "type")


def attribute_name(name: str, context: Context) -> str:
    """The stored name of an attribute. Raises NgsiError 400, 422."""
    stored = stored_name(name, context)
    if stored in MEMBERS:
        raise bad_data(f"{name} は属性の名前に使えません（NGSI-LD の語です）。")
    if stored == EXPIRES or stored in FORBIDDEN_NAMES:
        raise unsupported(
            f"{name} は NGSIv2 で別の意味を持つ名前です。実体の期限は expiresAt で書いてください。"
        )
    return stored


def read_attribute(
    given: Any, context: Context, name: str, *, simple: bool = False, removes: bool = False
) -> Attribute | None:
    """One attribute as it is stored, or None where `urn:ngsi-ld:null` removes it. Raises NgsiError 400, 422."""
    kind, members = _members(given, name, simple=simple)
    value = members[VALUES[kind]]
    if value == NULL or (kind == "LanguageProperty" and value == {"@none": NULL}):
        if not removes:
            raise bad_data(f"{name} に urn:ngsi-ld:null は使えません。消すのは PATCH か DELETE です。")
        return None
    attribute = _value(kind, value, context, name)
    attribute["metadata"] = _metadata(members, kind, context, name)
    _type(attribute, name)
    _mark(attribute, name)
    return attribute


def _members(given: Any, name: str, *, simple: bool) -> tuple[str, dict[str, Any]]:
    """The kind of the attribute, and its members in the normalized form."""
    if isinstance(given, list) and any(
        isinstance(one, dict) and ("datasetId" in one or one.get("type") in VALUES) for one in given
    ):
        raise unsupported(
            f"{name} に値がいくつかあります（datasetId）。一つの属性に値は一つだけにしてください。"
        )
    if given is None:
        raise bad_data(f"{name} が null です。消すには PATCH で urn:ngsi-ld:null を送ってください。")
    if not isinstance(given, dict):
        return "Property", {"value": given}
    if _is_geometry(given):
        return "GeoProperty", {"value": given}
    if simple:
        return _simple(given)
    return _reified(given, name)


def _reified(given: dict[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    """Normalized with its type, or concise."""
    kind = given.get("type")
    if kind is None:
        found = [member for member in _KIND_OF if member in given]
        if len(found) > 1:
            raise bad_data(f"{name} の値が二つあります（{'、'.join(found)}）。一つにしてください。")
        if not found:
            return "Property", {"value": given}
        kind = _KIND_OF[found[0]]
        if kind == "Property" and _is_geometry(given["value"]):
            kind = "GeoProperty"
    if not isinstance(kind, str) or kind not in VALUES:
        raise bad_data(f"{name} の type は {'・'.join(VALUES)} のどれかにしてください。")
    if VALUES[kind] not in given:
        raise bad_data(f"{name} に {VALUES[kind]} がありません（{kind} の値です）。")
    if given.get("datasetId") not in (None, "@none"):
        raise unsupported(f"{name} の datasetId は扱いません。一つの属性に値は一つだけです。")
    return kind, given


def _simple(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if len(given) == 1 and (member := next(iter(given))) in ("languageMap", "json", "vocab"):
        return _KIND_OF[member], given
    return "Property", {"value": given}


def _is_geometry(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in GEOMETRIES and "coordinates" in value


def _value(kind: str, value: Any, context: Context, name: str) -> Attribute:
    if kind in ("Relationship", "ListRelationship"):
        return {"type": kind, "value": _objects(value, name, several=kind == "ListRelationship")}
    if kind in _SHAPES:
        return {"type": kind, "value": _SHAPES[kind](value, context, name)}
    if kind == "GeoProperty":
        if isinstance(value, str):
            raise bad_data(f"{name} の値は GeoJSON のオブジェクトにしてください（文字列ではなく）。")
        return {"type": GEO_TYPE, "value": value}
    if isinstance(value, dict) and value.get("@type") in TYPED and set(value) == {"@type", "@value"}:
        return {"type": value["@type"], "value": value["@value"], "typed": True}
    value = without_null(value, name)
    return {"type": default_type(value), "value": value}


def _language(value: Any, _: Context, name: str) -> Any:
    if not isinstance(value, dict) or not all(isinstance(one, str | list) for one in value.values()):
        raise bad_data(f"{name} の languageMap は、言語 → 文字列のオブジェクトにしてください。")
    return value


def _vocabulary(value: Any, context: Context, name: str) -> Any:
    words = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(one, str) and one for one in words):
        raise bad_data(f"{name} の vocab は文字列（か、その並び）にしてください。")
    found = [context.expand(one) for one in words]
    return found if isinstance(value, list) else found[0]


def _values(value: Any, _: Context, name: str) -> Any:
    if not isinstance(value, list):
        raise bad_data(f"{name} の valueList は配列にしてください。")
    return without_null(value, name)


_SHAPES: dict[str, Callable[[Any, Context, str], Any]] = {
    "LanguageProperty": _language,
    "VocabProperty": _vocabulary,
    "ListProperty": _values,
    "JsonProperty": lambda value, _, __: value,
}


def without_null(value: Any, name: str) -> Any:
    """The value with `urn:ngsi-ld:null` within it as the store's null. Raises NgsiError 400 for null itself."""
    if value is None:
        raise bad_data(f"{name} の値に null があります。urn:ngsi-ld:null と書いてください。")
    if isinstance(value, dict):
        return {key: None if one == NULL else without_null(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [None if one == NULL else without_null(one, name) for one in value]
    return value


def _objects(value: Any, name: str, *, several: bool) -> Any:
    objects = value if isinstance(value, list) else [value]
    if several:
        if not isinstance(value, list):
            raise bad_data(f"{name} の objectList は配列にしてください。")
        objects = [one.get("object") if isinstance(one, dict) else one for one in value]
    if not objects or not all(is_uri(one) for one in objects):
        raise bad_data(f"{name} の object はURI（urn:ngsi-ld:… など）にしてください。")
    return objects if several or isinstance(value, list) else value


def _metadata(members: dict[str, Any], kind: str, context: Context, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for member, value in members.items():
        if member in ("type", "datasetId", VALUES[kind], *SYSTEM):
            continue
        what = f"{name} の {member}"
        if value == NULL:
            raise bad_data(f"{what} に urn:ngsi-ld:null は使えません。")
        if member == _OBSERVED:
            found[_OBSERVED] = {"type": "DateTime", "value": _moment(value, what)}
        elif member in (_UNIT, _OBJECT_TYPE):
            if not isinstance(value, str) or not value:
                raise bad_data(f"{what} は文字列にしてください。")
            text = context.expand(value) if member == _OBJECT_TYPE else value
            found[member] = {"type": "Text", "value": text}
        elif member in MEMBERS:
            raise bad_data(f"{what} は {kind} では使えません。")
        else:
            found[stored_name(member, context, "サブ属性")] = _sub_attribute(value, context, what)
    for stored, mark in found.items():
        _require_plain(mark["value"], f"{name} の {stored}")
    return found


def _sub_attribute(value: Any, context: Context, what: str) -> dict[str, Any]:
    kind, members = _members(value, what, simple=False)
    more = (
        [one for one in members if one not in ("type", VALUES[kind], V2_TYPE, *SYSTEM)]
        if isinstance(value, dict)
        else []
    )
    if more and members is value:
        raise unsupported(
            f"{what} に {more[0]} があります。サブ属性のサブ属性は、一つの保管庫を NGSIv2 と共に使うので持てません。"
        )
    attribute = _value(kind, members[VALUES[kind]], context, what)
    own = members.get(V2_TYPE) if members is value else None
    if own is not None and isinstance(own, dict):
        attribute["type"] = str(own.get("value", attribute["type"]))
    attribute.pop("typed", None)
    if attribute["type"] == "DateTime":
        attribute["value"] = _moment(attribute["value"], what)
    require_finite(attribute["value"], what)
    return attribute


def _require_plain(value: Any, what: str) -> None:
    if not _is_plain(value):
        raise unsupported(
            f"{what} に使えない文字（< > \" ' = ; ( )）があります。サブ属性では、NGSIv2 に渡せないので使えません。"
        )


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return FORBIDDEN.search(value) is None
    if isinstance(value, dict):
        return all(_is_plain(name) and _is_plain(one) for name, one in value.items())
    if isinstance(value, list):
        return all(_is_plain(one) for one in value)
    return True


def _type(attribute: Attribute, name: str) -> None:
    """The type that NGSIv2 gave, where the request brings it along."""
    mark = attribute["metadata"].pop(V2_TYPE, None)
    if mark is None:
        return
    if (
        not isinstance(mark["value"], str)
        or not mark["value"]
        or len(mark["value"]) > LONGEST
        or not _is_plain(mark["value"])
    ):
        raise bad_data(f"{name} の {V2_TYPE} は文字列にしてください。")
    if attribute["type"] == default_type(attribute["value"]):
        attribute["type"] = mark["value"]
        attribute["typed"] = True


def _mark(attribute: Attribute, name: str) -> None:
    """Mark what NGSIv2 would not take as plain text, and look at the value. Raises NgsiError 400."""
    value = attribute["value"]
    if is_operator(value):
        raise unsupported(
            f"{name} の値が {next(iter(value))} で始まるオブジェクトです。NGSIv2 の演算になるので使えません。"
        )
    if attribute["type"] != GEO_TYPE and not _is_plain(value):
        if isinstance(value, str) and attribute["type"] == "Text":
            attribute["type"] = UNRESTRICTED
        else:
            attribute["metadata"][UNRESTRICTED] = {"type": "Boolean", "value": True}
    check_value(attribute, f"属性 {name}")


def _moment(value: Any, what: str) -> str:
    if isinstance(value, dict) and value.get("@type") == "DateTime":
        value = value.get("@value")
    moment = read_moment(value, None) if isinstance(value, str) else None
    if moment is None:
        raise bad_data(f"{what} は 2026-04-01T00:00:00Z のような日時（時差つき）にしてください。")
    return written(moment)
