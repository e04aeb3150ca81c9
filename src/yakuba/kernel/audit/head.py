"""The end of each chain, kept apart from the database: `audit/<code>.json` in the data folder.

The file follows the chain and never leaves it: a link is written there only when the one that stands there is an
ancestor. So a chain that was cut, emptied or replaced, and grows again, does not wipe out what it was; the file stays
and `problems` tells. The digest is the same end for paper, which nobody at a keyboard can change.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.conf import settings

from yakuba.kernel.audit import raw
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.tenancy import active_municipality, current_municipality

log = logging.getLogger("yakuba.audit")
DIGEST_CHARACTERS = 32  # of the hash's 64: 128 bits
WIDTH = 200  # of the file's one line; longer than any that it holds
LOCK_SECONDS = 5.0  # that an event waits for the file; who holds it longer is stopped or stuck
LOCK_PAUSE_SECONDS = 0.01
_told: set[Path] = set()


@dataclass(frozen=True)
class Head:
    """A link as it was when it was the last: its number, its keyed hash, and when (ISO 8601)."""

    sequence: int
    hash: str
    at: str


UNREADABLE = Head(0, "unreadable", "")


def follow(event: AuditEvent) -> None:
    """Keep a committed event as the end, unless a later one is kept already or the chain has left what is kept.

    Raises TimeoutError where another holds the file too long; the next event then takes the end along.
    """
    with active_municipality(event.municipality), _locked() as file:
        try:
            kept = _parsed(file.read())
        except ValueError:
            kept = UNREADABLE
        if kept is not None and kept.sequence >= event.sequence:
            return
        if kept is None or kept.hash == _hash_at(kept.sequence, event):
            _write(file, event)
        elif _path() not in _told:
            _told.add(_path())
            log.error("the audit chain has left its kept head %s: run yakuba audit verify", _path())


def read() -> Head | None:
    """The kept end of the active municipality's chain. Raises ValueError where the file cannot be read."""
    try:
        return _parsed(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def is_kept() -> bool:
    """Whether anything is kept of the active municipality's chain, readable or not."""
    return _path().exists() and _path().stat().st_size > 0


def problems() -> list[str]:
    """What the kept end says against the active municipality's chain, in Japanese."""
    try:
        kept = read()
    except (OSError, ValueError):
        return [f"頭の控え {_path()} が読めません。紙の要約と照合してください。"]
    count = raw.last_number()
    if kept is None:
        said = "頭の控えがありません。紙の要約と照合し、yakuba audit restored で作り直してください。"
        return [said] if count else []
    if count < kept.sequence:
        return [
            f"最後の{kept.sequence - count}件が失われています（頭の控えは{kept.sequence}番、{kept.at}。"
            f"データベースは{count}番まで）。古い控えへ戻したのなら yakuba audit restored で記録してください。"
        ]
    if _hash_at(kept.sequence) != kept.hash:
        return [
            f"{kept.sequence}番の記録が頭の控えと違います。作り直された鎖です。紙の要約と照合してください。"
        ]
    return []


def replace() -> None:
    """Take the last link in the database as the end; the file that stood there is put aside, not deleted."""
    path = _path()
    if path.exists():
        path.rename(path.with_suffix(f".{datetime.now():%Y%m%d%H%M%S%f}.old"))
    last = AuditEvent.objects.order_by("-sequence").first()
    if last is not None:
        follow(last)


def digest(sequence: int, link_hash: str) -> str:
    """The number and half of the hash in groups, for paper: `120-3F2A-…`."""
    text = link_hash[:DIGEST_CHARACTERS].upper()
    return "-".join([str(sequence), *(text[start : start + 4] for start in range(0, len(text), 4))])


def agrees(written: str) -> bool:
    """Whether the active municipality's chain holds the link that a digest on paper names."""
    number = written.partition("-")[0].strip()
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        return False
    hash_ = raw.hash_at(int(number))
    return bool(hash_) and digest(int(number), hash_) == written.strip().upper()


def codes() -> set[str]:
    """The municipalities of which an end is kept, whether the database knows them or not."""
    return {path.stem for path in _folder().glob("*.json")}


def _hash_at(sequence: int, later: AuditEvent | None = None) -> str:
    """The hash of a link; the one before `later` is known without asking."""
    if later is not None and sequence == later.sequence - 1:
        return later.previous_hash
    return raw.hash_at(sequence)


def _folder() -> Path:
    return Path(settings.YAKUBA.data_dir) / "audit"


def _path() -> Path:
    return _folder() / f"{current_municipality().code}.json"


@contextmanager
def _locked() -> Iterator[TextIO]:
    """The file of the active municipality, while no other process or thread has it. Raises TimeoutError."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        _lock(file, path)
        yield file


def _lock(file: TextIO, path: Path) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise TimeoutError(f"another process holds {path}") from None
            time.sleep(LOCK_PAUSE_SECONDS)


def _parsed(text: str) -> Head | None:
    if not text:
        return None
    try:
        head = Head(**json.loads(text))
    except (TypeError, RecursionError) as error:
        raise ValueError(text) from error
    if (type(head.sequence), type(head.hash), type(head.at)) != (int, str, str):
        raise ValueError(text)
    return head


def _write(file: TextIO, event: AuditEvent) -> None:
    head = Head(event.sequence, event.hash, event.at.isoformat(timespec="seconds"))
    line = json.dumps(asdict(head)).ljust(WIDTH) + "\n"
    # In one piece over the line before: an event costs one small write, and no name in the folder changes.
    os.pwrite(file.fileno(), line.encode(), 0)
