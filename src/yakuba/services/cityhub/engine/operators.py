"""Update operators of attribute values (`{"$inc": 1}` …), as the documentation describes them."""

from __future__ import annotations

from typing import Any

from yakuba.services.cityhub.engine.entities import MOMENT_TYPES
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.moments import read_moment, written


class Missing:
    """Stands for a value that is not there."""


MISSING = Missing()
_START: dict[str, Any] = {"$inc": 0, "$mul": 0, "$push": [], "$addToSet": [], "$set": {}}


def _failed(sentence: str) -> NgsiError:
    return NgsiError(500, "InternalServerError", sentence)


def operated(old: Any, operation: dict[str, Any], kind: str) -> Any:
    """The value after the operation on `old` (MISSING where the attribute is new), or MISSING where none comes of it.
    kind: the attribute's type. Raises NgsiError 500 InternalServerError where the operation does not go with the value."""
    if {"$set", "$unset"} & set(operation):
        return _members(old, operation)
    name, given = next(iter(operation.items()))
    if name in ("$min", "$max") and kind in MOMENT_TYPES:
        return _moment(old, name, given)
    if old is MISSING:
        if name in ("$pull", "$pullAll"):
            return MISSING
        old = _START.get(name, 0)
    if name in ("$inc", "$mul", "$min", "$max"):
        return _number(old, name, given)
    return _array(old, name, given)


def _number(old: Any, name: str, given: Any) -> Any:
    for one in (old, given):
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise _failed(f"{name} は数どうしにだけ使えます。属性の値と送る値を確かめてください。")
    if name == "$inc":
        return old + given
    if name == "$mul":
        return old * given
    return min(old, given) if name == "$min" else max(old, given)


def _moment(old: Any, name: str, given: Any) -> str:
    moment = read_moment(given) if isinstance(given, str) else None
    if moment is None:
        raise _failed(f"{name} に日時でない値があります。")
    before = read_moment(old) if isinstance(old, str) else 0.0
    return written((min if name == "$min" else max)(before or 0.0, moment))


def _array(old: Any, name: str, given: Any) -> list[Any]:
    if not isinstance(old, list):
        raise _failed(f"{name} は配列の値にだけ使えます。")
    if name == "$push":
        return _pushed(old, given)
    if name == "$addToSet":
        return [*old, *(one for one in _each(given) if one not in old)]
    if name == "$pull":
        return [one for one in old if one != given]
    if not isinstance(given, list):
        raise _failed("$pullAll には配列を渡してください。")
    return [one for one in old if one not in given]


def _each(given: Any) -> list[Any]:
    """The members of `{"$each": […]}`, else the one value."""
    if isinstance(given, dict) and isinstance(given.get("$each"), list):
        return list(given["$each"])
    return [given]


def _pushed(old: list[Any], given: Any) -> list[Any]:
    place = given.get("$position") if isinstance(given, dict) and "$each" in given else None
    at = len(old) if not isinstance(place, int) or isinstance(place, bool) else place
    return [*old[:at], *_each(given), *old[at:]]


def _members(old: Any, operation: dict[str, Any]) -> Any:
    put, drop = operation.get("$set", {}), operation.get("$unset", {})
    if "$set" not in operation and old is MISSING:
        return MISSING
    if not isinstance(put, dict):
        return put
    if not isinstance(drop, dict):
        drop = {}
    if set(put) & set(drop):
        raise _failed("$set と $unset に同じ名前があります。")
    before = {} if old is MISSING else old
    if not isinstance(before, dict):
        if "$set" not in operation:
            return before
        raise _failed("$set はオブジェクトの値にだけ使えます。")
    return {name: value for name, value in (before | put).items() if name not in drop}
