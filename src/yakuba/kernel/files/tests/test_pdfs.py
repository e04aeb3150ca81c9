"""A PDF page is what a person sees: typed values and notes are drawn, or the page is refused and says why."""

import zlib

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.files.kinds import Refused
from yakuba.kernel.files.pdfs import Pdf
from yakuba.kernel.files.tests import pdf_files
from yakuba.kernel.files.tests.test_pictures import SHEET, saved

OLD = b"/Tx BMC BT /Helv 14 Tf 2 8 Td (OLD) Tj ET EMC"


def page(content, index=0):
    return Pdf(content).page(index)


def ink(image):
    """How many pixels are dark."""
    return int((np.asarray(image.convert("L")) < 128).sum())


def refused(content):
    with pytest.raises(Refused) as refusal:
        page(content)
    return refusal.value


@pytest.mark.parametrize("value", ["Hello 123", "山田太郎 髙橋", "ｶﾅ ゔ 〒"])
@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("appearance", [None, pdf_files.SHOWS_NOTHING])
def test_a_value_that_no_program_has_drawn_yet_is_drawn(value, asks, appearance):
    assert ink(page(pdf_files.form("", appearance=appearance, asks=asks))) == 0
    assert ink(page(pdf_files.form(value, appearance=appearance, asks=asks))) > 300


@pytest.mark.parametrize("nothing", [b"() Tj", b"( ) Tj", b"<> Tj", b"[<20>] TJ", b"()\x27"])
def test_an_appearance_that_shows_a_string_of_nothing_hides_no_value(nothing):
    appearance = b"/Tx <</MCID 0/ActualText(x)>> BDC BT /Helv 14 Tf 2 8 Td " + nothing + b" ET EMC"
    assert ink(page(pdf_files.form("Hello 123", appearance=appearance))) == ink(
        page(pdf_files.form("Hello 123"))
    )


def test_a_field_that_no_form_lists_is_drawn_whole_or_stops_the_page():
    def unlisted(value):
        return pdf_files.form(value).replace(b"/Fields[4 0 R]", b"/Fields[     ]")

    assert ink(page(unlisted("Hello 123"))) > 300
    assert refused(unlisted("山﨑")).code == "undrawn_text"
    bare = b"/Subtype/Widget/FT/Tx/T(a)/DA(/Helv 14 Tf 0 g)"  # and no form at all
    assert refused(pdf_files.noted(bare + b"/V(Hello)")).code == "undrawn_note"
    assert ink(page(pdf_files.noted(bare))) == 0


TICK = pdf_files.stream(b"/Type/XObject/Subtype/Form/BBox[0 0 360 40]", b"0 0 360 40 re f")
NO_TICK = pdf_files.stream(b"/Type/XObject/Subtype/Form/BBox[0 0 360 40]", b"")


@pytest.mark.parametrize(
    ("states", "drawn"),
    [
        (b"/V/Yes/AS/Yes", True),
        (b"/V/Off/AS/Off", False),
        (b"/AS/Off", False),
        (b"/V/Yes", None),
        (b"/V/Yes/AS/Off", None),
        (b"/V(Yes)/AS/Off", None),
        (b"/V/Off/AS/Yes", None),
    ],
)
def test_a_tick_box_shows_what_it_holds_or_stops_the_page(states, drawn):
    box = b"/Subtype/Widget/FT/Btn/T(c)/AP<</N<</Yes 6 0 R/Off 7 0 R>>>>" + states
    content = pdf_files.noted(box, TICK, NO_TICK).replace(
        b"/Pages 2 0 R", b"/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/Helv 0 Tf 0 g)>>"
    )
    if drawn is None:
        assert refused(content).code == "undrawn_tick"
    else:
        assert (ink(page(content)) > 300) is drawn


def test_values_in_an_update_that_was_cut_off_are_missed():
    blank = pdf_files.form("")
    typed = b"4 0 obj\n<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[20 60 380 100]/F 4/DA(/Helv 14 Tf 0 g)/V(Hello)>>\nendobj\n"
    former = blank.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]
    table = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev %b>>\n" % (len(blank), former)
    whole = blank + typed + table + b"startxref\n%d\n%%%%EOF\n" % (len(blank) + len(typed))
    assert ink(page(whole)) > 300
    assert ink(page(blank + b"\0" * 999)) == 0
    for cut in (len(whole) - 8, len(blank) + len(typed), len(blank) + 30):
        assert refused(whole[:cut]).code == "damaged"


def test_an_appearance_that_the_file_brings_is_kept():
    assert ink(page(pdf_files.form("﨑", appearance=OLD))) > 300
    assert ink(page(pdf_files.form("Hello 123", appearance=OLD))) != ink(page(pdf_files.form("Hello 123")))


@pytest.mark.parametrize(
    "content",
    [
        pdf_files.form("山﨑", appearance=None),
        pdf_files.form("山﨑", appearance=pdf_files.SHOWS_NOTHING),
        pdf_files.form("山﨑", appearance=OLD, asks=True),
        pdf_files.noted(b"/Subtype/FreeText/DA(/Helv 14 Tf 0 g)/Contents" + pdf_files.text("山﨑")),
    ],
    ids=["no-appearance", "empty-appearance", "asks-for-a-new-one", "free-text"],
)
def test_a_character_that_would_be_left_out_stops_the_page(content):
    refusal = refused(content)
    assert (refusal.code, refusal.detail) == ("undrawn_text", "﨑")


def test_a_hidden_field_is_not_drawn():
    assert ink(page(pdf_files.form("Hello", field=b"/F 2"))) == 0


def test_notes_are_drawn_or_stop_the_page():
    assert ink(page(pdf_files.noted(b"/Subtype/FreeText/DA(/Helv 14 Tf 0 g)/Contents(abc)"))) > 300
    struck = b"/Subtype/StrikeOut/C[1 0 0]/QuadPoints[20 100 380 100 20 60 380 60]"
    assert ink(page(pdf_files.noted(struck))) > 300
    for undrawn in (b"/Subtype/Stamp/Name/Approved", b"/Subtype/Line/L[20 60 380 100]"):
        assert refused(pdf_files.noted(undrawn)).code == "undrawn_note"
        assert ink(page(pdf_files.noted(undrawn + b"/F 2"))) == 0  # hidden: a person would not see it either
    looks = pdf_files.stream(b"/Type/XObject/Subtype/Form/BBox[0 0 360 40]", b"0 0 360 40 re f")
    assert ink(page(pdf_files.noted(b"/Subtype/Stamp/AP<</N 6 0 R>>", looks))) > 300


def test_a_form_that_only_acrobat_can_show_is_told():
    packets = pdf_files.stream(
        b"", b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform/></template></xdp:xdp>'
    )
    xfa = [
        b"<</Type/Catalog/Pages 2 0 R/NeedsRendering true/AcroForm<</Fields[]/XFA 4 0 R>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 160]>>",
        packets,
    ]
    assert refused(pdf_files.written(xfa)).code == "xfa"


# Sizes.

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


# Pages that cannot be decoded.


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


JPEG, JPX = (saved(Image.fromarray(SHEET), kind) for kind in ("JPEG", "JPEG2000"))
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


# White on black.


def test_only_a_scan_of_two_tones_is_turned():
    black = DEEP < 128
    turned, right = (page(pdf_files.scan(bits, (595, 842), bits=1)) for bits in (black, ~black))
    assert np.abs(np.asarray(turned, float) - np.asarray(right.convert("L"), float)).mean() < 4
    assert np.asarray(page(pdf_files.scan(255 - DEEP, (595, 842))).convert("L")).mean() < 64


# Attachments.


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
