"""Hostile and broken files get a sentence that a clerk can act on; good ones become safe images."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, content_of
from yakuba.kernel.files.uploads import UploadRefused, pages, take_upload

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
        ("メモ.pdf", "これはただの文章です。\n".encode() * 50, "unknown_type"),
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
