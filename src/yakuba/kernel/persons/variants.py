"""Keys by which two writings of one name or address meet. A key only finds candidates and tells a variant from
another name; it is never stored as a value and never shown.
"""

from __future__ import annotations

import re
import unicodedata

from yakuba.kernel.values.characters import SELECTORS, comparable, katakana
from yakuba.kernel.values.kanji_forms import FORMS

_SELECTORS = re.compile(f"[{SELECTORS}]")
_KANA = str.maketrans("ァィゥェォッャュョヮヵヶヂヅヲヱヰ", "アイウエオツヤユヨワカケジズオエイ")
_BETWEEN = re.compile(r"(?<=\d)\s*(?:丁目|番地の?|番|号室|号|の|ノ|－|ー|−|‐|―)\s*(?=\d)")
_AFTER = re.compile(r"(?<=\d)(?:丁目|番地|番|号室|号)")
_CHOME = re.compile("([一二三四五六七八九十]{1,3})丁目")
_AREA = re.compile(
    r"^(?:東京都|北海道|(?:京都|大阪)府|[^\d]{2,3}県)?(?:[^\d]{1,6}?郡)?(?:[^\d]{1,8}?[市町村])?(?:[^\d]{1,4}?区)?"
)


def name_key(name: str) -> str:
    """A name with every kanji in one form, without blanks, in small Latin letters."""
    text = unicodedata.normalize("NFKC", _SELECTORS.sub("", comparable(name)))
    return re.sub(r"[\s・.,'-]", "", text.translate(FORMS)).casefold()


def kana_key(kana: str) -> str:
    """A reading with what registers write in two ways made one: small and large kana, ヂ and ジ, ヅ and ズ, ー left out."""
    return re.sub(r"[\sー・]", "", katakana(kana).translate(_KANA))


def address_key(address: str) -> str:
    """An address as its place names, then its numbers joined by `-`: 丁目, 番地, 番 and 号 are one; 大字 and 字 go."""
    text = unicodedata.normalize("NFKC", _SELECTORS.sub("", comparable(address))).translate(FORMS)
    text = _CHOME.sub(lambda found: f"{_number(found[1])}丁目", text)
    text = _AFTER.sub("", _BETWEEN.sub("-", text))
    return re.sub(r"\s|大字|字(?=[^\d])", "", text).replace("ヶ", "ケ")


def local_part(key: str) -> str:
    """An address key without prefecture, county, municipality and ward, which many leave out."""
    return _AREA.sub("", key)


def _number(kanji: str) -> int:
    """1 to 99, as 丁目 are counted."""
    digits = "〇一二三四五六七八九"
    if "十" not in kanji:
        return int("".join(str(digits.index(one)) for one in kanji))
    tens, _, ones = kanji.partition("十")
    return (digits.index(tens) if tens else 1) * 10 + (digits.index(ones) if ones else 0)
