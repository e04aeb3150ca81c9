"""What a web form asks: the procedure's own fields in pages, when each is asked, and which files are wanted.

A form file only cuts the procedure into pages; labels, types, options and rules are the procedure's, so that paper, web
and ledger cannot differ:

    sent_on: application_date            # filled with the day of sending, not asked
    pages:
      - {title: あなたのこと, fields: [name, kana, birth]}
      - {title: 通学について, fields: [school], when: {field: category, is: student}}
      - {title: お子さん, fields: [child]}    # a group of the procedure: a row for each, added and taken away
    fields: {school: {help: 正式な名前で書いてください。, label: 学校, when: {…}, required: true}}
    calculated: [{field: age, age: birth, on: start_date}]    # not asked: `engine.calculating`
    persons: [{label: 申込者, name: name, birth: birth}]        # whom it names: `engine.people`
    signature: false                     # at the counter nobody signs; true where nothing is said
    files: [{code: card, label: 手帳の写真, required: true, when: {field: category, is: disabled}}]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition, Repeat
from yakuba.services.intake.engine.calculating import ROWS, Calculation, Reader
from yakuba.services.intake.engine.conditions import Answers, Condition, parse_condition
from yakuba.services.intake.engine.people import Role, read_roles

FIELDS_A_PAGE = 5  # where the town cut nothing and the procedure has no groups
MOST_FILES = 5
SENT_ON = ("申請日", "申込日", "届出日", "提出日")
SIGNATURE = "signature"  # what a signature of the counter is called among the files
KEYS = frozenset(["sent_on", "pages", "fields", "files", "calculated", "persons", "signature"])
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Question:
    """A field as residents are asked it. group, row: of a field that comes several times, the group's code and which of its
    rows, from 1."""

    field: FieldDefinition
    when: Condition | None = None
    help: str = ""
    required: bool = False
    group: str = ""
    row: int = 0

    @property
    def code(self) -> str:
        """The field's."""
        return self.field.code


@dataclass(frozen=True)
class FileQuestion:
    """A document that residents add as picture or PDF. most: how many files."""

    code: str
    label: str
    help: str = ""
    required: bool = False
    when: Condition | None = None
    most: int = MOST_FILES


@dataclass(frozen=True)
class Group:
    """Rows that residents add and take away. count: how many there are now."""

    repeat: Repeat
    when: Condition | None = None
    help: str = ""
    count: int = 0

    @property
    def code(self) -> str:
        """The group's."""
        return self.repeat.code

    @property
    def key(self) -> str:
        """Under which a draft keeps the count."""
        return ROWS + self.repeat.code

    @property
    def left(self) -> int:
        """How many rows may still be added."""
        return self.repeat.most - self.count

    def counted(self, given: Answers) -> int:
        """How many rows a draft has; where it does not say, up to the last one in which something stands."""
        told = given.get(self.key, "")
        if told.isdecimal() and told.isascii() and len(told) < 4:
            count = int(told)
        else:
            filled = (n for n, row in enumerate(self.repeat.rows, 1) if any(given.get(code) for code in row))
            count = max(filled, default=0)
        return min(max(count, self.repeat.least), self.repeat.most)


