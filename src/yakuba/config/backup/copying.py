"""Bytes from one file to another, with their sum, and then certainly on the disk."""

from __future__ import annotations

import ctypes
import hashlib
import os
from pathlib import Path
from typing import IO

from yakuba.config.backup.contents import PIECE


def copied(source: IO[bytes], target: Path) -> str:
    """Write what is left of `source` to a new file. Gives its SHA-256. Raises FileExistsError."""
    seen = hashlib.sha256()
    with target.open("xb") as file:
        while piece := source.read(PIECE):
            seen.update(piece)
            file.write(piece)
    return seen.hexdigest()


def summed(source: IO[bytes]) -> str:
    """The SHA-256 of what is left of it."""
    seen = hashlib.sha256()
    while piece := source.read(PIECE):
        seen.update(piece)
    return seen.hexdigest()


def settled(folder: Path) -> None:
    """Return when all that was written to the file system of `folder` is on its disk. Raises OSError.

    One call for all files (syncfs(2)): one for each of 300,000 would take longer than copying them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
    finally:
        os.close(descriptor)
