"""A blank form as it was scanned, set straight on white paper: rules are looked for along rows and columns."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..crops import white_paper
from .ruled import DARK, Grey

WIDEST = 3.0  # degrees
COARSE, FINE = 0.25, 0.03  # degrees between two tries
SMALL = 0.4  # of the size, on which it is tried
LEAST = 0.04  # degrees: less is left as it is
CONTRAST = 1.5
PAPER = 250  # grey level from which on a page is drawn, and no scan


def straightened(grey: Grey) -> tuple[Grey, bool]:
    """The page turned so that its rules lie level, on white paper where it is a scan; and whether it was changed at all."""
    angle = slant(grey)
    scanned = bool(np.percentile(grey, 75) < PAPER)
    if scanned:
        grey = white_paper(grey)  # no smoothing: the lines inside combs are a pixel thin
    if abs(angle) < LEAST:
        return grey, scanned
    return _turned(grey, angle), True


def darker(grey: Grey) -> Grey:
    """A turned or scanned page for looking at: thin lines, which turning has made paler, as dark as they were drawn."""
    return np.clip(255 - (255 - grey.astype(np.int16)) * CONTRAST, 0, 255).astype(np.uint8)


def slant(grey: Grey) -> float:
    """Degrees by which the page has to be turned anticlockwise: where print gathers in the fewest rows."""
    small = cv2.resize(grey, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
    ink = (small < (DARK + 255) // 2).astype(np.float32)
    best = max(np.arange(-WIDEST, WIDEST + COARSE, COARSE), key=lambda angle: _gathered(ink, angle))
    near = np.arange(best - COARSE, best + COARSE + FINE, FINE)
    return float(max(near, key=lambda angle: (_gathered(ink, angle), -abs(angle))))


def _gathered(ink: NDArray[np.float32], angle: float) -> float:
    rows = _turned(ink, angle, 0).sum(axis=1)
    return float((np.diff(rows) ** 2).sum())


def _turned(
    image: NDArray[np.uint8] | NDArray[np.float32], angle: float, border: int = 255
) -> NDArray[np.uint8]:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    flags = cv2.INTER_CUBIC if border else cv2.INTER_LINEAR
    return cv2.warpAffine(image, matrix, (width, height), flags=flags, borderValue=border)  # type: ignore[return-value]
