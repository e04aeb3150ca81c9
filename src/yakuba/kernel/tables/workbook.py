"""An Excel workbook → the records of its sheets, as a person sees them, in the process of its own in which it is opened
(`files.apart`); `sheets` is the other side.

The sheets' XML is streamed, and the texts that their cells share lie on the disk; openpyxl keeps about a hundred bytes of
each row. What a person cannot see or the file does not hold is told by its cell and never guessed: hidden rows, a formula
that nobody has calculated yet, cells merged across columns. A cell merged over rows of one column holds for each of them,
as it looks.
"""

from __future__ import annotations

import json
import re
import zipfile
from array import array
from collections.abc import Iterator
from datetime import date, datetime, time
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS
from openpyxl.xml.functions import iterparse

from yakuba.kernel.files.apart import Told, without_room
from yakuba.kernel.tables.recognising import chunks, size_of
from yakuba.kernel.tables.records import LONGEST_CELL, MOST_COLUMNS, Record

LARGEST_UNPACKED = 1_500_000_000  # bytes; a million rows of ten columns take about half of it
# A table unpacks to ten or thirty times its size, one that says the same in every cell to more; a bomb to a thousand times.
ALWAYS_UNPACKED, MOST_UNPACKED = 100_000_000, 100  # bytes, and times the file's size above them
LARGEST_PART = 20_000_000  # bytes of what openpyxl reads at one go: styles, the list of sheets
# The parser looks once more through a tag or comment that has not ended with every piece it gets: in the 64 kB that it
# asks for, one comment of 100 MB would take ten minutes.
PIECE = 1 << 20  # bytes
MOST_WITHOUT_ROW = 1 << 26  # bytes
MOST_SHEETS = 500
LONGEST_TOLD = LONGEST_CELL + 1  # characters of a cell: longer than any that is taken, so that it is told
AT_ONCE, LARGEST_BATCH = 500, 1 << 20  # records that are told together, and their characters
MOST_LOOKED = 4  # batches of each sheet
LAST_ROW = 1_048_576  # Excel's
MOST_MERGED = 200_000  # ranges
MOST_NAMED = 5  # cells of one row that a message names
STRINGS_IN_MEMORY = 1 << 24  # bytes; more of them lie in a file without a name
# No tag looks past the next angle bracket, nor farther than any program writes: else a file made for it takes for ever.
HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^<>]{0,500}\bhidden="(?:1|true)")[^<>]{0,500}\br="(\d{1,7})"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]{0,500}\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c\b[^<>]{0,500}\br="([A-Z]{1,3}\d{1,7})"[^<>]{0,500}>\s*'
    rb"<(?:\w+:)?f\b(?:[^<>]{0,500}/>|[^<>]{0,500}>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
CELL = re.compile(r"([A-Z]+)(\d+)")
ZEROS = re.compile(r"0+")
LEFT_OUT = "この行は取り込んでいません。"
BROKEN = "Excelのファイルが壊れているか、読めない形です。Excelで開き、xlsxで保存し直してください。"
ALL_HIDDEN = "シートがすべて非表示です。Excelで、取り込むシートを再表示して保存し直してください。"


class _Merged(NamedTuple):
    """A range of cells that look like one. Rows and columns from 1."""

    top: int
    left: int
    bottom: int
    right: int
    ref: str


class _InPieces:
    """XML for the parser, in pieces of which each is large. Raises ValueError where a long stretch holds nothing that
    `seen` was called for."""

    def __init__(self, xml: IO[bytes]) -> None:
        self._xml, self._since = xml, 0

    def read(self, size: int = -1) -> bytes:
        """The next piece, whatever size is asked for."""
        piece = self._xml.read(PIECE)
        self._since += len(piece)
        if self._since > MOST_WITHOUT_ROW:
            raise ValueError("too much between two rows")
        return piece

    def seen(self) -> None:
        """A row, or a text, has come."""
        self._since = 0


