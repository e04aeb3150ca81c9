"""The model of a Word file as plain data (JSON) and back, each field of the kind that the model says: what comes back was told
by a process that a file may have taken over."""

from __future__ import annotations

import math
import types
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from yakuba.kernel.letters.word import model

LEFT_OUT = "pictures"  # told as bytes, beside
DEEPEST = (
    200  # a paragraph in a table in a cell …: a file of Word has 256 elements within one another at most
)


def told(value: Any) -> Any:
    """Objects of the model as what JSON has: a dictionary with the name of its class, lists."""
    if is_dataclass(value):
        named = {one.name: told(getattr(value, one.name)) for one in fields(value) if one.name != LEFT_OUT}
        return {"": type(value).__name__, **named}
    return [told(one) for one in value] if isinstance(value, tuple) else value


def made(kind: Any, value: Any, depth: int = 0) -> Any:
    """The other way. Raises TypeError, KeyError and ValueError for what is not of that kind."""
    if depth > DEEPEST:
        raise ValueError("too many objects within one another")
    if get_origin(kind) in (Union, types.UnionType):
        return made(_chosen(get_args(kind), value), value, depth)
    if get_origin(kind) is tuple:
        return tuple(made(one, part, depth + 1) for one, part in _parts(get_args(kind), value))
    if isinstance(kind, type) and is_dataclass(kind):
        if value.pop("") != kind.__name__:
            raise TypeError(f"no {kind.__name__}")
        hints = _hints(kind)
        return kind(**{name: made(hints[name], part, depth + 1) for name, part in value.items()})
    if kind is float and type(value) in (int, float) and math.isfinite(value):
        return value
    if type(value) is not kind:
        raise TypeError(f"no {kind}")
    return value


def _chosen(kinds: tuple[Any, ...], value: Any) -> Any:
    name = value.get("") if isinstance(value, dict) else type(value).__name__
    found = next((one for one in kinds if one.__name__ == name), None)
    if found is None:
        raise TypeError(f"none of {kinds}")
    return found


def _parts(kinds: tuple[Any, ...], value: Any) -> list[tuple[Any, Any]]:
    if type(value) is not list:
        raise TypeError("no list")
    if kinds[-1] is Ellipsis:
        return [(kinds[0], part) for part in value]
    return list(zip(kinds, value, strict=True))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, vars(model))
