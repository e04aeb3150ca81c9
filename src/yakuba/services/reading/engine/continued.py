"""Where a line's value may go on when its box was too short for it: in the place of the seal behind it, or in the box
below, over what stands there. The box below asks by itself; that the line above it is only half a value is seen nowhere
but there."""

from __future__ import annotations

import re
from collections.abc import Iterable

import cv2
import numpy as np

from ..contracts import FieldReading, Reason
from .crops import Mask, Sheet
from .definitions import Box, PageDefinition, Rect

BELOW = 95  # pixels from a line down to a box in which its value may go on: the next row
SEAL = 160  # pixels: a place for a seal is no larger
LOWEST_SEAL = 52  # pixels: what is lower is writing; the smallest seals are 54
LIGHTEST = 14  # grey levels below the paper: the palest seal
NEAR_PRINT = 3  # pixels from print in which its own edges may lie
STROKE = 14  # pixels: shorter ink is dust, or what is left of the printed 印
BRACKETED = re.compile(r"[(（][^()（）]{2,}")  # but for （株） and （有）
LONGEST = {"name": 8, "kana": 16}  # characters of a name and of its reading
SHARED = frozenset({Reason.SEVERAL_LINES, Reason.STRUCK_OUT})


def asked(
    sheet: Sheet, page: PageDefinition, readings: Iterable[FieldReading], whole: frozenset[str]
) -> frozenset[str]:
    """Lines whose value may go on elsewhere, and lines, empty ones too, whose value may stand in brackets below them.
    whole: fields of which a list or another field says whether the value is whole."""
    read = {reading.field: reading for reading in readings}
    shared = [field for field, one in read.items() if SHARED.intersection(one.evidence.flags)]
    bracketed = [field for field, one in read.items() if _holds_another(one)]
    going_on = (lines_above(page, shared) - whole) | in_seals_place(sheet, page)
    return frozenset(field for field in going_on if field in read and read[field].raw) | lines_above(
        page, bracketed
    )


def _holds_another(reading: FieldReading) -> bool:
    """Something in brackets, or a name with what cannot be part of it; a name is read without brackets."""
    return bool(BRACKETED.search(reading.raw)) or len(reading.raw) > LONGEST.get(
        reading.type, len(reading.raw)
    )


def lines_above(page: PageDefinition, shared: Iterable[str]) -> frozenset[str]:
    """The lines right above boxes that hold more than their own value (`shared`, field codes)."""
    boxes = {box.field: box for box in page.boxes}
    return frozenset(
        above for field in shared if boxes[field].kind != "mark" if (above := _above(boxes[field], page))
    )


def _above(box: Box, page: PageDefinition) -> str:
    """The nearest line that ends closely above a box and stands over a part of it; empty when there is none."""
    x, y, width, _ = box.box
    found = [
        (y - other.box[1] - other.box[3], other.field)
        for other in page.boxes
        if other.kind == "line" and other.box[0] < x + width and x < other.box[0] + other.box[2]
    ]
    return min(((gap, field) for gap, field in found if 0 <= gap <= BELOW), default=(0, ""))[1]


def in_seals_place(sheet: Sheet, page: PageDefinition) -> frozenset[str]:
    """Lines behind which something lower than a seal stands where the seal goes."""
    found = set()
    for place in page.free:
        if max(place[2:]) > SEAL or not _lower_than_a_seal(sheet, place):
            continue
        middle = place[1] + place[3] / 2
        found |= {
            box.field
            for box in page.boxes
            if box.kind == "line" and box.box[1] < middle < box.box[1] + box.box[3]
        }
    return frozenset(found)


def _lower_than_a_seal(sheet: Sheet, place: Rect) -> bool:
    """There is ink, and even the lightest of it is not as high as a seal: a pale one shows little but its name."""
    window = sheet.window(place)
    lightest = cv2.subtract(sheet.form[window], cv2.blur(sheet.grey[window], (3, 3))) > LIGHTEST
    lightest &= sheet.from_print[window] > NEAR_PRINT
    return _height(sheet.added[window]) > 0 and _height(lightest) < LOWEST_SEAL


def _height(ink: Mask) -> int:
    """Pixels from the top to the foot of the ink without dust."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    pieces = stats[1:][stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= STROKE]
    if not pieces.size:
        return 0
    top, height = pieces[:, cv2.CC_STAT_TOP], pieces[:, cv2.CC_STAT_HEIGHT]
    return int((top + height).max() - top.min())
