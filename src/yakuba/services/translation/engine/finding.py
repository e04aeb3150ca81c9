"""Which phrases mean what a clerk types, in any words: by words, pairs of characters and sound, the nearest wording of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yakuba.kernel.search import texts
from yakuba.kernel.search.impacts import cosine_index
from yakuba.services.translation.contracts import Phrase
from yakuba.services.translation.engine.saying import SLOT

WEIGHTS = (0.4, 0.4, 0.2)  # words, pairs, sound; each 0 to 1
LEAST = 0.12  # likeness below which a phrase has nothing to do with what was typed
BESIDE = 0.4  # of the nearest one's likeness: what is further is not shown beside it


class PhraseFinder:
    """An index of phrases. Building takes about three milliseconds a phrase, a question one."""

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

    def find(self, text: str, most: int = 12) -> list[str]:
        """Codes of the phrases that come nearest, the nearest first."""
        asked = texts.asked(text)
        if not asked or not self._codes:
            return []
        scores = (
            WEIGHTS[0] * self._words.cosines(texts.words(asked))
            + WEIGHTS[1] * self._pairs.cosines(texts.pairs(asked))
            + WEIGHTS[2] * self._sounds.cosines(texts.sounds(asked))
        )
        nearest = np.zeros(len(self._codes), dtype=np.float32)
        np.maximum.at(nearest, self._owner, scores)
        order = np.lexsort((np.arange(len(nearest)), -nearest))[:most]
        least = max(LEAST, BESIDE * float(nearest[order[0]]))
        return [self._codes[at] for at in order if nearest[at] >= least]
