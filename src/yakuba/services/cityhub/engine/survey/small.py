"""The small picture of a large one: means of square blocks, summed tile by tile; and how it is drawn. No file is opened here."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

LONGEST = 720  # pixels of the longer side
Values = np.ndarray[Any, Any]


class SmallPicture:
    """Sums of blocks. NaN is not counted."""

    def __init__(self, rows: int, columns: int, bands: int) -> None:
        self.block = max(1, -(-max(rows, columns) // LONGEST))
        shape = -(-rows // self.block), -(-columns // self.block), bands
        self._sums = np.zeros(shape)
        self._numbers = np.zeros(shape, np.int64)

    def add(self, row: int, column: int, values: Values) -> None:
        """A tile (rows × columns × bands) whose upper left pixel lies at row and column."""
        known = np.isfinite(values)
        filled = np.where(known, values, 0)
        down, rows = _blocks(row, values.shape[0], self.block)
        across, columns = _blocks(column, values.shape[1], self.block)
        for into, what in ((self._sums, filled), (self._numbers, known.astype(np.int64))):
            summed = np.add.reduceat(np.add.reduceat(what, rows, axis=0, dtype=into.dtype), columns, axis=1)
            into[down : down + summed.shape[0], across : across + summed.shape[1]] += summed

    def means(self) -> Values:
        """float32, NaN where nothing is known."""
        with np.errstate(invalid="ignore"):
            return (self._sums / np.where(self._numbers, self._numbers, np.nan)).astype(np.float32)


def _blocks(first: int, length: int, block: int) -> tuple[int, Values]:
    """The block of the first pixel, and where in the tile each block begins."""
    at = np.arange(first, first + length) // block
    return int(at[0]), np.flatnonzero(np.diff(at, prepend=at[0] - 1))


def drawn(means: Values, heights: bool) -> bytes:
    """A PNG: heights as a shaded relief, one band in grey, three in colour; what is not known is transparent."""
    from PIL import Image

    known: Values = np.asarray(np.isfinite(means).all(axis=2))
    colour = relief(means[:, :, 0]) if heights else _stretched(means, known)
    alpha = np.where(known, 255, 0).astype(np.uint8)[:, :, None]
    with io.BytesIO() as target:
        Image.fromarray(np.concatenate([colour, alpha], axis=2), "RGBA").save(target, "PNG", optimize=True)
        return target.getvalue()


def _stretched(means: Values, known: Values) -> Values:
    """Colours of 8 bits as they are; others from their 2nd to their 98th of a hundred."""
    three = means if means.shape[2] == 3 else np.repeat(means[:, :, :1], 3, axis=2)
    three = np.where(known[:, :, None], three, 0)
    if known.any() and (three.max() > 255 or three.max() <= 1):
        low, high = np.percentile(three[known], [2, 98])
        three = (three - low) / max(float(high - low), 1e-9) * 255
    return np.clip(three, 0, 255).astype(np.uint8)


def relief(heights: Values) -> Values:
    """Grey by the light from the north-west, lighter where it is higher."""
    known = np.isfinite(heights)
    if not known.any():
        return np.zeros((*heights.shape, 3), np.uint8)
    filled = np.where(known, heights, np.median(heights[known]))
    low, high = np.percentile(filled[known], [1, 99])
    spread = max(float(high - low), 0.01)
    if min(filled.shape) > 1:
        down, across = np.gradient(filled / spread * 40)
    else:
        down, across = np.zeros_like(filled), np.zeros_like(filled)
    light = (1 + down * 0.7 + across * 0.7) / np.sqrt(1 + down**2 + across**2)
    level = np.clip((filled - low) / spread, 0, 1)
    grey = np.clip(60 + 110 * np.clip(light, 0, 1.4) / 1.4 + 80 * level, 0, 255)
    return np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)
