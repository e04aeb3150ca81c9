"""Answers of many bodies → counts by class, prefecture and population band, with every denominator. Pure Python.

One pass a field: bodies fall into cells of (class, prefecture, band), the cells are counted by `Counter`, and groups are sums
of cells. 1,788 bodies × 300 questions × 10 years take about three seconds so (`benchmarks/surveys.py`).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from yakuba.services.surveys.contracts import Body, BodyClass, QuestionKind, Share
from yakuba.services.surveys.engine.answers import number_text
from yakuba.services.surveys.engine.definition import Definition, Field, Question

ALL, MUNICIPAL = "all", "municipal"
NOT_ASKED = None  # of a body for which the question's condition does not hold
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
    """One field over all its groups: `all`, `municipal`, `class:…`, `prefecture:…`, `band:…`."""

    key: str
    groups: dict[str, Group]

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return {name: group.as_plain() for name, group in self.groups.items()}

    @classmethod
    def of_plain(cls, key: str, plain: Mapping[str, Mapping[str, Any]]) -> FieldTally:
        """From JSON."""
        return cls(key, {name: Group(**values) for name, values in plain.items()})


def groups_of(body: Body) -> tuple[str, ...]:
    """The groups in which a body counts. `municipal` is all but prefectures: the base of 1,741."""
    own = (ALL, f"class:{body.kind.value}")
    if body.kind != BodyClass.PREFECTURE:
        own = (*own, MUNICIPAL)
    if body.prefecture:
        own = (*own, f"prefecture:{body.prefecture}") if body.kind != BodyClass.PREFECTURE else own
    return (*own, f"band:{body.band}") if body.band else own


def tally(
    definition: Definition, bodies: Sequence[Body], sheets: Sequence[Answers | None]
) -> list[FieldTally]:
    """Count every field. sheets: of each body its answers, or None where there are none."""
    cells, of_cell = _cells(bodies)
    held = _held(definition, sheets)
    found = []
    for question in definition.questions:
        applies = held.get(question.code)
        for one in question.fields:
            column = [None if sheet is None else sheet.get(one.key, "") for sheet in sheets]
            found.append(_field(question, one, column, cells, of_cell, applies))
    return found


def _cells(bodies: Sequence[Body]) -> tuple[list[int], list[tuple[str, ...]]]:
    """Of each body the number of its cell, and of each cell its groups."""
    known: dict[tuple[str, ...], int] = {}
    return [known.setdefault(groups_of(body), len(known)) for body in bodies], list(known)


def _held(definition: Definition, sheets: Sequence[Answers | None]) -> dict[str, list[bool]]:
    """Of each question with a condition, for which bodies it holds. A body without answers counts as one to which it applies
    only where no condition decides."""
    conditions = {one.code: one.when for one in definition.questions if one.when is not None}
    return {
        code: [sheet is not None and condition.holds(sheet) for sheet in sheets]
        for code, condition in conditions.items()
    }


def _field(
    question: Question, one: Field, column: Sequence[str | None], cells: Sequence[int],
    of_cell: Sequence[tuple[str, ...]], applies: Sequence[bool] | None,
) -> FieldTally:  # fmt: skip
    groups: dict[str, Group] = {}
    asked = Counter(cells)
    due = (
        asked if applies is None else Counter(cell for cell, does in zip(cells, applies, strict=True) if does)
    )
    values: Counter[tuple[int, str | None]] = Counter(
        zip(cells, column, strict=True) if applies is None
        else ((cell, value) for cell, value, does in zip(cells, column, applies, strict=True) if does)
    )  # fmt: skip
    for cell, names in enumerate(of_cell):
        for name in names:
            group = groups.setdefault(name, Group())
            group.asked += asked[cell]
            group.due += due[cell]
    is_choice = one.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    numbers: dict[str, list[tuple[Decimal, int]]] = {}
    for (cell, value), number in values.items():
        if not value:
            continue
        parts = value.split(",") if one.kind == QuestionKind.CHOICES else (value,)
        amount = Decimal(value) if one.kind == QuestionKind.NUMBER else None
        for name in of_cell[cell]:
            group = groups[name]
            group.answered += number
            if is_choice:
                for part in parts:
                    group.counts[part] = group.counts.get(part, 0) + number
            elif amount is not None:
                numbers.setdefault(name, []).append((amount, number))
    for name, weighted in numbers.items():
        groups[name].total = number_text(sum((amount * times for amount, times in weighted), Decimal(0)))
        groups[name].median = number_text(_median(weighted))
    return FieldTally(one.key, groups)


def _median(weighted: Iterable[tuple[Decimal, int]]) -> Decimal:
    return statistics.median([amount for amount, times in weighted for _ in range(times)])


def percents_sum(shares: Iterable[Share]) -> int | None:
    """Tenths of a per cent of all options together, as they are shown; None without a denominator. Not 1000: rounding, several
    answers, or 無回答 that the table leaves out; it is shown as it is, with a note."""
    tenths = [share.tenths for share in shares]
    return None if None in tenths or not tenths else sum(one for one in tenths if one is not None)
