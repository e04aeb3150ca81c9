"""Outside: what the secret of an applicant opens. The secret is stored nowhere; what follows from it opens where the matter
stands, which nobody else can."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from django.utils.crypto import constant_time_compare

from yakuba.kernel.exchange import sealing, standings
from yakuba.kernel.tenancy import current_municipality

COST = {"n": 2**12, "r": 8, "p": 1, "dklen": 32}  # as the secret's hash


class Posted(Protocol):
    """A row of what was handed in. secret: the hash that is kept of it."""

    secret: str


Row = TypeVar("Row", bound=Posted)


def opening_key(key: str, secret: str) -> bytes:
    """The private key to which the standing of the parcel `key` is sealed."""
    salt = f"{current_municipality().code}:{key}:standing".encode()
    return hashlib.scrypt(secret.encode(), salt=salt, **COST)


def public_of(key: str, secret: str) -> str:
    """Its public half, base64, which goes with the parcel."""
    return sealing.text_of(sealing.public_of(opening_key(key, secret)))


def same_hand(of: str, secret: str) -> str:
    """What whoever has the secret says of themselves, in hex, and can say again: two things of which one `of` is told came from
    one hand. It goes sealed and is not kept outside, so that who takes the outside cannot say it of what was sent before."""
    salt = f"{current_municipality().code}:{of}:hand".encode()
    return hashlib.scrypt(secret.encode(), salt=salt, **COST).hex()


def of_secret(rows: Iterable[Row], hashed: str) -> Row | None:
    """The one of these whose secret has that hash. Two have one number only where the outside was restored from a backup
    between them; then the secret tells them apart."""
    found = None
    for row in rows:
        if constant_time_compare(row.secret, hashed):
            found = row
    return found


def opened(key: str, sealed: bytes | memoryview, opening: bytes) -> dict[str, Any]:
    """Where it stands, as the inside said last. Raises NotForUs."""
    found: dict[str, Any] = json.loads(sealing.unseal(bytes(sealed), opening, standings.info_of(key)))
    return found
