"""Personal data out of a question before it is kept. Numbers, addresses of mail and what is said to be a name go for certain;
of other names what the dictionary knows: a rare name standing alone may stay, and pages say so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from yakuba.kernel.personaldata import finding

HIDDEN = "＊"
_DIGIT = r"[0-9〇一二三四五六七八九]"
_LONG = re.compile(
    r"(?<![0-9])[0-9](?:[\s\-‐-―−ーｰ－・().（）]{0,2}[0-9]){4,}"
)  # telephone, account, dates, codes
_PLACE = re.compile(rf"{_DIGIT}{{1,4}}(?:丁目|番地?|号室?|[-‐-―−ーｰ－]){_DIGIT}[^\s、。]*")
_NAMED = re.compile(
    r"((?:氏名|名前|なまえ|申請者|世帯主|本人|私|わたし|ぼく|俺)(?:は|が|：|:|の名前は)?[「『]?)"
    r"([一-龥々ァ-ヴーぁ-ん]{2,10}?)(?=です|と申|といい|と言い|、|。|」|』|\s|$)"
)
_TITLED = re.compile(r"([一-龥々ァ-ヴー]{1,6})(?=さん|様|さま|君|くん|ちゃん|氏)(?!お子|皆)")
_PEOPLE = re.compile(
    "お?(子|ワン|ニャン|ネコ|イヌ|猫|犬|赤|坊|嬢|客|医者|父|母|兄|姉|奥|嫁|業者|担当|職員|皆|みな|誰|ご主人|利用者|患者|親御|大家|隣|近所)(さん|様|さま|ちゃん|くん)?"
)
_WORDS = frozenset(
    [
        "住民",
        "市民",
        "町民",
        "村民",
        "本人",
        "申請",
        "届出",
        "証明",
        "会社",
        "家族",
        "子ども",
        "主人",
        "自分",
        "学生",
        "外国人",
        "無職",
        "日本人",
    ]
)


def masked(text: str) -> str:
    """The text with what is or may be personal replaced by ＊, NFKC."""
    text = unicodedata.normalize("NFKC", text)
    text = _without(text, ((start, end) for start, end, _ in finding.by_shape(text)))
    text = _LONG.sub(HIDDEN, text)
    text = _PLACE.sub(HIDDEN, text)
    text = _NAMED.sub(lambda found: found[0] if found[2] in _WORDS else f"{found[1]}{HIDDEN}", text)
    text = _TITLED.sub(lambda found: found[0] if _is_nobody(found[1]) else HIDDEN, text)
    return _without(text, finding.names(text))


def _is_nobody(word: str) -> bool:
    return bool(_PEOPLE.fullmatch(word)) or any(word.endswith(one) for one in _WORDS)


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = HIDDEN * (end - start)
    return re.sub(f"{HIDDEN}+", HIDDEN, "".join(letters))
