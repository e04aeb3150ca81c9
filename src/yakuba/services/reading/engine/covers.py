"""The QR code on a cover sheet, `yakuba-cover:<token>`: where a pile in a stack begins."""

from __future__ import annotations

import re

import numpy as np
import zxingcpp
from numpy.typing import NDArray

_TEXT = re.compile(r"yakuba-cover:([a-z0-9]{16})")


def text(token: str) -> str:
    """What the code of a cover says."""
    return f"yakuba-cover:{token}"


def read_cover(grey: NDArray[np.uint8]) -> str:
    """The token on a page `[h, w]`; empty where there is no code of a cover, or there are several."""
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]  # takes one as well
    found = {match[1] for code in codes if (match := _TEXT.fullmatch(code.text))}
    return found.pop() if len(found) == 1 else ""


def drawn(token: str) -> tuple[str, int]:
    """The code as commands of an SVG path, and the side of its square."""
    svg = zxingcpp.create_barcode(text(token), zxingcpp.BarcodeFormat.QRCode).to_svg()
    side, path = re.search(r'width="(\d+)"', svg), re.search(r'<path d="([^"]+)"', svg)
    if side is None or path is None:
        raise ValueError("the code was not drawn")
    return path[1], int(side[1])
