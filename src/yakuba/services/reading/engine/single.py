"""Pictures of single fields: read without a form, by the same views, checks and gate as the boxes of a sheet.

The picture is taken for a box on white paper. Lines that run along its edges are taken for the box's own frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition

from ..contracts import Decision, FieldReading
from . import gate
from .crops import Grey, Sheet, drop_red
from .definitions import Box, Rect
from .fields import Work, conclude, prepare
from .paper import INK
from .reader import recognise
from .recognition import Recogniser

# What a field is called in a command -> its type.
KINDS = {
    "name": "name", "kana": "kana", "address": "address", "postal": "postal_code", "phone": "phone",
    "date": "date", "amount": "number", "count": "number", "number": "number", "digits": "digits", "text": "text",
    "postal_code": "postal_code", "receipt_number": "receipt_number", "insurance_number": "insurance_number",
    "my_number": "my_number",
}  # fmt: skip
HEIGHT = 72  # rows to which a picture is brought: a box of 9 mm at 200 dpi
SMALL, LARGE = 48, 120  # rows between which it stays as it is
WIDEST = 4000  # columns
ROOM = 24  # white pixels around the picture
FRAME_LONG = 0.7  # of the picture's side: a line as long as this along its edge is its frame
EDGE = 0.2  # of the picture's height: where the frame lies


def read_pictures(
    pictures: Sequence[NDArray[np.uint8]], type_: str, recogniser: Recogniser
) -> list[FieldReading]:
    """Read pictures of one field type each, grey `[h, w]` or RGB `[h, w, 3]`, 8 bits. Raises KeyError for a type."""
    definition = FieldDefinition("field", type_, type_)
    procedure = ProcedureDefinition("", "", 1, 0.0, "", "", (definition,), {})
    works = [_prepared(picture, definition) for picture in pictures]
    recognise(works, recogniser)
    return [gate.decide(procedure, [_reading(work)])[0] for work in works]


def _prepared(picture: NDArray[np.uint8], definition: FieldDefinition) -> Work:
    sheet, box = _as_sheet(picture)
    return prepare(sheet, Box("field", "line", box), definition)


def _as_sheet(picture: NDArray[np.uint8]) -> tuple[Sheet, Rect]:
    """The picture on a white page with its frame as the form's print, and where the box is."""
    scaled = _scaled(picture)
    room = ((ROOM, ROOM), (ROOM, ROOM), *([(0, 0)] if scaled.ndim == 3 else []))
    page = np.pad(scaled, room, constant_values=255)
    grey, full, red, fringe = drop_red(page)
    height, width = grey.shape
    form = np.full(grey.shape, 255, np.uint8)
    form[_frame(full)] = 0
    box = (ROOM, ROOM, width - 2 * ROOM, height - 2 * ROOM)
    return Sheet(grey, full, red, fringe, form), box


def _scaled(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    factor = 1.0 if SMALL <= height <= LARGE else HEIGHT / height
    factor = min(factor, WIDEST / max(width, 1))
    if factor == 1.0:
        return picture
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    size = max(8, round(width * factor)), max(8, round(height * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _frame(grey: Grey) -> NDArray[np.bool_]:
    """Pixels of straight lines along the edges of the picture."""
    ink = (grey < INK).astype(np.uint8)
    height, width = ink.shape
    inner_height, inner_width = height - 2 * ROOM, width - 2 * ROOM
    level = cv2.morphologyEx(
        ink, cv2.MORPH_OPEN, np.ones((1, max(9, round(FRAME_LONG * inner_width))), np.uint8)
    )
    upright = cv2.morphologyEx(
        ink, cv2.MORPH_OPEN, np.ones((max(9, round(FRAME_LONG * inner_height)), 1), np.uint8)
    )
    edge = round(EDGE * inner_height) + ROOM
    level[edge : height - edge] = 0
    upright[:, round(0.25 * inner_height) + ROOM : width - round(0.25 * inner_height) - ROOM] = 0
    return (level | upright).astype(bool)


def _reading(work: Work) -> FieldReading:
    outcome = conclude(work)
    return FieldReading(
        field="field",
        label=work.definition.label,
        type=work.definition.type,
        page=1,
        value=outcome.value,
        raw=outcome.raw,
        confidence=outcome.confidence,
        decision=Decision.DOUBTFUL,
        reasons=(),
        message="",
        corners=(),
        candidates=outcome.candidates,
        evidence=outcome.evidence,
    )
