"""Words that stand in the place of a value and say that there is none (なし, 該当なし), that it is the one of another field
(同上), or that it comes later (未定). They are a value of no type that is written freely."""

from __future__ import annotations

import re
import unicodedata

# Strokes and signs in the place of a value, as a reader of print may take them for letters: ―, ／, 〃, ×, ○ …
_STROKES = re.compile(r"([一二三ー丶丿丨々〆〇xo])\1{0,7}|[のil]")
_ABOUT = (
    "特に|とくに|別に|べつに|該当(?:者|する(?:者|もの|事項|施設))?|現在|今|今のところ|他に|ほかに|その他|以上|以下|勤務|勤務先|就労|仕事|職業|"
    "希望|第.希望|兄弟|きょうだい|兄弟姉妹|あれるぎー|父|母|父母|配偶者|電話|電話番号|番号|記入|記載|回答|変更|異動|住所|連絡先"
)
_NONE = (
    "[な十][しれl乚]",  # しレL and ナ十 are alike in a quick hand
    "無[しれl乚]?",
    "ない|無い|なく|無く|なしです|ないです|あり?ません|ございません|いません|おりません|していません|せず|しない",
)
_WORDS = (
    "非該当|該当せず|対象外|不要|不在|不詳|不明|未定|未記入|未記載|未提出|未取得|未加入|未就労|未就学|空欄|空白|余白|以下余白|省略|略|記載省略|記入不要|"
    "後日|後日提出|後日記入|後ほど|のちほど|後で|あとで|追って|追記|検討中|確認中|調整中|調査中|準備中|申請中|手続中|予定|確認|別紙|別添|"
    "同[上下左右前]|[上下左右]に?同じ|同様|同じ|同|上記|上記のとおり|(?:父|母|父母|本人|申請者|申込者|保護者|児童)[にと]同じ|"
    "ふめい|みてい|ごじつ|どうじょう|おなじ|うえにおなじ|"
    "[nm]/?a|none|nil|no|nothing|non|tbd"
)
_NO_VALUE = re.compile(f"(?:(?:{_ABOUT})[はがもで]?)?(?:{'|'.join(_NONE)})|{_WORDS}")
_BRACKETED = re.compile(r"[(\[〔【「『].*")


def says_none(text: str) -> bool:
    """Whether a text is nothing but such a word or sign, however wide, in whichever kana and with whatever dots. The
    empty string says nothing."""
    if not text.strip():
        return False
    folded = _folded(text)
    before = _folded(_BRACKETED.sub("", unicodedata.normalize("NFKC", text)))  # なし（求職中）
    return not folded or any(
        _NO_VALUE.fullmatch(one) or _STROKES.fullmatch(one) for one in (folded, before) if one
    )


def _folded(text: str) -> str:
    """Without blanks and signs, one width, hiragana for katakana, small letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = (c for c in plain if c == "/" or unicodedata.category(c)[0] in "LNM")
    kept = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in letters)
    return kept.strip("/")
