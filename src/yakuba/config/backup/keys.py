"""The installation's keys lie apart from its backups: whoever finds one of the two can read nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings

from yakuba.config.masterkey.keeping import MASTER, SIGNING, keep_key, read_key
from yakuba.kernel.refusals import Conflict, Invalid

KEY = re.compile(r"[0-9a-fA-F]{64}")


def keep(folder: Path, target: Path) -> list[str]:
    """Copy the keys of the data folder into another folder; those that are there already stay. Gives the new ones.

    Raises Invalid for a folder inside of the backup, Conflict where another installation's key lies there."""
    if target.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise Invalid(
            "鍵を控えと同じ場所には置けません。",
            place="--keys",
            remedy="別の場所のフォルダを指定してください。",
        )
    new = []
    for name in (MASTER, SIGNING):
        path = settings.YAKUBA.data_dir / name
        if path.exists() and keep_key(path.read_text(encoding="ascii"), folder / name):
            new.append(name)
    return new


def master(folder: Path | None) -> bytes | None:
    """The key: of that folder, else the installation's; None where there is none, and none is made."""
    if folder is not None:
        return _parsed(read_key(folder / MASTER), f"{folder / MASTER}")
    if settings.YAKUBA.has_encryption_key:
        given = _given()
        return _parsed(
            given or read_key(settings.YAKUBA.data_dir / MASTER), (given and "YAKUBA_MASTER_KEY") or MASTER
        )
    return None


def put_back(folder: Path) -> None:
    """Lay the keys of that folder into the data folder. Raises Conflict where another master key lies there or is given."""
    own = settings.YAKUBA.data_dir / MASTER
    text = read_key(folder / MASTER)
    there = _given() or (read_key(own) if own.exists() else text)
    if there.lower() != text.lower():
        raise Conflict(
            "この据え付けには、もうほかの鍵があります。",
            place="--keys",
            remedy="空のデータフォルダへ戻してください。",
        )
    for name in (MASTER, SIGNING):
        if (folder / name).exists() and not (name == MASTER and settings.YAKUBA.master_key):
            _replace(settings.YAKUBA.data_dir / name, read_key(folder / name))


def _given() -> str:
    """The master key of the environment: the first of them, which wraps."""
    return (settings.YAKUBA.master_key or "").split(",")[0].strip()


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _parsed(text: str, place: str) -> bytes:
    if not KEY.fullmatch(text):
        raise Invalid("鍵ではありません（16進64文字のはずです）。", place=place)
    return bytes.fromhex(text)
