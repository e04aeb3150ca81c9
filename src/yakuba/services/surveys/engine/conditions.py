"""When a question is asked: a closed tree, read once and decided here. No expression text.

{question: q1, is: yes}                       {question: q3, at_least: "5"}
{all: [{question: q1, one_of: [a, b]}, {not: {question: q2, filled: はい}}]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from yakuba.kernel.definitions import Faults, Node

DEEPEST, MOST = 6, 40
JOINING = ("all", "any", "not")
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Condition:
    """operator: a key of `TESTS` with the key of an answer and values, or one of `JOINING` with parts."""

    operator: str
    key: str = ""
    values: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The answers that it asks about."""
        own = {self.key} if self.key else set()
        return frozenset(own.union(*(part.keys for part in self.parts)))

    def holds(self, answers: Answers) -> bool:
        """Whether it holds for these answers; one that is not there counts as empty."""
        if self.operator == "all":
            return all(part.holds(answers) for part in self.parts)
        if self.operator == "any":
            return any(part.holds(answers) for part in self.parts)
        if self.operator == "not":
            return not self.parts[0].holds(answers)
        return TESTS[self.operator](answers.get(self.key, ""), self.values)

    @property
    def size(self) -> int:
        """How many tests and joints it has."""
        return 1 + sum(part.size for part in self.parts)


def _compared(value: str, wanted: str, holds: Callable[[Decimal, Decimal], bool]) -> bool:
    try:
        return holds(Decimal(value), Decimal(wanted))
    except InvalidOperation:
        return False


TESTS: Mapping[str, Callable[[str, tuple[str, ...]], bool]] = {
    "is": lambda value, wanted: value == wanted[0],
    "is_not": lambda value, wanted: value != wanted[0],
    "one_of": lambda value, wanted: value in wanted,
    "includes": lambda value, wanted: wanted[0] in value.split(","),
    "filled": lambda value, wanted: bool(value),
    "empty": lambda value, wanted: not value,
    "at_least": lambda value, wanted: _compared(value, wanted[0], lambda one, other: one >= other),
    "at_most": lambda value, wanted: _compared(value, wanted[0], lambda one, other: one <= other),
}
WORDS: Mapping[str, str] = {
    "is": "{name}が「{value}」",
    "is_not": "{name}が「{value}」でない",
    "one_of": "{name}が{values}のどれか",
    "includes": "{name}に「{value}」がある",
    "filled": "{name}に答えがある",
    "empty": "{name}に答えがない",
    "at_least": "{name}が{value}以上",
    "at_most": "{name}が{value}以下",
}
BARE = ("filled", "empty")
NUMERIC = ("at_least", "at_most")


def in_words(condition: Condition, name: Callable[[str], str], said: Callable[[str, str], str]) -> str:
    """As somebody reads it who fills in a form. name: key of an answer → what its question is called there; said: key and value →
    the value's text."""
    if condition.operator == "not":
        return f"（{in_words(condition.parts[0], name, said)}）のではない"
    if condition.operator in JOINING:
        parts = [_bracketed(one, name, said) for one in condition.parts]
        return ("、かつ" if condition.operator == "all" else "、または").join(parts)
    values = [said(condition.key, one) for one in condition.values]
    return WORDS[condition.operator].format(
        name=name(condition.key),
        value=values[0] if values else "",
        values="、".join(f"「{one}」" for one in values),
    )


def _bracketed(condition: Condition, name: Callable[[str], str], said: Callable[[str, str], str]) -> str:
    told = in_words(condition, name, said)
    return f"（{told}）" if condition.operator in ("all", "any") and len(condition.parts) > 1 else told


def read_condition(node: Node, known: Mapping[str, Set[str]], place: str, faults: Faults) -> Condition | None:
    """The condition of a definition file. known: key of every answer that is asked before → its options (none: free); what is
    asked later cannot decide, so no circle arises. None where something is wrong, which the faults tell."""
    found = _read(node, known, place, faults, 1)
    if found is not None and found.size > MOST:
        faults.add(node.line, place, f"条件は{MOST}個までにしてください。")
    return found


def _read(
    node: Node, known: Mapping[str, Set[str]], place: str, faults: Faults, depth: int
) -> Condition | None:
    entries = {key: value for key, _, value in node.entries or ()}
    if not entries or depth > DEEPEST:
        faults.add(
            node.line, place, "条件 when は {question: 設問, is: 値} の形で、6段までで書いてください。"
        )
        return None
    joined = [name for name in JOINING if name in entries]
    if joined:
        return _joined(joined[0], entries, known, place, faults, depth, node.line)
    return _test(entries, known, place, faults, node.line)


def _joined(
    operator: str, entries: Mapping[str, Node], known: Mapping[str, Set[str]], place: str, faults: Faults, depth: int, line: int
) -> Condition | None:  # fmt: skip
    given = entries[operator]
    parts = (given,) if operator == "not" else given.items
    if len(entries) > 1 or not parts:
        faults.add(line, place, f"条件の {operator} には、条件だけを並べて書いてください。")
        return None
    read = [_read(one, known, place, faults, depth + 1) for one in parts]
    kept = tuple(one for one in read if one is not None)
    return Condition(operator, parts=kept) if len(kept) == len(read) else None


def _test(
    entries: Mapping[str, Node], known: Mapping[str, Set[str]], place: str, faults: Faults, line: int
) -> Condition | None:
    operators = [name for name in entries if name != "question"]
    key = (entries["question"].text or "") if "question" in entries else ""
    if len(operators) != 1 or operators[0] not in TESTS or not key:
        faults.add(
            line,
            place,
            f"条件は、設問 question と、{'、'.join([*TESTS, *JOINING])} のどれか1つで書いてください。",
        )
        return None
    if key not in known:
        faults.add(
            line,
            place,
            f"条件の設問「{key[:60]}」は、この設問より前にありません。前の設問の code を書いてください。",
        )
        return None
    operator, given = operators[0], entries[operators[0]]
    values = tuple(one.text or "" for one in (given.items if given.items is not None else (given,)))
    if operator in BARE:
        return Condition(operator, key)
    if (operator != "one_of" and len(values) != 1) or not values:
        faults.add(line, place, f"条件の {operator} の値を1つ書いてください。")
        return None
    if wrong := [one for one in values if known[key] and operator not in NUMERIC and one not in known[key]]:
        faults.unknown(line, place, wrong[0], sorted(known[key]))
        return None
    return Condition(operator, key, values)
