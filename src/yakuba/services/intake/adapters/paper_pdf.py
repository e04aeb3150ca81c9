"""A filled paper form as a PDF: the blank pages as they were registered, the values drawn on them, and an extra sheet for what
no box holds."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import zxingcpp
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from yakuba.kernel.letters.glyphs import Glyphs
from yakuba.kernel.letters.press import to_pdf
from yakuba.services.intake.engine.paper.placing import Placed, Sheet, Text
from yakuba.services.reading.contracts import PaperForm, PaperPage

MM = 25.4 / 200  # millimetres of a pixel at 200 dpi
LABEL, SMALL_LABEL = 150, 104  # pixels: sides of the code with the receipt number
EDGE, STEP = 40, 30  # pixels: printers leave the edge white
PAPER_WHITE = 200  # grey level


def draws(text: str) -> bool:
    """Whether the house's fonts have every character of it. Raises PdfUnavailable."""
    return not _glyphs().lacking(text)


def lacking(text: str) -> list[str]:
    """The characters that they lack. Raises PdfUnavailable."""
    return _glyphs().lacking(text)


@cache
def _glyphs() -> Glyphs:
    return Glyphs()


def drawn(form: PaperForm, placed: Placed, number: str) -> bytes:
    """The PDF. number: the receipt number, whose code stands on every page that has no box for it, so that `reading` puts the
    page to its case. Raises PdfUnavailable."""
    code = qr_code(number)
    sheets = [_sheet(sheet, code) for sheet in placed.sheets]
    unprintable = [one for beyond in placed.beyond for one in lacking(beyond.text)]
    context = {
        "form": form,
        "sheets": sheets,
        "beyond": placed.beyond,
        "number": number,
        "code": code,
        "unprintable": list(dict.fromkeys(unprintable)),
    }
    pictures = {f"page:{sheet.page.number}": sheet.page.image for sheet in placed.sheets}
    return to_pdf(render_to_string("intake/print/paper.html", context), pictures)


def qr_code(text: str) -> str:
    """A code as inline SVG, which scales to its place."""
    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg()
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308  # our own drawing of ten digits


def _sheet(sheet: Sheet, code: str) -> dict[str, Any]:
    page = sheet.page
    spot = None if page.numbered else white_place(page)
    return {
        "name": f"p{page.number}",
        "picture": f"page:{page.number}",
        "number": page.number,
        "width": _mm(page.width),
        "height": _mm(page.height),
        "texts": [_text(one) for one in sheet.texts],
        "ticks": [{"x": _mm(x), "y": _mm(y), "w": _mm(w), "h": _mm(h)} for x, y, w, h in sheet.ticks],
        "label": {"x": _mm(spot[0]), "y": _mm(spot[1]), "side": _mm(spot[2])} if spot else None,
        "code": code,
    }


def _text(one: Text) -> dict[str, Any]:
    wide = 2 * one.size if one.centred else 0
    return {
        "x": _mm(one.x - wide / 2),
        "y": _mm(one.y - one.size / 2),
        "size": _mm(one.size),
        "width": _mm(wide) if wide else "",
        "text": one.text,
    }


def _mm(pixels: float) -> str:
    return f"{pixels * MM:.3f}"


def white_place(page: PaperPage) -> tuple[int, int, int] | None:
    """(x, y, side) of a white square for the code, away from every box; from the upper right on. None where the page has no
    such place."""
    from PIL import Image

    with Image.open(io.BytesIO(page.image), formats=("PNG",)) as opened:
        grey = opened.convert("L")
    for side in (LABEL, SMALL_LABEL):
        for y in range(EDGE, page.height - side - EDGE, STEP):
            for x in range(page.width - side - EDGE, EDGE, -STEP):
                near = (x - 8, y - 8, x + side + 8, y + side + 8)
                if _is_free(page, near) and min(grey.crop(near).tobytes()) >= PAPER_WHITE:
                    return x, y, side
    return None


def _is_free(page: PaperPage, place: tuple[int, int, int, int]) -> bool:
    left, top, right, foot = place
    return not any(
        left < x + width and x < right and top < y + height and y < foot
        for x, y, width, height in (one.box for one in page.boxes)
    )
