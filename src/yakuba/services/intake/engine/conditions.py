"""When a question is asked: a closed tree of eleven operators, read once and evaluated on the server. No expression text.

{field: work, is: employed}                      {field: days, at_least: "5"}
{all: [{field: kind, one_of: [a, b]}, {not: {field: car, is: none}}]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.refusals import said_as

DEEPEST = 6
MOST = 40  # tests in one condition
JOINING = ("all", "any", "not")
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Condition:
    """operator: a key of `TESTS` with its field and values, or one of `JOINING` with its parts."""

    operator: str
    field: FieldDefinition | None = None
    values: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """The codes of the fields that it asks about."""
        own = {self.field.code} if self.field else set()
        return frozenset(own.union(*(part.fields for part in self.parts)))

    def holds(self, answers: Answers) -> bool:
        """Whether it holds for these answers, field code → canonical value; what was not asked, and what is no value,
        counts as empty."""
        if self.operator == "all":
            return all(part.holds(answers) for part in self.parts)
        if self.operator == "any":
            return any(part.holds(answers) for part in self.parts)
        if self.operator == "not":
            return not self.parts[0].holds(answers)
        assert self.field is not None
        given = answers.get(self.field.code, "")
        # What was typed and is no value stands in a draft too: as long as it does, nothing follows from it.
        value = given if self.field.kind.is_canonical(given, self.field.options) else ""
        return TESTS[self.operator](self.field, value, self.values)


def _at_least(field: FieldDefinition, value: str, wanted: tuple[str, ...]) -> bool:
    return bool(value) and bool(field.kind.order(value) >= field.kind.order(wanted[0]))


def _at_most(field: FieldDefinition, value: str, wanted: tuple[str, ...]) -> bool:
    return bool(value) and bool(field.kind.order(value) <= field.kind.order(wanted[0]))


TESTS: Mapping[str, Callable[[FieldDefinition, str, tuple[str, ...]], bool]] = {
    "is": lambda field, value, wanted: value == wanted[0],
    "is_not": lambda field, value, wanted: value != wanted[0],
    "one_of": lambda field, value, wanted: value in wanted,
    "includes": lambda field, value, wanted: wanted[0] in value.split(","),
    "filled": lambda field, value, wanted: bool(value),
    "empty": lambda field, value, wanted: not value,
    "at_least": _at_least,
    "at_most": _at_most,
}
BARE = ("filled", "empty")  # take no value


def parse_condition(
    document: Any, known: Mapping[str, FieldDefinition], place: str, depth: int = 1
) -> Condition:
    """The condition that a definition file writes. `known`: the fields that are asked before; a condition that names
    another one cannot be decided when its page is shown, so no circle can arise. Raises DefinitionError."""
    if not isinstance(document, dict) or depth > DEEPEST:
        raise DefinitionError(
            f"{place}: 条件 when の書き方が正しくありません。{{field: 項目, is: 値}} のように書きます。"
        )
    joined = [name for name in JOINING if name in document]
    read = _joined(joined[0], document, known, place, depth) if joined else _test(document, known, place)
    if depth == 1 and _size(read) > MOST:
        raise DefinitionError(f"{place}: 条件は{MOST}個までにしてください。")
    return read


def _joined(
    operator: str, document: dict[str, Any], known: Mapping[str, FieldDefinition], place: str, depth: int
) -> Condition:
    if len(document) > 1:
        raise DefinitionError(f"{place}: 条件の {operator} は、ほかの指定と並べて書けません。")
    given = document[operator]
    parts = [given] if operator == "not" else given
    if not isinstance(parts, list) or not parts:
        raise DefinitionError(f"{place}: 条件の {operator} には、条件を並べて書いてください。")
    return Condition(operator, parts=tuple(parse_condition(one, known, place, depth + 1) for one in parts))


def _test(document: dict[str, Any], known: Mapping[str, FieldDefinition], place: str) -> Condition:
    operators = [name for name in document if name != "field"]
    code = str(document.get("field") or "")
    if len(operators) != 1 or operators[0] not in TESTS or not code:
        raise DefinitionError(
            f"{place}: 条件は、項目 field と、{'、'.join([*TESTS, *JOINING])} のどれか1つで書いてください。"
        )
    field = known.get(code)
    if field is None:
        raise DefinitionError(
            f"{place}: 条件の項目 {code} は、前のページで聞く項目ではありません。条件にできるのは、前のページで聞いた項目だけです。"
        )
    operator = operators[0]
    return Condition(
        operator, field, () if operator in BARE else _values(document[operator], field, operator, place)
    )


def _values(given: Any, field: FieldDefinition, operator: str, place: str) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [given]
    if not listed or (operator != "one_of" and len(listed) != 1):
        raise DefinitionError(f"{place}: 条件の {operator} の値を1つ書いてください。")
    with said_as(DefinitionError, f"{place}: 条件の値を読めません。"):
        values = tuple(field.canonical(str(one)) for one in listed)
    if operator != "is" and operator != "is_not" and "" in values:
        raise DefinitionError(f"{place}: 条件の {operator} に空の値は書けません。")
    return values


def _size(condition: Condition) -> int:
    return 1 + sum(map(_size, condition.parts))
