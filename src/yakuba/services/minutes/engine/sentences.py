"""A speech in sentences."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"[^。！？\n]*[。！？]+[」』）)]*|[^。！？\n]+")


def of(text: str) -> list[str]:
    """The sentences of a text as they stand in it, without blanks around them."""
    return [one.strip() for one in _SENTENCE.findall(text) if one.strip()]
