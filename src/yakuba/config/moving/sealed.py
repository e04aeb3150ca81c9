"""A file under a passphrase, written and read in pieces.

The key is scrypt's (RFC 7914) of the passphrase. Each piece is AES-256-GCM under a nonce of seven random bytes, the
piece's number, and one byte that marks the last: pieces cannot be changed, swapped, left out, added or cut off
without the next one failing. Nothing of a piece is told before it is proved.
"""

from __future__ import annotations

import os
import struct
from functools import lru_cache
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from yakuba.kernel.refusals import Invalid

MAGIC = b"YAKUBA-TOWN-1\n"
PIECE = 1024 * 1024
LOG_N = 17  # 128 MiB of memory and about half a second for each try
LOG_N_LEAST, LOG_N_MOST = 14, 20  # what a file may ask for: a hostile one gets no more memory than a gibibyte
SALT_BYTES, PREFIX_BYTES, TAG_BYTES = 16, 7, 16
HEADER = struct.Struct(f">{len(MAGIC)}sB{SALT_BYTES}s{PREFIX_BYTES}s")
LAST_PIECE = 2**32 - 1
NOT_OURS = "Yakubaが書き出した自治体のファイルではありません。"
DAMAGED = "ファイルが壊れているか、途中で切れています。"
WRONG = "合言葉が違うか、ファイルが壊れています。"


class SealedWriter:
    """Takes bytes and writes them sealed. `close` writes the last piece; without it the file cannot be read."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._header = HEADER.pack(MAGIC, LOG_N, salt, self._prefix)
        self._file, self._cipher = file, AESGCM(_key(passphrase, salt, LOG_N))
        self._number, self._held = 0, bytearray()
        file.write(self._header)

    def write(self, data: bytes) -> None:
        """More of the content."""
        self._held += data
        while len(self._held) > PIECE:  # the last one stays until it is known whether it is the last
            self._seal(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]

    def close(self) -> None:
        """The end."""
        self._seal(bytes(self._held), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._header))
        self._number += 1


class SealedReader:
    """Reads what was sealed. Raises Invalid at a wrong passphrase, and where something is wrong with the file."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._header = file.read(HEADER.size)
        if len(self._header) < HEADER.size:
            raise Invalid(NOT_OURS)
        magic, log_n, salt, self._prefix = HEADER.unpack(self._header)
        if magic != MAGIC or not LOG_N_LEAST <= log_n <= LOG_N_MOST:
            raise Invalid(NOT_OURS, remedy="新しい版のファイルなら、その版で取り込んでください。")
        self._file, self._cipher = file, AESGCM(_key(passphrase, salt, log_n))
        self._number, self._at, self._ended = 0, 0, False
        self._held = b""
        self._next = file.read(PIECE + TAG_BYTES)
        self._open()

    def read(self, length: int) -> bytes:
        """Exactly so many bytes. Raises Invalid where there are fewer."""
        parts, wanted = [], length
        while wanted:
            if self._at == len(self._held):
                if self._ended:
                    raise Invalid(DAMAGED)
                self._open()
                continue
            part = self._held[self._at : self._at + wanted]
            self._at += len(part)
            wanted -= len(part)
            parts.append(part)
        return b"".join(parts)

    @property
    def at_end(self) -> bool:
        """Whether all has been read, and the file says that this is all."""
        return self._ended and self._at == len(self._held)

    def _open(self) -> None:
        sealed, self._next = self._next, self._file.read(PIECE + TAG_BYTES)
        last = not self._next
        if self._number > LAST_PIECE:
            raise Invalid(DAMAGED)
        try:
            self._held = self._cipher.decrypt(_nonce(self._prefix, self._number, last), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise Invalid(
                DAMAGED if self._number else WRONG,
                remedy="書き出したときの合言葉を確かめ、それでもだめなら、書き出し直してください。",
            ) from error
        self._at, self._ended = 0, last
        self._number += 1


@lru_cache(maxsize=4)  # a file is read several times, and each key costs half a second
def _key(passphrase: str, salt: bytes, log_n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**log_n, r=8, p=1).derive(passphrase.encode())


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)
