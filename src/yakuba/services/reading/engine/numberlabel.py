"""The receipt number on a label with a code, stuck anywhere on a sheet of a form on which none is printed."""

from __future__ import annotations

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values.receipt_numbers import read_application_number

from ..contracts import Corners, Decision, Evidence, FieldReading

# Codes that check themselves; with the number's own two check digits a wrong one does not pass.
FORMATS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.Code128)
FIELD = "receipt_number"
SEVERAL = "受付番号のラベルが2種類貼られています。どちらが正しいか、用紙を見て入れてください。"
NONE = "受付番号のラベルが見つかりません。貼ってあるか、切れていないかを確かめてください。"


def number_label(grey: NDArray[np.uint8], label: str, page: int) -> FieldReading:
    """The number on a scan `[h, w]` as the reading of the field `receipt_number`: trusted where the sheet carries codes of
    one number and no other."""
    found: dict[str, Corners] = {}
    for code in zxingcpp.read_barcodes(grey, formats=FORMATS):  # type: ignore[arg-type]  # takes several as well
        number = _number(code.text)
        if number:
            at = code.position
            places = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            found[number] = tuple((float(place.x), float(place.y)) for place in places)
    trusted = len(found) == 1
    nothing: tuple[str, Corners] = ("", ())
    number, corners = next(iter(found.items())) if trusted else nothing
    return FieldReading(
        field=FIELD,
        label=label,
        type=FIELD,
        page=page,
        value=number,
        raw=number,
        confidence=1.0 if trusted else 0.0,
        decision=Decision.TRUSTED if trusted else Decision.DOUBTFUL,
        reasons=(),
        message="" if trusted else SEVERAL if found else NONE,
        corners=corners,
        candidates=tuple(found) if len(found) > 1 else (),
        confirmed_by=("label",) if trusted else (),
        evidence=Evidence(reader="label"),
    )


def _number(text: str) -> str:
    return if_valid(read_application_number, text) or ""