class _Sheet:
    """One sheet and what must be known of it before its first row is read. Raises ValueError for what no Excel writes."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.title = str(sheet.title)
        self.visible = sheet.sheet_state == "visible"
        self._book, self._sheet = book, sheet
        self._hidden: set[int] = set()
        self._uncalculated: dict[int, list[str]] = {}
        merged: set[str] = set()
        with book._archive.open(sheet._worksheet_path) as xml:
            for part in chunks(xml):
                self._hidden |= {int(row) for row in HIDDEN.findall(part)}
                merged |= {ref.decode() for ref in MERGED.findall(part)}
                if len(merged) > MOST_MERGED:
                    raise ValueError("too many merged ranges")
                for cell in UNCALCULATED.findall(part):
                    match = CELL.fullmatch(cell.decode())
                    assert match
                    known = self._uncalculated.setdefault(int(match[2]), [])
                    if len(known) < MOST_NAMED and match[0] not in known:
                        known.append(match[0])
        self._merged: list[_Merged] = []
        for ref in merged:
            left, top, right, bottom = range_boundaries(ref)
            self._merged.append(_Merged(top, left, bottom, right, ref))
        self._merged.sort()

    def records(self) -> Iterator[tuple[Record, str]]:
        """All rows that are not empty, each with the reason why it cannot be taken (empty for none); `line` is the row's
        number in the sheet. Raises whatever openpyxl stumbles over in a broken sheet."""
        coming = iter(self._merged)
        next_one = next(coming, None)
        down: dict[
            int, tuple[int, str]
        ] = {}  # column → up to which row a value is merged downwards, and the value
        across = (0, "")  # the same of a range merged across columns
        for number, cells in self._rows():
            down = {column: found for column, found in down.items() if found[0] >= number}
            for column, (_, text) in down.items():
                _put(cells, column, text)
            while next_one is not None and next_one.top <= number:
                if next_one.right > next_one.left:
                    across = max(across, (next_one.bottom, next_one.ref))
                elif next_one.top == number and next_one.left <= len(cells):
                    down[next_one.left] = next_one.bottom, cells[next_one.left - 1]
                next_one = next(coming, None)
            if any(cells):
                yield Record(number, cells), self._fault(number, across[1] if across[0] >= number else "")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """The number and the texts of each row that the file has, whatever it says of the sheet's size. What stands right
        of the last column that a table may have stands in the one behind it."""
        last = 0
        with self._book._archive.open(self._sheet._worksheet_path) as xml:
            pieces = _InPieces(xml)
            parser = WorkSheetParser(
                pieces,
                self._sheet._shared_strings,
                data_only=True,
                epoch=self._book.epoch,
                date_formats=self._book._date_formats,
                timedelta_formats=self._book._timedelta_formats,
            )
            for number, row in parser.parse():
                pieces.seen()
                if not last < number <= LAST_ROW:
                    raise ValueError(f"row {number} behind row {last}")
                last = number
                cells: list[str] = []
                for cell in row:
                    if text := _text(ReadOnlyCell(self._sheet, **cell)):
                        _put(cells, min(cell["column"], MOST_COLUMNS + 1), text)
                yield number, cells

    def _fault(self, number: int, across: str) -> str:
        if number in self._hidden:
            return f"非表示の行です。要る行なら再表示し、要らない行なら消してください。{LEFT_OUT}"
        if across:
            return f"セル {across} が横に結合されています。結合を解除してください。{LEFT_OUT}"
        if cells := self._uncalculated.get(number):
            return f"セル {'、'.join(cells)} の数式の結果がファイルにありません。Excelで開いて保存し直してください。{LEFT_OUT}"
        return ""


def _put(cells: list[str], column: int, text: str) -> None:
    """In that column, from 1."""
    cells += [""] * (column - len(cells))
    cells[column - 1] = text


class _Strings:
    """The texts that the cells of all sheets share, by number. Most of a workbook's bytes are here; openpyxl would keep
    every one of them as an object."""

    def __init__(self, xml: IO[bytes]) -> None:
        self._file = SpooledTemporaryFile(STRINGS_IN_MEMORY)  # noqa: SIM115  lives as long as the workbook
        self._ends = array("Q", [0])
        pieces = _InPieces(xml)
        events = iterparse(pieces, events=("start", "end"))
        _, root = next(events)
        for event, item in events:
            if event == "end" and item.tag.endswith("}si"):
                pieces.seen()
                text = Text.from_tree(item).content.replace("x005F_", "").encode("utf-8", "surrogatepass")
                self._file.write(text)
                self._ends.append(self._ends[-1] + len(text))
                root.clear()  # else every item stays, though an empty one

    def __getitem__(self, at: int) -> str:
        if at < 0:
            raise IndexError(at)
        self._file.seek(self._ends[at])
        return self._file.read(self._ends[at + 1] - self._ends[at]).decode("utf-8", "surrogatepass")


class _Archive(zipfile.ZipFile):
    """Gives at one go what is small alone; sheets and texts are streamed."""

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        info = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if info.file_size > LARGEST_PART:
            raise ValueError(f"{info.filename} is too large")
        return super().read(name, pwd)


class _ExcelReader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.archive = _Archive(file)

    def read_strings(self) -> None:
        """Instead of a list in memory."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as xml:
                self.shared_strings = _Strings(xml)


