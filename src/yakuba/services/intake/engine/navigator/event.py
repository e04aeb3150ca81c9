"""What a file about a life event says, as plain data. Names are the Japanese words that stand in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from enum import StrEnum
from functools import cached_property

UNKNOWN = "わからない"  # an answer like any other, and what is told because of it has to be made sure of at the counter
Answers = Mapping[str, str]  # question → answer, of the questions that were asked


class Online(StrEnum):
    """Whether it can be done online."""

    YES = "できる"
    PARTLY = "一部できる"
    NO = "できない"
    BY_TOWN = "町による"


class Closed(StrEnum):
    """What becomes of a deadline on a day on which the office is closed."""

    NEXT = "次の開庁日"
    BEFORE = "前の開庁日"
    STAYS = "そのまま"


class Unit(StrEnum):
    """In what a period is counted."""

    DAYS = "日数"
    MONTHS = "月数"
    YEARS = "年数"


@dataclass(frozen=True)
class When:
    """Every named question has one of these answers; without any it always holds. A question that was not asked has none."""

    wanted: tuple[tuple[str, Collection[str]], ...] = ()
    line: int = 0

    def holds(self, answers: Answers) -> bool:
        """Whether it holds for these answers."""
        return all(answers.get(question) in words for question, words in self.wanted)

    def shown(self) -> str:
        """As a person reads it: 子ども＝はい・わからない、国外＝いいえ."""
        return "、".join(f"{question}＝{'・'.join(words)}" for question, words in self.wanted)


ALWAYS = When()


@dataclass(frozen=True)
class Question:
    """One question with its answers, in order. when: asked only if it holds for the answers before."""

    name: str
    text: str
    answers: tuple[str, ...]
    help: str = ""
    when: When = ALWAYS
    line: int = 0


@dataclass(frozen=True)
class Thing:
    """Something to bring. when: only if it holds."""

    name: str
    when: When = ALWAYS
    line: int = 0


@dataclass(frozen=True)
class Deadline:
    """until when: in words alone, or start (a day that the event names), number and unit of the period, whether the first
    day counts, what a closed day does, and what it costs to be late."""

    words: str = ""
    start: str = ""
    number: int = 0
    unit: Unit = Unit.DAYS
    first_counts: bool = False
    closed: Closed = Closed.NEXT
    late: str = ""
    when: When = ALWAYS
    line: int = 0

    def shown(self) -> str:
        """The rule as a person reads it."""
        if self.words:
            return self.words
        unit = {Unit.DAYS: "日", Unit.MONTHS: "か月", Unit.YEARS: "年"}[self.unit]
        return f"「{self.start}」{'から（その日を含めて）' if self.first_counts else 'の翌日から'}{self.number}{unit}以内"


@dataclass(frozen=True)
class Handed:
    """What a web form is told beforehand: its field gets the value of an answer (values: answer → the form's value), or of
    a day."""

    field: str
    question: str = ""
    values: Mapping[str, str] = made(default_factory=dict)
    day: str = ""


@dataclass(frozen=True)
class Task:
    """A procedure in the checklist. form: code of the procedure whose web form it has; checked_on: when somebody last
    compared it with its source."""

    name: str
    window: str
    note: str = ""
    things: tuple[Thing, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    online: Online = Online.BY_TOWN
    form: str = ""
    handed: tuple[Handed, ...] = ()
    source: str = ""
    checked_on: date | None = None
    line: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """Whatever of it residents read."""
        rules = [text for one in self.deadlines for text in (one.words, one.late)]
        return (self.name, self.window, self.note, *(one.name for one in self.things), *rules)

    def deadline(self, answers: Answers) -> Deadline | None:
        """The first of its deadlines that holds; None where it has none."""
        return next((one for one in self.deadlines if one.when.holds(answers)), None)


@dataclass(frozen=True)
class Row:
    """A row of the table: if `when` holds, these are to be done, those are not, and this sentence is told."""

    when: When
    tasks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    advice: str = ""
    line: int = 0


@dataclass(frozen=True)
class Event:
    """A life event. days: the days that deadlines begin with, as residents are asked for them."""

    code: str
    title: str
    intro: str
    days: tuple[str, ...]
    questions: tuple[Question, ...]
    tasks: tuple[Task, ...]
    rows: tuple[Row, ...]

    @cached_property
    def by_question(self) -> Mapping[str, Question]:
        """Name → question."""
        return {one.name: one for one in self.questions}

    @cached_property
    def by_task(self) -> Mapping[str, Task]:
        """Name → task."""
        return {one.name: one for one in self.tasks}

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Whatever of it residents read, in the order of the file: where places may stand in which towns differ."""
        asked = [text for one in self.questions for text in (one.text, one.help, *one.answers)]
        told = [text for one in self.tasks for text in one.texts]
        return (self.title, self.intro, *asked, *told, *(row.advice for row in self.rows))

    def next_question(self, answers: Answers) -> Question | None:
        """The first that is asked after these answers and has none; None when all are answered."""
        return next(
            (one for one in self.questions if one.name not in answers and one.when.holds(answers)), None
        )
