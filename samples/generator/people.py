"""People of the demo town: names and their readings, drawn from the dictionary that janome brings along (IPADIC)."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random

import janome

SYSTEM_DICTIONARY = Path(janome.__file__).parent / "sysdic"
SURNAME, GIVEN = 1290, 1291  # IPADIC's connection ids of 人名,姓 and 人名,名
COMMON_COST = {SURNAME: 7600, GIVEN: 8440}  # the word cost IPADIC gives to a name its corpus never met
COST_SCALE = 900.0  # a name this much cheaper than that is e times as frequent here

VARIANT_RATE = 0.2  # of surnames that have such a kanji, those written with its variant
VARIANTS = {"高": "髙", "崎": "﨑", "浜": "濱", "沢": "澤", "島": "嶋", "辺": "邉", "斎": "齋", "広": "廣"}

KANJI = re.compile(r"[一-龥々]{1,3}")
KANA_NAME = re.compile(r"[ぁ-ん]{2,3}")
READING = re.compile(r"[ァ-ヴー]{2,7}")
# Names of the stage and of past centuries, which the dictionary knows but hardly any resident bears.
OLD_FASHIONED = re.compile(r"衛門|兵衛|之丞|[翁斎院軒坊僧卿丸]$")
FEMININE = re.compile(r"[子美恵江代香奈菜乃穂織紗里莉花華枝絵音葉佳世衣帆咲結栄]$|^[ぁ-ん]+$")


@dataclass(frozen=True)
class Entry:
    text: str
    reading: str  # katakana


@dataclass(frozen=True)
class NameList:
    entries: tuple[Entry, ...]
    cumulated: tuple[float, ...]

    def draw(self, rng: Random) -> Entry:
        return rng.choices(self.entries, cum_weights=self.cumulated)[0]


@dataclass(frozen=True)
class Person:
    surname: str
    given: str
    surname_kana: str
    given_kana: str

    @property
    def name(self) -> str:
        return self.surname + self.given

    @property
    def kana(self) -> str:
        return self.surname_kana + self.given_kana


def find_all(data: bytes, needle: bytes) -> list[int]:
    """Offsets of needle in data (a regular expression over 90 MB would take ten times as long)."""
    found, at = [], data.find(needle)
    while at >= 0:
        found.append(at)
        at = data.find(needle, at + len(needle))
    return found


def entry_head(data: bytes, at: int) -> tuple[int, int]:
    """(entry number, offset behind its opening `:(`) of the entry that contains offset at."""
    opening = data.rfind(b":(u'", 0, at)
    before = opening
    while data[before - 1 : before].isdigit():
        before -= 1
    return int(data[before:opening]), opening + 2


def costs(kind: int) -> dict[int, tuple[str, int]]:
    """entry number -> (surface, word cost) of one kind of name."""
    needle = f"',{kind},{kind},".encode()
    found = {}
    for part in sorted(SYSTEM_DICTIONARY.glob("entries_compact?.py")):
        data = part.read_bytes()
        for at in find_all(data, needle):
            number, start = entry_head(data, at)
            surface = data[start + 2 : at].decode("unicode_escape")
            found[number] = (surface, int(data[at + len(needle) : data.find(b")", at)]))
    return found


def readings(word: str) -> dict[int, str]:
    """entry number -> reading in katakana, for 姓 or 名."""
    needle = f"名詞,固有名詞,人名,{word}'".encode("unicode_escape")
    found = {}
    for part in sorted(SYSTEM_DICTIONARY.glob("entries_extra?.py")):
        data = part.read_bytes()
        for at in find_all(data, needle):
            number, start = entry_head(data, at + 1)
            columns = data[start : data.find(b")", at)].split(b",u'")
            found[number] = columns[4].rstrip(b"'").decode("unicode_escape")
    return found


def plausible(kind: int, surface: str, reading: str) -> bool:
    if not READING.fullmatch(reading) or OLD_FASHIONED.search(surface):
        return False
    return bool(KANJI.fullmatch(surface)) or (kind == GIVEN and bool(KANA_NAME.fullmatch(surface)))


def weights(kind: int, found: list[tuple[str, str, int]]) -> list[float]:
    """How often each (surface, reading, cost) is drawn, relative to the others.

    The dictionary counts only names in its corpus, so two more signs of an ordinary name are taken: kanji that
    many names share, and (for given names) a reading that many spellings share. Long and kana names are thinned.
    """
    kanji = Counter(character for surface, _, _ in found for character in surface)
    sounds = Counter(reading for _, reading, _ in found)
    result = []
    for surface, reading, cost in found:
        share = math.prod(kanji[character] for character in surface) ** (1.0 / len(surface))
        known = math.exp(min(4.0, (COMMON_COST[kind] - cost) / COST_SCALE))
        spellings = float(sounds[reading]) if kind == GIVEN else 1.0
        rarer = 0.4 if len(surface) == 3 or KANA_NAME.fullmatch(surface) else 1.0
        result.append(known * share * spellings * rarer)
    return result


@lru_cache(maxsize=2)
def names(kind: int) -> NameList:
    """All plausible names of a kind (SURNAME or GIVEN) in dictionary order."""
    readings_of = readings("姓" if kind == SURNAME else "名")
    found = [
        (surface, readings_of[number], cost)
        for number, (surface, cost) in sorted(costs(kind).items())
        if number in readings_of and plausible(kind, surface, readings_of[number])
    ]
    entries = tuple(Entry(surface, reading) for surface, reading, _ in found)
    return NameList(entries, tuple(accumulate(weights(kind, found))))


def with_variant(surname: str, rng: Random) -> str:
    """The surname, on a small share with a kanji in its variant form (高 → 髙)."""
    changed = "".join(VARIANTS.get(kanji, kanji) for kanji in surname)
    return changed if changed != surname and rng.random() < VARIANT_RATE else surname


def draw_given(rng: Random, sex: str) -> Entry:
    """A given name; the dictionary does not say whose, so its last kanji decides."""
    while True:
        given = names(GIVEN).draw(rng)
        if not sex or bool(FEMININE.search(given.text)) == (sex == "female"):
            return given


def draw_person(rng: Random, family: Person | None = None, sex: str = "") -> Person:
    """A person, of the given family when one is given (same surname, another given name); sex: male | female."""
    given = draw_given(rng, sex)
    while family and given.text == family.given:
        given = draw_given(rng, sex)
    if family:
        return Person(family.surname, given.text, family.surname_kana, given.reading)
    surname = names(SURNAME).draw(rng)
    return Person(with_variant(surname.text, rng), given.text, surname.reading, given.reading)
