"""Personal names (氏名) and their readings (フリガナ).

A Japanese name has no blank: 山田　太郎 is `山田太郎`, since papers and systems put a blank there or not as they please.
In a foreign name a blank parts words (MARIA CLARA DA SILVA), and a single one stays: between Latin letters in any name,
and everywhere in a name without kanji and hiragana (マリア・クララ ダ シルバ).
"""

from __future__ import annotations

import re

from yakuba.kernel.values.characters import LATIN, compose, full_kana, katakana, kept_blanks, narrow
from yakuba.kernel.values.refusal import ValueRefused

_WIDE_WORD = re.compile("[Ａ-Ｚａ-ｚ０-９]+")
_LATIN_SIGN = re.compile(rf"(?<=[{LATIN}])\s?[．，＇－‐‑−](?=[{LATIN} \u3000])|(?<=[{LATIN}])．$")
_JAPANESE = re.compile("[ぁ-ゖ々〆㐀-鿿\uf900-\ufaff\U00020000-\U0003ffff\ue000-\uf8ff]")
_LATIN_WORD = rf"[{LATIN}.,'\u2019-]"
_NO_KANA = re.compile("[^ァ-ヺー・]")
_SMALL = str.maketrans("ヵヶ", "カケ")


def read_name(text: str) -> str:
    """The name with its kanji as they are (see `characters`), Latin letters half-width, kana full-width, blanks only
    where they part words of a foreign name. The empty string for nothing."""
    text = re.sub(r"\s*・\s*", "・", compose(full_kana(text)))
    text = _WIDE_WORD.sub(lambda found: narrow(found[0]), text)
    text = _LATIN_SIGN.sub(
        lambda found: narrow(found[0]).translate({0x2010: "-", 0x2011: "-", 0x2212: "-"}), text
    )
    return kept_blanks(text, _LATIN_WORD if _JAPANESE.search(text) else ".")


def is_foreign(name: str) -> bool:
    """Without kanji and hiragana: its words are parted by blanks."""
    return bool(name) and not _JAPANESE.search(name)


def read_kana(text: str) -> str:
    """Full-width katakana without blanks, of Japanese and foreign names alike: ヴ and ・ stay, ヵ and ヶ are カ and ケ.
    Raises ValueRefused for anything that is no kana."""
    kana = re.sub(r"\s+", "", katakana(compose(text)))
    kana = re.sub("[-‐‑‒–—―−－]", "ー", kana).translate(_SMALL)
    if other := _NO_KANA.search(kana):
        raise ValueRefused(
            f"フリガナはカタカナで入力してください（「{other[0]}」はカタカナではありません）。"
        )
    return kana
