"""Texts cut into the terms by which they are found.

Words come from Sudachi in their normalised form (付け替え and 付替, 曲がって and 曲がる are one), with the short units of
mode A and, as a term of its own, the compound that they make. Pairs of characters find what no dictionary cuts as the
writer meant it: names, kana, codes. Numbers are one term as a whole, and one for their last four digits.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from yakuba.kernel.values.characters import SELECTORS
from yakuba.kernel.values.kanji_forms import FORMS
from yakuba.kernel.values.my_numbers import SPELLED, check_digit

VERSION = 2  # of the cutting; another one cuts every index anew
COMPOUND = 0.5  # what a compound counts beside the words in it
LONGEST = 10_000  # characters that Sudachi is given at once; it takes 49,149 bytes
_BACK = 200  # characters that it may be fewer, so that no word is cut
_LAST = 4  # digits by which people name a long number
_RUN = 3  # digits that stand together in a term of their own; of two there are too few
BLOTTED = "b"  # the term of a text with an individual number in it, whose digits have no terms
_CONTENT = ("名詞", "動詞", "形容詞", "形状詞", "副詞", "接尾辞", "接頭辞", "代名詞", "連体詞")
_EMPTY = frozenset(  # words that say nothing beside others
    [
        *(
            "為る",
            "有る",
            "居る",
            "成る",
            "出来る",
            "言う",
            "事",
            "物",
            "時",
            "為",
            "其の",
            "此の",
            "何の",
            "所",
            "其れ",
            "此れ",
        ),
        *(
            "何れ",
            "様",
            "御",
            "仕舞う",
            "下さる",
            "遣る",
            "呉れる",
            "貰う",
            "こと",
            "もの",
            "とき",
            "ため",
            "ところ",
            "よう",
        ),
    ]
)
# 申し込む and 申し込み, 変わる and 変える: a verb, the noun made of it, and the verb of the other party are one term, by
# what stands before their kana.
_VERB_ENDING = re.compile("(?<=[^ぁ-ゖ])[ぁ-ゖ]+$")
_NOUN_ENDING = re.compile("(?<=[^ぁ-ゖ])[ぁ-ゖ]?[いきしちにひみりぎじびぴえけせてねへめれげぜでべぺ]$")
_SELECTOR = re.compile(f"[{SELECTORS}]")
_EDGES = re.compile(
    "^[\uff9e\uff9f]+|[\uff66-\uff9d]$"
)  # of half-width kana: a letter that a mark behind it makes another
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-‐-―−ーｰ,](?=\d)")
_DIGITS = re.compile(r"\d+")
_RUNS = re.compile(r"[^\W\d_ぁ-ゖ]+")
_EXACT_RUNS = re.compile(r"[^\W\d_]+")
HALVES = re.compile("[\ud800-\udfff]")  # of characters; no database and no dictionary takes them
_SENTENCES = re.compile(r"[^。\n]+[。\n]*|\n+")
_lock = threading.Lock()
_local = threading.local()


@dataclass(frozen=True)
class Word:
    """A word as Sudachi cuts it (mode C). reading: in katakana; kinds: its part of speech, from the widest; form: as the
    dictionary lists it."""

    surface: str
    reading: str
    kinds: tuple[str, ...]
    form: str


def plain(text: str) -> str:
    """One width, digits joined over hyphens and commas, and no individual number (個人番号)."""
    text = unicodedata.normalize("NFKC", _SELECTOR.sub("", text))
    return _BETWEEN_DIGITS.sub("", without_my_numbers(text))


def without_my_numbers(text: str) -> str:
    """The text, as long as before, with `*` for the digits of what is an individual number by its check digit, in any
    grouping."""
    return SPELLED.sub(lambda found: _hidden(found[0]), HALVES.sub("?", text))


def folded(text: str) -> str:
    """For asking whether one text holds another: without the differences of width, case, hiragana and katakana, forms
    of a kanji, and blanks."""
    text = plain(text).casefold().translate(FORMS)
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text if not c.isspace())


def terms(text: str, *, exact: bool = False) -> Iterator[tuple[str, float]]:
    """Term and what it counts, as often as it occurs. A term says by its first letter what it is: `w` a word, `g` a pair
    of characters, `d` a number."""
    said = plain(text)
    for word, weight, _, _ in words(said):
        yield f"w{word}", weight
    for number in _DIGITS.findall(said):
        yield f"d{number}", 1.0
        if len(number) > _LAST:
            yield f"d…{number[-_LAST:]}", COMPOUND
    for pair in pairs(said, exact=exact):
        yield f"g{pair}", 1.0


def digit_terms(text: str) -> Iterator[str]:
    """The terms of an exact text by which its numbers are found from their middle (`parts`): every three digits that stand
    together, and `BLOTTED` where something is hidden. They say nothing of how well it answers a question."""
    said = plain(text)
    for number in _DIGITS.findall(said):
        yield from (f"t{number[at : at + _RUN]}" for at in range(len(number) - _RUN + 1))
    if "*" in said:
        yield BLOTTED


def part_terms(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The pairs of letters, and the runs of digits, that every exact text has that holds `text`; both are empty for a text
    that is too short to have any. A text with an individual number in it has `BLOTTED` in place of such runs."""
    said = plain(_EDGES.sub("", text))
    return frozenset(f"g{pair}" for pair in pairs(said, exact=True)), frozenset(
        term for term in digit_terms(said) if term != BLOTTED
    )


