"""A PDF page is what a person sees: typed values and notes are drawn, or the page is refused and says why."""

import numpy as np
import pytest

from yakuba.kernel.files.kinds import Refused
from yakuba.kernel.files.pdfs import Pdf
from yakuba.kernel.files.tests import pdf_files

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


def group(parent, first, second):
    """Two tick boxes of one field; the arguments go into their dictionaries."""
    box = b"<</Type/Annot/Subtype/Widget/Parent 6 0 R/Rect[%d 60 %d 100]/F 4/AP<</N<</%b 7 0 R/Off 8 0 R>>>>%b>>"
    return pdf_files.written(
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[9 0 R]/DA(/Helv 0 Tf 0 g)>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 160]/Annots[4 0 R 5 0 R]>>",
            box % (20, 100, b"A", first),
            box % (120, 200, b"#82#CD", second),
            b"<</T(r)/Parent 9 0 R/Ff 49152/Kids[4 0 R 5 0 R]%b>>" % parent,
            TICK,
            NO_TICK,
            b"<</T(g)/FT/Btn/Kids[6 0 R]>>",
        ]
    )


@pytest.mark.parametrize(
    ("held", "first", "second", "agrees"),
    [
        (b"/V/A", b"/AS/A", b"/AS/Off", True),
        (b"/V/#82#CD", b"/AS/Off", b"/AS/#82#CD", True),
        (b"/V/Off", b"/AS/Off", b"/AS/Off", True),
        (b"", b"/AS/Off", b"/AS/Off", True),
        (b"/V/A", b"", b"", False),
        (b"/V/A", b"/AS/Off", b"/AS/Off", False),
        (b"/V/#82#CD", b"/AS/Off", b"/AS/Off", False),
        (b"/V(A)", b"/AS/Off", b"/AS/Off", False),
        (b"/V/A", b"/AS/Off", b"/AS/#82#CD", False),
        (b"/V/A", b"/AS/A", b"/AS/#82#CD", False),
        (b"/V/Off", b"/AS/A", b"/AS/Off", False),
    ],
)
def test_boxes_show_what_their_field_holds_or_stop_the_page(held, first, second, agrees):
    content = group(held, first, second)
    if agrees:
        assert (ink(page(content)) > 300) is (b"/AS/A" in first or b"#" in second)
    else:
        assert refused(content).code == "undrawn_tick"


def choice(value, options, flags):
    return (
        pdf_files.form("")
        .replace(b"/FT/Tx", b"/FT/Ch/Ff %d/Opt[%b]" % (flags, options))
        .replace(b"/V<FEFF>", b"/V" + value)
    )


@pytest.mark.parametrize("flags", [1 << 17, 0], ids=["combo", "list"])
def test_the_label_of_a_choice_is_drawn_or_stops_the_page(flags):
    def labelled(label):
        return choice(b"(1)", b"[(1)%b]" % pdf_files.text(label), flags)

    with_comma, without = (ink(page(labelled(label))) for label in ("父、母", "父"))
    assert with_comma != without
    assert ink(page(choice(pdf_files.text("父、母"), pdf_files.text("父、母"), flags))) == with_comma
    assert refused(labelled("山﨑、母")).detail == "﨑"  # the value, 1, could be drawn


@pytest.mark.parametrize(
    ("value", "size", "field"),
    [
        ("住" * 26, 14, b""),
        ("住" * 400, 14, b"/Ff 4096"),
        ("住\n" * 9, 14, b"/Ff 4096"),
        ("住" * 100, 0, b""),
        ("Hello " * 40, 14, b""),
    ],
)
def test_a_value_longer_than_its_box_stops_the_page(value, size, field):
    def sized(text, **more):
        return pdf_files.form(text, field=field, **more).replace(b"4/DA(/Helv 14", b"4/DA(/Helv %d" % size)

    refusal = refused(sized(value))
    assert (refusal.code, refusal.detail) == ("overflowing_value", value[:20])
    assert refused(sized(value, appearance=pdf_files.SHOWS_NOTHING)).code == "overflowing_value"
    assert ink(page(sized(value[:2]))) > 30


def test_a_value_that_fits_is_drawn_and_one_that_another_program_cut_is_told():
    assert ink(page(pdf_files.form("住" * 25))) > 300
    assert ink(page(pdf_files.form("住" * 40, field=b"/Ff 4096"))) > 300
    assert refused(pdf_files.form("Hello " * 40, appearance=OLD)).code == "overflowing_value"
    assert ink(page(pdf_files.form("Hello", appearance=OLD))) > 300


# Pages.


def counted(count, pages=3, *, packed=False):
    """Pages of 41, 42, … points' width in a tree that says `count`."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + pages))
    tree = b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count)
    leaves = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 40]>>" % (41 + number) for number in range(pages)]
    catalogue = b"<</Type/Catalog/Pages 2 0 R>>"
    if not packed:
        return pdf_files.written([catalogue, tree, *leaves])
    return in_object_stream([catalogue, tree, *leaves])


def in_object_stream(objects):
    """A PDF whose objects lie in one object stream, found by a cross-reference stream."""
    places, body = b"", b""
    for number, each in enumerate(objects, 1):
        places += b"%d %d " % (number, len(body))
        body += each + b" "
    holder = len(objects) + 1
    head = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(places))
    out = b"%%PDF-1.7\n%d 0 obj\n%b\nendobj\n" % (holder, pdf_files.stream(head, places + body))
    rows = [(0, 0, 0), *((2, holder, index) for index in range(len(objects))), (1, 9, 0), (1, len(out), 0)]
    table = b"".join(bytes([kind]) + at.to_bytes(4, "big") + bytes([more]) for kind, at, more in rows)
    head = b"/Type/XRef/W[1 4 1]/Size %d/Root 1 0 R" % len(rows)
    return out + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        holder + 1,
        pdf_files.stream(head, table),
        len(out),
    )


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_no_page_is_lost_where_a_count_is_too_small(count, packed):
    pdf = Pdf(counted(count, packed=packed))
    widths = [pdf.page(index).width for index in range(len(pdf))]
    assert len(widths) == 3
    assert widths == sorted(set(widths))


def test_a_missing_page_is_not_counted_away():
    content = counted(3).replace(b"/Kids[3 0 R 4 0 R 5 0 R]", b"/Kids[3 0 R 4 0 R 9 0 R]")
    assert len(Pdf(content)) == 3
    assert refused_page(content, 2) == "damaged_page"


def refused_page(content, index):
    with pytest.raises(Refused) as refusal:
        page(content, index)
    return refusal.value.code


def test_a_file_without_a_page_says_so():
    assert refused(counted(0, 0)).code == "no_pages"
    assert refused(counted(0, 0, packed=True)).code == "no_pages"
    assert refused(counted(0, 0)[:-9]).code == "damaged"


@pytest.mark.parametrize("between", [b"", b"\r\n\r\n", b"\0" * 30, b"Content-Type: application/pdf\r\n\r\n"])
def test_a_second_file_behind_the_first_is_told(between):
    assert refused(counted(1, 1) + between + counted(2, 2)).code == "joined"


def test_an_attached_file_is_no_second_one():
    inner = counted(1, 1)
    held = pdf_files.written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 40 40]>>",
            *[b"<</Type/EmbeddedFile/Length %d>>stream\n%b\nendstream" % (len(inner), inner)] * 2,
        ]
    )
    assert len(Pdf(held)) == 1


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


# White on black.


# Attachments.
