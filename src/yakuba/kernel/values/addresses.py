"""Addresses (住所) as written: full-width, digits and the hyphens beside them half-width."""

from __future__ import annotations

import re

from yakuba.kernel.values.characters import LATIN, compose, full_kana, kept_blanks

_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_BARS = "‐‑‒–—―−－-"
_WORD = rf"[0-9Ａ-Ｚａ-ｚ{LATIN}]"
_HYPHENS = re.compile(rf"(?<=[0-9])ー(?=[0-9])|[{_BARS}]")


def read_address(text: str) -> str:
    """The address without blanks, but with one between digits or Latin letters: 1-2-3 101 is not 1-2-3101. The empty
    string for nothing."""
    text = compose(full_kana(text)).translate(_WIDE_DIGITS)
    return _HYPHENS.sub("-", kept_blanks(text, _WORD))