def query_terms(text: str) -> dict[str, float]:
    """The terms that a question asks for. What a person typed in hiragana may be a name in katakana, so pairs are taken
    from whole words of it, between blanks, that have nothing else."""
    found: dict[str, float] = {}
    for piece in plain(text).split():
        kana = all("ぁ" <= c <= "ゖ" or c == "ー" for c in piece)
        for term, weight in terms(piece, exact=kana):
            found[term] = max(found.get(term, 0.0), weight)
        if len(piece) == _LAST and piece.isdigit():
            found[f"d…{piece}"] = 1.0
    return found


def words(text: str) -> Iterator[tuple[str, float, int, int]]:
    """Content words in their normalised form, what each counts, and from where to where they stand in the text."""
    for start, part in _parts(text):
        for compound in _tokenizer().tokenize(part):
            if compound.part_of_speech()[0] not in _CONTENT:
                continue
            units = list(compound.split(_mode_a())) or [compound]  # empty where there is nothing to split
            if len(units) > 1 and (word := _word(compound)):
                yield word, COMPOUND, start + compound.begin(), start + compound.end()
            for unit in units:
                if word := _word(unit):
                    yield word, 1.0, start + unit.begin(), start + unit.end()


def reading(text: str) -> str:
    """How a text sounds, in katakana."""
    return "".join(word.reading_form() for _, part in _parts(text) for word in _tokenizer().tokenize(part))


def readings(text: str) -> Iterator[tuple[str, str]]:
    """Nouns as they stand, compounds whole, with their reading in katakana."""
    for _, part in _parts(text):
        for word in _tokenizer().tokenize(part):
            if (
                word.part_of_speech()[0] in ("名詞", "接尾辞", "接頭辞", "形状詞")
                and word.part_of_speech()[1] != "数詞"
            ):
                yield word.surface(), word.reading_form()


def as_words(text: str) -> Iterator[Word]:
    """Every word of a text, as it stands there: together they are the text."""
    for _, part in _parts(text):
        for word in _tokenizer().tokenize(part):
            yield Word(word.surface(), word.reading_form(), word.part_of_speech(), word.dictionary_form())


def person_names(text: str) -> Iterator[tuple[int, int]]:
    """From where to where the dictionary sees a person's name. It misses rare ones, and takes some places for names."""
    for start, part in _parts(text):
        for word in _tokenizer().tokenize(part):
            if word.part_of_speech()[2] == "人名":
                yield start + word.begin(), start + word.end()


def morphemes(text: str) -> Iterator[tuple[int, Any]]:
    """The morphemes of a text as Sudachi cuts it (mode C), each with where its part of the text begins: what it says of its
    own place counts from there. Lone halves of a character must be out of the text."""
    for start, part in _parts(text):
        for word in _tokenizer().tokenize(part):
            yield start, word


def fillers(text: str) -> Iterator[tuple[int, int]]:
    """From where to where the dictionary sees a word that only fills a pause (あのー). It takes えーと apart."""
    for start, word in morphemes(text):
        if word.part_of_speech()[1] == "フィラー":
            yield start + word.begin(), start + word.end()


def pairs(text: str, *, exact: bool = False) -> Iterator[str]:
    """Pairs of neighbouring letters; of hiragana only where the text is `exact`."""
    for run in (_EXACT_RUNS if exact else _RUNS).findall(text):
        yield from map("".join, pairwise(folded(run)))


def _word(unit: Any) -> str:
    """The normalised form, or nothing for a word that says nothing and for numbers, which have terms of their own."""
    kind = unit.part_of_speech()
    if kind[0] not in _CONTENT or kind[1] == "数詞":
        return ""
    form: str = unit.normalized_form()
    if form in _EMPTY:
        return ""
    ending = _VERB_ENDING if kind[0] == "動詞" else _NOUN_ENDING
    return ending.sub("", form).casefold().translate(FORMS)


def _hidden(written: str) -> str:
    digits = unicodedata.normalize("NFKC", re.sub(r"\D", "", written))
    return re.sub(r"\d", "*", written) if check_digit(digits[:-1]) == digits[-1] else written


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The text in parts that Sudachi takes, cut between sentences where there are any."""
    start, end = 0, 0
    for found in _SENTENCES.finditer(text):
        if found.end() - start > LONGEST and end > start:
            yield start, text[start:end]
            start = end
        end = found.end()
        while end - start > LONGEST:
            stop = start + LONGEST
            stop = next((at for at in range(stop, stop - _BACK, -1) if not text[at - 1].isalnum()), stop)
            yield start, text[start:stop]
            start = stop
    if end > start:
        yield start, text[start:end]


@cache
def _dictionary() -> Any:
    import sudachipy  # 0.4 seconds, and only where something is cut

    return sudachipy.Dictionary(dict="core")


def _mode_a() -> Any:
    import sudachipy

    return sudachipy.SplitMode.A


def _tokenizer() -> Any:
    """One a thread: it may not be shared."""
    if not hasattr(_local, "tokenizer"):
        import sudachipy

        with _lock:
            _local.tokenizer = _dictionary().tokenizer(mode=sudachipy.SplitMode.C)
    return _local.tokenizer
