"""Questions that ask the same, put together, so that one answer settles all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yakuba.kernel.search import texts
from yakuba.kernel.search.impacts import plain_index

ALIKE = 0.55  # likeness from which two questions are put together


def groups(questions: Sequence[str]) -> list[list[int]]:
    """Places of questions that are alike, the largest group first, the most typical of each in front.

    The question with the most neighbours takes them; what is left does the same. So a chain of questions that are each
    alike to the next does not become one group.
    """
    if not questions:
        return []
    likeness = _likeness(questions)
    near = likeness >= ALIKE
    left = np.ones(len(questions), dtype=bool)
    found: list[list[int]] = []
    while left.any():
        counts = np.where(left, (near & left).sum(axis=1), -1)
        first = int(counts.argmax())
        together = np.flatnonzero(near[first] & left)
        order = together[np.argsort(-likeness[first, together], kind="stable")]
        found.append([first, *(int(one) for one in order if one != first)])
        left[together] = False
        left[first] = False
    return found


def _likeness(questions: Sequence[str]) -> np.ndarray:
    words = [texts.words(one) for one in questions]
    pairs = [texts.pairs(one) for one in questions]
    by_words, by_pairs = plain_index(words), plain_index(pairs)
    rows = [
        (by_words.cosines(word) + by_pairs.cosines(pair)) / 2 for word, pair in zip(words, pairs, strict=True)
    ]
    return np.stack(rows)
