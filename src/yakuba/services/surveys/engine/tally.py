"""Answers of many bodies → counts by class, prefecture and population band, with every denominator. Pure Python.

Who answered and who chose what are rows of truth values, and one multiplication with the matrix of bodies × groups counts all
of them (`benchmarks/surveys.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yakuba.services.surveys.contracts import Body, BodyClass, QuestionKind, Share
from yakuba.services.surveys.engine.definition import Definition, Field, Question

ALL, MUNICIPAL = "all", "municipal"
Answers = Mapping[str, str]


@dataclass
class Group:
    """What one group of bodies says to one field. asked: bodies; due: of them those to which the question applies; answered: of
    them those that did; counts: option → bodies, several per body where several may be chosen; numbers as texts, in full."""

    asked: int = 0
    due: int = 0
    answered: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    total: str = ""
    median: str = ""

    @property
    def unanswered(self) -> int:
        """Bodies to which it applies and that said nothing (無回答)."""
        return self.due - self.answered

    def base(self, question_base: str) -> int:
        """The denominator of its rates: all who were asked, or who answered it."""
        return self.answered if question_base == "answered" else self.asked

    def share(self, option: str, question_base: str) -> Share:
        """The rate of an option."""
        return Share(self.counts.get(option, 0), self.base(question_base))

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            key: value for key, value in vars(self).items() if value or key in ("asked", "due", "answered")
        }


@dataclass
class FieldTally:
    """One field over all its groups: `all`, `municipal`, `class:…`, `prefecture:…`, `band:…`. hidden: those whose total is not
    shown (`engine.disclosure`)."""

    key: str
    groups: dict[str, Group]
    hidden: frozenset[str] = frozenset()

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return {name: group.as_plain() for name, group in self.groups.items()}

    @classmethod
    def of_plain(
        cls, key: str, plain: Mapping[str, Mapping[str, Any]], hidden: Iterable[str] = ()
    ) -> FieldTally:
        """From JSON."""
        return cls(key, {name: Group(**values) for name, values in plain.items()}, frozenset(hidden))


def groups_of(body: Body) -> tuple[str, ...]:
    """The groups in which a body counts. `municipal` is all but prefectures: the base of 1,741."""
    own: tuple[str, ...] = (ALL, f"class:{body.kind.value}")
    if body.kind != BodyClass.PREFECTURE:
        own = (*own, MUNICIPAL)
    if body.prefecture:
        own = (*own, f"prefecture:{body.prefecture}") if body.kind != BodyClass.PREFECTURE else own
    return (*own, f"band:{body.band}") if body.band else own


def tally(
    definition: Definition, bodies: Sequence[Body], sheets: Sequence[Answers | None]
) -> list[FieldTally]:
    """Count every field. sheets: of each body its answers, or None where there are none."""
    names, belongs = _membership(bodies)
    inside = [np.flatnonzero(belongs[:, at]) for at in range(len(names))]
    asked = belongs.sum(axis=0).astype(int).tolist()
    held = {one.code: _held(one, sheets) for one in definition.questions if one.when is not None}
    # Sheet by sheet, then turned round: going through all sheets once for each question would miss the cache every time.
    keys = list(definition.fields)
    rows = [list(map((sheet or {}).get, keys)) for sheet in sheets]
    values = list(zip(*rows, strict=True)) if rows else [()] * len(keys)
    columns = [
        _column(question, one, column, held.get(question.code))
        for (question, one), column in zip(definition.fields.values(), values, strict=True)
    ]
    counted = _counted([row for column in columns for row in column.rows], belongs)
    found, at = [], 0
    for column in columns:
        numbers = counted[at : at + len(column.rows)]
        at += len(column.rows)
        found.append(_tallied(column, names, asked, numbers, inside))
    return found


@dataclass
class _Column:
    """One field over all bodies. rows: to which it applies, who answered, and who chose each option, as truth values; amounts: of a
    number its values in units of 10 ** -decimals, None where there are none."""

    key: str
    options: list[str]
    rows: list[np.ndarray[Any, Any]]
    amounts: np.ndarray[Any, Any] | None
    decimals: int


def _membership(bodies: Sequence[Body]) -> tuple[list[str], np.ndarray[Any, Any]]:
    """The groups, and bodies × groups with 1 where a body is in one. float32 counts exactly up to 16 million."""
    known: dict[str, int] = {}
    of = [[known.setdefault(name, len(known)) for name in groups_of(body)] for body in bodies]
    belongs = np.zeros((len(bodies), len(known)), dtype=np.float32)
    for at, groups in enumerate(of):
        belongs[at, groups] = 1
    return list(known), belongs


def _held(question: Question, sheets: Sequence[Answers | None]) -> np.ndarray[Any, Any]:
    """For which bodies the question's condition holds; for none without answers."""
    condition = question.when
    assert condition is not None
    return np.fromiter(
        (sheet is not None and condition.holds(sheet) for sheet in sheets), dtype=bool, count=len(sheets)
    )


