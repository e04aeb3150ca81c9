"""The form as a workbook: made once by openpyxl, then copied for each body by rewriting the two XML parts that name it.

Loading and saving with openpyxl takes a hundred times as long, and loses what newer Excel versions write; so no file of a
body ever goes through it. The sheets' password is a seat belt: what comes back is checked in full.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from yakuba.services.surveys.contracts import QuestionKind
from yakuba.services.surveys.engine.answers import shown
from yakuba.services.surveys.engine.definition import Definition, Question
from yakuba.services.surveys.engine.forms import layout

GREY, YELLOW = "F1F1F4", "FFFBE6"
LONGEST_LAST = 500  # characters of last year's answer that stand beside
LONGEST_LIST = 250  # characters that Excel takes in a list written into a validation


@dataclass(frozen=True)
class Template:
    """The form without a body. parts: name in the archive, content, and whether the marks of a body stand in it."""

    parts: tuple[tuple[str, bytes, bool], ...]

    def for_body(self, code: str, name: str, last: Mapping[str, str] | None = None) -> bytes:
        """The workbook of a body: the marks become its code and name, and what it answered last time. last: by name of the cell."""
        held, before = io.BytesIO(), last or {}

        def answered(mark: re.Match[bytes]) -> bytes:
            return escape(before.get(mark[1].decode(), "")).encode()

        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for part, content, marked in self.parts:
                if marked:
                    content = content.replace(layout.BODY_MARK.encode(), escape(code).encode())
                    content = content.replace(layout.NAME_MARK.encode(), escape(name).encode())
                    content = layout.LAST_MARK.sub(answered, content)
                archive.writestr(part, content)
        return held.getvalue()


def template(definition: Definition) -> Template:
    """Make it. Takes a tenth of a second for 300 questions."""
    from openpyxl import Workbook  # takes long to import

    book = Workbook()
    _cover(book.active, definition)
    lists = book.create_sheet("_lists")
    lists.sheet_state = "veryHidden"
    known: dict[tuple[str, ...], str] = {}
    for title, lines in layout.lines(definition):
        _sheet(book, book.create_sheet(title), definition, lines, lists, known)
    hidden = book.create_sheet(layout.HIDDEN)
    hidden.sheet_state = "veryHidden"
    told = (definition.survey, definition.edition, layout.BODY_MARK, layout.layout_hash(definition))
    for at, text in enumerate(told, start=1):
        hidden.cell(at, 1, text).data_type = "s"
    hidden.protection.sheet = True
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as archive:
        read = [(name, archive.read(name)) for name in archive.namelist()]
    return Template(tuple((name, content, _is_marked(content)) for name, content in read))


def _is_marked(content: bytes) -> bool:
    return layout.BODY_MARK.encode() in content or layout.LAST_MARK.search(content) is not None


def _cover(sheet, definition: Definition) -> None:  # type: ignore[no-untyped-def]  # openpyxl's sheet
    from openpyxl.styles import Alignment, Font

    sheet.title = layout.COVER
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 80
    rows = (
        ("調査", definition.title), ("回", f"{definition.edition} {definition.label}".strip()), ("基準日", definition.as_of.isoformat()),
        ("団体", layout.NAME_MARK), ("団体コード", layout.BODY_MARK), ("問い合わせ先", definition.contact or "―"),
        ("書き方", "黄色の欄だけに書きます。シートや行を増やしたり、名前を変えたりしないでください。分からない欄は空けておきます。0のときは0と書きます。"),
        ("お願い", definition.lead or "―"),
    )  # fmt: skip
    for at, (label, text) in enumerate(rows, start=1):
        sheet.cell(at, 1, label).font = Font(bold=True)
        cell = sheet.cell(at, 2, text)
        cell.data_type, cell.alignment = "s", Alignment(wrap_text=True, vertical="top")
    sheet.protection.sheet = True


def _sheet(book, sheet, definition: Definition, lines: Iterable[layout.Line], lists, known: dict[tuple[str, ...], str]) -> None:  # type: ignore[no-untyped-def]  # openpyxl's  # fmt: skip
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
    from openpyxl.workbook.defined_name import DefinedName

    open_cell, wrap = Protection(locked=False), Alignment(wrap_text=True, vertical="top")
    fill, side = PatternFill("solid", fgColor=YELLOW), Side(style="thin", color="949494")
    for letter, width in zip("ABCD", (7, 56, 30, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.cell(1, 1, sheet.title).font = Font(bold=True, size=14)
    for at, head in enumerate(("番号", "設問", "書き方", "答え"), start=1):
        cell = sheet.cell(layout.FIRST_ROW - 1, at, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=GREY)
    sheet.freeze_panes = f"A{layout.FIRST_ROW}"
    lines = list(lines)
    behind = max([5, *(4 + len(place.question.columns) for line in lines for place in line.places)])
    letter = layout.column(behind)
    sheet.column_dimensions[letter].width = 24
    head = sheet.cell(layout.FIRST_ROW - 1, behind, "前回の答え")
    head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor=GREY)
    validations: dict[str, object] = {}
    for line in lines:
        for at, text in enumerate((line.number, line.label, line.hint), start=1):
            cell = sheet.cell(line.row, at, text or None)
            cell.alignment = wrap
            if text:
                cell.data_type = "s"
        for place in line.places:
            cell = sheet[place.cell]
            cell.protection, cell.fill, cell.alignment = open_cell, fill, wrap
            cell.border = Border(left=side, right=side, top=side, bottom=side)
            if place.field.kind in (QuestionKind.TEXT, QuestionKind.FILE, QuestionKind.TABLE):
                cell.number_format = (
                    "@" if place.at is None or not place.question.columns[place.at[1]][1] else "General"
                )
            reference = f"'{place.sheet}'!${place.cell.rstrip('0123456789')}${place.cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
            book.defined_names[place.name] = DefinedName(place.name, attr_text=reference)
            _validate(sheet, place, validations, lists, known)
            if place.at is None:
                cell = sheet.cell(line.row, behind, f"LASTYEAR({place.name})")
                cell.data_type, cell.alignment = "s", wrap
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _validate(sheet, place: layout.Place, validations: dict[str, object], lists, known: dict[tuple[str, ...], str]) -> None:  # type: ignore[no-untyped-def]  # openpyxl's  # fmt: skip
    from openpyxl.worksheet.datavalidation import DataValidation

    formula, kind = "", ""
    if place.option:
        formula, kind = '"○"', "list"
    elif place.field.kind == QuestionKind.CHOICE:
        formula, kind = _list(tuple(place.field.options.values()), lists, known), "list"
    elif place.field.kind == QuestionKind.NUMBER:
        kind = "decimal" if place.question.decimals else "whole"
    if not kind:
        return
    key = f"{kind}{formula}{place.question.least}{place.question.most}"
    found = validations.get(key)
    if found is None:
        found = validations[key] = _validation(DataValidation, kind, formula, place.question)
        sheet.add_data_validation(found)
    found.add(place.cell)  # type: ignore[attr-defined]


def _validation(make, kind: str, formula: str, question: Question):  # type: ignore[no-untyped-def]  # openpyxl's
    if kind == "list":
        found = make(type="list", formula1=formula, allow_blank=True)
        found.error = "一覧から選んでください。"
    else:
        low, high = question.least, question.most
        operator = "between" if low is not None and high is not None else "greaterThanOrEqual"
        found = make(
            type=kind,
            operator=operator,
            formula1=str(low if low is not None else -(10**15)),
            allow_blank=True,
        )
        if high is not None:
            found.formula2 = str(high)
        found.error = f"数を書いてください。{question.unit and f'単位は{question.unit}です。'}"
    found.showErrorMessage, found.errorTitle = True, "調査票"
    return found


def _list(options: tuple[str, ...], lists, known: dict[tuple[str, ...], str]) -> str:  # type: ignore[no-untyped-def]  # openpyxl's
    """As a short list in the validation itself, or as a range of the very hidden sheet of lists."""
    joined = ",".join(options)
    if len(joined) <= LONGEST_LIST and not any("," in one or '"' in one for one in options):
        return f'"{joined}"'
    if options not in known:
        letter = layout.column(len(known) + 1)
        for at, text in enumerate(options, start=1):
            lists[f"{letter}{at}"] = text
            lists[f"{letter}{at}"].data_type = "s"
        known[options] = f"_lists!${letter}$1:${letter}${len(options)}"
    return known[options]


def archive(
    definition: Definition, bodies: Iterable[tuple[str, str]], last: Mapping[str, Mapping[str, str]]
) -> Iterator[bytes]:
    """A ZIP of one form a body (code, name), piece by piece: no more than one form is in memory. last: by code, what the body
    answered last time."""
    made, held = template(definition), _Pieces()
    where = layout.places(definition)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as zipped:
        for code, name in bodies:
            form = made.for_body(code, name, answered_last(where, last.get(code, {})))
            zipped.writestr(file_name(definition, code), form)
            yield held.taken()
    yield held.taken()


def answered_last(where: Iterable[layout.Place], last: Mapping[str, str]) -> dict[str, str]:
    """By name of the cell, what a body answered there last time, as a person reads it; options that are no longer asked stand
    as they were called."""
    found = {}
    for place in where:
        value = last.get(place.field.key, "")
        if value and place.option:
            found[place.name] = "○" if place.option in value.split(",") else ""
        elif value and place.at is None:
            found[place.name] = _shown(place, value)[:LONGEST_LAST]
    return found


def _shown(place: layout.Place, value: str) -> str:
    try:
        return shown(place.question, place.field, value)
    except (ArithmeticError, ValueError):  # what is a number this year was a text last year
        return value


def file_name(definition: Definition, code: str) -> str:
    """ASCII, so that every ZIP program agrees."""
    return f"{definition.survey}-{definition.edition}-{code}.xlsx"


class _Pieces(io.RawIOBase):
    """A file that is written on and taken away piece by piece."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def, override]  # bytes-like
        self._held.append(bytes(data))
        self._at += len(self._held[-1])
        return len(self._held[-1])

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        content, self._held = b"".join(self._held), []
        return content
