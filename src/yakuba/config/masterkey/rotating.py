"""Another master key, while everything works.

The next key lies in `master.key.next` before anything is wrapped under it. All keys are wrapped anew in one transaction;
each row says under which master key it lies, and a process that meets one it does not know finds it in the folder. Then
the next key takes the place of the other. Killed before the transaction, nothing has changed; killed behind it, every
process reads on, and the next rotation, backup or start puts the key in its place.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from yakuba.config.environment import kept_key, kept_secret
from yakuba.config.masterkey.keeping import MASTER, keep_key
from yakuba.kernel.accounts.acting import operator
from yakuba.kernel.audit import house
from yakuba.kernel.privacy import keys
from yakuba.kernel.refusals import Conflict, Invalid

BUSY = "いま、控えを取っているか、マスターキーを替えています。"


@dataclass(frozen=True)
class Rotated:
    """keys: how many were wrapped anew; taken_up: it had been done before, up to its last step."""

    keys: int
    taken_up: bool = False


def rotate(old_folder: Path | None, new_folder: Path | None) -> Rotated:
    """Wrap all keys under a new master key. The one of before is laid into `old_folder`, the new one into `new_folder`,
    before anything changes. Raises Refused, and WrongKey where a key cannot be opened."""
    with _alone():
        if settings.YAKUBA.master_key:
            return _rotate_given()
        if _settle():
            return Rotated(0, taken_up=True)
        new = bytes.fromhex(kept_secret(settings.YAKUBA.next_master_file))
        if old_folder is not None:
            keep_key(kept_secret(settings.YAKUBA.master_file), old_folder / MASTER, "--old")
        if new_folder is not None:
            keep_key(new.hex(), new_folder / MASTER, "--keys")
        number = _wrap(new)
        _settle()
        return Rotated(number)


def settle() -> None:
    """Put the next master key in its place, where a rotation was killed before its last step."""
    if settings.YAKUBA.next_master_file.exists():
        with _alone():
            _settle()


@contextmanager
def unchanged() -> Iterator[None]:
    """No master key is changed within the block. Raises Conflict while one is."""
    settle()
    with _locked(fcntl.LOCK_SH):
        yield


def _rotate_given() -> Rotated:
    given = settings.YAKUBA.given_keys()
    if len(given) < 2:
        raise Invalid(
            "マスターキーは YAKUBA_MASTER_KEY で渡されています。",
            remedy="すべての機械で YAKUBA_MASTER_KEY を「新しい鍵,今の鍵」にして起動し直し、もう一度実行してください。",
        )
    if keys.wrapped_under() == keys.name_of(given[0]):
        return Rotated(0, taken_up=True)
    return Rotated(_wrap(given[0]))


def _wrap(new: bytes) -> int:
    with transaction.atomic():
        before = keys.wrapped_under()
        number = keys.rewrap(new)
        house.record(house.ROTATED, by=operator(), keys=number, before=before, now=keys.name_of(new))
    keys.tell_others()
    return number


def _settle() -> bool:
    """Whether the next key was the one that is in force."""
    path: Path = settings.YAKUBA.next_master_file
    found = kept_key(path)
    if found is None or keys.wrapped_under() != keys.name_of(found):
        return False
    path.replace(settings.YAKUBA.master_file)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    settings.YAKUBA.__dict__.pop("encryption_key", None)  # this process held the one of before
    return True


@contextmanager
def _alone() -> Iterator[None]:
    with _locked(fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(how: int) -> Iterator[None]:
    path = Path(settings.YAKUBA.data_dir) / "keys.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(BUSY, remedy="終わるのを待って、やり直してください。") from error
        yield
