"""Strokes over dense print, of which removed print leaves pieces that are each too short to be one: a tick on a label."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .paper import Mask

# Pixels: the longer side of a piece that is no stroke by itself; its ink, of which the soft edges of print leave less; white
# between two of them, which is as broad as the strokes of a printed character stand together; from print.
SHORT, INKED, WHITE, BESIDE = 14, 4, 16, 4.0

Stats = NDArray[np.int32]


def put_together(
    labels: NDArray[np.int32], stats: Stats, ink: Mask, from_print: NDArray[np.float32]
) -> NDArray[np.int32]:
    """The labels of the connected ink, where short pieces beside print that lie near each other have one label. Their rows
    of `stats` (OpenCV's) become the rectangle around all of them.

    ink: the pixels themselves, without what was closed between them.  from_print: distance to the form's print.
    """
    count = len(stats)
    inked = np.bincount(labels[ink], minlength=count)
    beside = np.bincount(labels[ink & (from_print < BESIDE)], minlength=count) > 0
    longest = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    short = (longest < SHORT) & beside & (inked >= INKED)
    short[0] = False
    pieces = np.flatnonzero(short)
    if len(pieces) < 2:
        return labels
    left, top, width, height = stats[pieces, :4].T
    across = np.maximum.outer(left, left) - np.minimum.outer(left + width, left + width)
    down = np.maximum.outer(top, top) - np.minimum.outer(top + height, top + height)
    near = np.maximum(across, down) <= WHITE
    group = np.arange(len(pieces))
    while True:  # each takes the lowest number among those near to it, until all of a group have the same
        lowest = np.where(near, group, len(pieces)).min(axis=1)
        if (lowest == group).all():
            break
        group = lowest
    renumbered = np.arange(count, dtype=labels.dtype)
    renumbered[pieces] = pieces[group]
    for first in np.unique(group):
        own = stats[pieces[group == first]]
        x, y = own[:, :2].min(axis=0)
        right, foot = (own[:, :2] + own[:, 2:4]).max(axis=0)
        stats[pieces[first]] = x, y, right - x, foot - y, own[:, cv2.CC_STAT_AREA].sum()
    return renumbered[labels]
