"""A number in a plain box, without cells: its figures parted by the white between them.

The line is read as a whole; the figures parted here are read one by one, which is a second way of cutting the same
writing, as the cells of a comb are. Nothing of what was read as a whole is used, so that the two can disagree. Where the
writing cannot be parted into figures with certainty there are none, and the number goes to a person.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import Grey, Mask

SPECK = 5  # pixels: ink no longer than this is dust
TALL = 0.6  # of the row's figures: what is as high is a figure
LOW = 0.42  # of a figure: a comma, a point or a bar between figures is no higher
HANGS = 0.55  # of a figure's height from its top: a comma begins below
BAR = 0.22  # of a figure: a bar is no thicker
SHARED = 0.5  # of the narrower one's width: pieces of one figure stand above each other
TOUCHING = 1.3  # of a figure's height: what is wider are two that touch
SEPARATOR = 0.75  # of a figure's height: a bar between figures is no longer


def figures(picture: Grey, ink: Mask) -> list[Grey]:
    """One picture for each figure of a line, all rows kept; none where it is not certain where each begins.

    picture: the writing in grey, ink towards 0.  ink: which pixels of it are writing.
    """
    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    pieces = [number for number in range(1, len(stats)) if long[number] > SPECK]
    if not pieces:
        return []
    height = _height(stats[pieces])
    groups: list[list[int]] = []
    for piece in sorted(pieces, key=lambda number: int(stats[number, cv2.CC_STAT_LEFT])):
        if groups and _above_each_other(stats[groups[-1]], stats[piece]):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    found = []
    for group in groups:
        box = _around(stats[group])
        if box[3] < TALL * height:
            if not _separates(box, stats[pieces], height):
                return []
            continue
        if box[2] > TOUCHING * height:
            return []
        found.append(_alone(picture, np.isin(labels, group), box))
    return found


def _height(stats: NDArray[np.int32]) -> float:
    """The height of the row's figures: the middle one of what is not small."""
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    return float(np.median(heights[heights >= LOW * heights.max()]))


def _above_each_other(group: NDArray[np.int32], piece: NDArray[np.int32]) -> bool:
    x, _, width, _ = _around(group)
    left, own = int(piece[cv2.CC_STAT_LEFT]), int(piece[cv2.CC_STAT_WIDTH])
    shared = min(x + width, left + own) - max(x, left)
    return shared > SHARED * min(width, own)


def _around(stats: NDArray[np.int32]) -> tuple[int, int, int, int]:
    """x, y, width and height around pieces."""
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right = (left + stats[:, cv2.CC_STAT_WIDTH]).max()
    bottom = (top + stats[:, cv2.CC_STAT_HEIGHT]).max()
    return int(left.min()), int(top.min()), int(right - left.min()), int(bottom - top.min())


def _separates(box: tuple[int, int, int, int], stats: NDArray[np.int32], height: float) -> bool:
    """A comma or a point at the foot, or a bar: what parts the groups of a number."""
    tall = stats[stats[:, cv2.CC_STAT_HEIGHT] >= TALL * height]
    if not len(tall):
        return False
    top = float(np.median(tall[:, cv2.CC_STAT_TOP]))
    _, y, width, own = box
    foot = y > top + HANGS * height and max(width, own) <= LOW * height
    return foot or (own <= BAR * height and width <= SEPARATOR * height)


def _alone(picture: Grey, mask: Mask, box: tuple[int, int, int, int]) -> Grey:
    """Only the pixels of one figure with their soft edges; all rows are kept, columns are trimmed."""
    soft = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    alone = np.where(soft, picture, np.uint8(255))
    x, _, width, _ = box
    return alone[:, max(0, x - 2) : x + width + 2]
