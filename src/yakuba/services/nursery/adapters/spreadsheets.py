"""Tables as CSV and Excel files that another program may open without harm.

A text that begins like a formula (= + - @, also full-width, and the control characters that some programs skip) is
made harmless: by an apostrophe in CSV, as marked text in Excel. Numbers stay numbers. A character that CP932 cannot
write becomes 〓 and is told with its place, never dropped.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from yakuba.services.nursery.contracts import Problem

Value = str | int | None
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
GETA = "〓"  # how Japanese printing marks a character that it lacks
CP932_OF = {"〜": "～", "−": "－", "‖": "∥", "—": "―", "¢": "￠", "£": "￡", "¬": "￢"}
WIDEST = 60  # columns of half width


@dataclass(frozen=True)
class Table:
    """A sheet: its title (≤ 31 characters), the head row and the others."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]


def to_csv(table: Table, encoding: str) -> tuple[bytes, list[Problem]]:
    """The table with its head. encoding: `utf-8` (with BOM, so that Excel reads it) or `cp932`; lines end in CRLF.

    The problems tell every character that the file cannot hold, with its line.
    """
    if encoding not in ("utf-8", "cp932"):
        raise ValueError(f"unknown encoding {encoding}")
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    problems: list[Problem] = []
    for line, row in enumerate([table.head, *table.rows], start=1):
        cells = [_harmless(value) for value in row]
        if encoding == "cp932":
            cells = [
                _writable(cell, line, head, problems) for head, cell in zip(table.head, cells, strict=True)
            ]
        writer.writerow(cells)
    return buffer.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding), problems


def _harmless(value: Value) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(DANGEROUS) else text


def _writable(text: str, line: int, column: str, problems: list[Problem]) -> str:
    """The text with characters that CP932 has, noting those that it lacks."""
    try:
        text.encode("cp932")
        return text
    except UnicodeEncodeError:
        return "".join(_character(one, line, column, problems) for one in text)


def _character(one: str, line: int, column: str, problems: list[Problem]) -> str:
    for candidate in (one, CP932_OF.get(one, one)):
        try:
            candidate.encode("cp932")
            return candidate
        except UnicodeEncodeError:
            continue
    reason = (
        f"「{one}」（U+{ord(one):04X}）はShift_JISで書けないため、{GETA}にしました。"
        "手で直すか、UTF-8のファイルを使ってください。"
    )
    problems.append(Problem(line, column, reason))
    return GETA


def to_excel(tables: Iterable[Table]) -> bytes:
    """One workbook, a sheet a table, the head row fixed and filterable."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.title)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(_widths(table), start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.head))}{len(table.rows) + 1}"
        sheet.append([_cell(sheet, head, bold=True) for head in table.head])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: object, value: Value, *, bold: bool = False) -> object:
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("�", value)
    risky = text.startswith(DANGEROUS)
    if not bold and not risky:
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # never a formula, whatever it begins with
    if bold:
        cell.font = Font(bold=True)
    if risky:
        cell.quotePrefix = True
    return cell


def _widths(table: Table) -> Iterator[int]:
    """Columns wide enough for the head and the first rows."""
    for number, head in enumerate(table.head):
        values = [head, *(str(row[number] or "") for row in table.rows[:50])]
        yield min(WIDEST, 2 + max(sum(2 if ord(one) > 255 else 1 for one in value) for value in values))
