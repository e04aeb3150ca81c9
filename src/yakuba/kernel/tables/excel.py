"""Tables as an Excel workbook. Apart from `spreadsheets`, because openpyxl takes a quarter of a second to import."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from yakuba.kernel.tables.spreadsheets import DANGEROUS, Table, Value

WIDEST = 60  # columns of half width


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
        sheet.close()  # should the next table fail, nothing is left half written
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
