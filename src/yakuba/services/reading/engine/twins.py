"""Whether two scans show one sheet of paper: what was written on it lies at the same places, stroke for stroke.

A short vector finds who may be meant among all sheets of a form; the strokes themselves then decide. Paper, light and
scanner may differ. The outcome only asks a person: nothing is thrown away by it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..contracts import Corners

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SCALE = 0.5  # of the form's 200 dpi
DARK = 205  # of 255, the paper being 255: also a faint pencil
LEAST_INK = 300  # pixels; a sheet with less on it looks like any other
REACH = 1  # pixels that a stroke may lie elsewhere, 0.25 mm; more makes any two characters alike
COLUMNS, ROWS = 16, 24
NEAR = 0.9  # cosine of two vectors; two scans of one sheet come to 0.97 and more
ALIKE = 0.75  # share of the strokes; two scans of a generated bus pass came to 0.87 and more, others to 0.67 at most


def strokes(scan: Grey, corners: Corners, blank: Grey) -> Mask:
    """Where something was written on a scan `[h, w]`: upright, at half of the blank form's size, without its print. corners:
    the form's on the scan."""
    height, width = round(blank.shape[0] * SCALE), round(blank.shape[1] * SCALE)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), target)
    flat = cv2.warpPerspective(scan, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=255)
    printed = _dark(cv2.resize(blank, (width, height), interpolation=cv2.INTER_AREA))
    print_and_more = cv2.dilate(printed.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    written = _dark(flat) & ~print_and_more
    margin = round(width * 0.02)  # shadows of the paper's edge
    written[:margin] = written[-margin:] = False
    written[:, :margin] = written[:, -margin:] = False
    return np.asarray(cv2.medianBlur(written.astype(np.uint8), 3) > 0)


def look(written: Mask) -> bytes:
    """A vector of COLUMNS × ROWS shares of ink; empty where there is too little ink to tell sheets apart."""
    if int(written.sum()) < LEAST_INK:
        return b""
    share = cv2.resize(written.astype(np.float32), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(np.sqrt(share / max(float(share.max()), 1e-6)) * 255, np.uint8).tobytes()


def nearest(one: bytes, others: list[tuple[int, bytes]], most: int = 3) -> list[int]:
    """Keys of those whose vectors are near, the nearest first."""
    kept = [(key, other) for key, other in others if len(other) == COLUMNS * ROWS]
    if len(one) != COLUMNS * ROWS or not kept:
        return []
    all_of_them = np.frombuffer(b"".join(other for _, other in kept), np.uint8).reshape(len(kept), -1)
    mine, theirs = np.frombuffer(one, np.uint8).astype(np.float32), all_of_them.astype(np.float32)
    lengths = np.linalg.norm(theirs, axis=1) * np.linalg.norm(mine)
    cosines = theirs @ mine / np.maximum(lengths, 1e-6)
    order = np.argsort(-cosines)[:most]
    return [kept[index][0] for index in order if cosines[index] >= NEAR]


def alike(one: Mask, other: Mask) -> float:
    """The smaller of the two shares of strokes that have one of the other sheet beneath them; 0 … 1."""
    if one.shape != other.shape:
        return 0.0
    return min(_covered(one, other), _covered(other, one))


def _covered(one: Mask, other: Mask) -> float:
    size = 2 * REACH + 1
    reach = cv2.dilate(other.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    return float((one & reach).sum()) / max(int(one.sum()), 1)


def _dark(grey: Grey) -> Mask:
    """Darker than the paper around it."""
    paper = cv2.medianBlur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), 31)
    return np.asarray(cv2.divide(grey, np.maximum(paper, 1), scale=255) < DARK)
