"""Small PDFs for the tests, written object by object."""

from __future__ import annotations

import zlib

import numpy as np

Objects = list[bytes]


def written(objects: Objects) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )


def stream(head: bytes, content: bytes) -> bytes:
    """A stream object; `head` is the inside of its dictionary."""
    packed = zlib.compress(content)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (head, len(packed), packed)


def scan(
    pixels: np.ndarray, size: tuple[float, float], *, bits: int = 8, page: bytes = b"", place: bytes = b""
) -> bytes:
    """A page of `size` points that one grey picture fills. `pixels` are the values of `bits` bits."""
    height, width = pixels.shape
    if bits == 1:
        content = np.packbits(pixels.astype(bool), axis=1).tobytes()
    else:
        content = pixels.astype(">u2" if bits == 16 else np.uint8).tobytes()
    picture = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent %d"
    drawn = place or b"%f 0 0 %f 0 0 cm" % size
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Contents 5 0 R%b" % (*size, page)
            + b"/Resources<</XObject<</P 4 0 R>>>>>>",
            stream(picture % (width, height, bits), content),
            stream(b"", b"q %b /P Do Q" % drawn),
        ]
    )


def text(value: str) -> bytes:
    """A PDF string in UTF-16."""
    return b"<FEFF%b>" % value.encode("utf-16-be").hex().encode()


SHOWS_NOTHING = b"/Tx BMC EMC"


def form(value: str, *, appearance: bytes | None = None, asks: bool = False, field: bytes = b"") -> bytes:
    """A page of 400 × 60 points with one text field, which holds `value`. `asks`: NeedAppearances."""
    looks = b"" if appearance is None else b"/AP<</N 6 0 R>>"
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/Helv 14 Tf 0 g)"
            b"/DR<</Font<</Helv 5 0 R>>>>%b>>>>" % (b"/NeedAppearances true" if asks else b""),
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 160]/Annots[4 0 R]>>",
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[20 60 380 100]/F 4/DA(/Helv 14 Tf 0 g)"
            b"/V%b%b%b>>" % (text(value), looks, field),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            stream(
                b"/Type/XObject/Subtype/Form/BBox[0 0 360 40]/Resources<</Font<</Helv 5 0 R>>>>",
                appearance or SHOWS_NOTHING,
            ),
        ]
    )


def noted(note: bytes, *more: bytes) -> bytes:
    """A page with one note (annotation); `note` is the inside of its dictionary, `more` are objects from 6 on."""
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 160]/Annots[4 0 R]>>",
            b"<</Type/Annot/Rect[20 60 380 100]/F 4%b>>" % note,
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            *more,
        ]
    )


def portfolio(*attached: tuple[str, bytes]) -> bytes:
    """A PDF with one empty page and these files attached, shown as a portfolio."""
    entries, objects = b"", []
    for number, (name, content) in enumerate(attached):
        first = 5 + 2 * number
        entries += b"%b %d 0 R " % (text(name), first)
        objects += [
            b"<</Type/Filespec/F(x)/UF%b/EF<</F %d 0 R>>>>" % (text(name), first + 1),
            stream(b"/Type/EmbeddedFile/Params<</Size %d>>" % len(content), content),
        ]
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R/Collection<<>>/Names<</EmbeddedFiles 4 0 R>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 160]>>",
            b"<</Names[%b]>>" % entries,
            *objects,
        ]
    )


def endless(pages: int, heavy: set[int] | None = None) -> bytes:
    """A few kilobytes that take PDFium for ever: each of the pages `heavy` (from 0; all when None) draws the same
    form, which draws another twice, …"""
    levels = 40
    forms = [
        stream(
            b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<</XObject<</N %d 0 R>>>>"
            % (4 + level + 1),
            b"/N Do /N Do",
        )
        for level in range(levels)
    ]
    leaf = stream(b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]", b"0 0 500 500 re f")
    kids = b" ".join(b"%d 0 R" % (5 + levels + number) for number in range(pages))
    light = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]"
    drawing = light + b"/Contents 3 0 R/Resources<</XObject<</N 4 0 R>>>>"
    drawn = [(drawing if heavy is None or number in heavy else light) + b">>" for number in range(pages)]
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages),
            stream(b"", b"/N Do"),
            *forms,
            leaf,
            *drawn,
        ]
    )
