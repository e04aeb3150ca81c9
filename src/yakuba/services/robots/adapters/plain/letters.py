"""Text in a page's encoding, as the WHATWG Encoding Standard has browsers write it, where Python's codec of that name would
write other bytes."""

from __future__ import annotations

from functools import lru_cache


class Unwritable(ValueError):
    """A letter that the encoding does not have; the argument is the letter."""


#: Python takes these for the letters that look like them; a browser knows them in neither encoding.
_UNKNOWN = frozenset("¢£¬‖〜")
#: Where Python's EUC-JP knows the place by another letter than the standard.
_EUC = {
    "～": b"\xa1\xc1",
    "∥": b"\xa1\xc2",
    "－": b"\xa1\xdd",
    "￠": b"\xa1\xf1",
    "￡": b"\xa1\xf2",
    "￢": b"\xa2\xcc",
}
_EUC_READ = {ord(written.decode("euc_jp")): letter for letter, written in _EUC.items()}


def decoded(content: bytes, codec: str) -> str:
    """The text. Raises UnicodeDecodeError."""
    text = content.decode(codec)
    return text.translate(_EUC_READ) if codec == "euc_jp" else text


def encoded(text: str, codec: str) -> bytes:
    """The bytes. Raises `Unwritable`: what a browser would send instead is left to the browser."""
    if codec != "utf-8" and not text.isascii():
        return b"".join(_letter(one, codec) for one in text)
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        raise Unwritable(text[error.start]) from None


@lru_cache(8192)
def _letter(one: str, codec: str) -> bytes:
    if codec == "euc_jp" and one in _EUC:
        return _EUC[one]
    if codec in ("cp932", "euc_jp") and one in _UNKNOWN:
        raise Unwritable(one)
    try:
        written = one.encode(codec)
    except UnicodeEncodeError:
        raise Unwritable(one) from None
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
