"""What is said of a page as a whole: a line across everything that was written, 無効 or 見本 stamped large over it. It lies
over a few boxes only, but no value of such a sheet counts before somebody has looked.

Removed print and the boxes' own ink cut such a sign into pieces, so pieces that lie near each other are taken together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .definitions import Rect

# A line: pixels between two pieces of it, which are as far apart as a box is high; how far down the page it runs, and how
# much of its length is seen, as shares.
ALONG, DOWN, SEEN = 100, 0.2, 0.35
# A word in a stamp: pixels between two pieces; its shorter and longer side (the counter's date stamp is 136 pixels across);
# pixels of ink, which two lines of a pen's writing do not have.
BESIDE, STAMPED, HEAVY = 60, (90, 200), 3500
# A piece of such a word that lies over boxes too, whoever owns the ink: pixels from the middle of its stroke to the edge, of its shorter
# side, of ink; and how many of them lie together. A row is 60 pixels high, and of a pen's broadest characters none is 55 on both sides.
THICK, GLYPH, INKED, GLYPHS = 4, 56, 1700, 2
# A piece of such a word between two boxes, where only a strip of it is nobody's: pixels of its shorter and longer side, share
# of its rectangle that is ink. A pen's strokes leave more white, a hole of a punch is not so long.
STRIP, SOLID = (40, 120), 0.4
# A word that nobody's field is near to: pixels of the shorter side of its pieces, between two of them, of its shorter and, at
# least and at most, its longer side, of a row, and from a box to the beginning of its label or the end of its option's word.
LETTER, CHARACTERS, REMARK, ROW, LABEL = 8, 30, (16, 60, 700), 60, 330
SIGN = 150  # pixels, both sides of a single piece: a frame, a cross


def spoken_of(pieces: Sequence[Rect], ink: Sequence[int], height: int) -> bool:
    """Whether ink beyond the reach of any box speaks of the whole page. ink: of each piece, in pixels; height: of the page."""
    if not pieces:
        return False
    rects, inked = np.array(pieces, np.int64), np.array(ink, np.int64)
    return (
        bool((rects[:, 2:].min(axis=1) >= SIGN).any())
        or any(_is_line(rects[group], height) for group in _groups(rects, ALONG))
        or any(_is_stamp(rects[group], int(inked[group].sum())) for group in _groups(rects, BESIDE))
        or bool(_are_strips(rects, inked).any())
    )


def stamped(added: NDArray[np.bool_], free: Sequence[Rect], edge: int) -> bool:
    """Whether strokes lie on the page that are broader and larger than writing: a word stamped over boxes, which own its ink. free:
    areas in which seals and stamps have their place; edge: pixels along the paper's edge that are not looked at."""
    half = np.ascontiguousarray(added[::2, ::2]).astype(
        np.uint8
    )  # a fourth of the work, and broad strokes stay broad
    half[: edge // 2], half[-edge // 2 :], half[:, : edge // 2], half[:, -edge // 2 :] = 0, 0, 0, 0
    for rect in free:
        x, y, width, height = (one // 2 for one in rect)
        half[y : y + height, x : x + width] = 0
    core = cv2.distanceTransform(half, cv2.DIST_L2, 3) >= THICK / 2
    if not core.any():
        return False
    broad = cv2.dilate(core.astype(np.uint8), np.ones((THICK + 1, THICK + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(broad)
    large = stats[1:][(stats[1:, 2:4].min(axis=1) >= GLYPH // 2) & (stats[1:, 4] >= INKED // 4)]
    return any(int(group.sum()) >= GLYPHS for group in _groups(2 * large[:, :4].astype(np.int64), BESIDE))


def remarked(pieces: Sequence[Rect], fields: Sequence[Rect], print_: Sequence[Rect] = ()) -> bool:
    """Whether a word was written where no field, label or option is near: beside the title, at the top, under the last row; or in
    the line of a heading or an instruction, however near the next row is. pieces: as above; fields: the rectangles that may
    hold writing; print_: those of the printed lines that no field owns."""
    far = [
        piece
        for piece in pieces
        if min(piece[2:]) >= LETTER
        and (_in_line(piece, print_, fields) or not any(_near(piece, one) for one in fields))
    ]
    rects = np.array(far, np.int64).reshape(-1, 4)
    words = (sorted(_extent(rects[group])) for group in _groups(rects, CHARACTERS))
    return any(shorter >= REMARK[0] and REMARK[1] <= longer <= REMARK[2] for shorter, longer in words)


def _in_line(piece: Rect, print_: Sequence[Rect], fields: Sequence[Rect]) -> bool:
    """The middle of a piece is as high as a printed line of nobody's, and as no field."""
    middle = piece[1] + piece[3] / 2

    def beside(rect: Rect) -> bool:
        return rect[1] <= middle <= rect[1] + rect[3]

    return any(beside(rect) for rect in print_) and not any(beside(rect) for rect in fields)


def _near(piece: Rect, field: Rect) -> bool:
    """A piece is in the row of a field, where its label or its option's word may stand, or right above or below it."""
    across, down = (
        max(piece[at], field[at]) - min(piece[at] + piece[at + 2], field[at] + field[at + 2]) for at in (0, 1)
    )
    return across <= LABEL and down <= ROW


def _is_line(group: NDArray[np.int64], height: int) -> bool:
    down, across = _extent(group)
    return down >= DOWN * height and int(group[:, 2:].max(axis=1).sum()) >= SEEN * max(down, across)


def _is_stamp(group: NDArray[np.int64], ink: int) -> bool:
    shorter, longer = sorted(_extent(group))
    return shorter >= STAMPED[0] and longer >= STAMPED[1] and ink >= HEAVY


def _are_strips(rects: NDArray[np.int64], inked: NDArray[np.int64]) -> NDArray[np.bool_]:
    sides = np.sort(rects[:, 2:], axis=1)
    long = (sides >= STRIP).all(axis=1)
    solid: NDArray[np.bool_] = long & (inked >= HEAVY) & (inked >= SOLID * rects[:, 2] * rects[:, 3])
    return solid


def _extent(group: NDArray[np.int64]) -> tuple[int, int]:
    """Pixels down and across of the rectangle around a group."""
    left, top = group[:, :2].min(axis=0)
    right, foot = (group[:, :2] + group[:, 2:]).max(axis=0)
    return int(foot - top), int(right - left)


def _groups(rects: NDArray[np.int64], apart: int) -> Iterator[NDArray[np.bool_]]:
    """Which rectangles are together in a group, in which each is no more than `apart` pixels from another one."""
    if not len(rects):
        return
    start, end = rects[:, :2], rects[:, :2] + rects[:, 2:]
    gaps = np.maximum(start[:, None], start[None]) - np.minimum(end[:, None], end[None])
    near = gaps.max(axis=2) <= apart
    group = np.arange(len(rects))
    while True:  # each takes the lowest number among those near to it, until all of a group have the same
        lowest = np.where(near, group, len(rects)).min(axis=1)
        if (lowest == group).all():
            break
        group = lowest
    for number in np.unique(group):
        yield group == number
