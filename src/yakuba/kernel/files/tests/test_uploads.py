"""Hostile and broken files get a sentence that a clerk can act on; good ones become safe images."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.files import uploads
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, content_of
from yakuba.kernel.files.tests import pdf_files
from yakuba.kernel.files.uploads import UploadRefused, pages, take_upload, take_uploads

pytestmark = pytest.mark.usefixtures("in_yakuba_city")


def pdf(number_of_pages, size=(400, 500)):
    sheets = [Image.new("L", size, 255 - index % 50) for index in range(number_of_pages)]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", resolution=200, save_all=True, append_images=sheets[1:])
    return out.getvalue()


def png_header(width, height):
    """A PNG that claims to be huge and holds nothing: an image bomb needs no more."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    pack = lambda body: struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))  # noqa: E731
    return b"\x89PNG\r\n\x1a\n" + pack(chunk) + pack(data) + pack(b"IEND")


def encrypted_pdf():
    """A PDF whose trailer names an encryption that nobody gave us the password of."""
    body = pdf(1)
    dictionary = (
        b"99 0 obj\n<</Filter/Standard/V 1/R 2/Length 40/P -4"
        b"/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>\nendobj\n"
    )
    place = body.index(b"xref")
    return (
        body[:place]
        + dictionary
        + body[place:].replace(b"trailer\n<<", b"trailer\n<</Encrypt 99 0 R/ID[<41><41>] ")
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.pdf", b"", "empty"),
        ("メモ.pdf", "これはただの文章です。\n".encode() * 50, "text"),
        ("途中.pdf", pdf(3)[:700], "damaged"),
        ("爆弾.png", png_header(60000, 60000), "page_too_large"),
        ("壊れ.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 200, "damaged"),
        ("../../etc/名前.pdf", b"%PDF-1.7\n", "damaged"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(name, content, code):
    with pytest.raises(UploadRefused) as refusal:
        take_upload(name, io.BytesIO(content))
    assert refusal.value.code == code
    assert str(refusal.value).startswith(f"「{name.rsplit('/', 1)[-1]}」: ")
    assert not StoredFile.objects.exists()


def test_a_file_over_the_limits_is_refused(settings):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"upload_max_bytes": 5000, "upload_max_pages": 3})
    with pytest.raises(UploadRefused, match="大きすぎ"):
        take_upload("大きい.pdf", io.BytesIO(b"%PDF" + b"0" * 6000))
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"upload_max_bytes": 5_000_000})
    with pytest.raises(UploadRefused, match="ページ数"):
        take_upload("多い.pdf", io.BytesIO(pdf(4)))


def test_an_encrypted_pdf_is_named_as_such():
    with pytest.raises(UploadRefused, match="パスワード"):
        take_upload("鍵.pdf", io.BytesIO(encrypted_pdf()))


def test_pages_come_as_images_of_200_dpi(clerk):
    row = take_upload("束.pdf", io.BytesIO(pdf(11)), actor=clerk)
    assert (row.pages, row.media_type, row.created_by) == (11, "application/pdf", clerk)
    images = list(pages(row))
    assert [image.index for image in images] == list(range(11))
    first = Image.open(io.BytesIO(images[0].content))
    assert abs(first.width - 400) <= 1
    assert [image.index for image in pages(row, first=9)] == [9, 10]


def test_a_multipage_tiff_of_a_fax_gets_square_pixels():
    sheet = Image.fromarray(np.full((1000, 1700), 255, np.uint8)).convert("1")
    out = io.BytesIO()
    sheet.save(out, "TIFF", save_all=True, append_images=[sheet], dpi=(204, 98), compression="group4")
    out.seek(0)
    row = take_upload("fax.tif", out)
    first, second = list(pages(row))
    assert (first.media_type, second.index) == ("image/png", 1)
    size = Image.open(io.BytesIO(first.content)).size
    assert size == (round(1700 * 200 / 204), round(1000 * 200 / 98))


def test_a_picture_loses_what_is_not_picture():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "秘密の説明"
    Image.new("RGB", (300, 200), "white").save(out, "JPEG", exif=exif)
    row = take_upload("写真.jpg", io.BytesIO(out.getvalue() + b"<script>alert(1)</script>"))
    (page,) = pages(row)
    assert b"script" not in page.content
    assert not Image.open(io.BytesIO(page.content)).getexif()


def test_blobs_are_encrypted_on_disk():
    content = pdf(1)
    row = take_upload("束.pdf", io.BytesIO(content))
    assert content_of(row) == content
    assert b"PDF" not in blob_path(row).read_bytes()


# What lies inside a PDF.


def outcomes(name, content):
    """Names and outcomes: pages for what is kept, the code for what is refused."""
    taken = take_uploads(name, io.BytesIO(content))
    return [(each.name, each.code if isinstance(each, UploadRefused) else each.pages) for each in taken]


def test_what_is_attached_to_a_pdf_is_opened_or_told(clerk):
    picture = io.BytesIO()
    Image.new("L", (400, 500), 200).save(picture, "PNG")
    inner = pdf_files.portfolio(("裏面.png", picture.getvalue()))
    outer = pdf_files.portfolio(
        ("申込1.pdf", pdf(2)), ("../一覧.xlsx", b"PK\3\4" + b"x" * 26 + b"xl/workbook.xml"), ("束.pdf", inner)
    )
    assert outcomes("今日.pdf", outer) == [
        ("今日.pdf", 1),
        ("今日.pdf の添付 申込1.pdf", 2),
        ("今日.pdf の添付 一覧.xlsx", "excel"),
        ("今日.pdf の添付 束.pdf", 1),
        ("今日.pdf の添付 束.pdf の添付 裏面.png", 1),
    ]
    assert [len(list(pages(row))) for row in StoredFile.objects.order_by("created_at")] == [1, 2, 1, 1]


