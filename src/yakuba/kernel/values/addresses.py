"""Addresses (住所) as written: full-width, digits and the hyphens beside them half-width."""

from __future__ import annotations

import re

from yakuba.kernel.values.characters import LATIN, compose, full_kana, kept_blanks, script_of
from yakuba.kernel.values.field_type import Example, FieldType
from yakuba.kernel.values.names import NOTE_IN_NAME
from yakuba.kernel.values.no_value import says_none
from yakuba.kernel.values.texts import ELSEWHERE, NO_VALUE

_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_BARS = "‐‑‒–—―−－-"
_WORD = rf"[0-9Ａ-Ｚａ-ｚ{LATIN}]"
_HYPHENS = re.compile(rf"(?<=[0-9])ー(?=[0-9])|[{_BARS}]")


def read_address(text: str) -> str:
    """The address without blanks, but with one between digits or Latin letters: 1-2-3 101 is not 1-2-3101. The empty
    string for nothing."""
    text = compose(full_kana(text)).translate(_WIDE_DIGITS)
    return _HYPHENS.sub("-", kept_blanks(text, _WORD))


# What a reading that broke off leaves of an address.
_TOWN_ALONE = re.compile(r"(?:東京都|北海道|京都府|大阪府|.{2,3}県)?[^0-9]{1,7}[市区町村]")


def _odd(value: str) -> str:
    if NOTE_IN_NAME.search(value):
        return f"住所ではなく覚え書きのようです。{ELSEWHERE}"
    if says_none(value):
        return NO_VALUE
    if len(value) < 3 or not any(script_of(character) == "kanji" for character in value):
        return "住所ではないようです。"
    if _TOWN_ALONE.fullmatch(value):
        return "町名や番地がありません。"
    if value.endswith("-"):
        return "番地が途中で終わっています。続きがほかの所にないか確かめてください。"
    return ""


ADDRESS = FieldType(
    code="address",
    label="住所",
    read=read_address,
    odd=_odd,
    free=True,
    longest=60,
    fills="street-address",
    examples=(
        Example("やくば市緑町１－２－３　１０１", "やくば市緑町1-2-3 101", "やくば市緑町1-2-3 101"),
        Example("葛\U000e0100城市１番地", "葛\U000e0100城市1番地", "葛\U000e0100城市1番地"),
    ),
)
