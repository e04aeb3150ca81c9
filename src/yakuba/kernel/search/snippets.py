"""The place in an entry where the words of a question stand, with the words marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from yakuba.kernel.search.cutting import folded, without_my_numbers, words
from yakuba.kernel.search.entry import Text

Snippet = tuple[tuple[str, bool], ...]  # pieces of text, each with whether it is marked
Span = tuple[int, int, str]
AROUND = 60  # characters shown before the first and behind it
READ = 20_000  # characters of a text in which words are looked for
_SENTENCE = re.compile(r"[^。\n]+。?")
_BETWEEN = "-‐‑‒–—―−ーｰ,"


def snippet(texts: Iterable[Text], wanted: Collection[str], pieces: Sequence[Sequence[str]]) -> Snippet:
    """The sentence that holds most of the words. wanted: terms of the question; pieces: how its words may stand, folded.
    Empty where nothing of them stands in any text."""
    best: tuple[int, str, list[Span], Text] | None = None
    for text in texts:
        said = without_my_numbers(text.text[:READ])
        spans = sorted({*_words(said, wanted), *_literal(said, pieces)}, key=lambda one: (one[0], -one[1]))
        for found in _SENTENCE.finditer(said) if spans else ():
            inside = [one for one in spans if found.start() <= one[0] and one[1] <= found.end()]
            many = len({what for _, _, what in inside})
            if many > (best[0] if best else 0):
                moved = [(start - found.start(), end - found.start(), what) for start, end, what in inside]
                best = (many, found[0], moved, text)
    if best is None:
        return ()
    _, sentence, spans, text = best
    marked = _cut(sentence, spans)
    return ((f"{text.label}：", False), *marked) if text.label else marked


def _words(said: str, wanted: Collection[str]) -> list[Span]:
    return [(start, end, word) for word, _, start, end in words(said) if f"w{word}" in wanted]


def _literal(said: str, pieces: Sequence[Sequence[str]]) -> list[Span]:
    """Where the words stand as they were typed: names, numbers, and what no dictionary knows."""
    places, plain = [], []
    for place, character in enumerate(said):
        if (
            character in _BETWEEN
            and said[place - 1 : place].isdigit()
            and said[place + 1 : place + 2].isdigit()
        ):
            continue
        for one in _folded(character):
            places.append(place)
            plain.append(one)
    line = "".join(plain)
    found = []
    for way in {way for ways in pieces for way in ways}:
        at = line.find(way)
        while at >= 0:
            found.append((places[at], places[at + len(way) - 1] + 1, way))
            at = line.find(way, at + len(way))
    return found


@lru_cache(maxsize=20_000)
def _folded(character: str) -> str:
    return folded(character) if not unicodedata.combining(character) else ""


def _cut(sentence: str, spans: Sequence[Span]) -> Snippet:
    """The sentence around its first mark, in pieces."""
    first = spans[0][0]
    start = first - AROUND // 3 if first > AROUND else 0
    end = min(len(sentence), start + 2 * AROUND)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for begin, stop, _ in spans:
        if begin >= at and stop <= end:  # of two that begin together the longer one is first
            pieces += [(sentence[at:begin], False), (sentence[begin:stop], True)]
            at = stop
    pieces.append((sentence[at:end].rstrip() + ("…" if end < len(sentence) else ""), False))
    return tuple(piece for piece in pieces if piece[0])
