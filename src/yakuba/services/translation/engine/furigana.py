"""How kanji are read, as ruby: (what stands there, how it is read or empty). Together the pieces are the text.

Sudachi says how a word is read; the kana of the word itself are taken out of the ruby. Numbers before a counter change its
reading (一日, 3本, 10分), which no dictionary knows word by word: that is a table. A reading may be wrong for names; pages say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from yakuba.kernel.search import cutting

Piece = tuple[str, str]
KANJI = "々〆ヶ㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_KANJI = re.compile(f"[{KANJI}]")
_RUNS = re.compile(f"([{KANJI}]+)")
_DAYS = {
    **{
        2: "ふつか",
        3: "みっか",
        4: "よっか",
        5: "いつか",
        6: "むいか",
        7: "なのか",
        8: "ようか",
        9: "ここのか",
    },
    **{10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか"},
}
_WHOLE = {  # number and counter read as one
    **{(number, "日"): reading for number, reading in _DAYS.items()},
    **{(1, "人"): "ひとり", (2, "人"): "ふたり", (4, "人"): "よにん", (20, "歳"): "はたち"},
    **{(4, "時"): "よじ", (7, "時"): "しちじ", (9, "時"): "くじ"},
    **{(4, "月"): "しがつ", (7, "月"): "しちがつ", (9, "月"): "くがつ", (4, "年"): "よねん"},
}
_COUNTERS = {
    **{
        "日": "にち",
        "月": "がつ",
        "年": "ねん",
        "時": "じ",
        "円": "えん",
        "人": "にん",
        "名": "めい",
        "枚": "まい",
    },
    **{
        "番": "ばん",
        "歳": "さい",
        "才": "さい",
        "度": "ど",
        "時間": "じかん",
        "年間": "ねんかん",
        "日間": "にちかん",
    },
    **{
        "週間": "しゅうかん",
        "番窓口": "ばんまどぐち",
        "号": "ごう",
        "通": "つう",
        "部": "ぶ",
        "点": "てん",
        "課": "か",
    },
    **{
        "日目": "にちめ",
        "回目": "かいめ",
        "割": "わり",
        "万円": "まんえん",
        "千円": "せんえん",
        "万": "まん",
    },
}
_DOUBLED = (1, 6, 8, 10)  # the last figure after which 分, 本, 杯 … are hardened
_HARDENED = {
    "分": ("ふん", "ぷん"),
    "分間": ("ふんかん", "ぷんかん"),
    "本": ("ほん", "ぽん"),
    "泊": ("はく", "ぱく"),
}
_COUNTED = re.compile(
    rf"([0-9０-９][0-9０-９,，]*)({'|'.join(sorted([*_COUNTERS, *_HARDENED, '階', '回'], key=len, reverse=True))})"
    rf"(?![{KANJI}])"
)
_FIRST_OF_MONTH = re.compile(r"(?<=月)([1１])(日)(?!間)")
_OWN = {"何日": "なんにち", "何時": "なんじ", "何人": "なんにん", "今日": "きょう", "明日": "あした", "昨日": "きのう",
        "日本": "にほん", "私": "わたし", "他": "ほか", "家": "いえ", "一人": "ひとり", "二人": "ふたり", "後で": "あとで"}  # fmt: skip


def ruby(text: str) -> list[Piece]:
    """The text in pieces, every kanji under its reading."""
    found: list[Piece] = []
    last = 0
    for counted in sorted(
        (*_COUNTED.finditer(text), *_FIRST_OF_MONTH.finditer(text)), key=lambda one: one.start()
    ):
        if counted.start() < last:
            continue
        found += _words(text[last : counted.start()])
        found += _counted(counted, text)
        last = counted.end()
    return _joined([*found, *_words(text[last:])])


def unread(text: str) -> list[str]:
    """Words with kanji whose reading nothing here knows."""
    return [base for base, reading in ruby(text) if _KANJI.search(base) and not reading]


def _counted(found: re.Match[str], text: str) -> list[Piece]:
    figures, counter = found[1], found[2]
    number = int(unicodedata.normalize("NFKC", figures).replace(",", ""))
    if counter == "日" and number == 1 and text[found.start() - 1 : found.start()] == "月":
        return [(figures + counter, "ついたち")]
    if (number, counter) in _WHOLE:
        return [(figures + counter, _WHOLE[number, counter])]
    return [(figures, ""), (counter, _after(number, counter))]


def _after(number: int, counter: str) -> str:
    last = number % 10 or 10
    if counter == "階":
        return "がい" if last == 3 else "かい"
    if counter == "回":
        return "かい"
    if counter in _HARDENED:
        soft, hard = _HARDENED[counter]
        if counter == "本" and last == 3:
            return "ぼん"
        hardens = (
            last in _DOUBLED
            or (last in (3, 4) and counter in ("分", "分間"))
            or (last == 3 and counter == "泊")
        )
        return hard if hardens else soft
    return _COUNTERS[counter]


def _words(text: str) -> Iterator[Piece]:
    for word in cutting.as_words(text):
        yield from _word(word)


def _word(word: cutting.Word) -> list[Piece]:
    if not _KANJI.search(word.surface):
        return [(word.surface, "")]
    reading = _OWN.get(word.surface) or _hiragana(word.reading)
    if not reading or _KANJI.search(reading) or reading == "きごう":
        return [(word.surface, "")]
    parts = [part for part in _RUNS.split(word.surface) if part]
    pattern = "".join("(.+?)" if _KANJI.search(part) else f"({re.escape(_hiragana(part))})" for part in parts)
    found = re.fullmatch(pattern, reading)
    if found is None:
        return [(word.surface, reading)]
    return [
        (part, read if _KANJI.search(part) else "") for part, read in zip(parts, found.groups(), strict=True)
    ]


def _hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours without a reading as one."""
    found: list[Piece] = []
    for base, reading in pieces:
        if found and not reading and not found[-1][1]:
            found[-1] = (found[-1][0] + base, "")
        else:
            found.append((base, reading))
    return found
