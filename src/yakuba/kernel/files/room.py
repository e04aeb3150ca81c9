"""Whether the value of a text field has room in its box, measured with PDFium's own writing in a box without end."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

SMALLEST = 4.0  # points, below which PDFium shrinks no writing that is to fit
SLACK = 1.1  # for another program's writing, whose font may be narrower
MULTILINE, COMB = 1 << 12, 1 << 24  # bits of a field's flags
FULL = 14000.0  # points, the side of the largest page
SIZE = re.compile(rb"/\S+\s+([\d.]+)\s+Tf")
STRETCHED = re.compile(rb"\bT[zm]\b|\bcm\b")


def has_room(form: Any, note: Any, value: str, appearance: bytes, brought: bool) -> bool:
    """`appearance`: the operators that draw the field; `brought`: another program than PDFium wrote them."""
    flags = raw.FPDFAnnot_GetFormFieldFlags(form, note)
    drawn = SIZE.search(appearance)
    if not value.strip() or drawn is None or flags & COMB or (brought and STRETCHED.search(appearance)):
        return True
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(note, rect)
    points = max(float(drawn[1]), SMALLEST)
    width, height = abs(rect.right - rect.left), abs(rect.top - rect.bottom)
    if len(value) * points < width and len(value.splitlines()) == 1:
        return True  # no character is wider than it is high
    slack = SLACK if brought else 1.0
    if flags & MULTILINE:
        return _written(value, points, (width, FULL), MULTILINE)[1] <= height * slack
    return _written(value, points, (min(len(value) * points + 20, FULL), points * 2), 0)[0] <= width * slack


def _written(value: str, points: float, box: tuple[float, float], flags: int) -> tuple[float, float]:
    """Width and height in points of what PDFium writes from the upper left corner of an empty box."""
    width, height = box
    text = b"<FEFF" + value.encode("utf-16-be", "replace").hex().encode() + b">"
    look = b"/DA(/Helv %f Tf 0 g)" % points
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]%b/DR<</Font<</Helv 5 0 R>>>>>>>>" % look,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Annots[4 0 R]>>" % box,
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 %f %f]/F 4/Ff %d%b/V%b>>"
        % (width, height, flags, look, text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    document = pdfium.PdfDocument(b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R>>\n")
    document.init_forms()
    try:
        ink = document[0].render(grayscale=True).to_pil().point(lambda level: 255 * (level < 128)).getbbox()
    finally:
        document.close()
    return (float(ink[2]), float(ink[3])) if ink else (0.0, 0.0)
