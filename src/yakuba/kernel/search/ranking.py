"""BM25 over the postings of one shelf (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), with the
occurrences in a document's texts weighted before they are summed."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import numpy as np

from yakuba.kernel.search import postings
from yakuba.kernel.search.models import Shelf

SATURATION = 1.2  # k1: how soon more of the same word says nothing more
LENGTH_SHARE = 0.75  # b: how much a long document is held against it
PAIR_SHARE = 0.3  # what a pair of characters counts beside a word
MOST_TERMS = 64  # of a question; the rarest count most, so the commonest are left out


def best(shelf: Shelf, wanted: Mapping[str, float], most: int) -> list[tuple[int, float]]:
    """The numbers of the documents that answer best, at most `most`, with their scores > 0, the best first; of equal ones
    the newer first."""
    shares = {
        postings.number_of(term): weight * (PAIR_SHARE if term.startswith("g") else 1.0)
        for term, weight in wanted.items()
    }
    found = postings.read(shelf, [*shares, postings.LENGTH])
    lengths = {block: _spread(rows) for block, rows in found.pop(postings.LENGTH, [])}
    total = sum(int(np.count_nonzero(one)) for one in lengths.values())
    if not total:
        return []
    average = sum(float(one.sum()) for one in lengths.values()) / total
    rare = sorted(found, key=lambda term: sum(len(rows) for _, rows in found[term]))[:MOST_TERMS]
    scores = {block: np.zeros(postings.BLOCK, dtype=np.float32) for block in lengths}
    for term in rare:
        holding = sum(len(rows) for _, rows in found[term])
        weight = shares[term] * log(1 + (total - holding + 0.5) / (holding + 0.5))
        for block, rows in found[term]:
            often = rows["often"].astype(np.float32)
            usual = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths[block][rows["place"]] / average
            scores[block][rows["place"]] += (
                weight * often * (SATURATION + 1) / (often + postings.SCALE * SATURATION * usual)
            )
    return _first(scores, most)


def _spread(rows: np.ndarray) -> np.ndarray:
    """By place in the block."""
    spread = np.zeros(postings.BLOCK, dtype=np.float32)
    spread[rows["place"]] = rows["often"]
    return spread


def _first(scores: Mapping[int, np.ndarray], most: int) -> list[tuple[int, float]]:
    blocks = sorted(scores)
    together = np.concatenate([scores[block] for block in blocks])
    hits = np.flatnonzero(together)
    if len(hits) > most:
        hits = hits[np.argpartition(-together[hits], most)[:most]]
    order = hits[np.lexsort((-hits, -together[hits]))]
    places = [
        (blocks[one // postings.BLOCK] * postings.BLOCK + one % postings.BLOCK, one) for one in order.tolist()
    ]
    return [(number, float(together[one])) for number, one in places]
