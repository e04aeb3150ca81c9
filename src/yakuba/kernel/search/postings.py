"""The inverted index: for each term and block of documents, which of them have it and how often, as packed numbers.

A posting is two unsigned 16-bit numbers: the document's place in its block, and the weighted number of occurrences in
eighths. Term 0 holds the length of each document. What is asked for is read as a few rows and added up by numpy; what
changes is written into the rows of the terms that came or went.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.search.cutting import digit_terms, terms
from yakuba.kernel.search.entry import Text
from yakuba.kernel.search.models import Posting, Shelf

BLOCK = 4096  # documents; at most 65,536
LENGTH = 0  # the term under which lengths stand
SCALE = 8.0  # occurrences are kept in eighths
_MOST = 65_535
_AT_ONCE = 500  # terms in one question to the database
_PAIR = np.dtype([("place", "<u2"), ("often", "<u2")])
_PACKED = np.dtype([("term", "<i8"), ("often", "<u2")])
Terms = dict[int, int]  # number of a term -> weighted occurrences in eighths


@lru_cache(maxsize=50_000)
def number_of(term: str) -> int:
    """The number of a term: 64 bits of its digest, never LENGTH."""
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def counted(texts: Iterable[Text]) -> Terms:
    """The terms of a document, with its length."""
    sums: dict[str, float] = defaultdict(float)
    for text in texts:
        for term, weight in terms(text.text, exact=text.exact):
            sums[term] += weight * text.weight
        if text.exact:
            sums.update(dict.fromkeys(digit_terms(text.text), 1.0))
    length = sum(weight for term, weight in sums.items() if term[0] in "wd")
    found = {number_of(term): _eighths(weight) for term, weight in sums.items()}
    return found | {LENGTH: _eighths(length)}


def _eighths(weight: float) -> int:
    return min(_MOST, max(1, round(weight * SCALE)))


def packed(found: Terms) -> bytes:
    """As a document keeps them."""
    return np.array(sorted(found.items()), dtype=_PACKED).tobytes()


def unpacked(data: bytes) -> Terms:
    """The terms of `packed`."""
    rows = np.frombuffer(data, dtype=_PACKED)
    return dict(zip(rows["term"].tolist(), rows["often"].tolist(), strict=True))


def apply(shelf: Shelf, changes: Iterable[tuple[int, Terms, Terms]]) -> None:
    """Let documents (their numbers) have other terms: what each had, and what it has now; nothing for one that is gone.
    The caller holds the shelf, in a transaction."""
    edits: dict[tuple[int, int], dict[int, int]] = defaultdict(
        dict
    )  # block, term -> place -> often, 0 to take out
    for document, before, after in changes:
        block, place = divmod(document, BLOCK)
        for term in before.keys() - after.keys():
            edits[block, term][place] = 0
        for term, often in after.items():
            if before.get(term) != often:
                edits[block, term][place] = often
    by_block: dict[int, list[int]] = defaultdict(list)
    for block, term in edits:
        by_block[block].append(term)
    for block, wanted in sorted(by_block.items()):
        for start in range(0, len(wanted), _AT_ONCE):
            part = sorted(wanted[start : start + _AT_ONCE])
            _rewrite(shelf, block, {term: edits[block, term] for term in part})


def _rewrite(shelf: Shelf, block: int, edits: Mapping[int, Mapping[int, int]]) -> None:
    rows = {row.term: row for row in Posting.objects.filter(shelf=shelf, block=block, term__in=list(edits))}
    new, changed, gone = [], [], []
    for term, places in edits.items():
        row = rows.get(term)
        data = _edited(bytes(row.data) if row else b"", places)
        if row is None and data:
            new.append(Posting(shelf=shelf, term=term, block=block, data=data))
        elif row is not None and data:
            row.data = data
            changed.append(row)
        elif row is not None:
            gone.append(row.pk)
    Posting.objects.bulk_create(new)
    Posting.objects.bulk_update(changed, ["data"], batch_size=200)
    if gone:
        Posting.objects.filter(pk__in=gone).delete()


def _edited(data: bytes, places: Mapping[int, int]) -> bytes:
    rows = np.frombuffer(data, dtype=_PAIR)
    if len(rows):
        rows = rows[~np.isin(rows["place"], np.fromiter(places, dtype="<u2"))]
    added = np.array([(place, often) for place, often in places.items() if often], dtype=_PAIR)
    both = np.concatenate([rows, added])
    return np.ascontiguousarray(both[np.argsort(both["place"], kind="stable")]).tobytes()


def read(shelf: Shelf, wanted: Iterable[int]) -> dict[int, list[tuple[int, NDArray[np.void]]]]:
    """Term -> its blocks, each with the places that have it and how often."""
    found: dict[int, list[tuple[int, NDArray[np.void]]]] = defaultdict(list)
    rows = Posting.objects.filter(shelf=shelf, term__in=list(wanted)).values_list("term", "block", "data")
    for term, block, data in rows.iterator(chunk_size=200):
        found[term].append((block, np.frombuffer(bytes(data), dtype=_PAIR)))
    return found


def holding(shelf: Shelf, wanted: Iterable[int]) -> dict[int, NDArray[np.int64]]:
    """Term -> the numbers of the documents that have it, in ascending order; a term that none has is left out."""
    found = {}
    for term, blocks in read(shelf, wanted).items():
        parts = [block * BLOCK + rows["place"].astype(np.int64) for block, rows in sorted(blocks, key=_block)]
        found[term] = np.concatenate(parts)
    return found


def _block(found: tuple[int, NDArray[np.void]]) -> int:
    return found[0]
