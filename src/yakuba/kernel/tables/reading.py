"""A table file (CSV or Excel) → its rows by heading. Told: what is no table, a head that does not hold, rows that do not fit it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Protocol

from yakuba.kernel.definitions import Problem, plain
from yakuba.kernel.tables import sheets
from yakuba.kernel.tables.recognising import LARGEST, Text, is_workbook, size_of, text_of
from yakuba.kernel.tables.records import LONGEST_CELL, MOST_COLUMNS, Reader, Record
from yakuba.kernel.values.characters import compose

DELIMITERS = (",", "\t", ";")
TITLE_LINES = 10  # records that may stand above the head
HEAD_WITHIN = 20_000  # lines of the file, most of them empty
TITLE_CELLS = 3  # more filled cells than this are values and no title
BREAK = re.compile(r"\s*\n\s*")
# What a spreadsheet writes for a value that it cannot calculate (#N/A, #REF!), or show in a narrow column (####).
ERROR = re.compile(r"#(N/A|N/D|##+|[A-Z0-9/_]+[!?])", re.I)
EMPTY = "ファイルが空です。1行目に見出しを書いてください。"
TOO_MANY = (
    f"列が多すぎます（{MOST_COLUMNS}列まで）。表のファイルか、区切りのコンマが正しいか確かめてください。"
)
LOST = {"\0": "NUL文字", "�": "文字化け（�）", "〓": "書けなかった字の印（〓）"}


@dataclass(frozen=True)
class Row:
    """One row: its line in the file and its cells by heading, without blanks around."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first cell of these headings that is not empty."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


class BadRow(ValueError):
    """The row cannot be used; the text says why, in Japanese."""


class Source(Protocol):
    """Whatever gives the records of a table: a text (`records.Reader`) or a sheet (`workbook.Reader`)."""

    columns: int
    width: int

    def __iter__(self) -> Iterator[Record]: ...


def rows(
    data: bytes | BinaryIO,
    required: Sequence[str],
    problems: list[Problem],
    place: Callable[[Row], str] = lambda _: "",
    *,
    renamed: Mapping[str, str] | None = None,
) -> Iterator[Row]:
    """The rows below the head, which has the `required` headings and may stand below a title.

    data: CSV (cells divided by commas, tabs or semicolons: the head tells) or an Excel workbook, of which the one sheet
    with these headings is read. Of a file (one that can seek) a row at a time is in memory, and nothing else may read it
    meanwhile. A row that does not fit is told and left out; `place` says whose it is. renamed: heading as the file has it
    → as the reader knows it.
    """
    names = renamed or {}
    source, head = _opened(_file(data), required, problems, names)
    if source is None or head is None:
        return
    headings: list[str] = []
    for record in source:
        if record.line < head.line:
            _title(record, head, required, problems)
        elif record.line == head.line or set(required) <= set(headings_of(record.cells, names)):
            if record.line > head.line:
                told = _second_head(headings, headings_of(record.cells, names))
                problems.append(Problem(record.line, "見出し", told))
            headings = headings_of(record.cells, names)
            if not _headings_hold(headings, record.line, required, problems):
                return
            source.columns, source.width = len(headings), len(record.cells)
        elif any(cell.strip() for cell in record.cells):
            row = _row(headings, record)
            if reason := _fault(headings, record.cells):
                problems.append(Problem(record.line, place(row), reason))
            else:
                yield row


def _file(data: bytes | BinaryIO) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else data


def _opened(
    file: BinaryIO, required: Sequence[str], problems: list[Problem], names: Mapping[str, str]
) -> tuple[Source | None, Record | None]:
    """What gives the records, and the head. No source where `problems` tells why."""
    if size_of(file) <= LARGEST and is_workbook(file):
        return _sheet(file, required, problems, names)
    text = text_of(file, problems)
    if text is None:
        return None, None
    delimiter, head = _head(text, required, names)
    if head is None:
        problems.append(Problem(1, "", EMPTY))
    return Reader(text, delimiter, problems), head


def _sheet(
    file: BinaryIO, required: Sequence[str], problems: list[Problem], names: Mapping[str, str]
) -> tuple[Source | None, Record | None]:
    readers = sheets.readers(file, problems)
    if not readers:
        return None, None
    starts = [sheets.begins(one, TITLE_LINES + 1) for one in readers]
    heads = [
        next((row for row in start if set(required) <= set(headings_of(row.cells, names))), None)
        for start in starts
    ]
    fitting = [at for at, head in enumerate(heads) if head]
    if len(fitting) > 1:
        which = sheets.names(readers[at] for at in fitting)
        reason = (
            f"同じ見出しのシートが{len(fitting)}枚あります（{which}）。取り込むシートだけを残してください。"
        )
        problems.append(Problem(0, "シート", reason))
        return None, None
    at = fitting[0] if fitting else next((at for at, start in enumerate(starts) if start), 0)
    head = heads[at] or next(iter(starts[at]), None)
    if head is None and not problems:
        problems.append(Problem(1, "", EMPTY))
    return readers[at], head


def _head(text: Text, required: Sequence[str], names: Mapping[str, str]) -> tuple[str, Record | None]:
    """By what cells are divided, and the head: the first record with all required headings, else the first one."""
    first: Record | None = None
    for delimiter in DELIMITERS:
        seen = 0
        for record in Reader(text, delimiter, []):
            if record.line > HEAD_WITHIN:
                break
            if not any(cell.strip() for cell in record.cells):
                continue
            first = first or record
            if set(required) <= set(headings_of(record.cells, names)):
                return delimiter, record
            seen += 1
            if seen > TITLE_LINES:
                break  # further down it would be a row
    return DELIMITERS[0], first


