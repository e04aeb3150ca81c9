"""Scans inside PDFs: their pixels, pages that cannot be decoded, attachments."""

import zlib

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.files.pdfs import Pdf
from yakuba.kernel.files.tests import pdf_files
from yakuba.kernel.files.tests.test_pdfs import ink, page, refused
from yakuba.kernel.files.tests.test_pictures import SHEET, saved

JPEG, JPX = (saved(Image.fromarray(SHEET), kind) for kind in ("JPEG", "JPEG2000"))
DEEP = np.kron(SHEET, np.ones((4, 4), np.uint8))  # 2480 × 3508: A4 at 300 dpi


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(pdf_files.scan(DEEP, (2480, 3508)), (2480, 3508), id="one-point-a-pixel"),
        pytest.param(pdf_files.scan(DEEP[:2339, :1654], (1654, 2339)), (1654, 2339), id="smaller"),
        pytest.param(pdf_files.scan(DEEP, (119, 168)), (2480, 3508), id="user-unit"),
        pytest.param(pdf_files.scan(DEEP, (595.3, 841.9)), (1654, 2339), id="a4"),
        pytest.param(pdf_files.scan(DEEP, (841.9, 1190.6)), (2339, 3307), id="a3"),
        pytest.param(pdf_files.scan(DEEP, (2480, 3508), page=b"/Rotate 90"), (3508, 2480), id="rotated"),
        pytest.param(
            pdf_files.scan(DEEP, (2480, 3508), page=b"/CropBox[0 0 2480 3000]"), (2480, 3000), id="cropped"
        ),
        pytest.param(
            pdf_files.scan(DEEP, (3508, 2480), place=b"0 2480 -3508 0 3508 0 cm"), (3508, 2480), id="placed"
        ),
    ],
)
def test_a_scan_has_the_pixels_of_its_paper_or_its_own(content, expected):
    size = page(content).size
    assert abs(size[0] - expected[0]) <= 3
    assert abs(size[1] - expected[1]) <= 3


def test_a_huge_page_without_a_scan_is_refused():
    drawing = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9000 9000]>>",
    ]
    assert refused(pdf_files.written(drawing)).code == "page_too_large"


def test_a_scan_of_16_bits_is_seen():
    drawn = np.asarray(page(pdf_files.scan(SHEET.astype(np.uint16) * 257, (223, 316), bits=16)).convert("L"))
    assert drawn.shape == (878, 620)
    assert np.abs(drawn[:877].astype(float) - SHEET).mean() < 4


def pictured(filter_, data, bits=8):
    """A page with one picture that is packed as `filter_` says."""
    height, width = SHEET.shape
    head = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent %d"
    return pdf_files.written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 223 316]/Contents 5 0 R"
            b"/Resources<</XObject<</P 4 0 R>>>>>>",
            head % (width, height, bits)
            + b"/Filter/%b/Length %d>>stream\n%b\nendstream" % (filter_, len(data), data),
            pdf_files.stream(b"", b"q 223 0 0 316 0 0 cm /P Do Q"),
        ]
    )


FLATE = zlib.compress(SHEET.tobytes())


GOOD = pictured(b"FlateDecode", FLATE)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pictured(b"DCTDecode", JPEG[: len(JPEG) // 2]), id="jpeg-half"),
        pytest.param(pictured(b"DCTDecode", JPEG[:300]), id="jpeg-head"),
        pytest.param(pictured(b"JPXDecode", JPX[: len(JPX) // 2]), id="jpx-half"),
        pytest.param(pictured(b"JBIG2Decode", b"nothing" * 50, bits=1), id="jbig2"),
        pytest.param(pictured(b"NewDecode", FLATE), id="unknown-filter"),
        pytest.param(pictured(b"FlateDecode", b""), id="empty"),
        pytest.param(GOOD.replace(b"/P 4 0 R", b"/P 9 0 R"), id="no-picture"),
        pytest.param(GOOD.replace(b"/P 4 0 R", b"/Q 4 0 R"), id="other-picture"),
        pytest.param(GOOD.replace(b"/Contents 5 0 R", b"/Contents 9 0 R"), id="no-content"),
        pytest.param(GOOD.replace(zlib.compress(b"q 223 0 0 316 0 0 cm /P Do Q"), b"?" * 35), id="content"),
    ],
)
def test_a_page_that_cannot_be_decoded_is_not_white(content):
    assert refused(content).code == "damaged_page"


def test_a_whole_page_and_an_empty_one_are_no_damage():
    for good in (GOOD, pictured(b"DCTDecode", JPEG), pictured(b"JPXDecode", JPX)):
        assert ink(page(good)) > 10000
    empty = pdf_files.stream(b"", b"1 0 0 1 0 0 cm  BT /F1 12 Tf 14.4 TL ET")  # as reportlab writes it
    for blank in (
        pdf_files.noted(b"/Subtype/Popup"),
        pdf_files.noted(b"/Subtype/Popup", empty).replace(b"/Annots", b"/Contents 6 0 R/Annots"),
    ):
        assert ink(page(blank)) == 0


def test_only_a_scan_of_two_tones_is_turned():
    black = DEEP < 128
    turned, right = (page(pdf_files.scan(bits, (595, 842), bits=1)) for bits in (black, ~black))
    assert np.abs(np.asarray(turned, float) - np.asarray(right.convert("L"), float)).mean() < 4
    assert np.asarray(page(pdf_files.scan(255 - DEEP, (595, 842))).convert("L")).mean() < 64


def test_attachments_are_found_in_the_list_and_in_notes():
    files = [("申込.pdf", b"%PDF-1.7 ..."), ("メモ.xlsx", b"PK\3\4")]
    found = [
        (name, content(), size) for name, content, size in Pdf(pdf_files.portfolio(*files)).attachments()
    ]
    assert found == [(name, content, len(content)) for name, content in files]
    clip = b"/Subtype/FileAttachment/FS 6 0 R"
    entry = b"<</Type/Filespec/F(x)/UF" + pdf_files.text("裏.png") + b"/EF<</F 7 0 R>>>>"
    held = pdf_files.noted(clip, entry, pdf_files.stream(b"/Type/EmbeddedFile", b"hello"))
    assert [(name, content()) for name, content, _ in Pdf(held).attachments()] == [("裏.png", b"hello")]
    assert not list(Pdf(pdf_files.scan(SHEET, (223, 316))).attachments())
