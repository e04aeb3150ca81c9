"""Tables as CSV files that another program may open without harm; `excel` makes workbooks of them.

A text that begins like a formula (= + - @, also full-width, and the control characters that some programs skip) is
made harmless: by an apostrophe in CSV, as marked text in Excel. Numbers stay numbers. A character that CP932 cannot
write becomes 〓 and is told with its place, never dropped.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.kernel.definitions import Problem

Value = str | int | None
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
GETA = "〓"  # how Japanese printing marks a character that it lacks
CP932_OF = {"〜": "～", "−": "－", "‖": "∥", "—": "―", "¢": "￠", "£": "￡", "¬": "￢"}


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