def _column(
    question: Question, one: Field, values: Sequence[str | None], applies: np.ndarray[Any, Any] | None
) -> _Column:
    due = np.ones(len(values), dtype=bool) if applies is None else applies
    if applies is not None:
        values = [value if does else None for value, does in zip(values, applies.tolist(), strict=True)]
    answered = np.fromiter(map(bool, values), dtype=bool, count=len(values))
    rows, options = [due, answered], list(one.options)
    if one.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        rows += _chosen(values, options)
    amounts = None
    if one.kind == QuestionKind.NUMBER and answered.any():
        amounts = _amounts(values, question.decimals)
    return _Column(one.key, options, rows, amounts, question.decimals)


def _chosen(values: Sequence[str | None], options: Sequence[str]) -> list[np.ndarray[Any, Any]]:
    """Who chose each option. Each different answer is taken apart once: of several options there are few combinations."""
    numbers = {value: at for at, value in enumerate(dict.fromkeys(values))}
    which = np.fromiter(map(numbers.__getitem__, values), dtype=np.int32, count=len(values))
    apart = [frozenset((value or "").split(",")) for value in numbers]
    return [np.array([option in parts for parts in apart], dtype=bool)[which] for option in options]


def _amounts(values: Sequence[str | None], decimals: int) -> np.ndarray[Any, Any]:
    """Whole units of 10 ** -decimals; where they might be too large for 64 bits together, as Python's own integers."""
    if decimals:
        known = {value: _units(value, decimals) if value else 0 for value in dict.fromkeys(values)}
        units = list(map(known.__getitem__, values))
    else:
        units = [int(value or 0) for value in values]
    fits = max(map(abs, units)) < 2**62 // max(len(units), 1)
    return np.array(units, dtype=np.int64 if fits else object)


def _units(value: str, decimals: int) -> int:
    whole, _, rest = value.partition(".")
    return int(whole + rest.ljust(decimals, "0"))


def _counted(rows: Sequence[np.ndarray[Any, Any]], belongs: np.ndarray[Any, Any]) -> list[list[int]]:
    """Of each row how many bodies of each group, all by one multiplication of matrices."""
    if not rows or not belongs.size:
        return [[0] * belongs.shape[1] for _ in rows]
    counts: list[list[int]] = (np.array(rows, dtype=np.float32) @ belongs).astype(int).tolist()
    return counts


def _tallied(
    column: _Column, names: Sequence[str], asked: Sequence[int], numbers: Sequence[Sequence[int]], inside: Sequence[np.ndarray[Any, Any]]
) -> FieldTally:  # fmt: skip
    due, answered, *chosen = numbers
    groups = {}
    for at, name in enumerate(names):
        counts = (
            {option: row[at] for option, row in zip(column.options, chosen, strict=False) if row[at]}
            if chosen
            else {}
        )
        groups[name] = Group(asked[at], due[at], answered[at], counts)
    if column.amounts is not None:
        who = column.rows[1]
        for at, name in enumerate(names):
            if answered[at]:
                mine = inside[at][who[inside[at]]]
                groups[name].total, groups[name].median = _told(column.amounts[mine], column.decimals)
    return FieldTally(column.key, groups)


def _told(amounts: np.ndarray[Any, Any], decimals: int) -> tuple[str, str]:
    """Total and median as texts, exact."""
    listed = np.sort(amounts)
    half = len(listed) // 2
    twice = int(listed[half]) * 2 if len(listed) % 2 else int(listed[half - 1]) + int(listed[half])
    return _text(int(listed.sum()), decimals), _text(twice * 5, decimals + 1)


def _text(units: int, decimals: int) -> str:
    """Units of 10 ** -decimals as a number without zeros behind the point."""
    if units % 10**decimals == 0:
        return str(units // 10**decimals)
    whole, rest = divmod(abs(units), 10**decimals)
    return f"{'-' if units < 0 else ''}{whole}.{rest:0{decimals}d}".rstrip("0")


def percents_sum(shares: Iterable[Share]) -> int | None:
    """Tenths of a per cent of all options together, as they are shown; None without a denominator. Not 1000: rounding, several
    answers, or 無回答 that the table leaves out; it is shown as it is, with a note."""
    tenths = [share.tenths for share in shares]
    return None if None in tenths or not tenths else sum(one for one in tenths if one is not None)