def headings_in(data: bytes | BinaryIO, known: Sequence[str], problems: list[Problem]) -> list[str]:
    """The headings of a file whose columns may be called otherwise: of the record near its beginning that has most of the
    known names, else of the first with more than a title has. Empty where `problems` tells why there are none."""
    file = _file(data)
    best: tuple[int, int, list[str]] = (-1, 0, [])
    for record in _near_the_beginning(file, problems):
        headings = headings_of(record.cells)
        filled = sum(map(bool, headings))
        found = (len(set(headings) & set(known)), filled > 1, headings)
        best = max(best, found, key=lambda one: one[:2])
    if best[0] < 0 and not problems:
        problems.append(Problem(1, "", EMPTY))
    if len(best[2]) > MOST_COLUMNS:
        problems.append(Problem(1, "見出し", TOO_MANY))
        return []
    return best[2]


def _near_the_beginning(file: BinaryIO, problems: list[Problem]) -> Iterator[Record]:
    """The first records of every sheet, or by every delimiter."""
    if size_of(file) <= LARGEST and is_workbook(file):
        for one in sheets.readers(file, problems):
            yield from sheets.begins(one, TITLE_LINES + 1)
    elif text := text_of(file, problems):
        for delimiter in DELIMITERS:
            filled = (one for one in Reader(text, delimiter, []) if any(cell.strip() for cell in one.cells))
            yield from islice(filled, TITLE_LINES + 1)


def headings_of(cells: Sequence[str], names: Mapping[str, str] | None = None) -> list[str]:
    """The headings as rules and readers know them, without the empty columns that a spreadsheet leaves at the end."""
    # A line may have a million cells, and every record is looked at: of those that no table has, it is enough that they are.
    found = [BREAK.sub("", plain(cell.strip("\ufeff"))) for cell in cells[: MOST_COLUMNS + 1]]
    if not any(cell.strip() for cell in cells[MOST_COLUMNS:]):
        while found and not found[-1]:
            found.pop()
    return [(names or {}).get(name, name) for name in found]


def _title(record: Record, head: Record, required: Sequence[str], problems: list[Problem]) -> None:
    """Above the head stands a title at most; values there are told, since they are in no row: many of them, or those
    that no row goes without (a head that was sorted into the rows)."""
    filled = {name for name, cell in zip(headings_of(head.cells), record.cells, strict=False) if cell.strip()}
    if sum(bool(cell.strip()) for cell in record.cells) > TITLE_CELLS or set(required) <= filled:
        reason = f"見出し（{head.line}行目）の上にあるため、取り込みませんでした。申込や施設の行なら、見出しの下に移してください。"
        problems.append(Problem(record.line, "", reason))


def _second_head(headings: Sequence[str], again: Sequence[str]) -> str:
    """A table put below another one may have its columns in another order, so its rows are read by its own head."""
    if again == headings:
        return "見出しの行がもう一度あります。表を二つ続けたときは、二つ目の見出しを消してください。"
    return (
        "見出しの行がもう一度あり、列が上の見出しと違います。ここから下の行は、この見出しで読みました。"
        "列の並びを確かめ、表を一つにまとめてください。"
    )


def _headings_hold(headings: list[str], line: int, required: Sequence[str], problems: list[Problem]) -> bool:
    if len(headings) > MOST_COLUMNS:
        problems.append(Problem(line, "見出し", TOO_MANY))
        return False
    before = len(problems)
    for name in required:
        if name not in headings:
            problems.append(
                Problem(line, "見出し", f"「{name}」の列がありません。1行目に見出しを書いてください。")
            )
    for name in sorted({name for name in headings if name and headings.count(name) > 1}):
        problems.append(Problem(line, "見出し", f"「{name}」の列が二つあります。一つにしてください。"))
    return len(problems) == before


def _row(headings: list[str], record: Record) -> Row:
    pairs = zip(headings, record.cells, strict=False)
    return Row(record.line, {name: text for name, cell in pairs if name and (text := compose(cell).strip())})


def _fault(headings: list[str], cells: list[str]) -> str:
    """Why the row does not fit its head; empty when it does."""
    if any(cell.strip() for cell in cells[len(headings) :]):
        return f"見出しは{len(headings)}列ですが、この行は{len(cells)}列あります。余分なコンマがないか確かめてください。"
    if len(cells) < len(headings):
        return f"見出しは{len(headings)}列ですが、この行は{len(cells)}列しかありません。途中で切れていないか、区切りのコンマが足りているか確かめてください。"
    for number, (name, cell) in enumerate(zip(headings, cells, strict=False), 1):
        if not name and cell.strip():
            return f"{number}列目に見出しがないのに「{cell.strip()[:20]}」と書かれています。見出しを書くか、列を消してください。"
        if len(cell) > LONGEST_CELL:
            return f"長すぎる値があります（{LONGEST_CELL:,}文字まで）。"
        for character, what in LOST.items():
            if character in cell:
                return f"「{name}」に{what}があり、もとの文字が失われています。もとの表から書き出し直してください。"
        if ERROR.fullmatch(cell.strip()):
            return (
                f"「{name}」の「{cell.strip()[:20]}」は、表計算ソフトのエラーか、列の幅が足りない印で、もとの値が失われて"
                "います。もとの表を直して（列の幅を広げて）書き出し直してください。"
            )
    return ""
