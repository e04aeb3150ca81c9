"""Which phrases mean what a clerk types, in any words: by the nearest wording of each (words, pairs of characters, sound), and by all
that is said of it together, its scene included, since a clerk's word may stand in another wording than the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yakuba.kernel.search import texts
from yakuba.kernel.search.impacts import bm25_index, cosine_index
from yakuba.services.translation.contracts import Phrase
from yakuba.services.translation.engine.saying import SLOT

NEAREST = (0.4, 0.4, 0.2)  # of words, pairs and sound in the likeness of a wording, 0 to 1
LIKENESS, WORDS, PAIRS = (
    0.5,
    0.3,
    0.2,
)  # what likeness, and words and pairs of the whole phrase count in the order
LEAST = 0.1  # likeness below which a phrase has nothing to do with what was typed
BESIDE = 0.3  # of the nearest one's likeness: what is further is not shown beside it


class PhraseFinder:
    """An index of phrases. group: the scene in words. Building takes about a millisecond a phrase, a question less."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._codes = [phrase.code for phrase in phrases]
        asked = [
            (at, SLOT.sub("", text))
            for at, phrase in enumerate(phrases)
            for text in (phrase.japanese, phrase.plain, *phrase.wordings)
        ]
        self._owner = np.array([owner for owner, _ in asked], dtype=np.int64)
        self._words = cosine_index([texts.words(text) for _, text in asked])
        self._pairs = cosine_index([texts.pairs(text) for _, text in asked])
        self._sounds = cosine_index([texts.sounds(text) for _, text in asked])
        whole = [_whole(phrase) for phrase in phrases]
        self._whole_words = bm25_index([texts.words(text) for text in whole])
        self._whole_pairs = bm25_index([texts.pairs(text) for text in whole])

    def find(self, text: str, most: int = 12) -> list[str]:
        """Codes of the phrases that come nearest, the nearest first."""
        asked = texts.asked(text)
        if not asked or not self._codes:
            return []
        words, pairs = texts.words(asked), texts.pairs(asked)
        scores = (
            NEAREST[0] * self._words.cosines(words)
            + NEAREST[1] * self._pairs.cosines(pairs)
            + NEAREST[2] * self._sounds.cosines(texts.sounds(asked))
        )
        likeness = np.zeros(len(self._codes), dtype=np.float32)
        np.maximum.at(likeness, self._owner, scores)
        order = (
            LIKENESS * likeness
            + WORDS * _scaled(self._whole_words.scores(words))
            + PAIRS * _scaled(self._whole_pairs.scores(pairs))
        )
        least = max(LEAST, BESIDE * float(likeness.max()))
        best = np.lexsort((np.arange(len(order)), -order))
        return [self._codes[at] for at in best if likeness[at] >= least][:most]


def _whole(phrase: Phrase) -> str:
    return SLOT.sub("", "。".join((phrase.group, phrase.japanese, phrase.plain, *phrase.wordings)))


def _scaled(scores: np.ndarray) -> np.ndarray:
    return scores / max(float(scores.max(initial=0.0)), 1e-9)
