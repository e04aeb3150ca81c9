"""Every kind of picture file becomes the page that a person sees: dark on white, upright, square pixels."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from yakuba.kernel.files.kinds import Refused
from yakuba.kernel.files.pictures import Pictures


def sheet(width=620, height=877):
    """A ruled page with writing on it, mode L."""
    image = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(image)
    for y in range(100, height - 100, 60):
        draw.line((60, y, width - 60, y), fill=40, width=3)
        draw.text((80, y + 10), "Sheet 0123456789", fill=20, font=ImageFont.load_default(24))
    return image


SHEET = np.asarray(sheet())
FORMS = Path(__file__).resolve().parents[5] / "samples" / "forms"


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(content, index=0):
    return Pictures(io.BytesIO(content)).page(index)


def difference(page):
    """Mean difference from the sheet in grey levels."""
    grey = np.asarray(page.convert("L")).astype(float)
    assert grey.shape == SHEET.shape
    return float(np.abs(grey - SHEET).mean())


def raw_tiff(values, **tags):
    """A TIFF of one grey strip as scanners write it, of whatever type `values` have."""
    kinds = {"u": 1, "i": 2, "f": 3}
    height, width = values.shape
    entries = {
        256: width, 257: height, 258: values.dtype.itemsize * 8, 259: 1, 262: 1, 277: 1, 278: height,
        279: values.nbytes, 339: kinds[values.dtype.kind],
    } | {int(tag[1:]): value for tag, value in tags.items()}  # fmt: skip
    entries[273] = 8 + 2 + 12 * (len(entries) + 1) + 4
    order = "<" if values.dtype.byteorder in "<|=" else ">"
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    table = b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in sorted(entries.items()))
    return head + struct.pack(order + "H", len(entries)) + table + b"\0" * 4 + values.tobytes()


def raw_png(values, colour, bits, *chunks):
    """A PNG as written by others than Pillow; colour 0 grey, 2 RGB, 4 grey with alpha, 6 RGB with alpha."""
    height, width = values.shape[:2]
    rows = values.reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    pack = lambda kind, body: (  # noqa: E731
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    )
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + pack(b"IHDR", head)
        + b"".join(pack(kind, body) for kind, body in chunks)
        + pack(b"IDAT", zlib.compress(data))
        + pack(b"IEND", b"")
    )


DEEP = SHEET.astype(np.uint16) * 257


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(raw_png(DEEP.astype(">u2"), 0, 16), id="png-16"),
        pytest.param(raw_png(np.dstack([DEEP] * 3).astype(">u2"), 2, 16), id="png-rgb-16"),
        pytest.param(
            raw_png(np.dstack([DEEP, np.full_like(DEEP, 65535)]).astype(">u2"), 4, 16), id="png-la-16"
        ),
        pytest.param(raw_tiff(DEEP.astype("<u2")), id="tiff-16-little"),
        pytest.param(raw_tiff(DEEP.astype(">u2")), id="tiff-16-big"),
        pytest.param(raw_tiff((65535 - DEEP).astype("<u2"), t262=0), id="tiff-16-min-is-white"),
        pytest.param(raw_tiff(255 - SHEET, t262=0), id="tiff-8-min-is-white"),
        pytest.param(raw_tiff((DEEP >> 4).astype("<u2")), id="tiff-12-in-16"),
        pytest.param(raw_tiff(SHEET.astype("<u2")), id="tiff-8-in-16"),
        pytest.param(raw_tiff(SHEET.astype("<i4") * 257), id="tiff-32-as-16"),
        pytest.param(raw_tiff((SHEET / 255).astype("<f4")), id="tiff-float-one"),
        pytest.param(raw_tiff(SHEET.astype("<f4")), id="tiff-float-255"),
    ],
)
def test_depths_become_the_same_page(content):
    assert difference(opened(content)) < 1.0


@pytest.mark.parametrize(
    "values",
    [
        (SHEET.astype(np.int64) * 8_000_000).astype("<i4"),
        (SHEET.astype(np.int64) * 250 - 32000).astype("<i2"),
        SHEET.astype("<f4") * 1e6 - 5e7,
        (SHEET.astype(np.int64) * (2**32 // 256)).astype("<u4"),
    ],
    ids=["int-32", "signed-16", "float-wild", "unsigned-32"],
)
def test_numbers_whose_white_nobody_states_are_stretched(values):
    grey = np.asarray(opened(raw_tiff(values)))
    assert (grey.min(), grey.max()) == (0, 255)
    assert np.corrcoef(grey.ravel(), SHEET.ravel())[0, 1] > 0.999


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (raw_tiff(np.full((200, 200), np.inf, "<f4")), "damaged_page"),
        (raw_tiff((65535 - DEEP).astype(">u2"), t262=0), "damaged"),  # Pillow knows no such TIFF
    ],
    ids=["infinite", "unknown"],
)
def test_a_picture_that_cannot_be_understood_is_refused(content, code):
    with pytest.raises(Refused) as refusal:
        opened(content)
    assert refusal.value.code == code


def transparent_sheet(mode):
    grey = sheet()
    ink = grey.point(lambda level: 0 if level > 200 else 255)
    page = Image.merge("LA", (Image.new("L", grey.size, 0), ink))
    return page if mode == "LA" else page.convert(mode)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_paper_under_transparency_is_white(mode):
    page = np.asarray(opened(saved(transparent_sheet(mode), "PNG")).convert("L"))
    assert page[0, 0] == 255
    assert (page < 128).sum() == (SHEET <= 200).sum()


def test_paper_under_a_transparent_colour_is_white():
    ink = sheet().point(lambda level: 0 if level > 200 else 1)
    palette = ink.convert("P")
    palette.putpalette([0, 0, 0, 10, 10, 10])
    for content in (
        saved(palette, "PNG", transparency=0),
        saved(palette, "PNG", transparency=bytes([0, 255])),
        raw_png(np.where(SHEET > 200, 0, 10).astype(np.uint8), 0, 8, (b"tRNS", struct.pack(">H", 0))),
        raw_png(np.where(SHEET > 200, 0, 9999).astype(">u2"), 0, 16, (b"tRNS", struct.pack(">H", 0))),
        saved(transparent_sheet("RGBA"), "TIFF"),
        saved(transparent_sheet("RGBA"), "TIFF", compression="tiff_lzw"),
    ):
        page = np.asarray(opened(content).convert("L"))
        assert page[0, 0] == 255, content[:60]
        assert (page < 160).sum() == (SHEET <= 200).sum()


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "P", "RGB"])
def test_colours_of_all_sorts_come_out(mode):
    format = "PNG" if mode == "P" else "JPEG"
    image = sheet().convert("RGB")
    image = image.quantize(64) if mode == "P" else image.convert(mode)
    assert difference(opened(saved(image, format))) < 4


def test_lab_and_cmyk_tiffs_come_out():
    lab = Image.merge("LAB", (sheet(), *[Image.new("L", (620, 877), 128)] * 2))
    page = np.asarray(opened(saved(lab, "TIFF")).convert("L"))
    assert page[0, 0] > 230
    assert page.min() < 60
    assert difference(opened(saved(sheet().convert("RGB").convert("CMYK"), "TIFF"))) < 4


# What is a page, and what only lies in the same file.


def test_a_phones_second_picture_is_no_page():
    photo, preview = sheet(), sheet(160, 120)
    content = saved(photo, "MPO", save_all=True, append_images=[preview])
    for given in (content, content[: -len(saved(preview, "JPEG")) // 2]):  # whole, and its preview cut away
        pictures = Pictures(io.BytesIO(given))
        assert len(pictures) == 1
        assert difference(pictures.page(0)) < 4


def test_an_animation_is_one_page():
    content = saved(sheet(), "PNG", save_all=True, append_images=[sheet(), Image.new("L", (620, 877))])
    pictures = Pictures(io.BytesIO(content))
    assert len(pictures) == 1
    assert difference(pictures.page(0)) < 1


def test_small_copies_and_masks_in_a_tiff_are_no_pages():
    from PIL import TiffImagePlugin

    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for image, subfile in ((sheet(), 2), (sheet(60, 80), 1), (sheet(), 2), (sheet(), 4)):
            tags = TiffImagePlugin.ImageFileDirectory_v2()
            tags[254] = subfile
            image.save(writer, "TIFF", tiffinfo=tags)
            writer.newFrame()
    pictures = Pictures(io.BytesIO(out.getvalue()))
    assert len(pictures) == 2
    assert [difference(pictures.page(index)) < 1 for index in range(2)] == [True, True]


@pytest.mark.parametrize("cut", [0.25, 0.35, 0.5, 0.7])
def test_a_tiff_that_breaks_off_keeps_its_good_pages_and_tells_of_the_others(cut):
    from PIL import TiffImagePlugin

    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for _ in range(5):
            sheet().save(writer, "TIFF")
            writer.newFrame()
    pictures = Pictures(io.BytesIO(out.getvalue()[: int(len(out.getvalue()) * cut)]))
    pictures.check()
    good = int(5 * cut)
    assert good < len(pictures) <= good + 2  # the page that was cut through may be one of its own
    with pytest.raises(Refused) as refusal:
        pictures.page(len(pictures) - 1)
    assert refusal.value.code == "rest_damaged"
    assert all(difference(pictures.page(index)) < 1 for index in range(good))


@pytest.mark.parametrize(("last", "back_to"), [(2, 0), (2, 2), (1, 0), (0, 0)])
def test_a_tiff_whose_list_of_pages_turns_back_keeps_its_pages_and_tells_of_the_others(last, back_to):
    content = bytearray(saved(sheet(), "TIFF", save_all=True, append_images=[sheet(), sheet()]))
    places, links = [], [4]
    while at := struct.unpack_from("<I", content, links[-1])[0]:
        places.append(at)
        links.append(at + 2 + 12 * struct.unpack_from("<H", content, at)[0])
    struct.pack_into("<I", content, links[last + 1], places[back_to])
    pictures = Pictures(io.BytesIO(bytes(content)))
    assert len(pictures) == last + 2
    assert all(difference(pictures.page(index)) < 1 for index in range(last + 1))
    with pytest.raises(Refused) as refusal:
        pictures.page(last + 1)
    assert refusal.value.code == "rest_damaged"


# Resolution and orientation.


def fax(tags, size=(864, 573), **options):
    """A fax sheet of 864 × 573 pixels; `tags` are its resolution tags."""
    image = sheet(*size).point(lambda level: 255 * (level > 128)).convert("1")
    return saved(image, "TIFF", compression="group4", tiffinfo=tags, **options)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({282: 40.8, 283: 19.6, 296: 1}, (864, 1193)),
        ({282: 204.0, 283: 98.0, 296: 2}, (847, 1169)),
        ({282: 204.0, 283: 98.0, 296: 1}, (847, 1169)),
        ({282: 80.3, 283: 38.6, 296: 3}, (847, 1169)),
        ({282: 2.0, 283: 1.0, 296: 1}, (864, 1146)),
        ({282: 1.0, 283: 2.0}, (1728, 573)),
        ({282: 0.0, 283: 98.0, 296: 2}, (864, 573)),
        ({282: 100000.0, 283: 1.0, 296: 2}, (864, 573)),
    ],
)
def test_a_fax_gets_square_pixels_whatever_unit_it_states(tags, expected):
    width, height = opened(fax(tags)).size
    assert abs(width - expected[0]) <= 2
    assert abs(height - expected[1]) <= 3


def test_a_turned_fax_has_its_resolution_turned():
    upright = opened(fax({282: 204.0, 283: 98.0, 296: 2}))
    image = sheet(864, 573).point(lambda level: 255 * (level > 128)).convert("1")
    for orientation, turn in ((6, Image.Transpose.ROTATE_90), (8, Image.Transpose.ROTATE_270)):
        tags = {274: orientation, 282: 98.0, 283: 204.0, 296: 2}
        turned = opened(saved(image.transpose(turn), "TIFF", compression="group4", tiffinfo=tags))
        assert turned.size == upright.size
        assert np.abs(np.asarray(turned, float) - np.asarray(upright, float)).mean() < 8


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_obeyed_once(format, orientation):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = sheet().transpose(undo[orientation]) if orientation in undo else sheet()
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert difference(opened(saved(stored, format, exif=exif))) < 4


def test_pages_of_one_tiff_each_have_their_own_resolution():
    out = io.BytesIO()
    from PIL import TiffImagePlugin

    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for image, dpi in ((sheet(620, 877), 75), (sheet(827, 1170), 100), (sheet(413, 585), None)):
            image.save(writer, "TIFF", **({"dpi": (dpi, dpi)} if dpi else {}))
            writer.newFrame()
    pictures = Pictures(io.BytesIO(out.getvalue()))
    assert [pictures.page(index).size for index in range(3)] == [(1653, 2339), (1654, 2340), (413, 585)]


@pytest.mark.parametrize("dpi", [(0, 0), (1, 1), (72, 72), (65535, 65535), (3, 300)])
def test_a_photo_keeps_its_pixels_when_its_resolution_is_nonsense(dpi):
    photo = Image.new("L", (2000, 3000), 200)
    content = bytearray(saved(photo, "JPEG"))
    place = content.index(b"JFIF\0") + 7
    content[place : place + 5] = struct.pack(">BHH", 1, *dpi)
    assert opened(bytes(content)).size == (2000, 3000)


# White on black.


def two_tones(image):
    return image.point(lambda level: 255 * (level > 128)).convert("1")


def negative(image):
    return two_tones(image).point(lambda level: 255 - level)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(saved(negative(sheet()), "TIFF", compression="group4"), id="group4"),
        pytest.param(saved(negative(sheet()), "TIFF", tiffinfo={262: 0}), id="min-is-white"),
        pytest.param(saved(negative(sheet()), "PNG"), id="png"),
        pytest.param(saved(negative(sheet()).convert("L"), "PNG"), id="two-greys"),
        pytest.param(saved(two_tones(sheet()), "TIFF", compression="group4"), id="right-already"),
        pytest.param(saved(two_tones(sheet()), "TIFF", compression="group3"), id="right-group3"),
    ],
)
def test_white_writing_on_black_is_turned(content):
    assert difference(opened(content)) < 12


@pytest.mark.parametrize(
    "form", sorted(FORMS.glob("*/*.png")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_negatives_of_the_demo_towns_forms_are_turned(form):
    with Image.open(form) as blank:
        right = np.asarray(two_tones(blank.convert("L")).convert("L"), float)
        turned = opened(saved(negative(blank.convert("L")), "TIFF", compression="group4"))
    assert np.abs(np.asarray(turned, float) - right).mean() < 1


def test_a_dark_picture_that_is_no_negative_stays():
    rng = np.random.default_rng(5)
    night = np.clip(rng.normal(30, 18, (877, 620)), 0, 255).astype(np.uint8)
    halftone = Image.fromarray((rng.random((877, 620)) < 0.15).astype(np.uint8) * 255).convert("1")
    lid = Image.new("1", (620, 877), 0)
    lid.paste(two_tones(sheet(260, 360)), (180, 250))  # a small sheet scanned with the lid open
    for image in (
        Image.fromarray(night), halftone, lid, Image.new("1", (620, 877), 0), Image.fromarray(255 - SHEET),
    ):  # fmt: skip
        page = opened(saved(image, "PNG"))
        assert np.asarray(page.convert("L")).mean() < 128
