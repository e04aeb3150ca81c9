"""The QR mark on a form, `yakuba-form:<form>:<version>:<page>`: a hint and a check of the version, never more."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from .definitions import Rect

QUIET = 12  # pixels around a mark that belong to it
_MARK = re.compile(r"yakuba-form:([a-z0-9-]{1,64}):(\d{1,4}):(\d{1,3})")


@dataclass(frozen=True)
class FormMark:
    """What the mark says; name is "form/page" like Template.name."""

    form: str
    version: int
    page: int

    @property
    def name(self) -> str:
        """Form and page."""
        return f"{self.form}/{self.page}"


def read_mark(grey: NDArray[np.uint8]) -> FormMark | None:
    """The mark on a page image, or None when there is none, it cannot be read, or there are different ones."""
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]  # takes one as well
    found = {match.groups() for code in codes if (match := _MARK.fullmatch(code.text))}
    if len(found) != 1:
        return None
    form, version, page = found.pop()
    return FormMark(form, int(version), int(page))


def mark_place(grey: NDArray[np.uint8]) -> Rect | None:
    """Where the mark stands on a blank page, with some paper around it; None when it has none."""
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]
    for code in codes:
        corners = (code.position.top_left, code.position.bottom_right)
        x, y = (min(getattr(corner, axis) for corner in corners) - QUIET for axis in "xy")
        right, foot = (max(getattr(corner, axis) for corner in corners) + QUIET for axis in "xy")
        return x, y, right - x, foot - y
    return None