def look(file: BinaryIO, few: int) -> Iterator[Told]:
    """Each visible sheet with its first records, {"sheet", "more", "fault"}, "more" where there are others; or {"problem"}
    where the file cannot be read. A record is a list: its line, its cells, and why it cannot be taken (empty for none)."""
    sheets = _sheets(file)
    if isinstance(sheets, str):
        yield {"problem": sheets, "place": ""}, b""
        return
    shown = [(at, one) for at, one in enumerate(sheets) if one.visible]
    if not shown:
        yield {"problem": ALL_HIDDEN, "place": "シート"}, b""
    for at, sheet in shown:
        records, fault, more = list[Any](), 0, False
        for number, batch in enumerate(_batches(sheet)):
            fault = fault or (batch if isinstance(batch, int) else 0)
            records += batch if isinstance(batch, list) else []
            if more := len(records) > few or number > MOST_LOOKED:
                break
        told = {"sheet": sheet.title, "at": at, "more": more, "fault": fault}
        yield told, json.dumps(records[:few]).encode()


def whole(file: BinaryIO, at: int) -> Iterator[Told]:
    """The records of the sheet of that number, some at a time; in the end {"fault"}, the line from which on it is broken, 0
    for none."""
    sheets = _sheets(file)
    fault = 1 if isinstance(sheets, str) else 0
    for batch in _batches(sheets[at]) if isinstance(sheets, list) else ():
        if isinstance(batch, int):
            fault = batch
        else:
            yield {}, json.dumps(batch).encode()
    yield {"fault": fault}, b""


def _batches(sheet: _Sheet) -> Iterator[list[list[Any]] | int]:
    """Records, some at a time; or the line from which on the sheet is broken."""
    batch, size, last = list[list[Any]](), 0, 0
    try:
        for record, reason in sheet.records():
            last = record.line
            cells = [cell[:LONGEST_TOLD] for cell in record.cells]
            batch.append([record.line, cells, reason])
            size += sum(map(len, cells))
            if len(batch) >= AT_ONCE or size > LARGEST_BATCH:
                yield batch
                batch, size = [], 0
    except MemoryError:
        raise
    except Exception as error:  # as in `_sheets`
        if without_room(error):
            raise
        yield batch
        yield last + 1
    else:
        yield batch


def _sheets(file: BinaryIO) -> list[_Sheet] | str:
    """All sheets, or why the file cannot be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
        most = min(LARGEST_UNPACKED, max(ALWAYS_UNPACKED, MOST_UNPACKED * size_of(file)))
        if unpacked > most:
            return (
                f"Excelのファイルが大きすぎます（開くと{unpacked // 1_000_000:,}MB）。"
                "要らないシートや、空の行と列の書式を消して、保存し直してください。"
            )
        reader = _ExcelReader(file)
        reader.read()
        if len(reader.wb.worksheets) > MOST_SHEETS:
            return f"シートが多すぎます（{MOST_SHEETS}枚まで）。取り込むシートだけを残してください。"
        return [_Sheet(reader.wb, sheet) for sheet in reader.wb.worksheets]
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever the broken part of the file makes it stumble over
        if without_room(error):
            raise
        return BROKEN


def _shown_to(value: datetime) -> str:
    """How fine a time is written: seconds only where there are some, since a log without them is another log."""
    if value.microsecond:
        return "milliseconds"
    return "seconds" if value.second else "minutes"


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
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", _shown_to(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return str(value)
