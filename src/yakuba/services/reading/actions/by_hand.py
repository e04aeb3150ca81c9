"""A page that no alignment could be found for, entered from its picture: every field becomes a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.services.reading.contracts import (
    Corners,
    Decision,
    Evidence,
    FieldReading,
    PageReading,
    PageStatus,
    Reason,
)
from yakuba.services.reading.models import FormDefinition, FormPage
from yakuba.services.reading.queries.forms import box_rects


def page_by_hand(form: FormDefinition, page: int, corners: Corners = ()) -> PageReading:
    """The page as a person chose it, with nothing read. `corners` of the page on the scan, when the engine found
    them, tell where the fields lie; without them the whole page is shown for every field."""
    row = form.pages.get(number=page)
    place = _places(row, corners)
    procedure = form.procedure.definition
    boxes = next(entry["boxes"] for entry in form.document["pages"] if int(entry["page"]) == page)
    fields = tuple(
        FieldReading(
            field=box["field"],
            label=procedure.field(box["field"]).label,
            type=procedure.field(box["field"]).type,
            page=page,
            value="",
            raw="",
            confidence=0.0,
            decision=Decision.DOUBTFUL,
            reasons=(Reason.POOR_FIT,),
            message="",
            corners=place(box),
            evidence=Evidence(flags=(Reason.POOR_FIT,)),
        )
        for box in boxes
    )
    return PageReading(
        PageStatus.READ,
        "機械では読めないので、画像を見て入力します。",
        form=form.code,
        form_version=form.version,
        procedure=form.procedure.code,
        page=page,
        corners=corners,
        fields=fields,
    )


def _places(row: FormPage, corners: Corners) -> Callable[[dict[str, Any]], Corners]:
    """From a box of the form file to its corners on the scan."""
    import cv2
    import numpy as np

    if len(corners) != 4:
        return lambda box: ()
    sheet = np.array([[0, 0], [row.width, 0], [row.width, row.height], [0, row.height]], np.float32)
    matrix = cv2.getPerspectiveTransform(sheet, np.array(corners, np.float32))

    def place(box: dict[str, Any]) -> Corners:
        rects = np.array(box_rects(box), np.float64)
        (left, top), (right, bottom) = rects[:, :2].min(axis=0), (rects[:, :2] + rects[:, 2:]).max(axis=0)
        quad = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]])
        moved = cv2.perspectiveTransform(quad, matrix)[0]
        return tuple((round(float(x), 1), round(float(y), 1)) for x, y in moved)

    return place
