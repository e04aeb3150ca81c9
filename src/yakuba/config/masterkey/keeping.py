"""Keys in a folder of their own, apart from backups and data."""

from __future__ import annotations

import os
from pathlib import Path

from yakuba.kernel.refusals import Conflict, Invalid, Missing

MASTER, SIGNING = "master.key", "secret.key"


def keep_key(text: str, target: Path, place: str = "--keys") -> bool:
    """Lay a key there, for good before it returns; whether it is new there. Raises Invalid where that cannot be, Conflict
    where another master key lies."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text.strip() + "\n")
                file.flush()
                os.fsync(file.fileno())
            return True
        if read_key(target) == text.strip():
            return False
    except OSError as error:
        raise Invalid(f"{target} に書けません（{error.strerror}）。", place=place) from error
    if target.name == SIGNING:  # signs sessions only
        return False
    raise Conflict(
        f"{target} にほかの鍵があります。",
        place=place,
        remedy="据え付けごと、マスターキーごとに別のフォルダを指定してください。",
    )


def read_key(path: Path) -> str:
    """What stands in the file. Raises Missing."""
    try:
        return path.read_bytes()[:200].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Missing(
            f"{path} を読めません。", place="--keys", remedy="master.key のあるフォルダを指定してください。"
        ) from error
