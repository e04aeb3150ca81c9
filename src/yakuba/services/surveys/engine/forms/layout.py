"""Where each value stands in the form: sheet, cell and defined name. The layout's hash says whether a form that comes back is
of this edition. Pure Python; writing and reading agree because both ask here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from yakuba.services.surveys.contracts import QuestionKind
from yakuba.services.surveys.engine.conditions import in_words
from yakuba.services.surveys.engine.definition import Definition, Field, Question

COVER, HIDDEN = "表紙", "_survey"
FIRST_ROW, ANSWER = 5, "D"  # of a sheet's first question, and the column of single answers
PREFIX = "ans_"
SURVEY_MARK, BODY_MARK, NAME_MARK = (
    "survey",
    "BODYCODE",
    "BODYNAME",
)  # what a handed-out copy has in place of the marks
LAST_MARK = re.compile(rb"LASTYEAR\((ans_[a-z0-9_]+)\)")  # in a copy: what the body answered there last time
BAD_TITLE = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Place:
    """One cell. name: its defined name; option: of several answers, whose mark it is; at: row and column of a table."""

    sheet: str
    cell: str
    name: str
    question: Question
    field: Field
    option: str = ""
    at: tuple[int, str] | None = None


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its words and the cells to be filled in."""

    row: int
    number: str
    label: str
    hint: str
    places: tuple[Place, ...]


def titles(definition: Definition) -> list[str]:
    """The sheets' names, one for each section: at most 31 characters, each once."""
    found: list[str] = []
    for at, section in enumerate(definition.sections, start=1):
        found.append(f"{at} {BAD_TITLE.sub('', section.title)}"[:31].strip())
    return found


def column(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def lines(definition: Definition) -> Iterator[tuple[str, list[Line]]]:
    """Of each sheet its title and lines."""
    names = Names(definition)
    for title, section in zip(titles(definition), definition.sections, strict=True):
        row, found = FIRST_ROW, []
        for question in section.questions:
            hint = hint_of(question, names)
            for line in _of_question(title, question, names.name(question.code), hint, row):
                found.append(line)
                row = line.row + 1
        yield title, found


def places(definition: Definition) -> list[Place]:
    """Every cell that is filled in."""
    return [place for _, found in lines(definition) for line in found for place in line.places]


class Names:
    """What questions and options are called on a form or a page."""

    def __init__(self, definition: Definition) -> None:
        self._names = {one.code: f"問{at}" for at, one in enumerate(definition.questions, start=1)}
        self._fields = {key: field for key, (_, field) in definition.fields.items()}
        self._rows = {
            f"{one.code}.{row}": text for one in definition.questions for row, text in one.rows.items()
        }

    def name(self, key: str) -> str:
        """問3, and of a grid's row 問3の「予算」."""
        row = self._rows.get(key)
        return self._names[key.partition(".")[0]] + (f"の「{row}」" if row else "")

    def said(self, key: str, value: str) -> str:
        """An option's text; of a question without options the value itself."""
        return self._fields[key].options.get(value, value)


def _of_question(title: str, question: Question, number: str, hint: str, row: int) -> Iterator[Line]:
    def place(
        at: int,
        name: str,
        field: Field,
        where: str = ANSWER,
        option: str = "",
        cell: tuple[int, str] | None = None,
    ) -> Place:
        return Place(title, f"{where}{at}", f"{PREFIX}{name}", question, field, option, cell)

    if question.kind == QuestionKind.CHOICES:
        (field,) = question.fields
        yield Line(row, number, question.label, hint, ())
        for at, (code, text) in enumerate(question.options.items(), start=row + 1):
            yield Line(at, "", f"　{text}", "○", (place(at, f"{question.code}__{code}", field, option=code),))
    elif question.kind == QuestionKind.GRID:
        yield Line(row, number, question.label, hint, ())
        for at, field in enumerate(question.fields, start=row + 1):
            code = field.key.partition(".")[2]
            yield Line(
                at, "", f"　{question.rows[code]}", "", (place(at, f"{question.code}__{code}", field),)
            )
    elif question.kind == QuestionKind.TABLE:
        (field,) = question.fields
        yield Line(row, number, question.label, hint, ())
        for at in range(1, question.most_rows + 1):
            cells = tuple(
                place(row + at, f"{question.code}__{at}__{code}", field, column(4 + index), cell=(at, code))
                for index, code in enumerate(question.columns)
            )
            yield Line(row + at, "", f"　{at}行目", "", cells)
    else:
        (field,) = question.fields
        yield Line(row, number, question.label, hint, (place(row, question.code, field),))


def hint_of(question: Question, names: Names) -> str:
    """How to answer, in a few words."""
    parts = {
        QuestionKind.NUMBER: f"数（{question.unit}）" if question.unit else "数",
        QuestionKind.CHOICE: "一つ選ぶ",
        QuestionKind.CHOICES: "当てはまるものすべてに○",
        QuestionKind.GRID: "行ごとに一つ選ぶ",
        QuestionKind.TEXT: "文",
        QuestionKind.DATE: "日付",
        QuestionKind.FILE: "ファイルは別に送り、名前を書く",
        QuestionKind.TABLE: "列：" + "、".join(label for label, _ in question.columns.values()),
    }
    told = [
        parts[question.kind],
        "必ず" if question.required else "",
        f"{in_words(question.when, names.name, names.said)}のときだけ答える" if question.when else "",
        question.help,
    ]
    return "。".join(part for part in told if part)


def layout_hash(definition: Definition) -> str:
    """16 characters that change whenever a cell, a code or an option does."""
    told = [
        [one.name, one.sheet, one.cell, one.field.kind, list(one.field.options)] for one in places(definition)
    ]
    content = json.dumps([definition.survey, definition.edition, told], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
