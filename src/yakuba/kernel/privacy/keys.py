"""A municipality's keys: random, wrapped under the master key (AES-256-GCM), and kept in a table (ADR 37).

What is encrypted knows its municipality's key alone, so another master key wraps the keys anew and nothing else changes;
and a municipality whose row is gone can be read by nobody. A process keeps the keys that it has opened until the word in
`keys.changed` of the data folder is another: whoever makes or destroys a key writes a new one.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from yakuba.kernel.privacy.models import WrappedKey
from yakuba.kernel.refusals import Unavailable
from yakuba.kernel.tenancy import current_municipality

PURPOSES = ("data", "audit", "recovery", "passkey")
KEY_BYTES, NONCE_BYTES = 32, 12
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES * len(PURPOSES) + 16
HOUSE = ""  # the code of the installation's own keys


class WrongKey(RuntimeError):
    """The blob was not written under this municipality's key and this name, or it was changed."""

    def __init__(self) -> None:
        super().__init__("保存データを開けません。鍵（master.key）が違うか、ファイルが壊れています。")


class KeyDestroyed(Unavailable):
    """The municipality has no keys: it is being erased, or somebody took their row out of the database."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"自治体 {code} の鍵がありません。保存したものは開けません。",
            remedy="消去の途中なら yakuba municipality erase をもう一度。覚えがなければ、控えから戻してください。",
        )


@dataclass
class _Held:
    """Opened keys by code, and of which state of things they are."""

    of: tuple[Any, ...] = ()
    rings: dict[str, bytes] = field(default_factory=dict)


_held = _Held()


def town_key(purpose: str, code: str | None = None) -> bytes:
    """32 bytes for one of `PURPOSES`: of the active municipality, or of the one with that code (`HOUSE`: the
    installation's). Raises KeyDestroyed, and WrongKey where another master key wraps them."""
    at = PURPOSES.index(purpose) * KEY_BYTES
    return _ring(current_municipality().code if code is None else code)[at : at + KEY_BYTES]


def give(sender: Any, instance: Any, created: bool, **_: Any) -> None:
    """Keys for a municipality that has just been made, in its transaction."""
    if created:
        make(instance.code)


def make(code: str) -> None:
    """New keys for that code; those that are there stay."""
    tell_others()  # of a transaction that is rolled back, keys may have been held
    with transaction.atomic():
        master = current_master()
        WrappedKey.objects.bulk_create(
            [_row(code, os.urandom(KEY_BYTES * len(PURPOSES)), master)], ignore_conflicts=True
        )


def destroy(code: str) -> bool:
    """The keys are gone, with the transaction around; call `tell_others` behind it. Whether an older release had derived
    them from a master key, which still gives them."""
    rows = WrappedKey.objects.filter(pk=code)
    derived = rows.filter(derived=True).exists()
    rows.update(wrapped=b"\0" * WRAPPED_BYTES)
    rows.delete()
    return derived


def wrap_plain() -> None:
    """Wrap what an older release derived, and is not wrapped yet."""
    with transaction.atomic():
        master = current_master()
        for row in WrappedKey.objects.filter(wrapped=b""):
            _row(row.pk, _derived_ring(master, row.pk), master, derived=True).save()


def rewrap(new: bytes) -> int:
    """Wrap all keys under another master key, all or none. Gives how many. Raises WrongKey where one cannot be opened."""
    with transaction.atomic():
        old = current_master()
        rows = list(WrappedKey.objects.select_for_update().order_by("pk"))
        for row in rows:
            master = master_named(row.master) if row.master else old
            _row(row.pk, _opened(row, master), new, derived=row.derived).save()
        for row in WrappedKey.objects.all():
            _opened(row, new)
    return len(rows)


def current_master() -> bytes:
    """The master key that the keys are wrapped under now, in a transaction: until its end nobody wraps under another.
    Raises WrongKey where it is not to be had."""
    first = _oldest()
    WrappedKey.objects.bulk_create(  # derived: two processes at once come to the same keys
        [_row(HOUSE, _derived_ring(first, HOUSE), first, derived=True)], ignore_conflicts=True
    )
    row = WrappedKey.objects.select_for_update().get(pk=HOUSE)
    return master_named(row.master)


def _oldest() -> bytes:
    """The master key in force before any was changed: of several that are given, the last."""
    return bytes((settings.YAKUBA.given_keys() or [settings.YAKUBA.encryption_key])[-1])


def wrapped_under() -> str:
    """The name of the master key that the installation's keys are wrapped under; empty before the first."""
    return str(WrappedKey.objects.filter(pk=HOUSE).values_list("master", flat=True).first() or "")


def master_named(name: str) -> bytes:
    """The master key with that name, wherever it lies: a process that runs for long learns of a new one here. Raises
    WrongKey."""
    for master in settings.YAKUBA.master_keys():
        if hmac.compare_digest(name, name_of(master)):
            return bytes(master)
    raise WrongKey


def name_of(master: bytes) -> str:
    """Tells master keys apart, and tells nothing of them."""
    return derived(master, "yakuba:master-name")[:16].hex()


def tell_others() -> None:
    """Let every process ask the database again."""
    path = _word()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.write_text(secrets.token_hex(16))
    beside.replace(path)


@lru_cache(maxsize=256)
def derived(master: bytes, info: str) -> bytes:
    """32 bytes of a master key for one purpose (HKDF-SHA256, RFC 5869); no purpose's key tells another's."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info.encode()).derive(master)


def _ring(code: str) -> bytes:
    global _held
    now = (settings.YAKUBA.data_dir, settings.YAKUBA.encryption_key, _read_word())
    if _held.of != now:
        _held = _Held(now)
    held = _held  # another thread may put a newer one in its place
    if code not in held.rings:
        held.rings[code] = _from_table(code)
    return held.rings[code]


def _from_table(code: str) -> bytes:
    row = WrappedKey.objects.filter(pk=code).first()
    if row is None and code == HOUSE:
        with transaction.atomic():
            current_master()
        row = WrappedKey.objects.filter(pk=code).first()
    if row is None:
        raise KeyDestroyed(code)
    name = row.master or wrapped_under()
    return _opened(row, master_named(name) if name else _oldest())


def _opened(row: WrappedKey, master: bytes) -> bytes:
    wrapped = bytes(row.wrapped)
    if not wrapped:
        return _derived_ring(master, row.pk)
    try:
        return _wrapping(master)(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound(row.pk))
    except (InvalidTag, ValueError) as error:
        raise WrongKey from error


def _row(code: str, ring: bytes, master: bytes, *, derived: bool = False) -> WrappedKey:
    nonce = os.urandom(NONCE_BYTES)
    wrapped = nonce + AESGCM(_wrapping_key(master)).encrypt(nonce, ring, _bound(code))
    return WrappedKey(code=code, wrapped=wrapped, master=name_of(master), derived=derived)


def _wrapping(master: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    return AESGCM(_wrapping_key(master)).decrypt


def _wrapping_key(master: bytes) -> bytes:
    return derived(master, "yakuba:wrap")


def _bound(code: str) -> bytes:
    return f"yakuba:keys:{code}".encode()


def _derived_ring(master: bytes, code: str) -> bytes:
    """The keys as older releases derived them."""
    return b"".join(
        derived(master, f"yakuba:{code}" if purpose == "data" else f"yakuba:{purpose}:{code}")
        for purpose in PURPOSES
    )


def _word() -> Path:
    return Path(settings.YAKUBA.data_dir) / "keys.changed"


def _read_word() -> bytes:
    try:
        return _word().read_bytes()
    except FileNotFoundError:
        return b""
