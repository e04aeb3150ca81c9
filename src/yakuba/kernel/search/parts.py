"""Which entries may hold a piece of text, wherever in a word or number it begins and ends.

The index says which entries have all pairs of letters and all runs of three digits of a text. That is more than those that
hold it and never less, so whoever asks looks into these entries alone, and at what they say now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.search import indexing, postings
from yakuba.kernel.search.cutting import BLOTTED, part_terms
from yakuba.kernel.search.models import Document, Shelf, Waiting

MOST_TERMS = 24  # of a text; those of a longer one say hardly more
AT_ONCE = 5_000  # documents asked for in one query
NONE = np.empty(0, dtype=np.int64)
Terms = tuple[frozenset[str], frozenset[str]]


def candidates(source: str, texts: Iterable[str]) -> frozenset[str] | None:
    """The keys of the entries of the active town that may hold one of the texts in one of their exact texts, those among
    them whose change is not in the index yet. None where the index cannot tell: it is not built as it is built now, or a
    text is too short (a letter, two digits, signs alone). Raises NoActiveMunicipality."""
    wanted = [_few(part_terms(text)) for text in texts]
    shelf = indexing.shelf_of(source)
    if shelf is None or shelf.version != indexing.wanted_version(source):
        return None
    if not all(letters or digits for letters, digits in wanted):
        return None
    # First what waits: what is brought in between the two questions stands in the index by the second one.
    waiting = frozenset(Waiting.objects.filter(source=source).values_list("key", flat=True))
    return waiting | _keys(_documents(shelf, wanted))


def _few(terms: Terms) -> Terms:
    letters, digits = (frozenset(islice(sorted(one), MOST_TERMS)) for one in terms)
    return letters, digits


def _documents(shelf: Shelf, wanted: Sequence[Terms]) -> list[int]:
    every = {BLOTTED}.union(*(letters | digits for letters, digits in wanted))
    found = postings.holding(shelf, map(postings.number_of, every))
    had = {term: found.get(postings.number_of(term), NONE) for term in every}
    return np.unique(np.concatenate([_all_of(one, had) for one in wanted] or [NONE])).tolist()


def _all_of(terms: Terms, had: dict[str, NDArray[np.int64]]) -> NDArray[np.int64]:
    """The documents that have all letters, and all digits or an individual number, whose digits are not told."""
    letters, digits = ([had[term] for term in one] for one in terms)
    if digits:
        letters.append(np.union1d(_common(digits), had[BLOTTED]))
    return _common(letters)


def _common(each: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), sorted(each, key=len))


def _keys(documents: Sequence[int]) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(documents), AT_ONCE):
        rows = Document.objects.filter(pk__in=documents[start : start + AT_ONCE])
        found.update(rows.values_list("key", flat=True))
    return frozenset(found)
