"""What lies around a mark's box: the mark's own ink, a ring or the tail of a tick, or what somebody put to it (?, ×, 取消)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .definitions import Rect

SECTORS = 36  # directions from the middle of the box
RINGED = 0.5  # share of them in which a ring is seen
# Pixels between the nearest and the farthest ink of one direction: a ring's two edges, of 25 ordinary rings 9.1 at most;
# and a tick's tail.
BAND, TAIL = 11, 16

Pixels = NDArray[np.int64]  # `[n, 2]`, row and column


def is_its_own(held: Pixels, loose: Pixels, rect: Rect) -> bool:
    """Whether ink around a box belongs to its mark. held: of strokes that lie in the box too, what is outside of it;
    loose: of strokes that do not touch its inside."""
    every = np.vstack([held, loose])
    middle = rect[1] + rect[3] / 2, rect[0] + rect[2] / 2
    sector, radius = _polar(every, middle)
    if len(np.unique(sector)) >= RINGED * SECTORS:
        return _spread(sector, radius) <= BAND
    return not len(loose) and _spread(sector, radius) <= TAIL


def _polar(pixels: Pixels, middle: tuple[float, float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rows, columns = (pixels - np.array(middle)).T
    turn = (np.arctan2(rows, columns) + np.pi) / (2 * np.pi)
    return (turn * SECTORS).astype(np.int64) % SECTORS, np.hypot(rows, columns)


def _spread(sector: NDArray[np.int64], radius: NDArray[np.float64]) -> float:
    """The most pixels between the nearest and the farthest ink of one direction."""
    far, near = np.zeros(SECTORS), np.full(SECTORS, np.inf)
    np.maximum.at(far, sector, radius)
    np.minimum.at(near, sector, radius)
    seen = np.isfinite(near)
    return float((far - near)[seen].max())
