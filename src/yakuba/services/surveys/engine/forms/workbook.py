"""An .xlsx of somebody's → the cells that have a defined name, with what a person would see there and what is wrong with it.

Read straight from the XML, in the process of its own (`kernel.files.apart`): fast readers give an empty text for #DIV/0! and
nothing for a formula that was never calculated, which would be a silent hole. Here `t="e"`, formulas without a cached value
and `#REF!` in a formula are told as they are.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, BinaryIO
from xml.etree import ElementTree

from yakuba.kernel.files.apart import Told
from yakuba.kernel.refusals import Invalid

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})")
DATE_FORMATS = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
LARGEST, LARGEST_PART, MOST_PARTS = 60_000_000, 40_000_000, 400
LARGEST_ARCHIVE, MOST_FILES = 400_000_000, 5_000
MOST_NAMES = 20_000
UNREADABLE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
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
    try:
        return _read(content, hidden)
    except Invalid as refusal:
        return {"not_read": str(refusal)}


def _zip(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError) as error:
        raise Invalid("ZIPとして読めません。調査票（xlsx）をまとめたZIPか確かめてください。") from error


def _read(content: bytes, hidden: str) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise Invalid("ファイルが大きすぎます。送った調査票か確かめてください。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Book(archive).told(hidden)
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Invalid(BROKEN) from error


class _Book:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        infos = archive.infolist()
        if len(infos) > MOST_PARTS or any(one.file_size > LARGEST_PART for one in infos):
            raise ValueError("too large")
        self._names = {one.filename for one in infos}
        self._book = self._xml("xl/workbook.xml")
        self._space = STRICT if self._book.tag.startswith(STRICT) else MAIN
        self._strings = self._shared()
        self._percent, self._dates = self._formats()
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
                cells[name] = ["", "", "", "lost"]
                continue
            wanted.setdefault(sheet, []).append((name, f"{found[3]}{found[4]}"))
        for sheet, named in wanted.items():
            values, merged = self._cells(sheet, {cell for _, cell in named})
            for name, cell in named:
                text, fault = values.get(cell, ("", ""))
                if cell in merged and merged[cell] != cell:
                    text, fault = values.get(merged[cell], ("", ""))[0], f"merged:{merged[cell]}"
                cells[name] = [sheet, cell, text[:12_000], fault]
        marks = self._cells(hidden, {f"A{at}" for at in range(1, 5)})[0] if hidden in self._sheets else {}
        return {"hidden": [marks.get(f"A{at}", ("", ""))[0][:200] for at in range(1, 5)], "cells": cells}

    def _xml(self, name: str) -> ElementTree.Element:
        # In a process apart, and expat itself refuses entities that blow up.
        return ElementTree.fromstring(self._archive.read(name))  # noqa: S314

    def _is_1904(self) -> bool:
        found = self._book.find(f"{self._space}workbookPr")
        return found is not None and found.get("date1904") in ("1", "true")

    def _defined(self) -> list[tuple[str, str]]:
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

    def _formats(self) -> tuple[set[int], set[int]]:
        """The cell styles (by number) that show per cents, and those that show dates."""
        if "xl/styles.xml" not in self._names:
            return set(), set()
        styles = self._xml("xl/styles.xml")
        custom = {
            int(one.get("numFmtId", "0")): one.get("formatCode", "")
            for one in styles.iter(f"{self._space}numFmt")
        }
        percent, dates = set(), set()
        listed = styles.find(f"{self._space}cellXfs")
        for at, one in enumerate(listed if listed is not None else ()):
            number = int(one.get("numFmtId", "0"))
            code = QUOTED.sub("", custom.get(number, "")).lower()
            if number in (9, 10) or "%" in code:
                percent.add(at)
            elif number in DATE_FORMATS or ("d" in code and ("m" in code or "y" in code or "e" in code)):
                dates.add(at)
        return percent, dates

    def _cells(self, sheet: str, wanted: set[str]) -> tuple[dict[str, tuple[str, str]], Mapping[str, str]]:
        """Of the wanted cells what each holds as (text, fault), and cell → the cell whose value its merged range shows."""
        root = self._xml(self._sheets[sheet])
        merged: dict[str, str] = {}
        for one in root.iter(f"{self._space}mergeCell"):
            first, _, last = one.get("ref", "").partition(":")
            merged |= dict.fromkeys(_inside(first, last or first), first)
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
            return self._strings[int(text)] if text else "", ""
        if kind == "inlineStr":
            inside = one.find(f"{space}is")
            return _text(inside, space) if inside is not None else "", ""
        if kind == "b":
            return ("TRUE" if text == "1" else "FALSE"), ""
        if kind != "n" or not text:
            return text, ""
        return self._number(text, int(one.get("s", "0"))), ""

    def _number(self, text: str, style: int) -> str:
        """A number as a person sees it: 0.35 shown as 35 % is 35%, a date is a date."""
        value = float(text)
        if style in self._dates and 0 < value < 2_958_466:
            return (self._epoch + timedelta(days=int(value))).isoformat()
        if style in self._percent:
            return f"{_plain(round(value * 100, 6))}%"
        return _plain(value)


def _plain(value: float) -> str:
    return (
        str(int(value))
        if value == int(value) and abs(value) < 1e15
        else f"{value:.10f}".rstrip("0").rstrip(".")
    )


def _text(one: ElementTree.Element, space: str) -> str:
    """All its runs, without the readings (ルビ) that stand beside kanji."""
    parts = []
    for child in one:
        if child.tag == f"{space}t":
            parts.append(child.text or "")
        elif child.tag == f"{space}r":
            parts += [inner.text or "" for inner in child.findall(f"{space}t")]
    return "".join(parts)


def _inside(first: str, last: str) -> Iterator[str]:
    one, other = (
        re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", first),
        re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", last),
    )
    if not one or not other:
        return
    columns = range(_number_of(one[1]), _number_of(other[1]) + 1)
    rows = range(int(one[2]), int(other[2]) + 1)
    if len(columns) * len(rows) > 10_000:
        return
    for column in columns:
        for row in rows:
            yield f"{_letters(column)}{row}"


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
