"""Folders that other machines (scanners, loggers, stations) write into: looked at, copied from, written into and cleared
without ever leaving them.

Every step goes from an open folder to a name in it (`dir_fd`) and follows no link, so a folder that is exchanged for a
link while somebody works in it leads nowhere. What is no ordinary file is left where it is.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote_from_bytes, unquote_to_bytes

DONE, REFUSED = "済", "読めません"
MAIL_PLACES = ("new", "cur")  # of a Maildir
MOST_AT_ONCE = 500
NAME_BYTES = 180  # of a name under which a file is put away; most file systems take 255
# What programs write under while they are not ready.
_UNFINISHED = re.compile(r"^[.~]|\.(part|partial|tmp|temp|filepart|crdownload|lock)$", re.IGNORECASE)
_FOLDER = re.compile(r"[^\s./\\:*?\"<>|\x00-\x1f][^/\\:*?\"<>|\x00-\x1f]{0,59}")
_INTO = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe in a file's place holds up nobody


class FolderTrouble(OSError):
    """The folder cannot be used; `str()` is a Japanese sentence."""


class TooBig(ValueError):
    """The file is bigger than what is taken."""


@dataclass(frozen=True)
class Found:
    """A file as it lies there. entry: its name, escaped so that any bytes can be kept; shown: its name for people; place:
    "" or the subfolder; size in bytes; changed: nanoseconds since 1970."""

    place: str
    entry: str
    shown: str
    size: int
    changed: int


@dataclass(frozen=True)
class Listed:
    """What lies in a folder. others: how many things that are no ordinary files; more: there is more than was listed."""

    files: tuple[Found, ...]
    others: int
    more: bool


def may_be_folder(name: str) -> bool:
    """Whether a town may call a folder so: one name, no path."""
    return _FOLDER.fullmatch(name) is not None and name not in {DONE, REFUSED}


class Folder:
    """An open folder of a town."""

    def __init__(self, descriptor: int) -> None:
        self._top = descriptor

    def listed(self, places: tuple[str, ...] = ("",)) -> Listed:
        """The files in it, by name; unfinished ones are left out. Raises FolderTrouble."""
        files: list[Found] = []
        others = 0
        for place in places:
            with _told(), self._in(place) as where:
                if where is None:
                    continue
                for entry in os.scandir(where):
                    if _UNFINISHED.search(entry.name) or (not place and entry.name in _own_names(places)):
                        continue
                    with suppress(FileNotFoundError):
                        about = os.stat(entry.name, dir_fd=where, follow_symlinks=False)
                        if stat.S_ISREG(about.st_mode):
                            files.append(_found(place, entry.name, about))
                        else:
                            others += 1
        files.sort(key=lambda file: (file.place, file.entry))
        return Listed(tuple(files[:MOST_AT_ONCE]), others, len(files) > MOST_AT_ONCE)

    def copy(self, file: Found, into: IO[bytes], most: int) -> tuple[Found, str] | None:
        """Copy it as long as it stays as it was: what was copied and its SHA-256, or None where it is gone. Raises
        TooBig, FolderTrouble."""
        with _told(), self._in(file.place) as where:
            try:
                descriptor = os.open(_name(file.entry), _READ, dir_fd=-1 if where is None else where)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ELOOP, errno.EBADF):
                    return None
                raise
            with os.fdopen(descriptor, "rb") as source:
                before = os.fstat(descriptor)
                if not stat.S_ISREG(before.st_mode):
                    return None
                if before.st_size > most:
                    raise TooBig
                digest, size = hashlib.sha256(), 0
                while block := source.read(1 << 20):
                    size += len(block)
                    if size > most:
                        raise TooBig
                    digest.update(block)
                    into.write(block)
                now = os.fstat(descriptor)
        into.flush()
        into.seek(0)
        if size != now.st_size:  # still written to; the next look sees another size
            return _found(file.place, _name(file.entry), now, size=-1), ""
        return _found(file.place, _name(file.entry), now), digest.hexdigest()

    def beginning(self, file: Found, most: int) -> bytes:
        """Its first `most` bytes; none where it is gone or is no ordinary file. Raises FolderTrouble."""
        with _told(), self._in(file.place) as where:
            try:
                descriptor = os.open(_name(file.entry), _READ, dir_fd=-1 if where is None else where)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ELOOP, errno.EBADF):
                    return b""
                raise
            with os.fdopen(descriptor, "rb") as source:
                return source.read(most) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""

    def put_away(self, file: Found, kind: str, number: int, sha256: str, *, told: str = "") -> str:
        """Move it into the subfolder `kind` under a name of its own; with `told`, a text beside it. Returns that name, or
        "" where it is there no more. sha256: what was taken; another file that came under the name meanwhile is put back.
        May be repeated. Raises FolderTrouble."""
        name, first = put_away_name(number, file.shown), _name(file.entry)
        with _told(), self._in(file.place) as where, self._made(kind) as target:
            if where is None:
                return ""
            if _is_there(name, target) and not _is(name, target, file, sha256):
                _back(name, target, first, where)  # moved by a worker that was killed before it compared
            if not _is_there(name, target):
                try:
                    os.rename(first, name, src_dir_fd=where, dst_dir_fd=target)
                except FileNotFoundError:
                    return ""
                if not _is(name, target, file, sha256):
                    _back(name, target, first, where)
                    return ""
            if told:
                _write(f"{name}.理由.txt", told, target)
            return name

    def remove(self, name: str, kind: str = DONE) -> None:
        """Delete a file that was put away. Raises FolderTrouble."""
        with _told(), self._made(kind) as target, suppress(FileNotFoundError):
            os.unlink(name, dir_fd=target)

    def write(self, name: str, content: bytes) -> None:
        """Put a file there. Until it is whole it lies under another name, which `listed` leaves out; it takes the place of one
        of that name. Raises FolderTrouble."""
        unfinished = f".{name}.part"
        with _told():
            with suppress(FileNotFoundError):
                os.unlink(unfinished, dir_fd=self._top)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(unfinished, flags, 0o660, dir_fd=self._top), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(unfinished, name, src_dir_fd=self._top, dst_dir_fd=self._top)

    def discard(self, file: Found) -> None:
        """Delete a file of ours that another one has taken the place of. Raises FolderTrouble."""
        with _told(), self._in(file.place) as where, suppress(FileNotFoundError):
            if where is not None:
                os.unlink(_name(file.entry), dir_fd=where)

    def put_back(self, name: str, entry: str, place: str) -> bool:
        """Move a refused file back under its first name, without the text beside it; False where it is not there, or
        another one of that name is. Raises FolderTrouble."""
        with _told(), self._made(REFUSED) as source, self._in(place) as where:
            if where is None or not _is_there(name, source) or _is_there(_name(entry), where):
                return False
            os.rename(name, _name(entry), src_dir_fd=source, dst_dir_fd=where)
            with suppress(FileNotFoundError):
                os.unlink(f"{name}.理由.txt", dir_fd=source)
            return True

    @contextmanager
    def _in(self, place: str) -> Iterator[int | None]:
        if not place:
            yield self._top
            return
        try:
            descriptor = os.open(place, _INTO, dir_fd=self._top)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise
            yield None
            return
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _made(self, place: str) -> Iterator[int]:
        with suppress(FileExistsError):
            os.mkdir(place, 0o770, dir_fd=self._top)
        descriptor = os.open(place, _INTO, dir_fd=self._top)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def opened(root: Path | None, town: str, name: str, *, make: bool = False) -> Iterator[Folder]:
    """The folder `name` of a town, below `root`; with `make` it is made where it is not there. Raises FolderTrouble."""
    if root is None:
        raise FolderTrouble(
            "ファイルの届くフォルダを置く場所が決まっていません。システム担当が YAKUBA_ARRIVAL_ROOT を設定します。"
        )
    if not may_be_folder(name):
        raise FolderTrouble("フォルダの名前に使えない文字があります。")
    with _told():
        descriptor = os.open(
            root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        )  # the operator's own may be a link
        for step in (town, name):
            try:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(step, 0o770, dir_fd=descriptor)
                inner = os.open(step, _INTO, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = inner
    try:
        yield Folder(descriptor)
    finally:
        os.close(descriptor)


def put_away_name(number: int, shown: str) -> str:
    """The name of a file that was put away: its number keeps two of one name apart."""
    stem, dot, suffix = shown.replace("/", "_").rpartition(".")
    stem, suffix = (stem, dot + suffix[:12]) if dot else (suffix, "")
    start = f"{number}_"
    room = NAME_BYTES - len(os.fsencode(start + suffix))
    return start + stem.encode()[:room].decode(errors="ignore") + suffix


def _own_names(places: tuple[str, ...]) -> set[str]:
    return {DONE, REFUSED, "tmp", *places}


def _found(place: str, name: str, about: os.stat_result, size: int | None = None) -> Found:
    raw = os.fsencode(name)
    try:
        shown = raw.decode()
    except UnicodeDecodeError:
        shown = raw.decode("cp932", errors="replace")  # of scanners that know nothing else
    shown = "".join(letter if letter.isprintable() else "□" for letter in shown)
    entry = quote_from_bytes(raw, safe="")
    return Found(place, entry, shown, about.st_size if size is None else size, about.st_mtime_ns)


def _name(entry: str) -> str:
    return os.fsdecode(unquote_to_bytes(entry))


def _is_there(name: str, where: int) -> bool:
    try:
        os.stat(name, dir_fd=where, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is(name: str, where: int, file: Found, sha256: str) -> bool:
    """Whether what was moved is what was taken."""
    try:
        descriptor = os.open(name, _READ, dir_fd=where)
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as moved:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_size != file.size:
            return False
        if not sha256:  # it was never read
            return about.st_mtime_ns == file.changed
        return hashlib.file_digest(moved, "sha256").hexdigest() == sha256


def _back(name: str, source: int, first: str, where: int) -> None:
    """Where a third file has come meanwhile, it gets another name: nothing is written over."""
    free, number = first, 1
    while _is_there(free, where):
        number += 1
        free = put_away_name(number, os.fsencode(first).decode(errors="replace"))
    os.rename(name, free, src_dir_fd=source, dst_dir_fd=where)


def _write(name: str, text: str, where: int) -> None:
    """In a file of its own: what lies under the name (a pipe, a second name of another file) is not written into."""
    with suppress(FileNotFoundError, IsADirectoryError, PermissionError):
        os.unlink(name, dir_fd=where)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with (
        suppress(FileExistsError),
        os.fdopen(os.open(name, flags, 0o660, dir_fd=where), "w", encoding="utf-8-sig") as file,
    ):
        file.write(text + "\r\n")


@contextmanager
def _told() -> Iterator[None]:
    """What the system says, as a sentence."""
    try:
        yield
    except FolderTrouble:
        raise
    except OSError as error:
        raise FolderTrouble(_sentence(error)) from error


def _sentence(error: OSError) -> str:
    known = {
        errno.ENOENT: "フォルダが見つかりません。共有フォルダの接続と名前を確かめてください。",
        errno.EACCES: "開く権利がありません。システム担当がアクセス権を直します。",
        errno.EPERM: "開く権利がありません。システム担当がアクセス権を直します。",
        errno.ELOOP: "フォルダの場所にリンクがあるので開きません。本物のフォルダにしてください。",
        errno.ENOTDIR: "フォルダの場所に、フォルダでないものがあります。",
        errno.ENOSPC: "ディスクがいっぱいで、ファイルを移せません。",
        errno.EROFS: "フォルダに書けないので、ファイルを移せません。システム担当がアクセス権を直します。",
    }
    return known.get(error.errno or 0, "フォルダを読み書きできません。共有フォルダの接続を確かめてください。")
