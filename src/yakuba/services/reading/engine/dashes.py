"""A line of dashes or dots through writing. No dash is longer than a character's own strokes, so the strokes of none tell it;
what tells it is that between the characters, before the first and behind the last all ink lies at one height."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import Mask

THIN = 7  # pixels: a column of a dash holds no more, from its highest ink to its lowest
SLOPES = np.linspace(-0.12, 0.12, 25)  # down by across
BESIDE = 2  # pixels by which a hand strays from its line
SHORTEST, LONGEST = 2, 22  # pixels of a dash
# A line's columns of dashes; pixels of its longest white; its reach by the writing's width: many, or few that leave less white.
# Of 833 ordinary lines one has as much, 合同会社横手木材 in Gothic on a black-and-white scan; of 134 dashed ones 120.
LINES = ((20, 10, 0.8), (16, 8, 0.94))
COLUMNS, DASHES = 16, 3  # at least
LEAST_REACH = min(reach for _, _, reach in LINES)
DUST = 4  # pixels: less ink is none
OFTEN = 4  # pieces at one height beside the figures of a comb


def through_line(ink: Mask) -> bool:
    """A dashed line runs through the writing. ink: all that was written, the pale too."""
    columns = np.flatnonzero(ink.any(axis=0))
    if columns.size < COLUMNS:
        return False
    top, foot = ink.argmax(axis=0), ink.shape[0] - 1 - ink[::-1].argmax(axis=0)
    thin = columns[(foot - top < THIN)[columns]]
    width = int(columns[-1] - columns[0]) + 1
    if thin.size < COLUMNS:
        return False
    level = (top + foot)[thin] / 2
    return any(
        _dashed(ink, thin[np.abs(level - slope * thin - start) <= BESIDE], slope, start, width)
        for slope in SLOPES
        for start in _heights(level - slope * thin)
    )


def _heights(levels: NDArray[np.float64]) -> list[float]:
    """Heights at which enough of the thin columns lie."""
    lowest = int(levels.min()) - BESIDE
    counts = np.bincount(np.rint(levels).astype(np.int64) - lowest, minlength=2 * BESIDE + 1)
    near = np.convolve(counts, np.ones(2 * BESIDE + 1, np.int64), "same")
    return (np.flatnonzero(near >= COLUMNS) + float(lowest)).tolist()


def _dashed(ink: Mask, on: NDArray[np.int64], slope: float, start: float, width: int) -> bool:
    """The thin columns `on` one line, which runs at `start + slope * column`, are its dashes."""
    if on.size < COLUMNS or on[-1] - on[0] + 1 < LEAST_REACH * width:
        return False
    breaks = np.flatnonzero(np.diff(on) > 1)
    first, last = on[np.r_[0, breaks + 1]], on[np.r_[breaks, on.size - 1]]
    lengths = last - first + 1
    dashes = (lengths >= SHORTEST) & (lengths <= LONGEST)
    if dashes.sum() < DASHES or lengths[dashes].sum() < COLUMNS:
        return False
    left, right = int(first[dashes][0]), int(last[dashes][-1])
    across = np.arange(left, right + 1)
    down = np.rint(start + slope * across).astype(np.int64)
    rows = np.clip(down + np.arange(-BESIDE, BESIDE + 1)[:, None], 0, ink.shape[0] - 1)
    white = int(np.diff(np.flatnonzero(ink[rows, across].any(axis=0))).max(initial=0))
    return any(
        on.size >= columns and white <= gap and right - left + 1 >= reach * width
        for columns, gap, reach in LINES
    )


def across_comb(ink: Mask, left: int, right: int) -> bool:
    """Short level pieces of ink stand on both sides of a comb at one height, or on one side of it and twice in it, beside its
    figures, or in it so often. ink: the comb's rows within its frame, with some columns before and behind it; left, right: its frame in them."""
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    dashes = (heights < THIN) & (widths >= SHORTEST) & (widths <= LONGEST)
    dashes &= stats[:, cv2.CC_STAT_AREA] >= DUST
    dashes[0] = False
    across, down = middles[dashes].T
    before, behind = across < left, across > right
    outside = before | behind
    for at in range(across.size):
        level = np.abs(down - down[at]) <= BESIDE + SLOPES[-1] * np.abs(across - across[at]) / 2
        if not outside[at]:
            if (np.abs(down - down[at]) <= BESIDE).sum() >= OFTEN:
                return True
            continue
        if (level & (behind if before[at] else before)).any() or (level & ~outside).sum() >= 2:
            return True
    return False
