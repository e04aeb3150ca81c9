"""An Excel workbook → the records of one sheet, as a person sees them. Apart from `reading`, because openpyxl takes a
quarter of a second to import.

The sheets' XML is streamed, and the texts that their cells share lie on the disk; openpyxl keeps about a hundred bytes of
each row. What a person cannot see or the file does not hold is told by its cell and never guessed: hidden rows, a formula
that nobody has calculated yet, cells merged across columns. A cell merged over rows of one column holds for each of them,
as it looks.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import range_boundaries
from openpyxl.xml.constants import SHARED_STRINGS
from openpyxl.xml.functions import iterparse

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.recognising import chunks
from yakuba.kernel.tables.records import Record

LARGEST_UNPACKED = 1_500_000_000  # bytes; a million rows of ten columns take about half of it
STRINGS_IN_MEMORY = 1 << 24  # bytes; more of them lie in a file without a name
HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="(\d+)"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
CELL = re.compile(r"([A-Z]+)(\d+)")
ZEROS = re.compile(r"0+")
LEFT_OUT = "この行は取り込んでいません。"


class _Sheet:
    """One sheet and what must be known of it before its first row is read."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.title = str(sheet.title)
        self.visible = sheet.sheet_state == "visible"
        self._sheet = sheet
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        self.hidden: set[int] = set()
        self.uncalculated: dict[int, list[str]] = {}
        merged: set[str] = set()
        with book._archive.open(sheet._worksheet_path) as xml:
            for part in chunks(xml):
                self.hidden |= {int(row) for row in HIDDEN.findall(part)}
                merged |= {ref.decode() for ref in MERGED.findall(part)}
                for cell in UNCALCULATED.findall(part):
                    match = CELL.fullmatch(cell.decode())
                    assert match
                    known = self.uncalculated.setdefault(int(match[2]), [])
                    known += [] if match[0] in known else [match[0]]
        self.down: dict[
            tuple[int, int], int
        ] = {}  # row and column of a covered cell → the row that has the value
        self.across: dict[int, str] = {}  # row → a range merged across columns
        for ref in merged:
            left, top, right, bottom = range_boundaries(ref)
            for row in range(top, bottom + 1):
                if right > left:
                    self.across[row] = ref
                elif row > top:
                    self.down[row, left] = top

    def records(self) -> Iterator[Record]:
        """All rows that are not empty; `line` is the row's number in the sheet."""
        above: dict[int, str] = {}  # column → the value that is merged downwards
        starts = set(self.down.values())
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            cells = [_text(cell) for cell in row]
            for at, text in enumerate(cells):
                if (number, at + 1) in self.down:
                    cells[at] = above.get(at, "")
                elif number in starts:
                    above[at] = text
            if any(cells):
                yield Record(number, cells)


class _Strings:
    """The texts that the cells of all sheets share, by number. Most of a workbook's bytes are here; openpyxl would keep
    every one of them as an object."""

    def __init__(self, xml: IO[bytes]) -> None:
        self._file = SpooledTemporaryFile(STRINGS_IN_MEMORY)  # noqa: SIM115  lives as long as the workbook
        self._ends = array("Q", [0])
        events = iterparse(xml, events=("start", "end"))
        _, root = next(events)
        for event, item in events:
            if event == "end" and item.tag.endswith("}si"):
                text = Text.from_tree(item).content.replace("x005F_", "").encode("utf-8", "surrogatepass")
                self._file.write(text)
                self._ends.append(self._ends[-1] + len(text))
                root.clear()  # else every item stays, though an empty one

    def __getitem__(self, at: int) -> str:
        self._file.seek(self._ends[at])
        return self._file.read(self._ends[at + 1] - self._ends[at]).decode("utf-8", "surrogatepass")


class _ExcelReader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    def read_strings(self) -> None:
        """Instead of a list in memory."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as xml:
                self.shared_strings = _Strings(xml)


@dataclass
class Reader:
    """Reads the records of the sheet that has the headings; like `records.Reader` for texts. columns, width: how many
    columns the head has, once it is known."""

    sheet: _Sheet
    problems: list[Problem]
    columns: int = 0
    width: int = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self.sheet.records():
            if not self.width:
                yield record
            elif reason := self._fault(record):
                self.problems.append(Problem(record.line, f"シート「{self.sheet.title}」", reason))
            else:
                yield Record(record.line, record.cells + [""] * (self.width - len(record.cells)))

    def _fault(self, record: Record) -> str:
        if record.line in self.sheet.hidden:
            return f"非表示の行です。要る行なら再表示し、要らない行なら消してください。{LEFT_OUT}"
        if record.line in self.sheet.across:
            return f"セル {self.sheet.across[record.line]} が横に結合されています。結合を解除してください。{LEFT_OUT}"
        if cells := self.sheet.uncalculated.get(record.line):
            return f"セル {'、'.join(cells[:5])} の数式の結果がファイルにありません。Excelで開いて保存し直してください。{LEFT_OUT}"
        return ""


def readers(file: BinaryIO, problems: list[Problem]) -> list[Reader]:
    """One for each visible sheet; empty where `problems` tells why the file cannot be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            problems.append(Problem(0, "", "Excelのファイルが大きすぎます。シートを分けてください。"))
            return []
        reader = _ExcelReader(file, read_only=True, data_only=True, keep_links=False)
        reader.read()
        sheets = [_Sheet(reader.wb, sheet) for sheet in reader.wb.worksheets]
    except Exception:  # openpyxl raises whatever the broken part of the file makes it stumble over
        reason = "Excelのファイルが壊れているか、読めない形です。Excelで開き、xlsxで保存し直してください。"
        problems.append(Problem(0, "", reason))
        return []
    shown = [one for one in sheets if one.visible] or sheets
    return [Reader(one, problems) for one in shown]


def begins(reader: Reader, records: int) -> Sequence[Record]:
    """Its first records."""
    return list(islice(reader, records))


def names(readers: Iterable[Reader]) -> str:
    """The sheets as a message names them."""
    return "、".join(f"「{reader.sheet.title}」" for reader in readers)


def _text(cell: Any) -> str:
    """What a person reads in the cell: dates as ISO 8601, numbers without 「.0」, leading zeros that the format shows."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return str(value)
