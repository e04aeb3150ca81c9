"""An index in memory: for each term, which texts have it and what it counts there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

SATURATION, LENGTH_SHARE = 1.2, 0.75  # k1 and b of BM25


@dataclass(frozen=True)
class Impacts:
    """`scores` of a question are one sum over its terms. rarity: of each term; unknown: of a term that no text has."""

    size: int
    terms: Mapping[str, tuple[np.ndarray, np.ndarray]]
    rarity: Mapping[str, float]
    unknown: float

    def scores(self, question: Mapping[str, float]) -> np.ndarray:
        """What each text counts for the question, 0 where they share nothing."""
        found = np.zeros(self.size, dtype=np.float32)
        for term, weight in question.items():
            if (held := self.terms.get(term)) is not None:
                found[held[0]] += weight * held[1]
        return found

    def cosines(self, question: Mapping[str, float]) -> np.ndarray:
        """The same for an index of `cosine_index`, 0 to 1."""
        weights = {term: often * self.rarity.get(term, self.unknown) for term, often in question.items()}
        length = sum(weight * weight for weight in weights.values()) ** 0.5
        return self.scores(weights) / length if length else np.zeros(self.size, dtype=np.float32)


def bm25_index(texts: Sequence[Mapping[str, float]]) -> Impacts:
    """BM25 (Robertson and Zaragoza, 2009)."""
    lengths = np.array([sum(text.values()) for text in texts], dtype=np.float32)
    average = float(lengths.mean()) if len(texts) else 1.0
    usual = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths / (average or 1.0)

    def impact(often: np.ndarray, at: np.ndarray, rarity: float) -> np.ndarray:
        return rarity * often * (SATURATION + 1) / (often + SATURATION * usual[at])

    return _built(texts, impact)


def plain_index(texts: Sequence[Mapping[str, float]]) -> Impacts:
    """Cosine where a rare term counts no more than another: for few texts, of which several ask the same."""
    lengths = np.array([sum(one * one for one in text.values()) ** 0.5 or 1.0 for text in texts])
    built = _built(texts, lambda often, at, rare: often / lengths[at])
    return Impacts(built.size, built.terms, dict.fromkeys(built.rarity, 1.0), 1.0)


def cosine_index(texts: Sequence[Mapping[str, float]]) -> Impacts:
    """Cosine of the weighted terms."""
    squares = np.zeros(len(texts), dtype=np.float64)
    rarity = _rarity(texts)
    for at, text in enumerate(texts):
        squares[at] = sum((often * rarity[term]) ** 2 for term, often in text.items())
    lengths = np.sqrt(np.maximum(squares, 1e-12))
    return _built(texts, lambda often, at, rare: often * rare / lengths[at])


def _rarity(texts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    holding: defaultdict[str, int] = defaultdict(int)
    for text in texts:
        for term in text:
            holding[term] += 1
    return {term: _idf(number, len(texts)) for term, number in holding.items()}


def _idf(holding: int, size: int) -> float:
    return log(1 + (size - holding + 0.5) / (holding + 0.5))


def _built(texts: Sequence[Mapping[str, float]], impact: object) -> Impacts:
    places: defaultdict[str, list[int]] = defaultdict(list)
    counts: defaultdict[str, list[float]] = defaultdict(list)
    for at, text in enumerate(texts):
        for term, often in text.items():
            places[term].append(at)
            counts[term].append(often)
    rarity = {term: _idf(len(at), len(texts)) for term, at in places.items()}
    terms = {}
    for term, held in places.items():
        here = np.array(held, dtype=np.int32)
        occurs = np.array(counts[term], dtype=np.float32)
        terms[term] = here, np.asarray(impact(occurs, here, rarity[term]), dtype=np.float32)  # type: ignore[operator]
    return Impacts(len(texts), terms, rarity, _idf(0, max(len(texts), 1)))
