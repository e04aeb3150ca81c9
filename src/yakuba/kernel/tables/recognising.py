"""A file → its text, or what the file is in truth.

Read: UTF-8 (with or without BOM), CP932, and UTF-16 with its BOM. Everything else is told by name, because a web page or
a letter that merely ends in .csv cannot be read by guessing. A workbook (xlsx) is for `workbook`, whatever its name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, BinaryIO, TextIO

from yakuba.kernel.definitions import Problem

LARGEST = 500_000_000  # bytes; the register of a million people has about a third of it
CHUNK, OVERLAP = 1 << 20, 1 << 14  # bytes looked at together, and of those seen twice
LONGEST_LINE = 2_000_000  # characters; 300 columns of 2,000 have a third of it
ZIP = b"PK\x03\x04"
LINE_END = re.compile(r"\r\n|\n|\r")
SAVE_AS_CSV = "Excelで開き、「名前を付けて保存」で「CSV UTF-8（コンマ区切り）」を選んで保存し直してください。"
FROM_TABLE = "もとの表をCSVかExcel（xlsx）で保存して選んでください。"
SAVE_AGAIN = "UTF-8かShift_JIS（CP932）で保存し直してください。"
OPENDOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
WEB_PAGE = re.compile(
    rb"\s*+(MIME-Version:|(?:<!--(?:(?!-->).)*+-->\s*+)*+<(!doctype\s+html|[a-z][a-z0-9]*[\s>]))", re.I | re.S
)
JIS = (b"\x1b$B", b"\x1b$@")
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
FEW_NULS = 2  # a NUL that strayed into a short file says nothing of its encoding; it is told by its cell
MANY_NULS = (
    0.02  # of the bytes at its beginning: two bytes a character; in Japanese only commas and digits have one
)
LOOKED_AT = 4_096  # bytes
THREE_BYTES = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")  # a Japanese character in UTF-8


@dataclass(frozen=True)
class Text:
    """A text that is known to be one: its file, which can be read as often as needed, its encoding, and how many lines it
    has up to the last one that is not empty."""

    file: BinaryIO
    encoding: str
    lines: int

    @contextmanager
    def opened(self) -> Iterator[TextIO]:
        """From its beginning, a line for each end of line of any kind (CRLF, LF, CR). One at a time."""
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, self.encoding)
        try:
            yield text
        finally:
            text.detach()  # else the file would be closed with it


class _TooLong(ValueError):
    """A line that is no row of any table."""

    def __init__(self, line: int) -> None:
        super().__init__(f"行が長すぎます（{LONGEST_LINE:,}文字まで）。表のファイルか確かめてください。")
        self.line = line


def text_of(file: BinaryIO, problems: list[Problem]) -> Text | None:
    """The text; None where `problems` tells why there is none. Read line by line, whatever its size."""
    try:
        return _text_of(file, problems)
    except _TooLong as error:
        _tell(problems, error.line, str(error))
        return None


def _text_of(file: BinaryIO, problems: list[Problem]) -> Text | None:
    if size_of(file) > LARGEST:
        _tell(problems, 0, f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。")
        return None
    start = _start(file)
    kind = _other_kind(file, start)
    if kind:
        _tell(problems, 0, kind)
        return None
    if start[:2] in UTF16:
        return _utf16(file, problems)
    if start[:LOOKED_AT].count(b"\0") > max(FEW_NULS, MANY_NULS * len(start[:LOOKED_AT])):
        _tell(problems, 1, f"文字コードがUTF-16のようです。{SAVE_AGAIN}")
        return None
    broken, lines = _walked(file, "utf-8-sig")
    return Text(file, "utf-8-sig", lines) if not broken else _cp932(file, broken, problems)


def size_of(file: BinaryIO) -> int:
    """In bytes."""
    return file.seek(0, io.SEEK_END)


def _start(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(2 * LOOKED_AT)


def _walked(file: BinaryIO, encoding: str) -> tuple[int, int]:
    """The line from which on it is not of that encoding, 0 for none; and the last line that is not empty. Lines can be
    decoded by themselves: in no encoding but UTF-16 is an end of line part of another character."""
    number = last = 0
    file.seek(0)
    for raw in file:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            return number + 1, last
        for line in LINE_END.split(text.removesuffix("\n").removesuffix("\r")):
            number += 1
            if len(line) > LONGEST_LINE:
                raise _TooLong(number)
            last = number if line.strip() else last
    return 0, last


# How a file begins that is no text → what to say of it.
BEGINNINGS = (
    (
        b"\xd0\xcf\x11\xe0",
        f"古い形式のExcelのファイル（xls）か、パスワードの付いたExcelのファイルです。{SAVE_AS_CSV}",
    ),
    (b"%PDF", f"PDFです。{FROM_TABLE}"),
    *(
        (picture, f"画像です。{FROM_TABLE}")
        for picture in (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
    ),
    (b"{\\rtf", f"リッチテキスト（RTF）です。{FROM_TABLE}"),
    (b"\x1f\x8b", "圧縮したファイル（gzip）です。ひらいた中のCSVを選んでください。"),
)
# The same of texts that are no table.
TEXTS = (
    (WEB_PAGE, f"Webページ（HTML）です。システムが書き出した「.xls」に多い形です。{SAVE_AS_CSV}"),
    (re.compile(rb"\s*<\?xml", re.I), f"XMLのファイルです。{SAVE_AS_CSV}"),
    (re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{\]])'), f"JSONのファイルです。{FROM_TABLE}"),
)


def _other_kind(file: BinaryIO, start: bytes) -> str:
    """What the file is, if it is no table; empty for one."""
    if start.startswith(ZIP):
        return _archive(file, start)
    seen = start[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    if start[:2] in UTF16:
        seen = start.decode(UTF16[start[:2]], "ignore").removeprefix("\ufeff").encode()
    found = [what for beginning, what in BEGINNINGS if start.startswith(beginning)]
    found += [what for pattern, what in TEXTS if pattern.match(seen)]
    if found:
        return f"CSVではなく、{found[0]}"
    if any(sign in start[:LOOKED_AT] for sign in JIS):
        return f"文字コードがJIS（ISO-2022-JP）です。{SAVE_AGAIN}"
    return ""


def _archive(file: BinaryIO, start: bytes) -> str:
    if OPENDOCUMENT in start[:200]:
        return "CSVではなく、LibreOffice（OpenDocument）のファイルです。表計算ソフトで開き、CSV（UTF-8）で保存し直してください。"
    if _holds(file, b"word/"):
        return f"表ではなく、Word（docx）のファイルです。{FROM_TABLE}"
    return "CSVではなく、ZIPのファイルです。中のCSVを取り出して選んでください。"


def is_workbook(file: BinaryIO) -> bool:
    """Whether it is an Excel workbook of today's kind (xlsx, xlsm), even a broken one."""
    start = _start(file)
    return start.startswith(ZIP) and OPENDOCUMENT not in start[:200] and _holds(file, b"xl/workbook")


