"""Any value in another width or kana: what screens of core systems ask for (全角, 半角, 半角カナ, ひらがな)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

# U+301C and U+2212 stand where Japanese keyboards and older systems put U+FF5E and U+FF0D.
_TO_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_TO_NARROW = {wide: narrow for narrow, wide in _TO_WIDE.items()} | {0x2212: 0x2D, 0x301C: 0x7E}

_NARROW_KANA = "".join(chr(code) for code in range(0xFF61, 0xFFA0))
_TO_NARROW_KANA = {unicodedata.normalize("NFKC", one): one for one in _NARROW_KANA}
_TO_NARROW_KANA |= {
    unicodedata.normalize("NFKC", one + mark): one + mark
    for one in _NARROW_KANA
    for mark in "ﾞﾟ"
    if len(unicodedata.normalize("NFKC", one + mark)) == 1
}


def _narrow_kana(value: str) -> str:
    return "".join(_TO_NARROW_KANA.get(one, one) for one in value.translate(_TO_NARROW))


def _wide(value: str) -> str:
    joined = "".join(
        unicodedata.normalize("NFKC", part) if part in _NARROW_KANA else part for part in _kana_pairs(value)
    )
    return joined.translate(_TO_WIDE)


def _kana_pairs(value: str) -> list[str]:
    """Characters, a half-width kana together with the sound mark that follows it."""
    parts: list[str] = []
    for one in value:
        if one in "ﾞﾟ" and parts and parts[-1] in _NARROW_KANA:
            parts[-1] = unicodedata.normalize("NFKC", parts[-1] + one)
        else:
            parts.append(one)
    return parts


def _hiragana(value: str) -> str:
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in value)


WIDTHS: Mapping[str, Callable[[str], str]] = {
    "全角": _wide,
    "半角": lambda value: value.translate(_TO_NARROW),
    "半角カナ": _narrow_kana,
    "ひらがな": _hiragana,
}