@dataclass(frozen=True)
class Page:
    """What is asked together. `number` counts from 1."""

    number: int
    title: str
    questions: tuple[Question, ...] = ()
    files: tuple[FileQuestion, ...] = ()
    when: Condition | None = None
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Form:
    """A web form. sent_on: the field that takes the day of sending, or empty; persons: whom it names, the applicant first;
    signature: whether who applies at the counter signs."""

    procedure: ProcedureDefinition
    pages: tuple[Page, ...]
    sent_on: str = ""
    calculated: tuple[Calculation, ...] = ()
    persons: tuple[Role, ...] = ()
    signature: bool = True

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Field code → question, in the order in which they are asked."""
        return {one.code: one for page in self.pages for one in page.questions}

    @cached_property
    def files(self) -> Mapping[str, FileQuestion]:
        """Code → wanted file."""
        return {one.code: one for page in self.pages for one in page.files}

    def page(self, number: int) -> Page | None:
        """The page of that number."""
        return self.pages[number - 1] if 1 <= number <= len(self.pages) else None

    def asked(self, given: Answers) -> tuple[list[Page], dict[str, str]]:
        """What is asked of whoever gave these answers: the pages with only their questions that are asked, and the answers
        to them, with how many rows each group has and what is calculated. An answer to what is not asked any more counts as not
        given, for later conditions too."""
        pages: list[Page] = []
        answers: dict[str, str] = {}
        today = date.today()
        sent = {self.sent_on: today.isoformat()} if self.sent_on else {}
        for page in self.pages:
            if page.when is None or page.when.holds(answers):
                here, said = _asked_on(page, given, dict(answers))
                answers |= said
                if here.questions or here.files or here.groups:
                    pages.append(here)
            for one in self.calculated:
                if one.page == page.number:
                    answers[one.field.code] = one.value(answers | sent, today)
        return pages, answers


def _asked_on(page: Page, given: Answers, before: Answers) -> tuple[Page, dict[str, str]]:
    """A page with only what is asked on it, and the answers to that."""
    groups = tuple(
        replace(one, count=one.counted(given))
        for one in page.groups
        if not one.when or one.when.holds(before)
    )
    rows = {one.code: one.count for one in groups}
    questions = tuple(
        one
        for one in page.questions
        if (not one.group or one.row <= rows.get(one.group, 0))
        and (one.when is None or one.when.holds(before))
    )
    files = tuple(one for one in page.files if one.when is None or one.when.holds(before))
    said = {one.code: given.get(one.code, "") for one in questions}
    said |= {one.key: str(one.count) for one in groups}
    return replace(page, questions=questions, files=files, groups=groups), said


def parse_form(document: Mapping[str, Any], procedure: ProcedureDefinition) -> Form:
    """The form that a document describes; the house's own cut for an empty one. Raises DefinitionError: for a field that
    the procedure lacks or that is asked twice, and for a condition on anything but an earlier page."""
    place = f"申請フォーム「{procedure.title}」"
    if unknown := sorted(set(document) - KEYS):
        raise DefinitionError(f"{place}: 知らない指定 {'、'.join(unknown)} があります。")
    sent_on = str(document.get("sent_on", _sent_on(procedure)) or "")
    if sent_on and (sent_on not in procedure.by_code or procedure.by_code[sent_on].type != "date"):
        raise DefinitionError(f"{place}: sent_on の項目 {sent_on} は、手続の日付の項目ではありません。")
    cut = document.get("pages") or _cut(procedure, sent_on)
    rules = document.get("fields") or {}
    calculated = document.get("calculated") or []
    persons = document.get("persons") or []
    files = document.get("files") or []
    for name, rows in (("pages", cut), ("files", files), ("calculated", calculated), ("persons", persons)):
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DefinitionError(
                f"{place}: {name} は、「- title: …」のように、1つずつ行を分けて書いてください。"
            )
    reader = _Reader(procedure, place, rules, sent_on)
    try:
        reader.calculate(cut, [dict(row) for row in calculated])
        pages = [reader.page(number, dict(row)) for number, row in enumerate(cut, start=1)]
        pages += reader.file_page(len(pages) + 1, [dict(row) for row in files])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(f"{place}: 書き方が正しくありません（{error}）。") from error
    if missing := sorted(set(rules) - set(reader.asked) - set(reader.groups)):
        raise DefinitionError(
            f"{place}: fields の項目 {'、'.join(missing)} は、どのページでも聞いていません。"
        )
    roles = tuple(read_roles(persons, procedure, place))
    signature = document.get("signature") is not False
    return Form(procedure, tuple(pages), sent_on, tuple(reader.calculated), roles, signature)


def left_out(form: Form) -> list[FieldDefinition]:
    """Required fields of the procedure that the form does not ask: the office fills them in."""
    known = {*form.questions, form.sent_on, "receipt_number", *(one.field.code for one in form.calculated)}
    return [one for one in form.procedure.fields if one.required and one.code not in known]


def can_be_asked(field: FieldDefinition) -> bool:
    """Whether a web form may ask for it: not for a number that the office gives or looks up, and not for what must not be
    sent without a proof of identity (個人番号)."""
    return field.type != "receipt_number" and not field.person and not field.kind.masked


class _Reader:
    """Reads pages one after the other; `asked` are the fields of those before."""

    def __init__(
        self, procedure: ProcedureDefinition, place: str, rules: Mapping[str, Any], sent_on: str
    ) -> None:
        self.procedure, self.place, self.rules, self.sent_on = procedure, place, rules, sent_on
        self.asked: dict[str, FieldDefinition] = {}
        self.repeats = {one.code: one for one in procedure.repeats}
        self.groups: set[str] = set()
        self.calculated: list[Calculation] = []

    def calculate(self, cut: list[Any], rows: list[dict[str, Any]]) -> None:
        """What is calculated, from where each field is asked."""
        pages: dict[str, int] = {}
        repeats: dict[str, tuple[Repeat, int]] = {}
        for number, page in enumerate(cut, start=1):
            for code in map(str, page.get("fields") or ()):
                found = self.repeats.get(code)
                pages |= dict.fromkeys(
                    (one for row in found.rows for one in row) if found else [code], number
                )
                repeats |= {code: (found, number)} if found else {}
        if self.sent_on:
            pages[self.sent_on] = 0
        reader = Reader(self.procedure.by_code, pages, repeats, self.place)
        self.calculated = [reader.calculation(row) for row in rows]

    def page(self, number: int, row: dict[str, Any]) -> Page:
        """A page with its questions."""
        place = f"{self.place} の{number}ページ目"
        if unknown := sorted(set(row) - {"title", "fields", "when"}):
            raise DefinitionError(f"{place}: 知らない指定 {'、'.join(unknown)} があります。")
        codes = row.get("fields") or []
        if not isinstance(codes, list):  # a word would be read letter by letter
            raise DefinitionError(f"{place}: fields は [name, birth] のように並べて書いてください。")
        codes = [str(code) for code in codes]
        groups = tuple(self._group(self.repeats[code], place) for code in codes if code in self.repeats)
        questions = tuple(
            one
            for code in codes
            for one in (
                self._rows(self.repeats[code], place)
                if code in self.repeats
                else [self._question(code, place)]
            )
        )
        if not questions:
            raise DefinitionError(f"{place}: 聞く項目 fields がありません。")
        title = str(row.get("title") or f"{number}ページ目")
        page = Page(number, title, questions, (), self._when(row, place), groups)
        for one in questions:
            if one.code in self.asked:
                raise DefinitionError(f"{place}: 項目 {one.code} を二度聞いています。")
            self.asked[one.code] = one.field
        self.groups.update(one.code for one in groups)
        self.asked |= {one.field.code: one.field for one in self.calculated if one.page == number}
        return page

    def _group(self, repeat: Repeat, place: str) -> Group:
        rule = dict(self.rules.get(repeat.code) or {})
        if unknown := sorted(set(rule) - {"help", "when"}):
            raise DefinitionError(
                f"{place} の繰り返し {repeat.code}: 知らない指定 {'、'.join(unknown)} があります。"
            )
        return Group(repeat, self._when(rule, place), str(rule.get("help") or ""))

    def _rows(self, repeat: Repeat, place: str) -> list[Question]:
        return [
            replace(
                one, group=repeat.code, row=number, required=one.required or repeat.part(code) in repeat.needs
            )
            for number, row in enumerate(repeat.rows, start=1)
            for code in row
            for one in [self._question(code, place)]
        ]

    def file_page(self, number: int, rows: list[dict[str, Any]]) -> list[Page]:
        """The last page, for files, where any is wanted."""
        files = tuple(self._file(row) for row in rows)
        if len({one.code for one in files}) != len(files):
            raise DefinitionError(f"{self.place}: files に同じ code が二度あります。")
        if any(one.code == SIGNATURE for one in files):
            raise DefinitionError(
                f"{self.place}: files の code「{SIGNATURE}」は、窓口での署名に使います。別の名前にしてください。"
            )
        return [Page(number, "写真や書類", (), files)] if files else []

    def _question(self, code: str, place: str) -> Question:
        field = self.procedure.by_code.get(code)
        if field is None:
            raise DefinitionError(f"{place}: 項目 {code} は手続にありません。")
        if any(one.field.code == code for one in self.calculated):
            raise DefinitionError(f"{place}: 項目 {code} は計算する項目なので、聞けません。")
        if not can_be_asked(field) or code == self.sent_on:
            raise DefinitionError(
                f"{place}: 項目 {code} はウェブでは聞けません（受付番号、宛名番号、個人番号、送った日）。"
            )
        rule = dict(self.rules.get(code) or {})
        if unknown := sorted(set(rule) - {"help", "when", "required", "label"}):
            raise DefinitionError(f"{place} の項目 {code}: 知らない指定 {'、'.join(unknown)} があります。")
        required = bool(rule.get("required", field.required))
        if label := str(rule.get("label") or "").strip():
            field = replace(field, label=label)
        return Question(field, self._when(rule, place), str(rule.get("help") or ""), required)

    def _file(self, row: dict[str, Any]) -> FileQuestion:
        place = f"{self.place} の files"
        if unknown := sorted(set(row) - {"code", "label", "help", "required", "when", "most"}):
            raise DefinitionError(f"{place}: 知らない指定 {'、'.join(unknown)} があります。")
        if not CODE.fullmatch(str(row["code"])):
            raise DefinitionError(f"{place}: code は英小文字で書いてください（今は「{row['code']}」）。")
        most = int(row.get("most", MOST_FILES))
        if not 1 <= most <= MOST_FILES:
            raise DefinitionError(f"{place}: most は1〜{MOST_FILES}で書いてください。")
        label, note = str(row["label"]), str(row.get("help") or "")
        return FileQuestion(
            str(row["code"]), label, note, bool(row.get("required")), self._when(row, place), most
        )

    def _when(self, row: Mapping[str, Any], place: str) -> Condition | None:
        return parse_condition(row["when"], self.asked, place) if row.get("when") else None


def _sent_on(procedure: ProcedureDefinition) -> str:
    found = (one.code for one in procedure.fields if one.type == "date" and one.label in SENT_ON)
    return next(found, "")


def _cut(procedure: ProcedureDefinition, sent_on: str) -> list[dict[str, Any]]:
    """The house's own cut: a page for each group, or for every few fields."""
    pages: list[dict[str, Any]] = []
    repeats = {code: one for one in procedure.repeats for row in one.rows for code in row}
    for field in procedure.fields:
        repeat = repeats.get(field.code)
        if not can_be_asked(field) or field.code == sent_on or (repeat and field.code != repeat.rows[0][0]):
            continue
        fresh = not pages or pages[-1]["group"] != field.group or len(pages[-1]["fields"]) >= FIELDS_A_PAGE
        if fresh or repeat or pages[-1].get("repeat"):
            title = field.group or (repeat.label if repeat else "")
            pages.append({"group": field.group, "title": title, "fields": [], "repeat": repeat is not None})
        pages[-1]["fields"].append(repeat.code if repeat else field.code)
    if not pages:
        raise DefinitionError(f"申請フォーム「{procedure.title}」: ウェブで聞ける項目がありません。")
    return [
        {"title": page["title"] or f"申請の内容（{n}）", "fields": page["fields"]}
        for n, page in enumerate(pages, 1)
    ]
