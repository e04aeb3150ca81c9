"""PDFs that cost more than they are, or end nowhere."""

from __future__ import annotations

import zlib

from hostile import Hostile
from hostile.pdfs import PAGE, pdf
from yakuba.kernel.files.tests.pdf_files import endless, stream, written

HEAVY = "時間またはメモリ|大きすぎます|壊れて"
BLANKS = 200_000_000


def _raw(head: bytes, content: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(content), content)


def _picture(head: bytes, content: bytes) -> bytes:
    return pdf(
        b"",
        b"/Resources<</XObject<</P 5 0 R>>>>",
        _raw(b"/Type/XObject/Subtype/Image" + head, content),
        drawn=stream(b"", b"q 400 0 0 500 0 0 cm /P Do Q"),
    )


def _blown(size: int) -> bytes:
    """A packed stream of so many blanks."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()


def _tree(levels: int) -> bytes:
    """A page below so many nodes, one in the other."""
    nodes = [
        b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (at + 1, at - 1)
        for at in range(2, levels + 2)
    ]
    return written(
        [b"<</Type/Catalog/Pages 2 0 R>>", *nodes, b"<</Type/Page/Parent %d 0 R%b>>" % (levels + 1, PAGE)]
    )


def _many(pages: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % at for at in range(3, pages + 3))
    return written(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages)]
        + [b"<</Type/Page/Parent 2 0 R%b>>" % PAGE] * pages
    )


def _with_tree(node: bytes) -> bytes:
    return written([b"<</Type/Catalog/Pages 2 0 R>>", node, b"<</Type/Page/Parent 2 0 R%b>>" % PAGE])


def _own_form(body: bytes, more: bytes = b"") -> bytes:
    form = stream(
        b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<</XObject<</N 5 0 R>>>>%b" % more, body
    )
    return pdf(b"", b"/Resources<</XObject<</N 5 0 R>>>>", form, drawn=stream(b"", b"/N Do"))


def _pattern(step: bytes) -> bytes:
    tile = stream(
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep %b/YStep %b/Resources<</Pattern<</T 5 0 R>>>>"
        % (step, step),
        b"/Pattern cs /T scn 0 0 1 1 re f",
    )
    return pdf(
        b"",
        b"/Resources<</Pattern<</T 5 0 R>>>>",
        tile,
        drawn=stream(b"", b"/Pattern cs /T scn 0 0 400 500 re f"),
    )


def _font() -> bytes:
    font = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</a 6 0 R>>/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]/Resources<</Font<</F 5 0 R>>>>>>"
    return pdf(
        b"",
        b"/Resources<</Font<</F 5 0 R>>>>",
        font,
        stream(b"", b"9 0 d0 BT /F 9 Tf (aaaa) Tj ET"),
        drawn=stream(b"", b"BT /F 9 Tf 9 9 Td (aaaa) Tj ET"),
    )


def _mask() -> bytes:
    state = b"<</Type/ExtGState/SMask<</Type/Mask/S/Luminosity/G 6 0 R>>>>"
    group = stream(
        b"/Type/XObject/Subtype/Form/BBox[0 0 400 500]/Group<</S/Transparency/CS/DeviceGray>>/Resources<</ExtGState<</G 5 0 R>>>>",
        b"/G gs 0 0 400 500 re f",
    )
    return pdf(
        b"",
        b"/Resources<</ExtGState<</G 5 0 R>>>>",
        state,
        group,
        drawn=stream(b"", b"/G gs 0 0 400 500 re f"),
    )


def _object_stream(head: bytes) -> bytes:
    content = pdf()
    packed = zlib.compress(b"7 0 <</Type/Catalog/Pages 2 0 R>>")
    added = b"\n6 0 obj\n<</Type/ObjStm%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream\nendobj\n" % (
        head,
        len(packed),
        packed,
    )
    return content.replace(b"xref\n", added + b"xref\n", 1)


def _table(of: bytes) -> bytes:
    """A cross-reference table that says this of the one before it."""
    return pdf().replace(b"/Root 1 0 R>>", b"/Root 1 0 R%b>>" % of)


def _functions() -> bytes:
    program = b"{" + b"dup " * 50_000 + b"}"
    function = stream(b"/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]", program)
    shade = b"<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1 0 1]/Matrix[400 0 0 500 0 0]/Function 6 0 R>>"
    return pdf(b"", b"/Resources<</Shading<</S 5 0 R>>>>", shade, function, drawn=stream(b"", b"/S sh"))


JPX = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 \0\0\0\x2djp2h\0\0\0\x16ihdr\xff\xff\xff\xff\xff\xff\xff\xff\0\3\7\7\0\0\0\0\0\x0fcolr\1\0\0\0\0\0\x10\0\0\0\0jp2c\xff\x4f\xff\x51\0\x2f\0\0\x7f\xff\xff\xff\x7f\xff\xff\xff"
JBIG2 = b"\0\0\0\0\x30\0\1\0\0\0\x13\x7f\xff\xff\xff\x7f\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0"
GREY = b"/ColorSpace/DeviceGray/BitsPerComponent 8"

# name → (how it is made, what is said of it, whether it costs seconds); nothing said: either is right
BOMBS = {
    "blanks-in-a-page": (lambda: pdf(drawn=_raw(b"/Filter/FlateDecode", _blown(BLANKS))), "", True),
    "packed-three-times": (lambda: pdf(drawn=_raw(b"/Filter[/FlateDecode/FlateDecode/FlateDecode]", zlib.compress(zlib.compress(_blown(BLANKS), 9), 9))), "", True),
    "packed-fifty-times": (lambda: pdf(drawn=_raw(b"/Filter[%b]" % (b"/ASCIIHexDecode" * 5000), b"00>" * 9)), "", False),
    "a-picture-of-3600-million-dots": (lambda: _picture(b"/Width 60000/Height 60000/Filter/FlateDecode" + GREY, _blown(9_000_000)), "", True),
    "a-picture-of-no-dots": (lambda: _picture(b"/Width 0/Height -1" + GREY, b""), "", False),
    "a-fax-of-a-billion-columns": (lambda: _picture(b"/Width 1000000000/Height 9/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 1000000000/Rows 9>>", b"\0" * 99), "", False),
    "jpx": (lambda: _picture(b"/Width 9/Height 9/Filter/JPXDecode", JPX), "", False),
    "jbig2": (lambda: _picture(b"/Width 9/Height 9/Filter/JBIG2Decode/BitsPerComponent 1/ColorSpace/DeviceGray", JBIG2), "", False),
    "run-lengths": (lambda: _picture(b"/Width 9000/Height 9000/Filter/RunLengthDecode" + GREY, b"\x81 " * 700_000), "", True),
    "lzw": (lambda: _picture(b"/Width 9000/Height 9000/Filter/LZWDecode" + GREY, b"\x80\x0b\x60\x50" * 1000), "", False),
    "a-page-of-ten-million-points": (lambda: pdf().replace(b"[0 0 400 500]", b"[0 0 9999999 9999999]"), "大きすぎます|壊れて", False),
    "a-page-of-no-size": (lambda: pdf().replace(b"[0 0 400 500]", b"[9 9 9 9]"), "", False),
    "a-page-that-is-not-finite": (lambda: pdf().replace(b"[0 0 400 500]", b"[-1e38 -1e38 1e38 1e38]"), "", False),
    "a-unit-of-a-million": (lambda: pdf(b"", b"/UserUnit 1000000"), "", False),
    "forms-that-double": (lambda: endless(1), HEAVY, True),
    "four-endless-pages": (lambda: endless(4), HEAVY, True),
    "a-form-that-draws-itself": (lambda: _own_form(b"/N Do /N Do"), "", True),
    "a-tile-of-itself": (lambda: _pattern(b"1"), "", False),
    "tiles-of-a-millionth": (lambda: _pattern(b".000001"), "", True),
    "a-letter-of-itself": (_font, "", False),
    "a-mask-of-itself": (_mask, "", False),
    "a-program-of-50000-steps": (_functions, "", True),
    "pages-in-a-circle": (lambda: _with_tree(b"<</Type/Pages/Kids[2 0 R]/Count 1>>"), "", False),
    "a-parent-below-itself": (lambda: _with_tree(b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2/Parent 2 0 R>>"), "", False),
    "two-thousand-million-pages": (lambda: _with_tree(b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"), "", False),
    "minus-one-pages": (lambda: _with_tree(b"<</Type/Pages/Kids[3 0 R]/Count -1>>"), "", False),
    "a-tree-of-two-thousand-levels": (lambda: _tree(2_000), "", False),
    "1001-pages": (lambda: _many(1_001), "ページ数が多すぎ", False),
    "arrays-in-arrays": (lambda: pdf(b"/X " + b"[" * 200_000), "", False),
    "dictionaries-in-dictionaries": (lambda: pdf(b"/X " + b"<</A" * 200_000), "", False),
    "brackets-in-a-page": (lambda: pdf(drawn=stream(b"", b"[" * 500_000 + b"]" * 500_000 + b" TJ")), "", False),
    "a-hundred-thousand-saves": (lambda: pdf(drawn=stream(b"", b"q " * 500_000)), "", False),
    "a-name-of-a-megabyte": (lambda: pdf(b"/" + b"A" * 1_000_000 + b" 1"), "", False),
    "a-string-of-ten-megabytes": (lambda: pdf(b"/X(" + b"(" * 5_000_000 + b")" * 5_000_000 + b")"), "", False),
    "a-number-of-a-megabyte": (lambda: pdf(b"/X " + b"9" * 1_000_000), "", False),
    "a-length-of-itself": (lambda: pdf(drawn=b"<</Length 4 0 R>>stream\n0 g\nendstream"), "", False),
    "a-length-below-nothing": (lambda: pdf(drawn=b"<</Length -99>>stream\n0 g\nendstream"), "", False),
    "a-length-past-the-end": (lambda: pdf(drawn=b"<</Length 2147483647>>stream\n0 g\nendstream"), "", False),
    "a-table-before-itself": (lambda: _table(b"/Prev 9"), "", False),
    "a-table-in-a-circle": (lambda: (made := pdf()).replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % made.rfind(b"xref\n0")), "", False),
    "a-table-of-2000-million-rows": (lambda: pdf().replace(b"xref\n0 5", b"xref\n0 2147483647"), "", False),
    "an-object-stream-of-itself": (lambda: _object_stream(b"/N 1/First 4/Extends 6 0 R"), "", False),
    "an-object-stream-of-2000-million": (lambda: _object_stream(b"/N 2147483647/First 4"), "", False),
    "an-object-stream-that-begins-behind-its-end": (lambda: _object_stream(b"/N 1/First 2147483647"), "", False),
    "ten-thousand-notes": (lambda: pdf(b"", b"/Annots[%b]" % (b"<</Type/Annot/Subtype/Square/Rect[9 9 99 99]>>" * 10_000)), "", True),
    "a-hundred-thousand-objects": (lambda: pdf(b"", b"", *([b"<<>>"] * 100_000)), "", True),
    "a-key-that-is-none": (lambda: pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 99/R 99>>"), "パスワード|壊れて", False),
    "a-password": (lambda: pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<%b>/U<%b>>>/ID[<41><41>]" % (b"41" * 32, b"42" * 32)), "パスワード", False),
    "nothing-behind-the-head": (lambda: b"%PDF-1.7\n", "壊れて|ページが1つも", False),
    "no-catalogue": (lambda: pdf().replace(b"/Root 1 0 R", b"/Root 99 0 R"), "", False),
    "a-catalogue-that-is-a-number": (lambda: pdf().replace(b"<</Type/Catalog/Pages 2 0 R>>", b"42                           "), "", False),
    "nulls-in-between": (lambda: pdf().replace(b" obj", b"\0obj"), "", False),
    "a-start-in-nowhere": (lambda: pdf().replace(b"startxref\n", b"startxref\n99999999"), "", False),
    "two-files-in-one": (lambda: pdf() + pdf(), "つないだ", False),
    "no-page": (lambda: written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]), "ページが1つも", False),
}  # fmt: skip


def files(url: str) -> list[Hostile]:
    """All of them."""
    return [
        Hostile("scan", f"pdf-bomb-{name}", "a.pdf", make, says, either=not says, heavy=heavy)
        for name, (make, says, heavy) in BOMBS.items()
    ]
