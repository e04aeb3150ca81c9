"""Bytes of a text as its text, whatever usual program wrote them."""

from __future__ import annotations

_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decoded(content: bytes) -> str | None:
    """A text in UTF-8 (with a mark or without), UTF-16 with its mark, or CP932; None for what is no text."""
    for encoding in ("utf-16",) if content.startswith(_MARKS) else ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None
