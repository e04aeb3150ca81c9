"""A claim file's lines with their places in bytes, whatever ends them, and the encoding that it is written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

LONGEST = 100_000  # bytes of a line; what is longer is no record
HEAD = 65_536  # bytes by which ends and encoding are known
BOM = b"\xef\xbb\xbf"

Placed = tuple[int, bytes]  # where a line begins, and the line with its end


def placed(lines: Iterable[bytes]) -> Iterator[Placed]:
    """Lines with their places."""
    offset = 0
    for raw in lines:
        yield offset, raw
        offset += len(raw)


def lines_of(file: BinaryIO) -> Iterator[Placed]:
    """The lines of a file, ended by CRLF, LF, or CR alone. Of one that is too long only its beginning is held."""
    head = file.read(HEAD)
    file.seek(0)
    end = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
    yield from _split(file, end)


def _split(file: BinaryIO, end: bytes) -> Iterator[Placed]:
    offset, held, skipped = 0, b"", 0
    while piece := file.read(HEAD):
        *ended, held = (held + piece).split(end)
        for line in ended:
            yield offset, line + end
            offset += skipped + len(line) + len(end)
            skipped = 0
        if len(held) > 2 * LONGEST:
            skipped += len(held) - LONGEST - 1
            held = held[: LONGEST + 1]
    if held:
        yield offset, held


def encoding_of(head: bytes) -> str:
    """CP932, or UTF-8 where the beginning of a file is that and cannot be CP932 read by chance: half-width kana may look like
    letters of two bytes, but nothing of CP932 like a whole page of kanji of three."""
    if head.startswith(BOM):
        return "utf-8"
    whole = head[: head.rfind(b"\n" if b"\n" in head else b"\r") + 1] or head
    try:
        letters = {one for one in whole.decode("utf-8") if not one.isascii()}
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8" if letters and all(ord(one) > 0x7FF for one in letters) else "cp932"
