"""Whether the words printed beside each box are those of the registered form.

A revision of a form that keeps its boxes and exchanges two labels aligns as well as the registered one, and its
values would pass under the wrong names. So each field's own print is compared: the text left of its boxes (or above,
where none is left of them), its unit, the words of its options. Two labels may share most of their characters, so
what counts is the worst window of the size of a character, never the mean. Why it is decided so, and what it costs:
docs/adr/0014.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .definitions import Box, Rect
from .fineprint import Comparison, other_print

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

PRINT = 160  # a blank form's pixel below this is print
LONGEST_GLYPH = 64  # pixels: longer pieces of print are rules, frames and bars
SPECK = 3  # pixels
BESIDE_BOX = 5  # pixels around a box that hold its frame
ROW = 6  # pixels above and below a box in which its row's text may stand
FARTHEST = 460  # pixels from a box to its label
ABOVE = 80  # pixels from a label down to its box
LINE = 24  # pixels between the middles of two pieces of print on one line
GAP = 22  # pixels between two characters of one run of text
SIDES = (24, 40)  # pixels: smallest and largest window
SHIFT = 3  # pixels by which print may lie beside its place on the form
FEWEST = 20  # pixels of print that a window must hold
SOFT = 1.0  # sigma of the blur before comparing, pixels
INK = 170  # a scan's pixel below this is ink

# Words crossed out had at least 0.57, on fax 0.76; other words 0.41 at most, but for single characters much alike.
OTHER_PRINT = 0.5
# Between: how far below the page's own middle a window may lie, in spans from the middle to the worst tenth, and at
# most. Pen over print leaves all of the print, a poor line leaves no other ink; other words leave neither.
SPANS = 5
ALIKE = 0.85
COVERED = 0.98


@dataclass(frozen=True)
class Window:
    """A piece of a label in form pixels, about one character, and the fields whose label it is part of."""

    rect: Rect
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Likeness:
    """How alike scan and form are in one window at the best shift. correlation: -1..1.  print_there: share of the
    form's print with ink on it, 0..1.  ink_known: share of the scan's ink that is the form's print, 0..1."""

    correlation: float
    print_there: float
    ink_known: float

    def differs(self, alike: float) -> bool:
        """Other print stands here. alike: correlation of the right print on this scan, at least."""
        covered = max(self.print_there, self.ink_known)
        return self.correlation < OTHER_PRINT or (self.correlation < alike and covered < COVERED)


def windows(form: Grey, boxes: Sequence[Box]) -> tuple[Window, ...]:
    """The windows of all labels of a blank page."""
    print_ = form < PRINT
    return tuple(
        Window(rect, owners)
        for owners, found in lines(form, boxes).items()
        if owners
        for line in found
        for rect in cut(line)
        if print_[rect[1] : rect[1] + rect[3], rect[0] : rect[0] + rect[2]].sum() >= FEWEST
    )


def lines(form: Grey, boxes: Sequence[Box]) -> dict[tuple[str, ...], list[Rect]]:
    """The lines of print of a blank page by the fields whose label they are; what is no label stands under ()."""
    rects = [(box.field, rect) for box in boxes for rect in box.rects]
    print_ = form < PRINT
    for _, (x, y, width, height) in rects:
        print_[
            max(0, y - BESIDE_BOX) : y + height + BESIDE_BOX, max(0, x - BESIDE_BOX) : x + width + BESIDE_BOX
        ] = False
    found: dict[tuple[str, ...], list[Rect]] = {}
    for glyph in glyphs(print_):
        found.setdefault(_beside(glyph, rects), []).append(glyph)
    labelled = {field for owners in found for field in owners}
    bare = [(field, rect) for field, rect in rects if field not in labelled]
    for glyph in found.pop((), []):
        found.setdefault(_below(glyph, bare), []).append(glyph)
    return {owners: runs(pieces) for owners, pieces in found.items()}


