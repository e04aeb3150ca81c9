"""The definition of a survey's edition: one YAML file a clerk can read → `Definition`, or every fault with its line.

```yaml
survey: ai-adoption              # stable over the years
title: AIの導入状況調査
edition: "2026"                  # unique in the survey
state: final                     # provisional (速報) or final (確定)
as_of: 2026-04-01
contact: 企画課 情報係
sections:
  - title: 導入
    questions:
      - {code: ai, label: AIを導入していますか, kind: choice, options: {yes: はい, no: いいえ}, required: はい}
```
A code is what a question and an option are in every year; their texts may change from year to year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from yakuba.services.surveys.contracts import BodyClass, QuestionKind
from yakuba.services.surveys.engine.conditions import Condition

CODE = re.compile(r"[a-z](?:_?[a-z0-9]){0,29}")
OPTION = re.compile(r"[a-z0-9](?:_?[a-z0-9]){0,29}")


@dataclass(frozen=True)
class Field:
    """One value of an answer: what stands in one cell. key: `code`, of a grid's row `code.row`. kind: never GRID."""

    key: str
    label: str
    kind: QuestionKind
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A question. options: code → text (of a grid: of its columns); rows: of a grid; columns: of a table, code → (text, whether
    it is a number). least, most: of a number, inclusive. counts_people: it counts persons or firms, so that small counts are
    hidden. base: whether rates are of all who were asked (`asked`) or of those who answered it (`answered`). breaks: why this
    edition cannot be compared with those before. published: option → per cent as a source prints it, where no answers are."""

    code: str
    label: str
    kind: QuestionKind
    options: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    most_rows: int = 0
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int = 0
    longest: int = 1000
    required: bool = False
    help: str = ""
    when: Condition | None = None
    sum_of: tuple[str, ...] = ()
    counts_people: bool = False
    base: str = "asked"
    breaks: str = ""
    published: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The values of which its answer is made."""
        if self.kind == QuestionKind.GRID:
            return tuple(
                Field(f"{self.code}.{row}", f"{self.label}：{text}", QuestionKind.CHOICE, self.options)
                for row, text in self.rows.items()
            )
        return (Field(self.code, self.label, self.kind, self.options),)

    @property
    def field_keys(self) -> tuple[str, ...]:
        """The keys of these values."""
        return tuple(one.key for one in self.fields)


@dataclass(frozen=True)
class Section:
    """Questions under one title; a sheet of the form."""

    title: str
    questions: tuple[Question, ...]
    lead: str = ""


@dataclass(frozen=True)
class Check:
    """Something between answers. left, right: keys of numbers; relation: at_most or equal; change: most change against last
    year's answer of `left`, in per cent, where `right` is empty. It asks, and refuses nothing."""

    left: str
    right: str = ""
    relation: str = "at_most"
    change: int = 0
    message: str = ""


@dataclass(frozen=True)
class Deadline:
    """By when these classes answer (all where none is named). text: as the letter says it; day: what the owner set, or None."""

    classes: tuple[BodyClass, ...]
    text: str
    day: date | None


@dataclass(frozen=True)
class Merged:
    """A body that is another one's from a day on."""

    code: str
    into: str
    since: date


@dataclass(frozen=True)
class Definition:
    """An edition of a survey. classes_on: the day on which classes are those of the tables. asked: classes of
    bodies that must answer; bodies: codes, where only some are asked."""

    survey: str
    title: str
    edition: str
    label: str
    is_final: bool
    as_of: date
    classes_on: date
    sections: tuple[Section, ...]
    contact: str = ""
    lead: str = ""
    cycle: str = ""
    asked: tuple[BodyClass, ...] = tuple(BodyClass)
    bodies: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    checks: tuple[Check, ...] = ()
    merged: tuple[Merged, ...] = ()
    approval: bool = True
    threshold: int = 10

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in their order."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def by_code(self) -> Mapping[str, Question]:
        """By code."""
        return {question.code: question for question in self.questions}

    @cached_property
    def fields(self) -> Mapping[str, tuple[Question, Field]]:
        """Every value by its key, with its question."""
        return {one.key: (question, one) for question in self.questions for one in question.fields}

    @cached_property
    def families(self) -> tuple[tuple[Question, ...], ...]:
        """Questions that count persons or firms, each with all that sums (`sum_of`) tie to it: one gives the other away."""
        numbers = [one for one in self.questions if one.kind == QuestionKind.NUMBER]
        family = {one.code: at for at, one in enumerate(numbers)}
        for one in numbers:
            tied = {family[code] for code in (one.code, *one.sum_of) if code in family}
            family = {code: min(tied) if at in tied else at for code, at in family.items()}
        together: dict[int, list[Question]] = {}
        for one in numbers:
            together.setdefault(family[one.code], []).append(one)
        return tuple(tuple(held) for held in together.values() if any(one.counts_people for one in held))

    @cached_property
    def confidential(self) -> frozenset[str]:
        """The codes of these questions: a body's own number is not published, small totals are hidden."""
        return frozenset(one.code for held in self.families for one in held)

    def applicable(self, answers: Mapping[str, str]) -> Iterator[Question]:
        """The questions that are asked, given these answers."""
        return (one for one in self.questions if one.when is None or one.when.holds(answers))

    def deadline_of(self, kind: BodyClass) -> Deadline | None:
        """Of a class: the first that names it, else the first for all."""
        named = [one for one in self.deadlines if kind in one.classes]
        return next(iter([*named, *(one for one in self.deadlines if not one.classes)]), None)
