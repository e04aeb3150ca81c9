"""A highlighter over the printed word of an option: this one. It is too light to be ink, so its colour is looked for."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from .definitions import Rect
from .paper import Mask

# Grey levels between the strongest and the weakest channel, above what the paper itself has; lighter than any pen; pixels
# of the narrowest highlighter, which is broader than the soft edge of a pen's stroke, and of the least that says something.
COLOUR, LIGHT, BROAD, LEAST = 40, 140, 9, 16
WORD = 330  # pixels from an option's box to the end of its word


def tinted(flat: NDArray[np.uint8]) -> Mask | None:
    """Where a page (RGB, on its form) is coloured broadly and lightly, at half its size; None without colour."""
    if flat.ndim == 2:
        return None
    half = cv2.resize(flat, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    first, green, blue = cv2.split(half)
    strongest = cv2.max(cv2.max(first, green), blue)
    colour = cv2.subtract(strongest, cv2.min(cv2.min(first, green), blue))
    paper = int(np.median(colour[::8, ::8]))
    found = ((colour > paper + COLOUR) & (strongest > LIGHT)).astype(np.uint8)
    if not found.any():
        return None
    broad = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((BROAD // 2, BROAD // 2), np.uint8))
    return broad.astype(bool) if broad.any() else None


def fields(found: Mask | None, marks: Iterable[tuple[str, Rect]], written: Iterable[Rect]) -> frozenset[str]:
    """The fields of the boxes to be marked (`marks`: field and rectangle) over or right of which a highlighter was
    drawn, unless it lies over a box that is written in: there it says to look, and the value stands in the box."""
    if found is None:
        return frozenset()
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    areas = [tuple(2 * side for side in row[:4]) for row in stats[1:].tolist()]
    written, marks = list(written), list(marks)
    asked = set()
    for x, y, width, height in areas:
        if max(width, height) < LEAST or any(_shares((x, y, width, height), box) for box in written):
            continue
        asked |= {field for field, box in marks if _speaks_of((x, y, width, height), box)}
    return frozenset(asked)


def _shares(one: Rect, other: Rect) -> bool:
    return all(one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1))


def _speaks_of(area: Rect, box: Rect) -> bool:
    """An area lies over a box to be marked, or over the word behind it."""
    x, y, width, height = box
    return _shares(area, (x - width, y, 2 * width + WORD, height))