def glyphs(print_: Mask) -> list[Rect]:
    """Pieces of print no longer than a character, from top to bottom."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(print_.astype(np.uint8))
    return [
        (int(x), int(y), int(width), int(height))
        for x, y, width, height, _ in stats[1:]
        if SPECK <= max(width, height) <= LONGEST_GLYPH
    ]


def _beside(glyph: Rect, rects: Sequence[tuple[str, Rect]]) -> tuple[str, ...]:
    """The fields whose boxes stand next to a piece of print in its row, before and after it."""
    x, y = glyph[0] + glyph[2] / 2, glyph[1] + glyph[3] / 2
    row = [(field, r) for field, r in rects if r[1] - ROW < y < r[1] + r[3] + ROW]
    before = min(((x - r[0] - r[2], field) for field, r in row if r[0] + r[2] <= x), default=None)
    after = min(((r[0] - x, field) for field, r in row if r[0] >= x), default=None)
    return tuple(dict.fromkeys(found[1] for found in (before, after) if found and found[0] < FARTHEST))


def _below(glyph: Rect, rects: Sequence[tuple[str, Rect]]) -> tuple[str, ...]:
    """The field whose box stands close below a piece of print."""
    x, y = glyph[0] + glyph[2] / 2, glyph[1] + glyph[3] / 2
    found = min(
        ((r[1] - y, field) for field, r in rects if r[0] < x < r[0] + r[2] and r[1] > y), default=None
    )
    return (found[1],) if found and found[0] < ABOVE else ()


def runs(pieces: Sequence[Rect]) -> list[Rect]:
    """Rectangles around pieces of print that follow each other on one line."""
    found: list[Rect] = []
    for x, y, width, height in sorted(pieces):
        for index, (left, top, wide, high) in enumerate(found):
            same_line = abs(y + height / 2 - top - high / 2) < LINE
            if same_line and x - (left + wide) < GAP:
                right, foot = max(left + wide, x + width), max(top + high, y + height)
                top = min(top, y)
                found[index] = (left, top, right - left, foot - top)
                break
        else:
            found.append((x, y, width, height))
    return found


def cut(run: Rect) -> list[Rect]:
    """Square windows along a run of text, half a window apart, the last one at its end."""
    x, y, width, height = run
    side = min(max(height, SIDES[0]), SIDES[1])
    last = max(x, x + width - side)
    starts = [*range(x, last, max(1, side // 2)), last]
    top = y + (height - side) // 2
    return [(start, top, side, side) for start in starts]


def changed_fields(windows: Sequence[Window], compared: Comparison) -> frozenset[str]:
    """Fields beside which the scan shows other print than the form. compared: the scan, with white paper and without seals,
    laid on the form."""
    if not windows:
        return frozenset()
    scan, form = compared.scan, compared.form
    soft = cv2.GaussianBlur(scan, (0, 0), SOFT), cv2.GaussianBlur(form, (0, 0), SOFT)
    found = [likeness(window.rect, scan, form, soft) for window in windows]
    alike = _alike([one.correlation for one in found])
    stroke = other_print([window.rect for window in windows], compared)
    differing = [
        window.fields
        for window, one, other in zip(windows, found, stroke, strict=True)
        if other or one.differs(alike)
    ]
    return frozenset(field for fields in differing for field in fields)


def _alike(correlations: Sequence[float]) -> float:
    """The least correlation of the right print on this scan: a fax is less like its form than a good scan."""
    tenth, middle = np.percentile(correlations, (10, 50))
    return min(ALIKE, float(middle - SPANS * (middle - tenth)))


def likeness(rect: Rect, scan: Grey, form: Grey, soft: tuple[Grey, Grey]) -> Likeness:
    """Compare one window where it fits best. soft: scan and form, blurred."""
    x, y, width, height = rect
    left, top = max(0, x - SHIFT), max(0, y - SHIFT)
    around = soft[0][top : y + height + SHIFT, left : x + width + SHIFT]
    known = soft[1][y : y + height, x : x + width]
    _, best, _, at = cv2.minMaxLoc(cv2.matchTemplate(around, known, cv2.TM_CCOEFF_NORMED))
    left, top = left + at[0], top + at[1]
    ink = scan[top : top + height, left : left + width] < INK
    print_ = form[y : y + height, x : x + width] < PRINT
    there = float((print_ & _grown(ink)).sum() / max(1, print_.sum()))
    explained = float((ink & _grown(print_)).sum() / max(1, ink.sum()))
    return Likeness(float(best), there, explained)


def _grown(mask: Mask) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