def _holds(file: BinaryIO, sign: bytes) -> bool:
    """Looked for in the bytes and not in the archive's table, which a file that was cut has lost."""
    file.seek(0)
    return any(sign in part for part in chunks(file))


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that overlap, so that what is looked for stands whole in one of them."""
    tail = b""
    while part := file.read(CHUNK):
        yield tail + part
        tail = (tail + part)[-OVERLAP:]


def _utf16(file: BinaryIO, problems: list[Problem]) -> Text | None:
    text = Text(file, "utf-16", 0)
    number = last = 0
    try:
        with text.opened() as lines:
            for number, line in enumerate(lines, 1):
                if len(line) > LONGEST_LINE:
                    raise _TooLong(number)
                last = number if line.strip() else last
    except UnicodeDecodeError as error:
        broken = number + error.object[: error.start].decode("utf-16", "ignore").count("\n") + 1
        _tell(problems, broken, f"UTF-16の文字が途中で壊れています。{SAVE_AGAIN}")
        return None
    return replace(text, lines=last)


def _cp932(file: BinaryIO, here: int, problems: list[Problem]) -> Text | None:
    """here: the line that is not UTF-8. A file put together of both encodings is told: read as CP932, its UTF-8 lines would
    become other characters without an error."""
    file.seek(0)
    for number, line in enumerate(file, 1):
        if THREE_BYTES.search(line) and _is(line, "utf-8"):
            first, second = sorted([(number, "UTF-8"), (here, "Shift_JIS")])
            reason = f"文字コードが混ざっています（{first[0]}行目は{first[1]}、{second[0]}行目は{second[1]}）。一つにそろえ、{SAVE_AGAIN}"
            _tell(problems, second[0], reason)
            return None
    if not _walked(file, "euc_jp")[
        0
    ]:  # before CP932, which takes it for half-width katakana without an error
        _tell(problems, here, f"文字コードがEUC-JPです。{SAVE_AGAIN}")
        return None
    broken, lines = _walked(file, "cp932")
    if broken:
        _tell(problems, broken, f"読めない文字があります。{SAVE_AGAIN}")
        return None
    return Text(file, "cp932", lines)


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _tell(problems: list[Problem], line: int, reason: str) -> None:
    problems.append(Problem(line, "", reason))
