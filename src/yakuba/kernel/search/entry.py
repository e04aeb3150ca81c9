"""What is put into the index: plain data, made anew by its source whenever it is indexed or shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Text:
    """A piece of text. weight: how much a word in it counts, > 0; exact: names, numbers and codes, which are also found
    by parts of them and in hiragana for katakana; label: what stands before it where it is shown."""

    text: str
    weight: float = 1.0
    exact: bool = False
    label: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing that can be found. key: of its source, at most 120 characters; permission: that the person must hold,
    empty for all staff; valid_from, valid_until: the first and the last day on which it is found, None for always.
    The title is found only where it is among the texts, too."""

    key: str
    title: str
    url: str
    texts: tuple[Text, ...]
    kind: str = ""
    detail: str = ""
    permission: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
