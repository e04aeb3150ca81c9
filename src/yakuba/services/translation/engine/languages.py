"""The languages of guests, and which one a text is in: by its script first, then by its commonest words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from yakuba.services.translation.contracts import Language

LANGUAGES = {
    one.code: one
    for one in (
        Language("en", "英語", "English", "en-US"),
        Language("zh-Hans", "中国語（簡体字）", "简体中文", "zh-CN"),
        Language("zh-Hant", "中国語（繁体字）", "繁體中文", "zh-TW"),
        Language("ko", "韓国・朝鮮語", "한국어", "ko-KR"),
        Language("vi", "ベトナム語", "Tiếng Việt", "vi-VN"),
        Language("pt-BR", "ポルトガル語（ブラジル）", "Português", "pt-BR"),
        Language("es", "スペイン語", "Español", "es-ES"),
        Language("fr", "フランス語", "Français", "fr-FR"),
        Language("fil", "フィリピノ語", "Filipino", "fil-PH"),
        Language("id", "インドネシア語", "Bahasa Indonesia", "id-ID"),
        Language("th", "タイ語", "ภาษาไทย", "th-TH"),
        Language("my", "ミャンマー語", "မြန်မာဘာသာ", "my-MM"),
        Language("ne", "ネパール語", "नेपाली", "ne-NP"),
    )
}
JAPANESE = Language("ja", "やさしい日本語", "やさしい にほんご", "ja-JP")
LONGEST = 2_000  # characters that are looked at
_SCRIPTS = (("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko"), ("THAI", "th"), ("MYANMAR", "my"))
_NAGARI, _HAN, _LATIN = "DEVANAGARI", "CJK UNIFIED", "LATIN"
# Characters that only one of the two ways of writing Chinese has, of the commonest.
_SIMPLIFIED = set(
    "们这个来时说国会对过还没为么样给请问钱谁实关开门车东西书买卖见听话语业医发头点电钟边进远选"
    "应该让认识证险费岁儿孙妈爷万与专两严丧丰临举义乌习乡亲亿仅从仓仪价众优伙传伤体"
)
_TRADITIONAL = set(
    "們這個來時說國會對過還沒為麼樣給請問錢誰實關開門車東書買賣見聽話語業醫發頭點電鐘邊進遠選"
    "應該讓認識證險費歲兒孫媽爺萬與專兩嚴喪豐臨舉義烏習鄉親億僅從倉儀價眾優夥傳傷體"
)
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_WORDS = {
    "en": "the a is are i you to of and my do does what where when how can please need want have for it in on this",
    "pt-BR": "o a os as é eu você para de do da e meu minha não que onde quando como posso preciso quero tenho por um uma em com",
    "es": "el la los las es yo usted para de del y mi no que qué dónde cuándo cómo puedo necesito quiero tengo por un una en con mis",
    "fr": "le la les des est je vous pour de du et mon ma ne pas que où quand comment puis voudrais veux ai un une en avec mes dois",
    "vi": "tôi là của và không có được cho ở đâu khi nào xin làm muốn cần bạn này",
    "fil": "ang ng sa mga ako po ba ko saan kailan paano hindi gusto kailangan ito may at na para opo ninyo",
    "id": "saya anda yang di dan ke apa mana kapan bagaimana tidak mau ingin perlu ini itu untuk dengan bisa ada dari tolong",
}
_KNOWN = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")


def recognised(text: str) -> str:
    """Code of the language a text is in, `ja` for Japanese, empty where nothing says it clearly: a person chooses then."""
    text = unicodedata.normalize("NFC", text[:LONGEST])
    scripts = _scripts(text)
    if not scripts:
        return ""
    for name, code in _SCRIPTS:
        if scripts[name]:
            return code
    most = scripts.most_common(1)[0][0]
    if most == _NAGARI:
        return "ne"
    if most == _HAN:
        return _chinese(text)
    return _by_words(text)


def _scripts(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    names = (*(name for name, _ in _SCRIPTS), _NAGARI, _HAN, _LATIN)
    for character in text:
        if character == "ー" or not character.isalpha():
            continue
        named = unicodedata.name(character, "")
        for one in names:
            if named.startswith(one):
                found[one] += 1
    return found


def _chinese(text: str) -> str:
    """Han alone may be Japanese as well (住民票): then nothing is said."""
    simplified = sum(c in _SIMPLIFIED and c not in _TRADITIONAL for c in text)
    traditional = sum(c in _TRADITIONAL and c not in _SIMPLIFIED for c in text)
    if simplified == traditional:
        return ""
    return "zh-Hans" if simplified > traditional else "zh-Hant"


def _by_words(text: str) -> str:
    words = [word.casefold() for word in _WORD.findall(text)]
    counts = Counter({code: sum(word in known for word in words) for code, known in _KNOWN.items()})
    if _VIETNAMESE.search(text):
        counts["vi"] += 2
    (first, most), (_, next_most) = counts.most_common(2)
    return first if most > next_most else ""
