"""Encryption at rest: AES-256-GCM with a key for each municipality (`keys`).

A stored blob is a 12-byte random nonce followed by ciphertext and tag, bound to its name so that blobs cannot be swapped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from yakuba.kernel.privacy.keys import WrongKey, town_key

__all__ = ["PIECE", "WrongKey", "decrypt", "decrypted", "encrypt", "encrypted"]
NONCE_BYTES, TAG_BYTES = 12, 16
PIECE = 256 * 1024  # bytes that are held in memory of what is large


def encrypt(name: str, content: bytes) -> bytes:
    """`content` under the active municipality's key, bound to `name`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, content, name.encode())


def decrypt(name: str, blob: bytes) -> bytes:
    """What `encrypt(name, …)` was given. Raises WrongKey."""
    try:
        return AESGCM(_key()).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise WrongKey from error


def encrypted(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The blob that `encrypt` makes of the pieces together, piece by piece. The key is that of the municipality that is
    active now."""
    return _sealed(_key(), name, pieces)


def _sealed(key: bytes, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    nonce = os.urandom(NONCE_BYTES)
    cipher = Cipher(AES(key), GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(name.encode())
    yield nonce
    yield from map(cipher.update, pieces)
    yield cipher.finalize() + cipher.tag


def decrypted(name: str, path: Path) -> Iterator[bytes]:
    """What the blob in that file was made of, piece by piece.

    Raises WrongKey and FileNotFoundError here, not at a piece: since a blob's tag is its end, the file is read twice,
    and nothing is told before all of it is proved.
    """
    pieces = _proved(
        _key(), name, path
    )  # the key now: the pieces may be asked for when no municipality is active
    next(pieces)
    return pieces


def _proved(key: bytes, name: str, path: Path) -> Iterator[bytes]:
    """Nothing, once the whole blob is proved; then its pieces."""
    with path.open("rb") as blob:
        try:
            for _ in _opened(key, name, blob):
                pass
        except (InvalidTag, ValueError) as error:
            raise WrongKey from error
        yield b""
        yield from _opened(key, name, blob)


def _opened(key: bytes, name: str, blob: IO[bytes]) -> Iterator[bytes]:
    """Raises InvalidTag at the end, ValueError where there is no nonce or tag."""
    left = blob.seek(0, os.SEEK_END) - NONCE_BYTES - TAG_BYTES
    blob.seek(max(left, 0) + NONCE_BYTES)
    tag = blob.read(TAG_BYTES)
    blob.seek(0)
    cipher = Cipher(AES(key), GCM(blob.read(NONCE_BYTES), tag)).decryptor()
    cipher.authenticate_additional_data(name.encode())
    while left > 0:
        piece = blob.read(min(PIECE, left))
        left -= len(piece)
        yield cipher.update(piece)
    cipher.finalize()


def _key() -> bytes:
    return town_key("data")
