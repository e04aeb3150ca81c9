"""Does a reading in kana belong to a name in kanji? Answered from a dictionary of real names (Sudachi)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

import sudachipy

from .alphabets import STANDARD_FORMS

LONGEST_PIECE = 4  # characters in one surname or given name
MOST_PIECES = 3  # a half of a name that is no dictionary entry is put together from at most this many

_VOICED = dict(
    zip("カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", strict=True)
)
_RINGED = dict(zip("ハヒフヘホ", "パピプペポ", strict=True))
_SMALL = dict(zip("アイウエオツヤユヨ", "ァィゥェォッャュョ", strict=True))

_local = threading.local()


def _alike() -> dict[str, str]:
    """For each kana those that a lost or added dot, bar or size makes of it."""
    pairs = [
        *_VOICED.items(),
        *_SMALL.items(),
        *zip("ハヒフヘホバビブベボ", "パピプペポパピプペポ", strict=True),
    ]
    pairs += [
        ("シ", "ツ"),
        ("ソ", "ン"),
        ("ク", "ワ"),
        ("ク", "タ"),
        ("ヌ", "ス"),
        ("コ", "ユ"),
        ("チ", "テ"),
        ("シ", "ン"),
        ("ツ", "ン"),
        ("ジ", "ツ"),
        ("ユ", "エ"),
    ]
    found: dict[str, str] = {}
    for one, other in pairs:
        found[one] = found.get(one, "") + other
        found[other] = found.get(other, "") + one
    return found


_ALIKE = _alike()
_DOTS = [{plain, voiced, _RINGED.get(plain, plain)} for plain, voiced in _VOICED.items()]


def dotted_otherwise(kana: str) -> set[str]:
    """The kana that a dot or ring more or less makes of one: ザ of サ, バ and パ of ハ."""
    return {other for group in _DOTS if kana in group for other in group if other != kana}


def open_to_dots(name: str, kana: str) -> list[int]:
    """Positions in `kana` of which `name` does not say whether there are dots: 沢 is サワ or ザワ as the family says, and
    dictionaries have one of them. That is a matter of the inside of words; no family says ダナカ for 田中."""
    starts = {0, *(len(reading) for reading in _first_readings(name, kana))}
    return [i for i, c in enumerate(kana) if i not in starts and dotted_otherwise(c)]


def _dictionary() -> sudachipy.Dictionary:
    """One dictionary a thread: its lookups are not promised to be safe to share."""
    if not hasattr(_local, "dictionary"):
        _local.dictionary = sudachipy.Dictionary(dict="core")
    return _local.dictionary


def _entries(surface: str) -> Iterator[sudachipy.Morpheme]:
    """Dictionary entries of a word as written and under its standard form."""
    for form in dict.fromkeys((surface, surface.translate(STANDARD_FORMS))):
        yield from _dictionary().lookup(form)


def _katakana(text: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


@lru_cache(maxsize=20_000)
def personal_readings(surface: str) -> frozenset[str]:
    """Katakana readings of a surname or given name; of kana, itself."""
    found = set()
    for entry in _entries(surface):
        if entry.part_of_speech()[2] == "人名":
            found.add(entry.reading_form())
    if all("ぁ" <= c <= "ゖ" or "ァ" <= c <= "ー" for c in surface):
        found.add(_katakana(surface))
    return frozenset(found)


@lru_cache(maxsize=20_000)
def _any_readings(surface: str) -> frozenset[str]:
    """Readings as a name or as any other word."""
    return personal_readings(surface) | {
        entry.reading_form()
        for entry in _entries(surface)
        if entry.part_of_speech()[0] in ("名詞", "動詞", "形容詞")
    }


def _splits(name: str) -> Iterator[tuple[str, str]]:
    for at in range(1, len(name)):
        if at <= LONGEST_PIECE and len(name) - at <= LONGEST_PIECE:
            yield name[:at], name[at:]


def is_known(name: str) -> bool:
    """True when it falls into a surname and a given name of the dictionary, whatever their readings."""
    return any(personal_readings(surname) and personal_readings(given) for surname, given in _splits(name))


def _first_readings(name: str, kana: str) -> Iterator[str]:
    """Readings of the surname with which `kana` begins, where the rest is one of the given name."""
    for surname, given in _splits(name):
        for reading in personal_readings(surname):
            if kana.startswith(reading) and kana[len(reading) :] in personal_readings(given):
                yield reading


def supported(name: str, kana: str) -> bool:
    """True when `name` falls into a surname and a given name whose dictionary readings make up `kana`, and for a
    foreign name in katakana when it is `kana` itself."""
    if re.sub("[ ・]", "", name) == kana.replace("・", ""):
        return True
    return any(True for _ in _first_readings(name, kana))


def composed(name: str, kana: str) -> bool:
    """True when `name` falls into a surname and a given name that make up the whole of `kana`, of which the dictionary
    has one, and the other is put together from the readings of its words or single kanji: weaker than `supported`."""
    return any(
        (kana[:at] in personal_readings(surname) and _pieced(given, kana[at:]))
        or (kana[at:] in personal_readings(given) and _pieced(surname, kana[:at]))
        for surname, given in _splits(name)
        for at in range(1, len(kana))
    )


def _pieced(word: str, kana: str, pieces: int = MOST_PIECES) -> bool:
    """Whether words or single kanji of `word`, as any word is read, make up `kana`."""
    if not word or not kana or not pieces:
        return not word and not kana
    return any(
        kana.startswith(reading) and _pieced(word[length:], kana[len(reading) :], pieces - 1)
        for length in range(1, min(LONGEST_PIECE, len(word)) + 1)
        for reading in _any_readings(word[:length])
        if reading
    )


def candidates(name: str) -> set[str]:
    """All readings of `name` as surname and given name."""
    return {
        first + second
        for surname, given in _splits(name)
        for first in personal_readings(surname)
        for second in personal_readings(given)
    }


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
    first, rest = places[0], places[1:]
    for other in _ALIKE[kana[first]]:
        yield from _replaced(kana[:first] + other + kana[first + 1 :], rest)


def other_names(name: str, kana: str, rivals: tuple[str, ...]) -> list[str]:
    """Names that the same reading supports too, with one character replaced by one that the recogniser gave a
    chance (太田 and 大田)."""
    if len(rivals) != len(name):
        return []
    changed = [
        name[:i] + rival + name[i + 1 :] for i, own in enumerate(rivals) for rival in own if rival != name[i]
    ]
    return [other for other in changed if supported(other, kana)]
