"""The Simple Query Language of NGSIv2: `q` over attributes, `mq` over their metadata.

Values compare within their kind only, as the documentation's broker does: the number 20 is not the string `20`, and a moment
meets attributes of type DateTime alone. An array matches where one of its members does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yakuba.services.cityhub.engine.entities import MOMENT_TYPES, Entity
from yakuba.services.cityhub.engine.errors import bad_request
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.patterns import found, pattern

_OPERATOR = re.compile(r"==|!=|>=|<=|~=|>|<|:")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_BAD = re.compile(r"[\"()]")
LONGEST = 20_000  # characters
MOST_STATEMENTS = 50
MOST_VALUES = 200
BUILT_IN = ("dateCreated", "dateModified", "servicePath")


@dataclass(frozen=True)
class Value:
    """What is compared with. kind: `number`, `text`, `boolean`, `null`, `moment` (its text then as `written` does)."""

    kind: str
    value: Any


@dataclass(frozen=True)
class Statement:
    """One statement. path: its tokens; operator: as written, `exists` or `lacks` for unary ones; values: the list, or two
    for a range."""

    path: tuple[str, ...]
    operator: str
    values: tuple[Value, ...] = ()
    is_range: bool = False
    expression: re.Pattern[str] | None = None

    def holds(self, target: Any, is_moment: bool) -> bool:
        """Whether it is true of one value that exists."""
        if self.operator == "~=":
            return any(
                isinstance(one, str) and self.expression is not None and found(one, self.expression)
                for one in _members(target)
            )
        if self.operator == "!=":
            return not any(self._meets(one, is_moment) for one in _members(target))
        return any(self._meets(one, is_moment) for one in _members(target))

    def _meets(self, one: Any, is_moment: bool) -> bool:
        if self.operator in ("==", "!="):
            if self.is_range:
                low, high = self.values
                return bool(
                    _same_kind(one, low, is_moment)
                    and _same_kind(one, high, is_moment)
                    and low.value <= one <= high.value
                )
            return any(_same_kind(one, each, is_moment) and one == each.value for each in self.values)
        against = self.values[0]
        if against.kind in ("boolean", "null") or not _same_kind(one, against, is_moment):
            return False
        if self.operator == ">":
            return bool(one > against.value)
        if self.operator == "<":
            return bool(one < against.value)
        if self.operator == ">=":
            return bool(one >= against.value)
        return bool(one <= against.value)


@dataclass(frozen=True)
class Condition:
    """All statements of a `q` or `mq`, of which every one has to hold."""

    statements: tuple[Statement, ...]
    metadata: bool = False

    def holds(self, entity: Entity) -> bool:
        """Whether the entity meets all of them."""
        return all(self._one(statement, entity) for statement in self.statements)

    def _one(self, statement: Statement, entity: Entity) -> bool:
        exists, target, is_moment = _target(statement.path, entity, metadata=self.metadata)
        if statement.operator == "exists":
            return exists
        if statement.operator == "lacks":
            return not exists
        if is_moment and target is None and statement.operator not in ("==", "!="):
            return False
        return exists and statement.holds(target, is_moment)


def _members(target: Any) -> Iterator[Any]:
    if isinstance(target, list):
        yield from target
    else:
        yield target


def _same_kind(one: Any, against: Value, is_moment: bool) -> bool:
    kind = against.kind
    if is_moment and one is not None:
        return kind == "moment" and isinstance(one, str)
    if isinstance(one, bool):
        return kind == "boolean"
    if isinstance(one, int | float):
        return kind == "number"
    if isinstance(one, str):
        return kind == "text"
    return one is None and kind == "null"


def _target(path: tuple[str, ...], entity: Entity, *, metadata: bool) -> tuple[bool, Any, bool]:
    """Whether there is one, its value, and whether that is a moment."""
    name, rest = path[0], path[1:]
    attribute = entity.attributes.get(name)
    if metadata:
        if attribute is None:
            return False, None, False
        mark, rest = rest[0], rest[1:]
        if mark in ("dateCreated", "dateModified"):
            return True, written(attribute["created" if mark == "dateCreated" else "modified"]), True
        attribute = (attribute.get("metadata") or {}).get(mark)
    elif name in BUILT_IN and not rest:
        return True, built_in(name, entity), name != "servicePath"
    if attribute is None:
        return False, None, False
    value = attribute["value"]
    for token in rest:
        if not isinstance(value, dict) or token not in value:
            return False, None, False
        value = value[token]
    return True, value, not rest and attribute["type"] in MOMENT_TYPES


def built_in(name: str, entity: Entity) -> str:
    """The value of a built-in attribute."""
    if name == "servicePath":
        return entity.path
    return written(entity.created if name == "dateCreated" else entity.modified)


def read_condition(text: str | None, *, metadata: bool = False) -> Condition | None:
    """The condition of `q` (or of `mq` with metadata). None where there is none. Raises NgsiError 400."""
    if text is None:
        return None
    if len(text) > LONGEST:
        raise bad_request(f"{'mq' if metadata else 'q'} が長すぎます。{LONGEST}文字までにしてください。")
    return _read(text, metadata)


@lru_cache(maxsize=2_000)
def _read(text: str, metadata: bool) -> Condition:
    word = "mq" if metadata else "q"
    if not text:
        raise bad_request(f"{word} が空です。条件を書くか、{word} を除いてください。")
    if _BAD.search(text):
        raise bad_request(f'{word} に使えない文字があります（" と かっこ）。')
    parts = _split(text, ";")
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    if len(parts) > MOST_STATEMENTS:
        raise bad_request(f"{word} の条件が多すぎます。{MOST_STATEMENTS}までにしてください。")
    return Condition(tuple(_statement(part, word, metadata) for part in parts), metadata)


def _split(text: str, by: str) -> list[str]:
    parts, now, quoted = [], "", False
    for character in text:
        if character == "'":
            quoted = not quoted
        if character == by and not quoted:
            parts.append(now)
            now = ""
        else:
            now += character
    if quoted:
        raise bad_request("引用符 ' が閉じていません。")
    return [*parts, now]


def _statement(text: str, word: str, metadata: bool) -> Statement:
    at = _operator_at(text)
    if at is None:
        negated = text.startswith("!")
        path = _path(text[1:] if negated else text, word, metadata)
        return Statement(path, "lacks" if negated else "exists")
    start, end = at
    operator = "==" if text[start:end] == ":" else text[start:end]
    path = _path(text[:start], word, metadata)
    right = text[end:]
    if not right:
        raise bad_request(f"{word} の {operator} の右に値がありません。")
    if operator == "~=":
        return Statement(path, operator, expression=pattern(_unquoted(right), f"{word} のパターン"))
    ends = _split_range(right)
    if ends is not None:
        return _ranged(path, operator, ends, word)
    values = tuple(_value(part, word) for part in _split(right, ","))
    if len(values) > MOST_VALUES:
        raise bad_request(f"{word} の値が多すぎます。{MOST_VALUES}までにしてください。")
    if len(values) > 1 and operator not in ("==", "!="):
        raise bad_request(f"{word} で値を並べられるのは == と != だけです。")
    if operator in (">", "<", ">=", "<=") and values[0].kind in ("boolean", "null"):
        raise bad_request(f"{word} の {operator} は数・文字列・日時とだけ使えます。")
    return Statement(path, operator, values)


def _operator_at(text: str) -> tuple[int, int] | None:
    quoted = False
    for index, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            found_here = _OPERATOR.match(text, index)
            if found_here:
                return found_here.span()
    return None


def _path(text: str, word: str, metadata: bool) -> tuple[str, ...]:
    tokens = tuple(_unquoted(token) for token in _split(text, "."))
    if not all(tokens):
        raise bad_request(f"{word} に属性の名前のない条件があります。")
    if metadata and len(tokens) < 2:
        raise bad_request("mq は「属性.metadata」の形で書いてください。")
    return tokens


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1]
    if "'" in text:
        raise bad_request("引用符 ' は値や名前の全体を囲んでください。")
    return text


def _split_range(text: str) -> tuple[str, str] | None:
    quoted = False
    for index, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted and text.startswith("..", index):
            return text[:index], text[index + 2 :]
    return None


def _ranged(path: tuple[str, ...], operator: str, ends: tuple[str, str], word: str) -> Statement:
    if operator not in ("==", "!="):
        raise bad_request(f"{word} で範囲（..）を使えるのは == と != だけです。")
    low, high = (_value(end, word) for end in ends)
    if low.kind != high.kind or low.kind in ("boolean", "null"):
        raise bad_request(f"{word} の範囲の両端は、数・文字列・日時のどれかにそろえてください。")
    return Statement(path, operator, (low, high), is_range=True)


def _value(text: str, word: str) -> Value:
    if not text:
        raise bad_request(f"{word} に空の値があります。")
    if text.startswith("'"):
        return Value("text", _unquoted(text))
    if text in ("true", "false"):
        return Value("boolean", text == "true")
    if text == "null":
        return Value("null", None)
    if _NUMBER.match(text):
        return Value("number", float(text))
    moment = read_moment(text)
    if moment is not None:
        return Value("moment", written(moment))
    if "'" in text:
        raise bad_request(f"{word} の引用符 ' は値の全体を囲んでください。")
    return Value("text", text)
