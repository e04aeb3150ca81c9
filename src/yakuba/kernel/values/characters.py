"""Characters as people's names need them: composed, of one width where width means nothing, and never exchanged.

Unicode's NFC and NFKC replace CJK compatibility ideographs: 神 U+FA19 becomes 神 U+795E, and so do 21 others that
CP932 has and that stand in people's names. Two people may differ in nothing else, so here kanji keep their code
point, and variation selectors stay with their kanji.
"""

from __future__ import annotations

import re
import unicodedata

from yakuba.kernel.values.refusal import ValueRefused

COMPATIBILITY = "\uf900-\ufaff\U0002f800-\U0002fa1f"  # CJK compatibility ideographs
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors
# The kanji of CP932 that Unicode takes for another form of a common one, by the common one: 神 → U+FA19.
COMPATIBLE = {
    unicodedata.normalize("NFC", one): one
    for one in map(chr, (0xF929, 0xF9DC, *range(0xFA0E, 0xFA2E)))
    if unicodedata.normalize("NFC", one) != one
}
_PARTS = re.compile(f"([{COMPATIBILITY}])")
# No width and no meaning in a value: zero-width blanks and joiners, soft hyphen, marks of direction, byte order.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_RADICALS = re.compile("[\u2e80-\u2fdf]")
# Radicals of the supplement block that PDF files put for a kanji and that Unicode's NFKC leaves alone.
_SUPPLEMENT = dict(
    zip(
        "⺟⺠⻁⻄⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻫⻭⻯⻲",
        "母民虎西角貝車長長門雨青韋頁風飛食馬骨鬼魚鳥麦黄斉歯竜亀",
        strict=True,
    )
)
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_TWINS = {0x2212: "-", 0x301C: "~"}  # beside U+FF0D and U+FF5E, which older systems hold for them
_SOUND_MARKS = {0x309B: 0x3099, 0x309C: 0x309A}
LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_UNFIT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def compose(text: str) -> str:
    """Decomposed kana and Latin letters put together (か U+3099 → が, e U+0301 → é), radicals as the kanji that they
    stand for, characters without width left out. Kanji keep their code point and their variation selectors."""
    text = _RADICALS.sub(_kanji_of, _INVISIBLE.sub("", text))
    return "".join(
        part if _PARTS.fullmatch(part) else unicodedata.normalize("NFC", part) for part in _PARTS.split(text)
    )


def _kanji_of(radical: re.Match[str]) -> str:
    return _SUPPLEMENT.get(radical[0]) or unicodedata.normalize("NFKC", radical[0])


def narrow(text: str) -> str:
    """Full-width letters, digits and signs, and the ideographic blank, as half-width ones; nothing else changes."""
    return text.translate(_NARROW)


def full_kana(text: str) -> str:
    """Half-width kana as full-width ones, with their sound marks."""
    return _HALF_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def katakana(text: str) -> str:
    """Hiragana and half-width kana as full-width katakana; sound marks that stand apart are joined."""
    joined = compose(full_kana(text).translate(_SOUND_MARKS))
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in joined)


def script_of(character: str) -> str:
    """kanji, hiragana, katakana or latin; empty for signs that go with any (々, ー, ・)."""
    name = unicodedata.name(character, "")
    for script, start in (("kanji", "CJK"), ("hiragana", "HIRA"), ("latin", "LATIN"), ("katakana", "KATA")):
        if name.startswith(start):
            return script
    return ""


def comparable(text: str) -> str:
    """A text for asking whether two say the same: one width, no blanks but between Latin letters or digits. Kanji
    count by their code point: 神 U+FA19 is not 神 U+795E."""
    return kept_blanks(compose(full_kana(narrow(text).translate(_TWINS))), f"[0-9{LATIN}]")


def kept_blanks(text: str, word: str) -> str:
    """Without blanks, but a single one between two characters of the class `word` (a regular expression)."""
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(f"(?<!{word}) | (?!{word})", "", text)


def check_writable(text: str) -> None:
    """Raises ValueRefused for control characters and halves of characters, which no paper and no keyboard has."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r":
            raise ValueRefused(
                f"使えない文字（U+{ord(character):04X}）が含まれています。消してから入力し直してください。"
            )


def fit(text: str) -> str:
    """The text without what neither XML nor a database can hold: control characters, lone halves of a character, and the two
    code points that are none."""
    return _UNFIT.sub("", text)
