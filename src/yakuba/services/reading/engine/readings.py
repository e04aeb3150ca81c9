"""Does a reading in kana belong to a name in kanji? Answered from a dictionary of real names (Sudachi)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

import sudachipy

LONGEST_PIECE = 4  # characters in one surname or given name
MOST_PIECES = 4  # a name that is no dictionary entry is put together from at most this many

# Old and variant forms are looked up under the form that dictionaries list.
_STANDARD = str.maketrans(
    "澤邊邉嶋嶌﨑嵜髙廣濱濵齋齊斉國眞惠德櫻瀧龍壽榮圓豐條萬與渕淵黑曾藪冨凜栁桒邨靑淸穗郞莊彌禮學藏勳實寬",
    "沢辺辺島島崎崎高広浜浜斎斎斎国真恵徳桜滝竜寿栄円豊条万与淵淵黒曽薮富凛柳桑村青清穂郎荘弥礼学蔵勲実寛",
)
_VOICED = dict(
    zip("カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", strict=True)
)
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
    ]
    found: dict[str, str] = {}
    for one, other in pairs:
        found[one] = found.get(one, "") + other
        found[other] = found.get(other, "") + one
    return found


_ALIKE = _alike()


def _dictionary() -> sudachipy.Dictionary:
    """One dictionary a thread: its lookups are not promised to be safe to share."""
    if not hasattr(_local, "dictionary"):
        _local.dictionary = sudachipy.Dictionary(dict="core")
    return _local.dictionary


def _entries(surface: str) -> Iterator[sudachipy.Morpheme]:
    """Dictionary entries of a word as written and under its standard form."""
    for form in dict.fromkeys((surface, surface.translate(_STANDARD))):
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


def surname_of(name: str, kana: str) -> str:
    """The surname when name and reading split into dictionary entries in exactly one way, else empty."""
    found = {surname for surname, given in _splits(name) if _fits(surname, given, kana)}
    return found.pop() if len(found) == 1 else ""


def _fits(surname: str, given: str, kana: str) -> bool:
    return any(
        kana.startswith(reading) and kana[len(reading) :] in personal_readings(given)
        for reading in personal_readings(surname)
    )


def supported(name: str, kana: str) -> bool:
    """True when `name` falls into a surname and a given name whose dictionary readings make up `kana`."""
    return any(_fits(surname, given, kana) for surname, given in _splits(name))


def composed(name: str, kana: str, pieces: int = MOST_PIECES) -> bool:
    """True when `name` falls into words or single kanji whose readings make up `kana`: weaker than `supported`."""
    if not name or not kana or not pieces:
        return not name and not kana
    for length in range(1, min(LONGEST_PIECE, len(name)) + 1):
        for reading in _any_readings(name[:length]):
            if (
                reading
                and kana.startswith(reading)
                and composed(name[length:], kana[len(reading) :], pieces - 1)
            ):
                return True
    return False


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
