"""Tables as an Excel workbook. Apart from `spreadsheets`, because openpyxl takes a quarter of a second to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from yakuba.kernel.tables.spreadsheets import DANGEROUS, Table, Value, naive

WIDEST = 60  # columns of half width
MEASURED = 50  # rows by which the columns are made wide enough


def write_excel(tables: Iterable[Table], file: IO[bytes]) -> None:
    """Write one workbook, a sheet a table, the head row fixed and filterable. Each row goes to the disk as it comes."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.title)
        sheet.freeze_panes = "A2"
        rows = iter(table.rows)
        first = list(islice(rows, MEASURED))
        for number, width in enumerate(_widths(table.head, first), start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append([_cell(sheet, head, bold=True) for head in table.head])
        lines = 1
        for row in chain(first, rows):
            sheet.append([_cell(sheet, value) for value in row])
            lines += 1
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.head))}{lines}"
        sheet.close()  # should the next table fail, nothing is left half written
    book.save(file)


def _cell(sheet: object, value: Value, *, bold: bool = False) -> object:
    if isinstance(value, datetime):
        return naive(value)
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("�", value)
    risky = text.startswith(DANGEROUS)
    number = text.isdigit()
    if not (bold or risky or number):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # never a formula, whatever it begins with
    if bold:
        cell.font = Font(bold=True)
    if risky:
        cell.quotePrefix = True
    if number:
        cell.number_format = "@"  # a number such as 0012 keeps its zeros when somebody edits the cell, too
    return cell


def _widths(head: Sequence[str], first: Sequence[Sequence[Value]]) -> Iterator[int]:
    """Columns wide enough for the head and the first rows."""
    for number, name in enumerate(head):
        values = [name, *("" if row[number] is None else str(row[number]) for row in first)]
        yield min(WIDEST, 2 + max(sum(2 if ord(one) > 255 else 1 for one in value) for value in values))
