"""Thin print that a cover took away: the lines between the cells of a comb are gone though its frame stands.

A poor scan loses thin lines too, but then it loses them everywhere. So each field's thin print is compared with that
of the others on the same page.
"""

from __future__ import annotations

import cv2
import numpy as np

from .crops import DARK_PRINT, Mask, Sheet
from .definitions import PageDefinition

AROUND = 8  # pixels around a box that are looked at
FEWEST = 40  # pixels of thin print from which a field says something
GAP = 24  # pixels: half of a line between two cells. Good scans lose 16 at most
TIMES = 2  # the gap of most other fields
MOST = 75  # per cent of the other fields


def fields(sheet: Sheet, page: PageDefinition) -> frozenset[str]:
    """Fields in or at whose boxes thin print is missing while most others of the page still have theirs."""
    thin = _thin(sheet)
    gaps = {
        box.field: _gap(thin[window] & ~sheet.nearly_ink[window])
        for box in page.boxes
        if thin[window := sheet.window(box.box, AROUND)].sum() >= FEWEST
    }
    return frozenset(
        field
        for field, gap in gaps.items()
        if gap >= GAP and gap >= TIMES * _of_others([other for name, other in gaps.items() if name != field])
    )


def _thin(sheet: Sheet) -> Mask:
    """Print of a pixel or two, without the edges of what is thicker."""
    thick = cv2.dilate(sheet.solid_print.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    return (sheet.form < DARK_PRINT) & ~thick


def _gap(missing: Mask) -> int:
    """The longest stretch of missing print in pixels."""
    joined = cv2.dilate(missing.astype(np.uint8), np.ones((3, 3), np.uint8))
    sides = cv2.connectedComponentsWithStats(joined)[2][1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return int(sides.max()) if sides.size else 0


def _of_others(gaps: list[int]) -> float:
    return float(np.percentile(gaps, MOST)) if gaps else 0.0
