"""Texts as finding sees them: words, pairs of characters, and pairs of how they sound."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from yakuba.kernel.search import cutting

LONGEST = 2_000  # characters of a question that are looked at
SYNONYM = 0.3  # what another word for the same counts beside the word that was asked
_LETTERS = re.compile(r"[^\W_]+")


def words(text: str) -> dict[str, float]:
    """Content words in normalised form, compounds at half weight, numbers whole."""
    found: dict[str, float] = {}
    for term, weight in cutting.terms(text):
        if term[0] in "wd":
            found[term] = found.get(term, 0.0) + weight
    return found


def pairs(text: str) -> Counter[str]:
    """Pairs of neighbouring characters, without differences of width, case, kana and forms of a kanji."""
    return _pairs(cutting.folded(text))


def sounds(text: str) -> Counter[str]:
    """Pairs of neighbouring kana of the reading: what was typed in kana, or with a wrong kanji, sounds the same."""
    return _pairs(cutting.reading(cutting.plain(text)))


def asked(text: str) -> str:
    """A question as it is looked at: one line, not longer than `LONGEST`."""
    return " ".join(text[:LONGEST].split())


def _pairs(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for run in _LETTERS.findall(text):
        found.update([run] if len(run) == 1 else map("".join, pairwise(run)))
    return found
