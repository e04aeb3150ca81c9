"""Findings taken over into the text, and the text in pieces for a page that marks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from yakuba.services.drafting.contracts import Finding


@dataclass(frozen=True)
class Piece:
    """A piece of the text. number: of the finding that it is marked for, 0 for none; ends: numbers of findings about a whole
    sentence that ends here."""

    text: str
    number: int = 0
    ends: tuple[int, ...] = ()


def applied(content: str, taken: Sequence[Finding]) -> str:
    """The text (as `proofread.cleaned` gave it) with the suggestions of these findings at all their places."""
    changes = [
        (place.start, place.end, one.suggestion)
        for one in taken
        if one.suggestion is not None
        for place in one.places
    ]
    for start, end, instead in sorted(changes, reverse=True):
        content = content[:start] + instead + content[end:]
    return content


def pieces(content: str, found: Sequence[Finding]) -> list[Piece]:
    """The text in pieces; findings are numbered from 1 in their order."""
    marks = sorted(
        (place.start, place.end, number)
        for number, one in enumerate(found, 1)
        if not one.whole
        for place in one.places
    )
    ends: dict[int, list[int]] = {}
    for number, one in enumerate(found, 1):
        if one.whole:
            for place in one.places:
                ends.setdefault(place.end, []).append(number)
    cuts = sorted({0, len(content), *ends, *(at for mark in marks for at in mark[:2])})
    starts = {start: (end, number) for start, end, number in marks}
    result, inside, until = [], 0, 0
    for start, end in pairwise(cuts):
        if start in starts:
            until, inside = starts[start]
        number = inside if start < until else 0
        result.append(Piece(content[start:end], number, tuple(ends.get(end, ()))))
    return result
