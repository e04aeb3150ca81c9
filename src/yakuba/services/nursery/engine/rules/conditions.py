"""The one form of conditions: `{label: test, …}` where all must hold, or a list of such where one must.

    状況: 会社勤務            equals (a choice by its label or code; several choices: contains it)
    状況: [会社勤務, 自営業]   is one of
    月: 160時間以上           以上 以下 超 未満, of numbers, dates and times (dates also 以後 以前)
    月: 120から159           between, both included
    転入日: 空欄 / 記入あり     empty / given
    地区: この施設の地区        the same as that of the facility wished for; `この施設` is its name
    日齢: この施設の受入日齢未満  compared with the facility's

An empty value fulfils only 空欄.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from yakuba.kernel.definitions import Faults, Node, plain
from yakuba.services.nursery.engine.rules.fields import (
    BadValue,
    Field,
    Kind,
    Scope,
    Value,
    parts,
    read_value,
    show,
    with_label,
)
from yakuba.services.nursery.engine.rules.naming import folded

HERE = "この施設"
NAME_HERE = "この施設"  # the key under which a facility's id and name stand
EMPTY, GIVEN = "空欄", "記入あり"
COMPARISONS = {
    "以上": operator.ge,
    "以後": operator.ge,
    "以下": operator.le,
    "以前": operator.le,
    "未満": operator.lt,
    "超": operator.gt,
}
ENDINGS = re.compile(rf"(.+?)({'|'.join(COMPARISONS)})")
BETWEEN = re.compile(r"(.+?)(?:から|～|~|〜)(.+?)(?:まで)?")

Values = Mapping[str, Any]
NOTHING: Values = {}


@dataclass(frozen=True)
class Test:
    """One test of one field. passes(value, operand): the comparison; reference: the facility's field that gives the
    operand, empty where `operand` does. text: as written."""

    spec: Field
    passes: Callable[[Any, Any], bool]
    operand: Any
    text: str
    reference: str = ""
    wants_empty: bool = False
    label: str = field(init=False)
    asks_facility: bool = field(init=False)  # the value is the facility's, and not only the operand

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.spec.label)
        object.__setattr__(self, "asks_facility", self.spec.scope is Scope.FACILITY)

    @property
    def of_facility(self) -> bool:
        """Whether it can only be answered for a facility."""
        return bool(self.reference) or self.asks_facility

    def holds(self, mine: Values, there: Values) -> bool:
        """mine: values of the child (and guardian) by label; there: those of the facility."""
        value = (there if self.asks_facility else mine).get(self.label)
        if value is None:
            return self.wants_empty
        if not self.reference:
            return self.passes(value, self.operand)
        operand = there.get(self.reference)
        return operand is not None and self.passes(value, operand)

    def because(self, mine: Values, there: Values) -> str:
        """The value that was looked at, as staff read it."""
        value = (there if self.asks_facility else mine).get(self.label)
        if self.reference and value is not None:
            return f"{self.spec.label}が{self.text}（{show(self.spec, value)}）"
        return with_label(self.spec, value)


@dataclass(frozen=True)
class Case:
    """Tests that must all hold: first those that need no facility, then those that do."""

    own: tuple[Test, ...]
    there: tuple[Test, ...]
    needed: tuple[str, ...] = field(
        init=False
    )  # values of the child that the latter compare with the facility's

    def __post_init__(self) -> None:
        needed = tuple(test.label for test in self.there if not test.asks_facility)
        object.__setattr__(self, "needed", needed)

    def possible(self, mine: Values) -> bool:
        """Whether those hold that need no facility, and the others could.

        Runs some hundred times for every applicant, so it asks the tests' parts instead of `Test.holds`.
        """
        for test in self.own:
            value = mine.get(test.label)
            if value is None:
                if not test.wants_empty:
                    return False
            elif not test.passes(value, test.operand):
                return False
        return all(mine.get(label) is not None for label in self.needed) if self.needed else True

    def holds(self, mine: Values, there: Values) -> bool:
        """Whether all hold."""
        return self.possible(mine) and all(test.holds(mine, there) for test in self.there)

    def because(self, mine: Values, there: Values) -> str:
        """What was looked at, in the order written."""
        return "、".join(test.because(mine, there) for test in (*self.own, *self.there))


@dataclass(frozen=True)
class Condition:
    """Cases of which one must hold; without any it always holds."""

    cases: tuple[Case, ...] = ()

    @cached_property
    def of_facility(self) -> bool:
        """Whether any part can only be answered for a facility."""
        return any(case.there for case in self.cases)

    def narrowed(self, mine: Values) -> Condition | None:
        """The cases still possible for the child, whatever the facility; None when none is."""
        if not self.cases:
            return self
        possible = tuple(case for case in self.cases if case.possible(mine))
        if len(possible) == len(self.cases):
            return self
        return Condition(possible) if possible else None

    def met(self, mine: Values, there: Values = NOTHING) -> Case | None:
        """The first case that holds; an empty case for a condition without any."""
        if not self.cases:
            return ALWAYS
        for case in self.cases:
            if case.possible(mine) and (not case.there or case.holds(mine, there)):
                return case
        return None

    def fields(self) -> list[Field]:
        """Every field asked, in order."""
        return [test.spec for case in self.cases for test in (*case.own, *case.there)]

    def missing(self, mine: Values) -> list[Field]:
        """Fields that are empty in a case which would hold but for them."""
        for case in self.cases:
            failing = [test for test in case.own if not test.holds(mine, NOTHING)]
            if failing and all(mine.get(test.spec.label) is None for test in failing):
                return [test.spec for test in failing]
        return []


ALWAYS = Case((), ())


class ConditionReader:
    """Reads conditions over a set of fields. own: by label; there: the facility's, by label with 施設の before it."""

    def __init__(self, own: Mapping[str, Field], there: Mapping[str, Field], faults: Faults) -> None:
        self.own = own
        self.there = there
        self.faults = faults

    def read(self, node: Node | None, place: str, *, facility: bool = False) -> Condition:
        """The condition of a node; one that always holds for None. facility: fields of facilities may be asked."""
        if node is None:
            return Condition()
        nodes = node.items if node.items is not None else (node,)
        if node.items is not None and not nodes:
            self.faults.add(node.line, place, "条件が1つもありません。")
        cases = [case for one in nodes if (case := self._case(one, place, facility))]
        return Condition(tuple(cases))

    def _case(self, node: Node, place: str, facility: bool) -> Case | None:
        if not node.entries:
            reason = "条件は「項目: 値」の形で書いてください。例: {月: 160以上}"
            self.faults.add(node.line, place, reason)
            return None
        seen: set[str] = set()
        tests: list[Test] = []
        for label, line, value in node.entries:
            if label in seen:
                self.faults.add(
                    line, place, f"条件に「{label}」が二つあります。範囲は「120から159」と書けます。"
                )
            seen.add(label)
            test = self._test(label, line, value, place, facility)
            if test:
                tests.append(test)
        own = tuple(test for test in tests if not test.of_facility)
        return Case(own, tuple(test for test in tests if test.of_facility))

    def _test(self, label: str, line: int, node: Node, place: str, facility: bool) -> Test | None:
        spec = self.own.get(label) or (self.there.get(label) if facility else None)
        if spec is None:
            if label in self.there:
                reason = f"「{label}」はここでは使えません。施設の項目は、施設別加点・対象外・組分け・同点のときに使えます。"
                self.faults.add(line, place, reason)
            else:
                known = [*self.own, *(self.there if facility else ())]
                self.faults.unknown(line, place, label, known)
            return None
        try:
            test = self._read(spec, node)
        except BadValue as error:
            self.faults.add(node.line, place, f"「{label}」: {error}")
            return None
        if test.reference and not facility:
            self.faults.add(
                node.line, place, f"「{label}: {test.text}」はここでは使えません（施設ごとに決まるため）。"
            )
            return None
        return test

    def _read(self, spec: Field, node: Node) -> Test:
        if node.items is not None:
            return self._one_of(spec, node.items)
        if node.text is None:
            raise BadValue("値は「会社勤務」「160以上」「[会社勤務, 自営業]」のように書いてください。")
        text = plain(node.text)
        if text == EMPTY:
            return Test(spec, _never, None, text, wants_empty=True)
        if text == GIVEN:
            return Test(spec, _always, None, text)
        if spec.ordered:
            compared = self._compared(spec, text)
            if compared:
                return compared
        if text.startswith(HERE):
            return self._same_as_there(spec, text)
        return self._one_of(spec, (node,))

    def _compared(self, spec: Field, text: str) -> Test | None:
        if match := ENDINGS.fullmatch(text):
            passes = COMPARISONS[match[2]]
            if match[1].startswith(HERE):
                return Test(spec, passes, None, text, reference=self._there(match[1], spec).label)
            return Test(spec, passes, self._literal(spec, match[1]), text)
        if match := BETWEEN.fullmatch(text):
            low, high = self._literal(spec, match[1]), self._literal(spec, match[2])
            if low > high:  # type: ignore[operator]  # both of the field's kind
                raise BadValue(f"「{text}」は前の値のほうが大きくなっています。")
            return Test(spec, _between, (low, high), text)
        return None

    def _same_as_there(self, spec: Field, text: str) -> Test:
        if text == HERE:
            if spec.kind is not Kind.TEXT:
                raise BadValue(f"「{HERE}」と比べられるのは、種類が「文字」の項目だけです。")
            return Test(spec, _share_a_name, None, text, reference=NAME_HERE)
        other = self._there(text, spec)
        passes = _share_a_name if spec.kind is Kind.TEXT else operator.eq
        return Test(spec, passes, None, text, reference=other.label)

    def _there(self, text: str, spec: Field) -> Field:
        """The facility's field that is named, of the same kind as `spec`."""
        label = text.removeprefix("この")
        if label not in self.there:
            known = "、".join(f"この{one}" for one in self.there)
            raise BadValue(f"「{text}」という施設の項目はありません。書けるのは {HERE}、{known} です。")
        other = self.there[label]
        if other.kind is not spec.kind:
            raise BadValue(f"「{text}」は{other.kind}なので、{spec.kind}の「{spec.label}」と比べられません。")
        return other

    def _one_of(self, spec: Field, nodes: Sequence[Node]) -> Test:
        values = []
        for node in nodes:
            if node.text is None or not node.text:
                raise BadValue("並べられるのは空でない値だけです。")
            values.append(self._literal(spec, plain(node.text)))
        text = "、".join(str(node.text) for node in nodes)
        if not values:
            raise BadValue("値が1つもありません。")
        if spec.kind is Kind.CHOICES:
            wanted = frozenset().union(*values)  # type: ignore[arg-type]  # choices are sets
            return Test(spec, _overlap, wanted, text)
        return Test(spec, _is_one_of, frozenset(values), text)

    def _literal(self, spec: Field, text: str) -> Value:
        value = read_value(spec, text.strip())
        if value is None:
            raise BadValue("値がありません。")
        return value


def _never(value: Any, _: Any) -> bool:
    return False


def _always(value: Any, _: Any) -> bool:
    return True


def _between(value: Any, ends: tuple[Any, Any]) -> bool:
    return bool(ends[0] <= value <= ends[1])


def _is_one_of(value: Any, wanted: frozenset[Any]) -> bool:
    return value in wanted


def _overlap(value: frozenset[str], wanted: frozenset[str]) -> bool:
    return not value.isdisjoint(wanted)


def _share_a_name(value: str, there: Any) -> bool:
    """Whether two texts, each perhaps a list of names, have a name in common, however it is written."""
    here = _names_in(value)
    if isinstance(there, frozenset):
        return any(not here.isdisjoint(_names_in(one)) for one in there)
    return not here.isdisjoint(_names_in(there))


@lru_cache(maxsize=100_000)
def _names_in(text: str) -> frozenset[str]:
    return frozenset(folded(part) for part in parts(text))
