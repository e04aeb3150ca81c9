"""One word that a document writes in two ways, and kanji outside of 常用漢字表."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from yakuba.services.drafting.engine.proofreading.hits import Hit
from yakuba.services.drafting.engine.proofreading.tables import okurigana, regular_kanji
from yakuba.services.drafting.engine.proofreading.text import KANJI, Text, Word

_LETTERS = re.compile(r"[ぁ-んァ-ヴー一-龥々]")


def hits(text: Text) -> Iterator[Hit]:
    """All of them."""
    yield from _two_spellings(text)
    yield from _rare_kanji(text)


def _two_spellings(text: Text) -> Iterator[Hit]:
    """Nouns of one normalised form; the spelling that is used less, or came later, is told."""
    found: dict[str, list[Word]] = defaultdict(list)
    for word in text.words:
        if (
            word.kind == "名詞"
            and word.detail == "普通名詞"
            and len(word.surface) > 1
            and _LETTERS.search(word.surface)
        ):
            found[word.normal].append(word)
    _, in_full = okurigana()  # which has its own rule
    for every in found.values():
        words = [word for word in every if word.surface not in in_full]
        counts = Counter(word.surface for word in words)
        if len(counts) < 2:
            continue
        usual = max(counts, key=lambda one: (counts[one], -_first(words, one)))
        for word in words:
            if word.surface != usual:
                yield Hit(word.start, word.end, "two-spellings", usual, sure=False)


def _first(words: list[Word], surface: str) -> int:
    return next(word.start for word in words if word.surface == surface)


def _rare_kanji(text: Text) -> Iterator[Hit]:
    """Names of people and places keep theirs."""
    regular = regular_kanji()
    for at, word in enumerate(text.words):
        if word.detail == "固有名詞" or not KANJI.search(word.surface):
            continue
        rare = "".join(
            dict.fromkeys(
                one for one in word.surface if KANJI.match(one) and one not in regular and one not in "々〆"
            )
        )
        if not rare or _in_name(text, at):
            continue
        yield Hit(word.start, word.end, "joyo", None, sure=False, more=f"「{rare}」は表にありません。")


def _in_name(text: Text, at: int) -> bool:
    """Beside a proper noun: a rare name that Sudachi cut in two."""
    beside = text.words[max(at - 1, 0) : at + 2]
    return any(word.detail == "固有名詞" for word in beside)
