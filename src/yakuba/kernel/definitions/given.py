"""A file that somebody named (on a command line, in a definition) → its content, bounded whatever it is: a file, a folder, a
pipe, a device."""

from __future__ import annotations

import errno
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from yakuba.kernel.definitions.faults import DefinitionError
from yakuba.kernel.definitions.source import LARGEST_BYTES, TOO_LARGE

NOT_THERE = "ありません。名前と場所を確かめてください。"
REASONS = {
    errno.ENOENT: NOT_THERE,
    errno.ENOTDIR: NOT_THERE,
    errno.EISDIR: "フォルダです。その中のファイルを指定してください。",
    errno.EACCES: "読む権限がありません。ファイルの権限を確かめてください。",
}


class Unreadable(DefinitionError):
    """There is no such file, it cannot be read, or it is too large to be what is asked for."""


def content(path: Path, most: int = LARGEST_BYTES) -> bytes:
    """What it holds. No more than `most` bytes are read of it. Raises Unreadable."""
    with opened(path) as file:
        return bounded(file, str(path), most)


@contextmanager
def opened(path: Path, most: int | None = None) -> Iterator[BinaryIO]:
    """The open file. With `most` it can be read from its beginning as often as needed: a pipe, which can be read once, is
    read into memory, up to so many bytes. Raises Unreadable."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(str(path), error) from error
    with file:
        pipe = most is not None and not stat.S_ISREG(path.stat().st_mode)
        yield io.BytesIO(bounded(file, str(path), most or 0)) if pipe else file


def bounded(file: BinaryIO, name: str, most: int) -> bytes:
    """The rest of an open file. Raises Unreadable, also where it is larger than `most` bytes."""
    try:
        found = file.read(most + 1)
    except OSError as error:
        raise _unreadable(name, error) from error
    if len(found) > most:
        large = f"ファイルが大きすぎます（{_shown(most)}まで）。選んだファイルが正しいか確かめてください。"
        raise Unreadable(TOO_LARGE if most == LARGEST_BYTES else large, place=name)
    return found


def _unreadable(name: str, error: OSError) -> Unreadable:
    """Why the machine does not give it, in Japanese."""
    return Unreadable(REASONS.get(error.errno or 0, f"読めません（{error.strerror}）。"), place=name)


def _shown(size: int) -> str:
    """So many bytes, as a person reads them."""
    return f"{size // 1_000_000}MB" if size >= 1_000_000 else f"{max(1, size // 1000)}KB"
