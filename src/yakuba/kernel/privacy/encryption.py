"""Encryption at rest: AES-256-GCM with a key for each municipality, derived from the installation's key.

The derivation is HKDF-SHA256 (RFC 5869) with the municipality's code as `info`; a stored blob is a 12-byte
random nonce followed by ciphertext and tag, bound to its name so that blobs cannot be swapped.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yakuba.kernel.tenancy import current_municipality

NONCE_BYTES = 12


class WrongKey(RuntimeError):
    """The blob was not written under this municipality's key and this name, or it was changed."""


def encrypt(name: str, content: bytes) -> bytes:
    """`content` under the active municipality's key, bound to `name`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, content, name.encode())


def decrypt(name: str, blob: bytes) -> bytes:
    """What `encrypt(name, …)` was given. Raises WrongKey."""
    try:
        return AESGCM(_key()).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise WrongKey(
            "保存データを開けません。鍵（master.key）が違うか、ファイルが壊れています。"
        ) from error


def key_for(purpose: str) -> bytes:
    """32 bytes for one purpose, derived from the installation's key; no purpose's key tells another's."""
    return _derived(settings.YAKUBA.encryption_key, f"yakuba:{purpose}")


def _key() -> bytes:
    return key_for(current_municipality().code)


@lru_cache(maxsize=256)
def _derived(master: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=info.encode()).derive(master)
