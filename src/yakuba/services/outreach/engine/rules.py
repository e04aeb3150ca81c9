"""Who: conditions over the columns of a table, one a line, as a clerk writes them.

年齢 以上 40
地区 のどれか 東、西
昨年度の受診 でない はい または 昨年度の受診 空
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.services.outreach.engine.columns import READERS

TESTS = ("のどれか", "である", "でない", "以上", "以下", "未満", "より大きい", "空でない", "空")
_LINE = re.compile(rf"(.+?)[ 　]+({'|'.join(TESTS)})(?:[ 　]+(.*))?")
_OR = re.compile(r"[ 　]+または[ 　]+")
ORDERED = ("以上", "以下", "未満", "より大きい")


class BadRule(ValueError):
    """The text says in Japanese what is wrong with a rule."""


@dataclass(frozen=True)
class Condition:
    """One test of one column. values: as the column's kind has them, empty for 空."""

    column: str
    test: str
    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        """For one value; None is 空, and nothing else holds for it but でない."""
        if self.test == "空":
            return value is None
        if self.test == "空でない":
            return value is not None
        if value is None:
            return self.test == "でない"
        return _COMPARED[self.test](value, self.values)


_COMPARED: dict[str, Callable[[Any, tuple[Any, ...]], bool]] = {
    "である": lambda value, given: value == given[0],
    "でない": lambda value, given: value != given[0],
    "のどれか": lambda value, given: value in given,
    "以上": lambda value, given: value >= given[0],
    "以下": lambda value, given: value <= given[0],
    "未満": lambda value, given: value < given[0],
    "より大きい": lambda value, given: value > given[0],
}


@dataclass(frozen=True)
class Rule:
    """A line: one of its conditions has to hold. text: as it was written."""

    text: str
    conditions: tuple[Condition, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return tuple(dict.fromkeys(one.column for one in self.conditions))


def read_rule(text: str, kinds: Mapping[str, str]) -> Rule:
    """A line. kinds: column → kind of value. Raises BadRule."""
    return Rule(text.strip(), tuple(_condition(part, kinds) for part in _OR.split(text.strip())))


def _condition(text: str, kinds: Mapping[str, str]) -> Condition:
    found = _LINE.fullmatch(text.strip())
    if not found:
        raise BadRule(
            f"「{text[:40]}」は条件と読めません。「年齢 以上 40」のように、列・条件（{'、'.join(TESTS)}）・値を空白で区切って書いてください。"
        )
    column, test, rest = found[1].strip(), found[2], (found[3] or "").strip()
    if column not in kinds:
        raise BadRule(
            f"「{column[:30]}」という列はありません。使える列は {'、'.join(list(kinds)[:30])} です。"
        )
    if test in ("空", "空でない"):
        return Condition(column, test, ())
    if test in ORDERED and kinds[column] not in ("number", "date"):
        raise BadRule(f"「{column}」は数でも日付でもないので、「{test}」は使えません。")
    texts = [one for one in re.split("[、,]", rest) if one.strip()] if test == "のどれか" else [rest]
    if not texts or not texts[0]:
        raise BadRule(f"「{text[:40]}」に値がありません。")
    return Condition(column, test, tuple(_value(one.strip(), column, kinds[column]) for one in texts))


def _value(text: str, column: str, kind: str) -> Any:
    try:
        return READERS[kind](text)
    except ValueError as error:
        raise BadRule(f"「{column}」の値「{text[:20]}」が読めません。{error}") from error


def passing(rules: Sequence[Rule], columns: Mapping[str, Sequence[Any]], rows: int) -> list[list[bool]]:
    """For each rule, whether each row passes it."""
    found = []
    for rule in rules:
        parts = [[one.holds(value) for value in columns[one.column]] for one in rule.conditions]
        found.append([any(held) for held in zip(*parts, strict=True)] if rows else [])
    return found


def shown(value: Any) -> str:
    """A value as a letter or a table has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)
