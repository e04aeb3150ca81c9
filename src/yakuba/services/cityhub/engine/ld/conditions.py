"""The query language of NGSI-LD (ETSI GS CIM 009, 4.9): `;` and, `|` or, brackets, paths into sub-attributes and values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.core import NULL
from yakuba.services.cityhub.engine.ld.names import stored_name
from yakuba.services.cityhub.engine.ld.problems import bad_data
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.patterns import found, pattern

LONGEST, MOST_TERMS, DEEPEST, MOST_VALUES = 20_000, 50, 10, 200
_OPERATOR = re.compile(r"!~=|~=|==|!=|>=|<=|>|<")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_NAME_ENDS = re.compile(r"[=!<>~;|()\[\]\s\"]")
_SYSTEM = {"createdAt": "created", "modifiedAt": "modified"}
_MARKS = ("observedAt", "unitCode", "objectType")

Test = Callable[[Entity], bool]
Values = list[Any]


@dataclass(frozen=True)
class Condition:
    """A query. text: as it was written."""

    text: str
    test: Test

    def holds(self, entity: Entity) -> bool:
        """Whether the entity meets it."""
        return self.test(entity)


def read(text: str | None, context: Context) -> Condition | None:
    """The condition of `q`; None where there is none. Raises NgsiError 400."""
    if text is None:
        return None
    if not isinstance(text, str) or not text or len(text) > LONGEST:
        raise bad_data(f"q は1〜{LONGEST}文字にしてください。")
    reader = _Reader(text, context)
    test = reader.either(0)
    if reader.at != len(text):
        raise bad_data(f"q の{reader.at + 1}文字目からが読めません：{text[reader.at : reader.at + 30]}")
    return Condition(text, test)


class _Reader:
    """Reads from left to right; `at` is where it stands."""

    def __init__(self, text: str, context: Context) -> None:
        self.text, self.context, self.at, self.terms = text, context, 0, 0

    def _take(self, word: str) -> bool:
        if self.text.startswith(word, self.at):
            self.at += len(word)
            return True
        return False

    def either(self, depth: int) -> Test:
        """Terms with `|` between them."""
        tests = [self._all(depth)]
        while self._take("|"):
            tests.append(self._all(depth))
        return tests[0] if len(tests) == 1 else lambda entity: any(test(entity) for test in tests)

    def _all(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._take(";"):
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda entity: all(test(entity) for test in tests)

    def _one(self, depth: int) -> Test:
        if self._take("("):
            if depth >= DEEPEST:
                raise bad_data(f"q のかっこが深すぎます。{DEEPEST}段までにしてください。")
            test = self.either(depth + 1)
            if not self._take(")"):
                raise bad_data("q のかっこが閉じていません。")
            return test
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise bad_data(f"q の条件が多すぎます。{MOST_TERMS}までにしてください。")
        look = self._path()
        operator = _OPERATOR.match(self.text, self.at)
        if operator is None:
            return lambda entity: bool(look(entity))
        self.at = operator.end()
        return _compared(look, operator.group(), self._right(operator.group()))

    def _path(self) -> Callable[[Entity], Values]:
        end = _NAME_ENDS.search(self.text, self.at)
        stop = end.start() if end else len(self.text)
        name = self.text[self.at : stop]
        self.at = stop
        if not name:
            raise bad_data(f"q の{self.at + 1}文字目に属性の名前がありません。")
        steps = [name] if "://" in name else name.split(".")
        if not all(steps):
            raise bad_data("q に空の名前があります。")
        inner: list[str] = []
        if self._take("["):
            close = self.text.find("]", self.at)
            if close < 0:
                raise bad_data("q の [ が閉じていません。")
            inner = self.text[self.at : close].split(".")
            self.at = close + 1
        return _looking(steps, inner, self.context)

    def _right(self, operator: str) -> list[tuple[str, Any]]:
        start, quoted = self.at, False
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == '"':
                quoted = not quoted
            elif not quoted and letter in ";|)" and not (operator.endswith("~=") and letter != ";"):
                break
            self.at += 1
        if quoted:
            raise bad_data('q の " が閉じていません。')
        text = self.text[start : self.at]
        if not text:
            raise bad_data(f"q の {operator} の右に値がありません。")
        return _values(text, operator)


def _values(text: str, operator: str) -> list[tuple[str, Any]]:
    if operator.endswith("~="):
        return [
            (
                "pattern",
                pattern(text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text, "q のパターン"),
            )
        ]
    parts = _split(text, "..")
    if len(parts) == 2:
        low, high = (_value(part) for part in parts)
        if operator not in ("==", "!=") or low[0] != high[0] or low[0] == "boolean":
            raise bad_data(
                "q の範囲（..）は == か != の右で、両端を数・文字列・日時のどれかにそろえてください。"
            )
        return [("range", (low[0], low[1], high[1]))]
    listed = [_value(part) for part in _split(text, ",")]
    if len(listed) > MOST_VALUES:
        raise bad_data(f"q の値が多すぎます。{MOST_VALUES}までにしてください。")
    if operator not in ("==", "!=") and (len(listed) > 1 or listed[0][0] == "boolean"):
        raise bad_data(f"q の {operator} の右は、数・文字列・日時の一つにしてください。")
    return listed


def _split(text: str, by: str) -> list[str]:
    parts, start, at, quoted = [], 0, 0, False
    while at < len(text):
        if text[at] == '"':
            quoted = not quoted
        elif not quoted and text.startswith(by, at):
            parts.append(text[start:at])
            start = at = at + len(by)
            continue
        at += 1
    return [*parts, text[start:]]


def _value(text: str) -> tuple[str, Any]:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return "text", text[1:-1]
    if not text or '"' in text:
        raise bad_data('q の値が空か、" で全体が囲まれていません。')
    if text in ("true", "false"):
        return "boolean", text == "true"
    if _NUMBER.match(text):
        return "number", float(text)
    moment = read_moment(text)
    if moment is not None:
        return "moment", moment
    return "text", text  # a URI, as relationships have them


def _looking(steps: list[str], inner: list[str], context: Context) -> Callable[[Entity], Values]:
    first, rest = steps[0], steps[1:]
    if first in _SYSTEM and not rest and not inner:
        return lambda entity: [written(getattr(entity, _SYSTEM[first]))]
    names = [
        stored_name(first, context),
        *(one if one in (*_SYSTEM, *_MARKS) else stored_name(one, context) for one in rest),
    ]

    def look(entity: Entity) -> Values:
        found = entity.attributes.get(names[0])
        for name in names[1:]:
            if found is None:
                return []
            if name in _SYSTEM:
                moment = found.get(_SYSTEM[name])
                return [] if moment is None else [written(moment)]
            found = (found.get("metadata") or {}).get(name)
        if found is None:
            return []
        reached = list(_within(found["value"], inner))
        return [NULL if one is None else one for one in reached]

    return look


def _within(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _within(value[path[0]], path[1:])
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield from _within(one, path)


def _compared(look: Callable[[Entity], Values], operator: str, values: list[tuple[str, Any]]) -> Test:
    def test(entity: Entity) -> bool:
        targets = [one for value in look(entity) for one in (value if isinstance(value, list) else [value])]
        if not targets:
            return False
        if operator in ("!=", "!~="):
            return not any(
                _meets(one, "~=" if "~" in operator else "==", each) for one in targets for each in values
            )
        return any(_meets(one, operator, each) for one in targets for each in values)

    return test


def _meets(one: Any, operator: str, value: tuple[str, Any]) -> bool:
    kind, against = value
    if kind == "pattern":
        return isinstance(one, str) and found(one, against)
    if kind == "range":
        own = _of_kind(one, against[0])
        return own is not None and bool(against[1] <= own <= against[2])
    own = _of_kind(one, kind)
    if own is None:
        return False
    if operator == "==":
        return bool(own == against)
    if operator == ">":
        return bool(own > against)
    if operator == "<":
        return bool(own < against)
    return bool(own >= against) if operator == ">=" else bool(own <= against)


def _of_kind(one: Any, kind: str) -> Any:
    if isinstance(one, bool):
        return one if kind == "boolean" else None
    if isinstance(one, int | float):
        return one if kind == "number" else None
    if not isinstance(one, str):
        return None
    if kind == "moment":
        return read_moment(one)
    return one if kind == "text" else None
