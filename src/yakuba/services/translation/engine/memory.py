"""Sentences translated before: the same one, or one that is nearly the same, which is only offered.

The nearest are found by their pairs of characters and then compared letter by letter. Opposites are nearly the same
(必要です and 不要です, 300円 and 3,000円): a sentence whose numbers, negation or opposites differ is never offered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

from yakuba.kernel.search import texts
from yakuba.kernel.search.impacts import cosine_index
from yakuba.services.translation.contracts import Near
from yakuba.services.translation.engine.guard import same_meaning

LEAST = 0.75  # likeness from which a sentence is offered
LOOKED_AT = 20  # of the nearest by pairs


def normal(text: str) -> str:
    """A sentence as it is looked up: without blanks at its ends and doubled ones within."""
    return " ".join(text.split())


def digest(source: str) -> str:
    """The mark under which a sentence is kept."""
    return hashlib.sha256(normal(source).encode()).hexdigest()


class Memory:
    """An index over sentences in Japanese with their translation."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = list(pairs)
        self._index = cosine_index([texts.pairs(source) for source, _ in self._pairs])

    def near(self, source: str) -> Near | None:
        """The nearest sentence that may be offered for another one, None where there is none."""
        if not self._pairs:
            return None
        scores = self._index.cosines(texts.pairs(source))
        found: list[tuple[float, int]] = []
        for at in np.argsort(-scores)[:LOOKED_AT]:
            if scores[at] <= 0:
                break
            said = self._pairs[at][0]
            likeness = SequenceMatcher(None, source, said, autojunk=False).ratio()
            if LEAST <= likeness < 1 and same_meaning(source, said):
                found.append((likeness, int(at)))
        if not found:
            return None
        likeness, at = max(found)
        said, target = self._pairs[at]
        return Near(said, target, likeness, differences(said, source))


def differences(said: str, source: str) -> tuple[tuple[str, bool], ...]:
    """What was said before in parts: (text, whether the other one has something else there)."""
    matcher = SequenceMatcher(None, said, source, autojunk=False)
    return tuple(
        (said[first:last] or "＿", tag != "equal") for tag, first, last, _, _ in matcher.get_opcodes()
    )
