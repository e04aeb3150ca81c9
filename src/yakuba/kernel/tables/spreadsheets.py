"""Tables as CSV and JSON files that another program may open without harm; `excel` makes workbooks of them, `files` chooses.

A text that begins like a formula (= + - @, also full-width, and the control characters that some programs skip) is
made harmless: by an apostrophe in CSV, as marked text in Excel. Numbers stay numbers. A character that CP932 cannot
write becomes 〓 and is told with its place, never dropped. Rows are written as they come, so that memory does not grow
with them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO
from zoneinfo import ZoneInfo

from yakuba.kernel.definitions import Problem
from yakuba.kernel.values import cp932
from yakuba.kernel.values.reduction import reduced

Value = str | int | float | date | datetime | None  # bool too, which is an int
NO_REDUCTION: Mapping[str, str] = {}
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
HERE = ZoneInfo("Asia/Tokyo")  # no spreadsheet knows time zones


@dataclass(frozen=True)
class Table:
    """A sheet: its title (≤ 31 characters), the head row and the others, which may come one after the other from the
    database; then it can be written once."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write_csv(
    table: Table, file: IO[bytes], encoding: str, reduction: Mapping[str, str] = NO_REDUCTION
) -> list[Problem]:
    """Write the table with its head. encoding: `utf-8` (with BOM, so that Excel reads it) or `cp932`; lines end in CRLF.

    reduction: what a town writes for characters in a CP932 file (`kernel.values.reduction`). The problems tell every
    character that was reduced and every one that the file cannot hold, with its line.
    """
    if encoding not in ("utf-8", "cp932"):
        raise ValueError(f"unknown encoding {encoding}")
    problems: list[Problem] = []
    text = io.TextIOWrapper(file, "utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        for line, row in enumerate(_with_head(table), start=1):
            cells = row
            if encoding == "cp932":  # first: what is written may begin like a formula that the text hid
                pairs = zip(table.head, row, strict=True)
                cells = [_writable(cell, line, head, problems, reduction) for head, cell in pairs]
            writer.writerow([_harmless(cell) for cell in cells])
    finally:
        text.detach()  # else the caller's file would be closed with it
    return problems


def write_json(table: Table, file: IO[bytes]) -> None:
    """Write the rows as a list of objects by heading, in UTF-8; nothing of a text is changed."""
    between = "[\n"
    for row in table.rows:
        told = {name: _plain(value) for name, value in zip(table.head, row, strict=True)}
        file.write(f"{between} {json.dumps(told, ensure_ascii=False)}".encode())
        between = ",\n"
    file.write(b"[]" if between == "[\n" else b"\n]")


def naive(moment: datetime) -> datetime:
    """As the clock on the wall shows it."""
    return moment.astimezone(HERE).replace(tzinfo=None) if moment.tzinfo else moment


def _with_head(table: Table) -> Iterable[Sequence[Value]]:
    yield table.head
    yield from table.rows


def _plain(value: Value) -> str | int | float | None:
    if isinstance(value, datetime):
        return naive(value).isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else value


def _harmless(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    text = str(_plain(value))
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
