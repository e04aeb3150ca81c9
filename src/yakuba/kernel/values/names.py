"""Personal names (氏名) and their readings (フリガナ).

A Japanese name has no blank: 山田　太郎 is `山田太郎`, since papers and systems put a blank there or not as they please.
In a foreign name a blank parts words (MARIA CLARA DA SILVA), and a single one stays: beside Latin letters in any name (DA
SILVA 花子), and everywhere in a name without kanji and hiragana (マリア・クララ ダ シルバ).
"""

from __future__ import annotations

import itertools
import re
import unicodedata

from yakuba.kernel.values.characters import (
    LATIN,
    compose,
    full_kana,
    katakana,
    kept_blanks,
    narrow,
    script_of,
)
from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.no_value import says_none
from yakuba.kernel.values.refusal import ValueRefused
from yakuba.kernel.values.texts import ELSEWHERE, NO_VALUE, NOTE

_WIDE_WORD = re.compile("[Ａ-Ｚａ-ｚ０-９]+")
_LATIN_SIGN = re.compile(rf"(?<=[{LATIN}])\s?[．，＇－‐‑−](?=[{LATIN} \u3000])|(?<=[{LATIN}])．$")
_JAPANESE = re.compile("[ぁ-ゖ々〆㐀-鿿\uf900-\ufaff\U00020000-\U0003ffff\ue000-\uf8ff]")
_LATIN_WORD = rf"[{LATIN}.,'\u2019-]"
_NO_KANA = re.compile("[^ァ-ヺー・]")
_SMALL = str.maketrans("ヵヶ", "カケ")

NOTE_IN_NAME = re.compile(
    NOTE.pattern + r"|保留|電話|連絡|確認|未記入|記入|空欄|空白|聞[くき]|申請者|本人|参照"
)
_ADDRESS_IN_NAME = re.compile(r"(東京都|北海道|京都府|大阪府|.{2,3}県).+[市区町村郡]")
MOST_CHANGES_OF_SCRIPT = 3  # 三ツ谷さくら has three; a sentence has more
LONGEST_NAME, LONGEST_LATIN_NAME, LONGEST_KANA = 16, 40, 30  # characters


def read_name(text: str) -> str:
    """The name with its kanji as they are (see `characters`), Latin letters half-width, kana full-width, blanks only
    where they part words of a foreign name. The empty string for nothing."""
    text = re.sub(r"\s*・\s*", "・", compose(full_kana(text)))
    text = _WIDE_WORD.sub(lambda found: narrow(found[0]), text)
    text = _LATIN_SIGN.sub(
        lambda found: narrow(found[0]).translate({0x2010: "-", 0x2011: "-", 0x2212: "-"}), text
    )
    if not _JAPANESE.search(text):
        return kept_blanks(text, ".")
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(f"(?<!{_LATIN_WORD}) (?!{_LATIN_WORD})", "", text)


def has_words(name: str) -> bool:
    """Without kanji and hiragana, or with Latin letters: its words are parted by blanks."""
    return bool(name) and (not _JAPANESE.search(name) or bool(re.search(f"[{LATIN}]", name)))


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


def _odd(value: str) -> str:
    if strange := [c for c in value if unicodedata.category(c)[0] not in "LM" and c not in "・.'’-‐＝=, "]:
        return f"氏名にふつう使わない文字「{strange[0]}」があります。"
    if NOTE_IN_NAME.search(value):
        return f"氏名ではなく覚え書きのようです。{ELSEWHERE}"
    if says_none(value):
        return NO_VALUE
    if _ADDRESS_IN_NAME.search(value):
        return "氏名ではなく住所のようです。"
    scripts = [script for character in value if (script := script_of(character))]
    if sum(before != after for before, after in itertools.pairwise(scripts)) > MOST_CHANGES_OF_SCRIPT:
        return "氏名ではなく文のようです。"
    if len(value) > (LONGEST_LATIN_NAME if "latin" in scripts else LONGEST_NAME):
        return f"長すぎるようです（{len(value)}文字）。"
    return ""


def _odd_kana(value: str) -> str:
    return NO_VALUE if says_none(value) else ""


NAME = FieldType(
    code="name",
    label="氏名",
    read=read_name,
    odd=_odd,
    free=True,
    script=Script.NAME,
    fills="name",
    examples=(
        Example("山田　太郎", "山田太郎", "山田太郎"),
        Example("葛\U000e0100城　\ufa19子", "葛\U000e0100城\ufa19子", "葛\U000e0100城\ufa19子"),
        Example("ＭＡＲＩＡ　ＣＬＡＲＡ", "MARIA CLARA", "MARIA CLARA"),
        Example("ＤＡ　ＳＩＬＶＡ　　花子", "DA SILVA 花子", "DA SILVA 花子"),
    ),
)
KANA = FieldType(
    code="kana",
    label="フリガナ",
    help="ひらがなや半角でも入力できます。",
    read=read_kana,
    odd=_odd_kana,
    free=True,
    script=Script.KANA,
    longest=LONGEST_KANA,
    pattern="[ァ-ヺー・]+",
    examples=(Example("ﾔﾏﾀﾞ たろう", "ヤマダタロウ", "ヤマダタロウ"),),
)
