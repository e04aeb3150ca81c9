"""Which characters a field may hold, which characters a model writes for the same one, and which look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

DIGITS = "0123456789"
KATAKANA = "".join(map(chr, range(ord("ァ"), ord("ヺ") + 1))) + "ー"
HIRAGANA = "".join(map(chr, range(ord("ぁ"), ord("ゔ") + 1)))
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUNCTUATION = "-・、。（）「」．，＆／"

# What the unmasked model writes for a Japanese character: same shape, other code point.
_SAME: Mapping[str, str] = {
    "0": "oOQ〇○◯ΟοØ",
    "1": "lI|ⅠiÌ丨",
    "2": "Zz",
    "5": "Ss",
    "6": "b",
    "-": "‐‑–—―−ー一~～_ｰ",
    "ー": "‐‑–—―−-一~～_ｰ丨|",
    "ニ": "二",
    "ハ": "八",
    "カ": "力",
    "ロ": "口",
    "エ": "工",
    "タ": "夕",
    "ト": "卜",
    "チ": "千",
    "ヘ": "へ",
    "ベ": "べ",
    "ペ": "ぺ",
    "リ": "り",
    "ミ": "三",
    "ノ": "丿/",
    "メ": "乂",
    "ヲ": "ヺ",
    "（": "(",
    "）": ")",
    "．": ".",
    "，": ",",
    "＆": "&",
    "・": "·•‧⋅∙･",
}

# Forms of one kanji that differ by a stroke or two, or of which the model knows only one: in a person's or a
# company's name a person has to look. (Place names have one official form, which the postal code confirms.)
LOOKALIKE_KANJI = frozenset(
    "高髙"
    "崎﨑"
    "吉𠮷"
    "土圡"
    "柳栁"
    "徳德"
    "凛凜"
    "斎斉齋齊"
    "邉邊"
    "濱濵"
    "桒桑"
    "渕淵渊"
    "冨富"
    "峯峰"
    "恵惠"
    "真眞"
    "瀬瀨"
    "頼賴"
    "清淸"
    "静靜"
    "福福"
    "郎郞"
    "朗朗"
    "晴晴"
    "都都"
    "緑綠"
    "横橫"
    "温溫"
    "黒黑"
)

# Kanji and kana of nearly one shape: where a field allows both, the shape alone does not decide.
SAME_SHAPE: Mapping[str, str] = {
    kana: kanji
    for kana, kanji in zip("ニハカロエタトチヘリミーベペヘ", "二八力口工夕卜千へり三一べぺへ", strict=True)
}


def is_jis_kanji(character: str) -> bool:
    """A kanji of JIS X 0208, the set that core systems take; keeps Chinese glyph variants out."""
    if not "一" <= character <= "鿿":
        return False
    try:
        return len(character.encode("shift_jis")) == 2
    except UnicodeEncodeError:
        return False


def is_variant(character: str) -> bool:
    """A kanji outside JIS X 0208, or one of its old and rare forms: 髙, 邉, 濱."""
    return unicodedata.category(character) == "Lo" and character >= "㐀" and not is_jis_kanji(character)


@lru_cache(maxsize=4)
def _kanji(characters: Sequence[str]) -> tuple[str, ...]:
    return tuple(c for c in characters if is_jis_kanji(c) or c in LOOKALIKE_KANJI or c in "々〆ヶ〇")


class Alphabet:
    """The columns of a model's output that a field type allows, others of the same shape folded into them.

    symbols: allowed characters; column 0 of a folded output is the CTC blank, column i + 1 is symbols[i].
    """

    def __init__(self, allowed: Iterable[str], characters: Sequence[str]) -> None:
        index = {character: column for column, character in enumerate(characters)}
        self.symbols = tuple(dict.fromkeys(c for c in allowed if c in index))
        columns, targets = [0], [0]
        taken = {index[c] for c in self.symbols}
        for position, symbol in enumerate(self.symbols, start=1):
            columns.append(index[symbol])
            targets.append(position)
            for other in _SAME.get(symbol, "") + _wide(symbol):
                column = index.get(other)
                if column is not None and column not in taken:
                    taken.add(column)
                    columns.append(column)
                    targets.append(position)
        self._columns = np.array(columns)
        order = np.argsort(targets, kind="stable")
        self._columns = self._columns[order]
        self._starts = np.searchsorted(np.array(targets)[order], np.arange(len(self.symbols) + 1))

    def fold(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """`[T, all characters]` → `[T, 1 + len(symbols)]`; not renormalised: what is missing to 1 was
        given to characters that the field cannot hold, and must count against the reading."""
        return np.add.reduceat(probabilities[:, self._columns], self._starts, axis=1)


def _wide(symbol: str) -> str:
    """The full-width form of an ASCII character."""
    return chr(ord(symbol) + 0xFEE0) if "!" <= symbol <= "~" else ""


@lru_cache(maxsize=32)
def alphabet(type_: str, characters: tuple[str, ...]) -> Alphabet:
    """The alphabet of a field type for a model with these output characters."""
    if type_ in ("digits", "number", "phone", "postal_code", "receipt_number", "date"):
        return Alphabet(DIGITS, characters)
    if type_ == "date_line":
        return Alphabet(DIGITS + "年月日元明治大正昭和平成令-./", characters)
    if type_ == "kana":
        return Alphabet(KATAKANA, characters)
    kanji = _kanji(characters)
    if type_ == "name":
        return Alphabet([*kanji, *HIRAGANA, *KATAKANA], characters)
    return Alphabet([*DIGITS, *LATIN, *HIRAGANA, *KATAKANA, *kanji, *PUNCTUATION], characters)
