"""An .xlsx of somebody's → the cells that have a defined name, with what a person would see there and what is wrong with it.

Read straight from the XML, in the process of its own (`kernel.files.apart`): fast readers give an empty text for #DIV/0! and
nothing for a formula that was never calculated, which would be a silent hole. Here `t="e"`, formulas without a cached value
and `#REF!` in a formula are told as they are.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from math import isfinite
from typing import Any, BinaryIO
from xml.etree import ElementTree

from yakuba.kernel.files.apart import Told
from yakuba.kernel.refusals import Invalid, attempt

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})")
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
TIME_FORMATS = {18, 19, 20, 21, 45, 46, 47}
LAST_DAY, DAYS_1904 = (
    2_958_466,
    1_462,
)  # one behind 9999-12-31, and how much later the other calendar of days begins
DATE_FORMATS = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
LARGEST, LARGEST_PART, MOST_PARTS = 60_000_000, 40_000_000, 400
LARGEST_ARCHIVE, MOST_FILES = 400_000_000, 5_000
MOST_NAMES = 20_000
LARGEST_TOGETHER = (
    120_000_000  # of all parts that are read as XML: many large ones would use up the time of all forms
)
MOST_MERGED, MOST_WIDE = 20_000, 1_000  # merged ranges of a sheet, and of them those of more than 100 cells
UNREADABLE = (
    zipfile.BadZipFile, ElementTree.ParseError, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError, OSError,
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, MemoryError,
)  # whatever a broken file can raise: it must not stop the reading of the files behind it  # fmt: skip
PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "パスワードで開くように保存されているか、古い形（xls）のファイルです。Excelで開き、パスワードを外して、xlsxで保存し直してください。"
BROKEN = "Excelのファイルが壊れているか、読めない形です。Excelで開き、xlsxで保存し直してください。"


def read_workbook(file: BinaryIO, hidden: str) -> Iterator[Told]:
    """One answer: `{"hidden": texts of column A of the sheet of that name, "cells": {name: [sheet, cell, text, fault]}}`."""
    yield _read(file.read(LARGEST + 1), hidden), b""


def read_archive(file: BinaryIO, hidden: str) -> Iterator[Told]:
    """Of a ZIP of workbooks, or of ZIPs of workbooks, one answer each with its `file`, or with `not_read` where it is none. Before
    them `{"total": number}`."""
    with _zip(file) as archive:
        outer = [one for one in archive.infolist() if not one.is_dir()]
        if len(outer) > MOST_FILES:
            raise Invalid(f"一度に入れられるのは{MOST_FILES:,}ファイルまでです。")
        for info in outer:
            content = _content(archive, info)
            yield from _of_file(info.filename, content, hidden)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """None for what cannot be read, or is too large for a form or a ZIP of forms."""
    try:
        if info.file_size > LARGEST_ARCHIVE:
            return None
        with archive.open(info) as one:
            return one.read(LARGEST_ARCHIVE + 1)
    except UNREADABLE:
        return None


def _of_file(name: str, content: bytes | None, hidden: str) -> Iterator[Told]:
    if content is None:
        yield {"total": 1, "file": name[-200:], "not_read": BROKEN}, b""
        return
    inner = _forms_inside(content)
    if inner is None:
        yield {"total": 1, "file": name[-200:]} | _told(content, hidden), b""
        return
    with inner:
        listed = [one for one in inner.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
        for info in listed[:MOST_FILES]:
            one = _content(inner, info)
            told = {"not_read": BROKEN} if one is None else _told(one, hidden)
            yield {"total": len(listed), "file": info.filename[-200:]} | told, b""


def _forms_inside(content: bytes) -> zipfile.ZipFile | None:
    """The ZIP, where it is one and no workbook itself."""
    if not content.startswith(b"PK"):
        return None
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except UNREADABLE:
        return None
    if "[Content_Types].xml" in archive.namelist():
        archive.close()
        return None
    return archive


def _told(content: bytes, hidden: str) -> dict[str, Any]:
    told, refusal = attempt(_read, content, hidden)
    return told if told is not None else {"not_read": str(refusal)}


def _zip(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError) as error:
        raise Invalid("ZIPとして読めません。調査票（xlsx）をまとめたZIPか確かめてください。") from error


def _read(content: bytes, hidden: str) -> dict[str, Any]:
    if content.startswith(ENCRYPTED):
        raise Invalid(LOCKED)
    if len(content) > LARGEST:
        raise Invalid("ファイルが大きすぎます。送った調査票か確かめてください。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Book(archive).told(hidden)
    except UNREADABLE as error:
        raise Invalid(BROKEN) from error


class _Book:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left = archive, LARGEST_TOGETHER
        infos = archive.infolist()
        if len(infos) > MOST_PARTS or any(one.file_size > LARGEST_PART for one in infos):
            raise ValueError("too large")
        self._names = {one.filename: one.file_size for one in infos}
        self._book = self._xml("xl/workbook.xml")
        self._space = STRICT if self._book.tag.startswith(STRICT) else MAIN
        self._strings = self._shared()
        self._percent, self._dates, self._times = self._formats()
        self._epoch = date(1904, 1, 1) if self._is_1904() else date(1899, 12, 30)
        self._sheets = dict(self._parts())

    def told(self, hidden: str) -> dict[str, Any]:
        """See `read_workbook`."""
        wanted: dict[str, list[tuple[str, str]]] = {}
        cells: dict[str, list[str]] = {}
        for name, reference in self._defined():
            found = REFERENCE.fullmatch(reference.strip())
            sheet = (found[1] or found[2]).replace("''", "'") if found else ""
            if not found or sheet not in self._sheets:
                cells.setdefault(name, ["", "", "", "lost"])
                continue
            wanted.setdefault(sheet, []).append((name, f"{found[3]}{found[4]}"))
        for sheet, named in wanted.items():
            values, merged = self._cells(sheet, {cell for _, cell in named})
            for name, cell in named:
                text, fault = values.get(cell, ("", ""))
                if cell in merged and merged[cell] != cell:
                    text, fault = values.get(merged[cell], ("", ""))[0], f"merged:{merged[cell]}"
                _put(cells, name, [sheet, cell, text[:12_000], fault])
        marks = self._cells(hidden, {f"A{at}" for at in range(1, 5)})[0] if hidden in self._sheets else {}
        return {"hidden": [marks.get(f"A{at}", ("", ""))[0][:200] for at in range(1, 5)], "cells": cells}

    def _xml(self, name: str) -> ElementTree.Element:
        # In a process apart, and expat itself refuses entities that blow up.
        self._left -= self._names[name]
        if self._left < 0:
            raise ValueError("too large together")
        return ElementTree.fromstring(self._archive.read(name))  # noqa: S314

    def _is_1904(self) -> bool:
        found = self._book.find(f"{self._space}workbookPr")
        return found is not None and found.get("date1904") in ("1", "true")

    def _defined(self) -> list[tuple[str, str]]:
        """Name and what it stands for. A copied sheet has names of its own, which are the same: then one name is there twice."""
        found = [
            (one.get("name", ""), one.text or "") for one in self._book.iter(f"{self._space}definedName")
        ]
        if len(found) > MOST_NAMES:
            raise ValueError("too many names")
        return [one for one in found if one[0].startswith("ans_")]

    def _parts(self) -> Iterator[tuple[str, str]]:
        relations = {
            one.get("Id", ""): one.get("Target", "") for one in self._xml("xl/_rels/workbook.xml.rels")
        }
        for one in self._book.iter(f"{self._space}sheet"):
            target = relations.get(one.get(RELATION) or one.get(STRICT_RELATION) or "", "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if part in self._names:
                yield one.get("name", ""), part

    def _shared(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._names:
            return []
        return [
            _text(one, self._space) for one in self._xml("xl/sharedStrings.xml").findall(f"{self._space}si")
        ]

    def _formats(self) -> tuple[set[int], set[int], set[int]]:
        """The cell styles (by number) that show per cents, those that show dates, and those that show a time of day alone."""
        if "xl/styles.xml" not in self._names:
            return set(), set(), set()
        styles = self._xml("xl/styles.xml")
        custom = {
            int(one.get("numFmtId", "0")): one.get("formatCode", "")
            for one in styles.iter(f"{self._space}numFmt")
        }
        found: dict[str, set[int]] = {"percent": set(), "date": set(), "time": set(), "": set()}
        listed = styles.find(f"{self._space}cellXfs")
        for at, one in enumerate(listed if listed is not None else ()):
            number = int(one.get("numFmtId", "0"))
            kind = _kind_of(number, QUOTED.sub("", custom.get(number, "")).lower())
            found[kind].add(at)
        return found["percent"], found["date"], found["time"]

    def _cells(self, sheet: str, wanted: set[str]) -> tuple[dict[str, tuple[str, str]], Mapping[str, str]]:
        """Of the wanted cells what each holds as (text, fault), and cell → the cell whose value its merged range shows."""
        root = self._xml(self._sheets[sheet])
        merged = _merged((one.get("ref", "") for one in root.iter(f"{self._space}mergeCell")), wanted)
        needed = wanted | {merged[cell] for cell in wanted if cell in merged}
        listed = root.iter(f"{self._space}c")
        return {name: self._cell(one) for one in listed if (name := one.get("r", "")) in needed}, merged

    def _cell(self, one: ElementTree.Element) -> tuple[str, str]:
        space, kind = self._space, one.get("t", "n")
        formula, value = one.find(f"{space}f"), one.find(f"{space}v")
        text = (value.text or "") if value is not None else ""
        if kind == "e":
            return text, "error"
        if formula is not None and "#REF!" in (formula.text or ""):
            return text, "reference"
        if formula is not None and not text and kind != "str":
            return "", "uncalculated"
        if kind == "s":
            at = int(text) if text.isascii() and text.isdigit() else len(self._strings)
            return (
                (self._strings[at], "") if at < len(self._strings) else ("", "" if not text else "unreadable")
            )
        if kind == "inlineStr":
            inside = one.find(f"{space}is")
            return _text(inside, space) if inside is not None else "", ""
        if kind == "b":
            return ("TRUE" if text == "1" else "FALSE"), ""
        if kind != "n" or not text:
            return _unescaped(text), ""
        if not PLAIN_NUMBER.fullmatch(text.strip()) or len(text) > 400 or not isfinite(float(text)):
            return text[:30], "unreadable"
        return self._number(float(text), int(one.get("s", "0"))), ""

    def _number(self, value: float, style: int) -> str:
        """A number as a person sees it: 0.35 shown as 35 % is 35%, a date is a date, a time of day is no number of anything."""
        last = LAST_DAY - (DAYS_1904 if self._epoch.year == 1904 else 0)
        if style in self._dates and 1 <= value < last:
            return (self._epoch + timedelta(days=int(value))).isoformat()
        if style in self._times or (style in self._dates and 0 < value < 1):
            minutes = round(value * 24 * 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        if style in self._percent:
            return f"{_plain(value * 100)}%"
        return _plain(value)


def _kind_of(number: int, code: str) -> str:
    """What a number format shows: percent, date, time, or empty for a number. code: without what it prints as it stands."""
    if number in (9, 10) or "%" in code:
        return "percent"
    letters = set(code.replace("general", ""))
    is_time = bool(letters & set("hs"))
    if letters & set("0#?") and not is_time:
        return ""
    if number in DATE_FORMATS or letters & set("ydge") or ("m" in letters and not is_time):
        return "date"
    return "time" if number in TIME_FORMATS or is_time else ""


def _put(cells: dict[str, list[str]], name: str, told: list[str]) -> None:
    """Of a name that is there twice only what both say is clear."""
    before = cells.get(name)
    if before is None or before[3] == "lost":
        cells[name] = told
    elif before[2:] != told[2:]:
        cells[name] = [*before[:2], "", f"twice:{told[0][:60]}!{told[1]}"]


def _merged(references: Iterable[str], wanted: set[str]) -> dict[str, str]:
    """Wanted cell → the first cell of the merged range in which it is, however large that is."""
    places = {_place(cell): cell for cell in wanted}
    found: dict[str, str] = {}
    wide = 0
    for at, reference in enumerate(references):
        first, _, last = reference.partition(":")
        (left, top), (right, bottom) = _place(first), _place(last or first)
        is_wide = (right - left + 1) * (bottom - top + 1) > 100
        wide += is_wide
        if wide > MOST_WIDE or at > MOST_MERGED:
            raise ValueError("too many merged ranges")
        inside = (
            places
            if is_wide
            else [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]
        )
        found |= {
            places[one]: first
            for one in inside
            if one in places and left <= one[0] <= right and top <= one[1] <= bottom
        }
    return found


def _place(cell: str) -> tuple[int, int]:
    """Column and row, from 1 on. Raises ValueError for what is no cell."""
    one = CELL.fullmatch(cell)
    if not one:
        raise ValueError("not a cell")
    column = 0
    for letter in one[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(one[2])


def _plain(value: float) -> str:
    """Without an exponent and without what a float adds behind ten decimals; never 0 for what is not 0."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return repr(value) if float(text) == 0 else text


def _unescaped(text: str) -> str:
    """Excel writes a character that XML cannot hold as _x000D_."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)) if int(found[1], 16) in (9, 10, 13) else "", text)


def _text(one: ElementTree.Element, space: str) -> str:
    """All its runs, without the readings (ルビ) that stand beside kanji."""
    parts = []
    for child in one:
        if child.tag == f"{space}t":
            parts.append(child.text or "")
        elif child.tag == f"{space}r":
            parts += [inner.text or "" for inner in child.findall(f"{space}t")]
    return _unescaped("".join(parts))
