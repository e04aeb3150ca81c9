"""What a web form asks: the procedure's own fields in pages, when each is asked, and which files are wanted.

A form file only cuts the procedure into pages; labels, types, options and rules are the procedure's, so that paper, web
and ledger cannot differ:

    sent_on: application_date            # filled with the day of sending, not asked
    pages:
      - {title: あなたのこと, fields: [name, kana, birth]}
      - {title: 通学について, fields: [school], when: {field: category, is: student}}
    fields: {school: {help: 正式な名前で書いてください。, when: {…}, required: true}}
    files: [{code: card, label: 手帳の写真, required: true, when: {field: category, is: disabled}}]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.services.intake.engine.conditions import Answers, Condition, parse_condition

FIELDS_A_PAGE = 5  # where the town cut nothing and the procedure has no groups
MOST_FILES = 5
SENT_ON = ("申請日", "申込日", "届出日", "提出日")
KEYS = frozenset(["sent_on", "pages", "fields", "files"])
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Question:
    """A field as residents are asked it."""

    field: FieldDefinition
    when: Condition | None = None
    help: str = ""
    required: bool = False

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
class Page:
    """What is asked together. `number` counts from 1."""

    number: int
    title: str
    questions: tuple[Question, ...] = ()
    files: tuple[FileQuestion, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True)
class Form:
    """A web form. sent_on: the field that takes the day of sending, or empty."""

    procedure: ProcedureDefinition
    pages: tuple[Page, ...]
    sent_on: str = ""

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
        to them. An answer to what is not asked any more counts as not given, for later conditions too."""
        pages: list[Page] = []
        answers: dict[str, str] = {}
        for page in self.pages:
            if page.when and not page.when.holds(answers):
                continue
            before = dict(answers)
            questions = tuple(one for one in page.questions if one.when is None or one.when.holds(before))
            files = tuple(one for one in page.files if one.when is None or one.when.holds(before))
            if questions or files:
                pages.append(Page(page.number, page.title, questions, files, page.when))
            answers |= {one.code: given.get(one.code, "") for one in questions}
        return pages, answers


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
    for name, rows in (("pages", cut), ("files", document.get("files") or [])):
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DefinitionError(
                f"{place}: {name} は、「- title: …」のように、1つずつ行を分けて書いてください。"
            )
    reader = _Reader(procedure, place, rules, sent_on)
    try:
        pages = [reader.page(number, dict(row)) for number, row in enumerate(cut, start=1)]
        pages += reader.file_page(len(pages) + 1, [dict(row) for row in document.get("files") or ()])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(f"{place}: 書き方が正しくありません（{error}）。") from error
    if missing := sorted(set(rules) - set(reader.asked)):
        raise DefinitionError(
            f"{place}: fields の項目 {'、'.join(missing)} は、どのページでも聞いていません。"
        )
    return Form(procedure, tuple(pages), sent_on)


def left_out(form: Form) -> list[FieldDefinition]:
    """Required fields of the procedure that the form does not ask: the office fills them in."""
    known = {*form.questions, form.sent_on, "receipt_number"}
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

    def page(self, number: int, row: dict[str, Any]) -> Page:
        """A page with its questions."""
        place = f"{self.place} の{number}ページ目"
        if unknown := sorted(set(row) - {"title", "fields", "when"}):
            raise DefinitionError(f"{place}: 知らない指定 {'、'.join(unknown)} があります。")
        codes = row.get("fields") or []
        if not isinstance(codes, list):  # a word would be read letter by letter
            raise DefinitionError(f"{place}: fields は [name, birth] のように並べて書いてください。")
        questions = tuple(self._question(str(code), place) for code in codes)
        if not questions:
            raise DefinitionError(f"{place}: 聞く項目 fields がありません。")
        page = Page(
            number, str(row.get("title") or f"{number}ページ目"), questions, (), self._when(row, place)
        )
        for one in questions:
            if one.code in self.asked:
                raise DefinitionError(f"{place}: 項目 {one.code} を二度聞いています。")
            self.asked[one.code] = one.field
        return page

    def file_page(self, number: int, rows: list[dict[str, Any]]) -> list[Page]:
        """The last page, for files, where any is wanted."""
        files = tuple(self._file(row) for row in rows)
        if len({one.code for one in files}) != len(files):
            raise DefinitionError(f"{self.place}: files に同じ code が二度あります。")
        return [Page(number, "写真や書類", (), files)] if files else []

    def _question(self, code: str, place: str) -> Question:
        field = self.procedure.by_code.get(code)
        if field is None:
            raise DefinitionError(f"{place}: 項目 {code} は手続にありません。")
        if not can_be_asked(field) or code == self.sent_on:
            raise DefinitionError(
                f"{place}: 項目 {code} はウェブでは聞けません（受付番号、宛名番号、個人番号、送った日）。"
            )
        rule = dict(self.rules.get(code) or {})
        if unknown := sorted(set(rule) - {"help", "when", "required"}):
            raise DefinitionError(f"{place} の項目 {code}: 知らない指定 {'、'.join(unknown)} があります。")
        required = bool(rule.get("required", field.required))
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
    for field in procedure.fields:
        if not can_be_asked(field) or field.code == sent_on:
            continue
        fresh = not pages or pages[-1]["group"] != field.group or len(pages[-1]["fields"]) >= FIELDS_A_PAGE
        if fresh:
            pages.append({"group": field.group, "title": field.group, "fields": []})
        pages[-1]["fields"].append(field.code)
    if not pages:
        raise DefinitionError(f"申請フォーム「{procedure.title}」: ウェブで聞ける項目がありません。")
    return [
        {"title": page["title"] or f"申請の内容（{n}）", "fields": page["fields"]}
        for n, page in enumerate(pages, 1)
    ]
