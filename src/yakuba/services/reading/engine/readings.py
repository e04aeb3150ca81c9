"""Does a reading in kana belong to a name in kanji? Answered from dictionaries of real names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

import sudachipy

LONGEST_PIECE = 4  # kanji in one surname or given name
_VOICED = dict(
    zip("カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", strict=True)
)
_SMALL = dict(zip("アイウエオツヤユヨ", "ァィゥェォッャュョ", strict=True))
_TWINS = {"シ": "ツ", "ン": "ソ", "ソ": "ン", "ツ": "シ", "ク": "ワ", "ワ": "ク", "ノ": "ソ", "ヌ": "ス"}
_ALIKE: dict[str, str] = {}
for _pairs in (_VOICED, _SMALL):
    for _one, _other in _pairs.items():
        _ALIKE[_one] = _ALIKE.get(_one, "") + _other
        _ALIKE[_other] = _ALIKE.get(_other, "") + _one
for _one, _other in zip("ハヒフヘホバビブベボ", "パピプペポパピプペポ", strict=True):
    _ALIKE[_one] = _ALIKE.get(_one, "") + _other
    _ALIKE[_other] = _ALIKE.get(_other, "") + _one
for _one, _other in _TWINS.items():
    _ALIKE[_one] = _ALIKE.get(_one, "") + _other

_local = threading.local()


def _dictionary() -> sudachipy.Dictionary:
    """One dictionary a thread: its lookups are not promised to be safe to share."""
    if not hasattr(_local, "dictionary"):
        _local.dictionary = sudachipy.Dictionary(dict="core")
    return _local.dictionary


@lru_cache(maxsize=20_000)
def personal_readings(surface: str) -> frozenset[str]:
    """Katakana readings of a surname or given name; of kana, itself."""
    found = set()
    for entry in _dictionary().lookup(surface):
        if entry.part_of_speech()[2] == "人名":
            found.add(entry.reading_form())
    if all("ぁ" <= c <= "ゖ" or "ァ" <= c <= "ー" for c in surface):
        found.add("".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in surface))
    return frozenset(found)


def supported(name: str, kana: str) -> bool:
    """True when `name` falls into a surname and a given name whose dictionary readings make up `kana`."""
    for at in range(1, len(name)):
        surname, given = name[:at], name[at:]
        if len(surname) > LONGEST_PIECE or len(given) > LONGEST_PIECE:
            continue
        for reading in personal_readings(surname):
            if kana.startswith(reading) and kana[len(reading) :] in personal_readings(given):
                return True
    return False


def other_readings(name: str, kana: str) -> list[str]:
    """Readings of `name` that the dictionary supports too and that differ from `kana` only by characters which
    a poor scan confuses (ナカシマ and ナカジマ)."""
    return [other for other in _confusable(kana) if supported(name, other)]


def _confusable(kana: str) -> Iterator[str]:
    """`kana` with one or two characters replaced by a look-alike."""
    places = [i for i, c in enumerate(kana) if c in _ALIKE]
    for count in (1, 2):
        for chosen in combinations(places, count):
            yield from _replaced(kana, chosen)


def _replaced(kana: str, places: tuple[int, ...]) -> Iterator[str]:
    if not places:
        yield kana
        return
    first, *rest = places
    for other in _ALIKE[kana[first]]:
        yield from _replaced(kana[:first] + other + kana[first + 1 :], tuple(rest))


def other_names(name: str, kana: str, rivals: tuple[str, ...]) -> list[str]:
    """Names that the same reading supports too, with one character replaced by one that the recogniser gave a
    chance (太田 and 大田)."""
    if len(rivals) != len(name):
        return []
    changed = [
        name[:i] + rival + name[i + 1 :] for i, own in enumerate(rivals) for rival in own if rival != name[i]
    ]
    return [other for other in changed if supported(other, kana)]