def test_a_name_keeps_what_can_be_shown():
    for given, kept in (
        ("申込　1.pdf", "申込　1.pdf"),
        ("a\0b\u202e.pdf", "ab.pdf"),
        ("C:\\x\\y.pdf", "y.pdf"),
    ):
        assert take_upload(given, io.BytesIO(pdf(1))).name == kept


def test_attachments_are_bounded_and_the_rest_is_told(monkeypatch, settings):
    many = pdf_files.portfolio(*((f"{number}.txt", b"text") for number in range(5)))
    monkeypatch.setattr(uploads, "MOST_ATTACHMENTS", 3)
    assert [what for _, what in outcomes("多い.pdf", many)] == [
        1,
        "text",
        "text",
        "text",
        "too_many_attachments",
    ]
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"upload_max_bytes": 1_000_000})
    bombs = pdf_files.portfolio(
        *((f"{number}.pdf", b"\0" * 800_000) for number in range(2)), ("小.txt", b"text")
    )
    assert [what for _, what in outcomes("爆弾.pdf", bombs)] == [1, "unknown_type", "too_big", "text"]


@pytest.mark.parametrize(
    ("name", "head", "code"),
    [
        ("写真.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        ("写真.jpg", b"\0\0\0\x24ftypmif1\0\0\0\0mif1heic", "heic"),
        ("写真.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "avif"),
        ("動画.mov", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
        ("絵.webp", b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
        ("絵.gif", b"GIF89a\x01\0\x01\0", "gif"),
        ("絵.bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "bmp"),
        ("図.svg", b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "svg"),
        ("絵.psd", b"8BPS\0\1", "other_picture"),
        (
            "申込.docx",
            b"PK\3\4" + b"\0" * 26 + b"[Content_Types].xml" + b"\0" * 50 + b"word/document.xml",
            "word",
        ),
        ("申込.docx", b"PK\3\4" + b"\0" * 26 + b"[Content_Types].xml", "word"),
        ("申込.rtf", b"{\\rtf1\\ansi", "word"),
        ("表.xlsx", b"PK\3\4" + b"\0" * 26 + b"xl/workbook.xml", "excel"),
        (
            "表.ods",
            b"PK\3\4" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "excel",
        ),
        ("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"),
        ("案.jtd", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ichitaro"),
        ("案", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
        ("案.xdw", b"\x60\x0e\x82\x03\0", "docuworks"),
        ("束.zip", b"PK\3\4" + b"\0" * 26 + "申込.pdf".encode("cp932"), "zip"),
        ("束.lzh", b"\x22\x5a-lh5-", "zip"),
        ("束.7z", b"7z\xbc\xaf\x27\x1c", "zip"),
        ("便り.eml", b"Return-Path: <a@example.lg.jp>\r\n", "mail"),
        ("頁.pdf", b"<!DOCTYPE html><html>", "web_page"),
        ("届.xml", b'<?xml version="1.0" encoding="UTF-8"?><a/>', "xml"),
        ("一覧.csv", "氏名,住所\n山田太郎,霞が関\n".encode("cp932"), "text"),
        ("一覧.csv", "氏名,住所\n".encode("utf-16"), "text"),
        ("謎", b"\x01\x02\x03\x04", "unknown_type"),
    ],
)
def test_what_is_not_taken_is_told_what_it_is(name, head, code):
    from yakuba.kernel.files.kinds import Refused, media_type_of
    from yakuba.kernel.files.reasons import REASONS

    with pytest.raises(Refused) as refusal:
        media_type_of(head, name)
    assert refusal.value.code == code
    assert REASONS[code].endswith("ください。")


# What a file may cost.


@pytest.mark.slow
def test_one_page_that_draws_for_ever_takes_no_other_along(monkeypatch):
    monkeypatch.setattr(uploads, "PAGE_SECONDS", 1)
    row = take_upload("重い.pdf", io.BytesIO(pdf_files.endless(3, heavy={1})))
    images = list(pages(row))
    assert [image.content is not None for image in images] == [True, False, True]
    assert "時間またはメモリがかかりすぎる" in images[1].refused


@pytest.mark.slow
def test_a_file_of_pages_that_draw_for_ever_is_given_up_and_told(monkeypatch):
    monkeypatch.setattr(uploads, "PAGE_SECONDS", 1)
    content = pdf_files.endless(500)
    assert len(content) < 100_000
    images = list(pages(take_upload("重い.pdf", io.BytesIO(content))))
    assert len(images) == uploads.HEAVY_PAGES + 1
    assert not any(image.content for image in images)
    assert "このページから500ページ目まで" in images[-1].refused


@pytest.mark.slow
def test_a_file_that_has_used_up_its_seconds_is_given_up_and_told(monkeypatch):
    monkeypatch.setattr(uploads, "FILE_SECONDS", 0.0)
    monkeypatch.setattr(uploads, "SECONDS_A_PAGE", 0.01)
    row = take_upload("重い.pdf", io.BytesIO(pdf_files.endless(20, heavy={3})))
    images = list(pages(row))
    assert [image.content is not None for image in images[:4]] == [True, True, True, False]
    assert "このページから20ページ目まで" in images[-1].refused


def test_a_machine_that_cannot_start_the_process_is_no_fault_of_the_file(monkeypatch):
    from yakuba.kernel.files import opening

    row = take_upload("束.pdf", io.BytesIO(pdf(2)))
    monkeypatch.setattr(opening, "PROGRAM", "yakuba.no_such_program")
    with pytest.raises(opening.Ended):
        list(pages(row))
    with pytest.raises(UploadRefused, match="混み合って"):
        take_upload("束.pdf", io.BytesIO(pdf(1)))
