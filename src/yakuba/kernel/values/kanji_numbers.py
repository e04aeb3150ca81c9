"""Whole numbers in kanji: 二十九, 百二, 二〇二四."""

from __future__ import annotations

_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
_UNITS = {"千": 1000, "百": 100, "十": 10}
CHARACTERS = "".join((*_DIGITS, *_UNITS))


def read(text: str) -> int | None:
    """The number from 0 to 9999 written with units (二十九) or digit by digit (二〇二四); None for anything else."""
    if not text or any(character not in CHARACTERS for character in text):
        return None
    if not any(character in _UNITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, digit, smallest = 0, 0, 10_000
    for character in text:
        unit = _UNITS.get(character)
        if unit is None:
            if digit or not _DIGITS[character]:
                return None
            digit = _DIGITS[character]
            continue
        if unit >= smallest:
            return None
        total, digit, smallest = total + (digit or 1) * unit, 0, unit
    return total + digit
