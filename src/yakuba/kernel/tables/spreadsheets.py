"""Tables as CSV files that another program may open without harm; `excel` makes workbooks of them.

A text that begins like a formula (= + - @, also full-width, and the control characters that some programs skip) is
made harmless: by an apostrophe in CSV, as marked text in Excel. Numbers stay numbers. A character that CP932 cannot
write becomes 〓 and is told with its place, never dropped.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO

from yakuba.kernel.definitions import Problem
from yakuba.kernel.values import cp932
from yakuba.kernel.values.reduction import reduced

Value = str | int | float | None
NO_REDUCTION: Mapping[str, str] = {}
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@dataclass(frozen=True)
class Table:
    """A sheet: its title (≤ 31 characters), the head row and the others, which may be made while they are written."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]


def to_csv(
    table: Table, encoding: str, reduction: Mapping[str, str] = NO_REDUCTION
) -> tuple[bytes, list[Problem]]:
    """The table as `write_csv` writes it, and what it tells."""
    buffer = io.BytesIO()
    problems = write_csv(table, buffer, encoding, reduction)
    return buffer.getvalue(), problems


def write_csv(
    table: Table, file: IO[bytes], encoding: str, reduction: Mapping[str, str] = NO_REDUCTION
) -> list[Problem]:
    """The table with its head, row by row. encoding: `utf-8` (with BOM, so that Excel reads it) or `cp932`; lines end
    in CRLF.

    reduction: what a town writes for characters in a CP932 file (`kernel.values.reduction`). The problems tell every
    character that was reduced and every one that the file cannot hold, with its line.
    """
    if encoding not in ("utf-8", "cp932"):
        raise ValueError(f"unknown encoding {encoding}")
    writer = csv.writer(
        codecs.getwriter("utf-8-sig" if encoding == "utf-8" else encoding)(file), lineterminator="\r\n"
    )
    problems: list[Problem] = []
    for line, row in enumerate(chain([table.head], table.rows), start=1):
        cells = row
        if encoding == "cp932":  # first: what is written may begin like a formula that the text hid
            cells = [
                _writable(cell, line, head, problems, reduction)
                for head, cell in zip(table.head, row, strict=True)
            ]
        writer.writerow([_harmless(cell) for cell in cells])
    return problems


def _harmless(value: Value) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(DANGEROUS) else text


def _writable(
    value: Value, line: int, column: str, problems: list[Problem], reduction: Mapping[str, str]
) -> Value:
    """A text with characters that CP932 has, noting those that it lacks."""
    if not isinstance(value, str):
        return value
    plainer, told = reduced(value, reduction)
    problems += [Problem(line, column, str(one)) for one in told]
    written, losses = cp932.written(plainer)
    problems += [Problem(line, column, str(loss)) for loss in losses]
    return written


def to_json(table: Table) -> bytes:
    """The rows as a list of objects by heading, in UTF-8; nothing of a text is changed."""
    buffer = io.BytesIO()
    write_json(table, buffer)
    return buffer.getvalue()


def write_json(table: Table, file: IO[bytes]) -> None:
    """As `to_json`, a line a row."""
    before = "[\n"
    for row in table.rows:
        line = json.dumps(dict(zip(table.head, row, strict=True)), ensure_ascii=False)
        file.write(f"{before}{line}".encode())
        before = ",\n"
    file.write(b"[]\n" if before == "[\n" else b"\n]\n")
