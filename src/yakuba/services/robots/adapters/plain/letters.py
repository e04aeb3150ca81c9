"""Text in a page's encoding, as the WHATWG Encoding Standard has browsers write it, where Python's codec of that name would
write other bytes."""

from __future__ import annotations

from functools import lru_cache


class Unwritable(ValueError):
    """A letter that the encoding does not have; the argument is the letter."""


def encoded(text: str, codec: str) -> bytes:
    """The bytes. Raises `Unwritable`: what a browser would send instead is left to the browser."""
    try:
        plain = text.encode(codec)
    except UnicodeEncodeError as error:
        raise Unwritable(text[error.start]) from None
    if codec == "utf-8" or text.isascii():
        return plain
    return b"".join(_letter(one, codec) for one in text)


@lru_cache(8192)
def _letter(one: str, codec: str) -> bytes:
    written = one.encode(codec)
    if "\ue000" <= one <= "\uf8ff" or (codec == "euc_jp" and written[:1] == b"\x8f"):
        raise Unwritable(one)
    if codec == "cp932" and written[:1] in (b"\xed", b"\xee"):
        # Letters that IBM added stand there twice; browsers take the other place (index Shift_JIS without NEC's row).
        return _ibm()[one]
    return written


@lru_cache(1)
def _ibm() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for lead in (0xFA, 0xFB, 0xFC):
        for trail in [*range(0x40, 0x7F), *range(0x80, 0xFD)]:
            pair = bytes((lead, trail))
            try:
                found.setdefault(pair.decode("cp932"), pair)
            except UnicodeDecodeError:
                continue
    return found
