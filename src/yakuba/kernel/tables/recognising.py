"""A file's bytes → its text, or what the file is in truth.

Read: UTF-8 (with or without BOM), CP932, and UTF-16 with its BOM. Everything else is told by name, because a web page or
a letter that merely ends in .csv cannot be read by guessing. A workbook (xlsx) is for `workbook`, whatever its name.
"""

from __future__ import annotations

import re

from yakuba.kernel.definitions import Problem

LARGEST = 50_000_000  # bytes
SAVE_AS_CSV = "Excelで開き、「名前を付けて保存」で「CSV UTF-8（コンマ区切り）」を選んで保存し直してください。"
FROM_TABLE = "もとの表をCSVかExcel（xlsx）で保存して選んでください。"
SAVE_AGAIN = "UTF-8かShift_JIS（CP932）で保存し直してください。"
OPENDOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
WEB_PAGE = re.compile(
    rb"\s*(MIME-Version:|(<!--.*?-->\s*)*<(!doctype\s+html|[a-z][a-z0-9]*[\s>]))", re.I | re.S
)
JIS = (b"\x1b$B", b"\x1b$@")
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
MANY_NULS = (
    0.02  # of the bytes at its beginning: two bytes a character; in Japanese only commas and digits have one
)
LOOKED_AT = 4_096  # bytes
THREE_BYTES = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")  # a Japanese character in UTF-8


def text_of(data: bytes, problems: list[Problem]) -> str | None:
    """The text, without its BOM; None where `problems` tells why there is none."""
    if len(data) > LARGEST:
        _tell(problems, 0, f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。")
        return None
    kind = _other_kind(data)
    if kind:
        _tell(problems, 0, kind)
        return None
    if data[:2] in UTF16:
        return _utf16(data, problems)
    if data[:LOOKED_AT].count(b"\0") > MANY_NULS * len(data[:LOOKED_AT]):
        _tell(problems, 1, f"文字コードがUTF-16のようです。{SAVE_AGAIN}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _cp932(data, error.start, problems)


# How a file begins that is no text → what to say of it.
BEGINNINGS = (
    (
        b"\xd0\xcf\x11\xe0",
        f"古い形式のExcelのファイル（xls）か、パスワードの付いたExcelのファイルです。{SAVE_AS_CSV}",
    ),
    (b"%PDF", f"PDFです。{FROM_TABLE}"),
    (b"{\\rtf", f"リッチテキスト（RTF）です。{FROM_TABLE}"),
    (b"\x1f\x8b", "圧縮したファイル（gzip）です。ひらいた中のCSVを選んでください。"),
)
# The same of texts that are no table.
TEXTS = (
    (WEB_PAGE, f"Webページ（HTML）です。システムが書き出した「.xls」に多い形です。{SAVE_AS_CSV}"),
    (re.compile(rb"\s*<\?xml", re.I), f"XMLのファイルです。{SAVE_AS_CSV}"),
    (re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{\]])'), f"JSONのファイルです。{FROM_TABLE}"),
)


def _other_kind(data: bytes) -> str:
    """What the file is, if it is no table; empty for one."""
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    start = data[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    if data[:2] in UTF16:
        start = data[: 2 * LOOKED_AT].decode(UTF16[data[:2]], "ignore").removeprefix("\ufeff").encode()
    found = [what for beginning, what in BEGINNINGS if data.startswith(beginning)]
    found += [what for pattern, what in TEXTS if pattern.match(start)]
    if found:
        return f"CSVではなく、{found[0]}"
    if any(sign in data[:LOOKED_AT] for sign in JIS):
        return f"文字コードがJIS（ISO-2022-JP）です。{SAVE_AGAIN}"
    return ""


def _archive(data: bytes) -> str:
    if OPENDOCUMENT in data[:200]:
        return "CSVではなく、LibreOffice（OpenDocument）のファイルです。表計算ソフトで開き、CSV（UTF-8）で保存し直してください。"
    if b"word/" in data:
        return f"表ではなく、Word（docx）のファイルです。{FROM_TABLE}"
    return "CSVではなく、ZIPのファイルです。中のCSVを取り出して選んでください。"


def is_workbook(data: bytes) -> bool:
    """Whether it is an Excel workbook of today's kind (xlsx, xlsm)."""
    return data.startswith(b"PK\x03\x04") and OPENDOCUMENT not in data[:200] and b"xl/workbook" in data


def _utf16(data: bytes, problems: list[Problem]) -> str | None:
    try:
        return data.decode(UTF16[data[:2]]).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(UTF16[data[:2]], "ignore").count("\n") + 1
        _tell(problems, line, f"UTF-16の文字が途中で壊れています。{SAVE_AGAIN}")
        return None


def _cp932(data: bytes, broken: int, problems: list[Problem]) -> str | None:
    """broken: where it stops being UTF-8. A file put together of both encodings is told: read as CP932, its UTF-8
    lines would become other characters without an error."""
    here = data.count(b"\n", 0, broken) + 1
    for number, line in enumerate(data.split(b"\n"), 1):
        if THREE_BYTES.search(line) and _is(line, "utf-8"):
            first, second = sorted([(number, "UTF-8"), (here, "Shift_JIS")])
            reason = f"文字コードが混ざっています（{first[0]}行目は{first[1]}、{second[0]}行目は{second[1]}）。一つにそろえ、{SAVE_AGAIN}"
            _tell(problems, second[0], reason)
            return None
    if _is(data, "euc_jp"):  # before CP932, which takes it for half-width katakana without an error
        _tell(problems, here, f"文字コードがEUC-JPです。{SAVE_AGAIN}")
        return None
    try:
        return data.decode("cp932")
    except UnicodeDecodeError as error:
        line_number = data.count(b"\n", 0, error.start) + 1
        _tell(problems, line_number, f"読めない文字があります。{SAVE_AGAIN}")
        return None


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _tell(problems: list[Problem], line: int, reason: str) -> None:
    problems.append(Problem(line, "", reason))
