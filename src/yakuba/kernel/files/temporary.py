"""One private place for everything that lies on the disk for a moment: uploads, forms, browser profiles.

Each process has a folder of its own in `tmp` of the data folder, which only its owner can enter, and holds a lock on
the file beside it as long as it lives. Whoever gets that lock knows that the process is dead, whatever killed it,
and removes what it left. A lock needs no process numbers, so it also holds between containers.
"""

from __future__ import annotations

import atexit
import fcntl
import logging
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

# Of TMPDIR, in characters: Chromium puts a socket below it, and a socket's path has 107 at most.
LONGEST = 60

log = logging.getLogger("yakuba.files")

_lock = threading.Lock()
_own: tuple[int, Path, Path, int] | None = None  # process number, tmp, folder, descriptor of the lock


def private_folder() -> Path:
    """This process's own folder, made on first use; in a forked child it is another one than its parent's."""
    global _own
    with _lock:
        root = _root()
        if _own is None or _own[:2] != (os.getpid(), root) or not _own[2].is_dir():
            _own = (os.getpid(), root, *_make(root))
            atexit.register(_leave, os.getpid(), _own[2])
        return _own[2]


@contextmanager
def folder(purpose: str) -> Iterator[Path]:
    """A folder that goes away at the end, or with the next start when the process is killed."""
    with tempfile.TemporaryDirectory(prefix=f"{purpose}-", dir=private_folder()) as name:
        yield Path(name)


def nameless_file() -> IO[bytes]:
    """A file without a name: it vanishes with the last process that holds it open, even a killed one."""
    return tempfile.TemporaryFile(dir=private_folder())


def settle() -> None:
    """At the start of a long-lived process: clean up after dead ones, and let everything that asks for a
    temporary folder, programs started from here included, get the private one."""
    clean()
    own = private_folder()
    tempfile.tempdir = str(own)
    if len(str(own)) <= LONGEST:
        os.environ["TMPDIR"] = str(own)
    else:
        log.warning(
            "the path of the data folder is too long for browsers to keep their profiles in it; "
            "they stay in the system's temporary folder"
        )


def clean() -> int:
    """Remove what dead processes left; never touches what a live one holds. Returns how many had left something."""
    removed = 0
    for lock in _root().glob("*.lock"):
        descriptor = _locked(lock)
        if descriptor is None:
            continue
        try:
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
            removed += 1
        finally:
            os.close(descriptor)
    return removed


def _root() -> Path:
    root: Path = Path(settings.YAKUBA.data_dir) / "tmp"
    if not root.is_dir():
        root.parent.mkdir(parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
    return root


def _leave(pid: int, folder: Path) -> None:
    """At an orderly end. A forked child that ends leaves its parent's folder alone."""
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".lock").unlink(missing_ok=True)


def _make(root: Path) -> tuple[Path, int]:
    while True:
        lock = root / f"{secrets.token_hex(4)}.lock"
        os.close(os.open(lock, os.O_CREAT | os.O_RDWR, 0o600))
        descriptor = _locked(lock)
        if descriptor is not None:  # else somebody who cleans was quicker: try another name
            folder = lock.with_suffix("")
            folder.mkdir(mode=0o700)
            return folder, descriptor


def _locked(lock: Path) -> int | None:
    """A descriptor that holds the lock; None when another process holds it, or has removed the file meanwhile."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == lock.stat().st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
