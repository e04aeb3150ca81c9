"""Pictures: too many dots, too many pages, what they say beside their pixels, and kinds that only look like one."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

from hostile import MARK, Hostile, cut

LARGE = "大きすぎます"
BROKEN = "壊れて"
M = MARK.decode()


def saved(form: str, size: tuple[int, int] = (60, 90), mode: str = "RGB", **more: Any) -> bytes:
    """A picture of two colours."""
    picture, file = Image.new(mode, size, 255 if mode in ("1", "L") else "white"), io.BytesIO()
    picture.paste(0, (5, 5, 30, 40))
    picture.save(file, form, **more)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int,
    height: int,
    *more: bytes,
    data: bytes = b"",
    bits: int = 8,
    kind: int = 2,
    interlaced: int = 0,
) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(more)
        + chunk(b"IDAT", data or zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def good_png(*more: bytes) -> bytes:
    """60 × 90 white dots and these chunks."""
    return png(60, 90, *more, data=zlib.compress((b"\0" + b"\xff" * 180) * 90))


def blown(size: int) -> bytes:
    return zlib.compress(b"\0" * size, 9)


def jpeg(*segments: tuple[int, bytes], size: tuple[int, int] | None = None) -> bytes:
    """A JPEG with these segments behind its beginning; size: what its head says instead."""
    content = saved("JPEG")
    extra = b"".join(struct.pack(">BBH", 0xFF, kind, len(body) + 2) + body for kind, body in segments)
    content = content[:2] + extra + content[2:]
    if size:
        at = content.index(b"\xff\xc0") + 5
        content = content[:at] + struct.pack(">HH", size[1], size[0]) + content[at + 4 :]
    return content


def exif() -> bytes:
    told = Image.Exif()
    told[0x010E], told[0x013B] = M, M
    told.get_ifd(0x8825).update({1: "N", 2: (35.0, 41.0, 22.0), 3: "E", 4: (139.0, 41.0, 30.0), 29: M})
    return told.tobytes()


def tiff(tags: list[tuple[int, int, int, int]], behind: bytes = b"", following: int = 0) -> bytes:
    """A TIFF of one directory: (tag, type, count, value)."""
    rows = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return (
        b"II*\0"
        + struct.pack("<I", 8)
        + struct.pack("<H", len(tags))
        + rows
        + struct.pack("<I", following)
        + behind
    )


def sized(
    width: int,
    height: int,
    *more: tuple[int, int, int, int],
    packing: int = 1,
    behind: bytes = b"\0" * 99,
    following: int = 0,
) -> bytes:
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, packing),
        (262, 3, 1, 1),
        (277, 3, 1, 1),
    ]
    at = 8 + 2 + 12 * (len(tags) + 3 + len(more)) + 4
    tags += [(273, 4, 1, at), (278, 4, 1, height), (279, 4, 1, len(behind)), *more]
    return tiff(tags, behind, following)


def pages(count: int) -> bytes:
    """A TIFF of so many pages of one dot."""
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    for number in range(count):
        at = len(out)
        tags = [
            (256, 4, 1, 1),
            (257, 4, 1, 1),
            (258, 3, 1, 8),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, 1, 4),
            (277, 3, 1, 1),
            (278, 4, 1, 1),
            (279, 4, 1, 1),
        ]
        following = at + 2 + 12 * len(tags) + 4 if number < count - 1 else 0
        out += (
            struct.pack("<H", len(tags))
            + b"".join(struct.pack("<HHII", *tag) for tag in tags)
            + struct.pack("<I", following)
        )
    return bytes(out)


def animated(form: str, frames: int) -> bytes:
    sheets = [Image.new("RGB", (40, 40), (at % 256, at // 256, 9)) for at in range(frames)]
    file = io.BytesIO()
    sheets[0].save(file, form, save_all=True, append_images=sheets[1:])
    return file.getvalue()


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><GPSLatitude>35,41N</GPSLatitude>" + MARK + b"</x:xmpmeta>"
PROFILE = b"ICC_PROFILE\0\1\1" + b"\xff" * 200 + MARK

# name → (file's name, how it is made, what is said of it, whether it costs seconds)
TAKEN = {
    "png-text": ("a.png", lambda: good_png(chunk(b"tEXt", b"Comment\0<script>" + MARK)), False),
    "png-gps": ("a.png", lambda: good_png(chunk(b"eXIf", exif()[6:])), False),
    "png-unknown-chunk": ("a.png", lambda: good_png(chunk(b"ruSt", b"<?php " + MARK)), False),
    "png-a-million-chunks": ("a.png", lambda: good_png(*([chunk(b"ruSt", b"")] * 300_000)), True),
    "png-resolution-of-nothing": ("a.png", lambda: good_png(chunk(b"pHYs", struct.pack(">IIB", 0, 2**32 - 1, 1))), False),
    "png-and-zip": ("a.png", lambda: good_png() + b"PK\3\4" + MARK, False),
    "png-and-web-page": ("a.html.png", lambda: good_png() + b"<html><script>" + MARK, False),
    "apng": ("a.png", lambda: animated("PNG", 300), False),
    "jpeg-gps": ("a.jpg", lambda: saved("JPEG", exif=exif()), False),
    "jpeg-xmp": ("a.jpg", lambda: jpeg((0xE1, XMP)), False),
    "jpeg-profile": ("a.jpg", lambda: jpeg((0xE2, PROFILE)), False),
    "jpeg-photoshop": ("a.jpg", lambda: jpeg((0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\xff\xff\xff\xff" + MARK)), False),
    "jpeg-comment": ("a.jpg", lambda: jpeg((0xFE, b"<script>" + MARK)), False),
    "jpeg-2000-comments": ("a.jpg", lambda: jpeg(*[(0xFE, MARK * 9000)] * 200), False),
    "jpeg-and-zip": ("a.jpg", lambda: saved("JPEG") + b"PK\3\4" + MARK, False),
    "jpeg-and-web-page": ("a.jpg", lambda: jpeg((0xFE, b"--><html><script>" + MARK)) + b"<script>" + MARK, False),
    "jpeg-exif-in-a-circle": ("a.jpg", lambda: jpeg((0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0")), False),
    "tiff-gps": ("a.tif", lambda: saved("TIFF", exif=exif()), False),
    "tiff-profile": ("a.tif", lambda: saved("TIFF", icc_profile=b"\xff" * 300 + MARK), False),
    "tiff-description": ("a.tif", lambda: saved("TIFF", description="<script>" + M), False),
}  # fmt: skip
EITHER = {
    "png-packed-text-bomb": ("a.png", lambda: good_png(chunk(b"zTXt", b"Comment\0\0" + blown(100_000_000))), False),
    "png-international-text-bomb": ("a.png", lambda: good_png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + blown(100_000_000))), False),
    "png-profile-bomb": ("a.png", lambda: good_png(chunk(b"iCCP", b"a\0\0" + blown(100_000_000))), False),
    "png-wrong-sum": ("a.png", lambda: good_png().replace(b"IDAT", b"IDAT", 1)[:-20] + b"\0" * 20, False),
    "jpeg-1000-scans": ("a.jpg", lambda: (p := saved("JPEG", (600, 600), progressive=True))[:-2] + p[p.rindex(b"\xff\xda") : -2] * 1000 + b"\xff\xd9", True),
    "jpeg-of-12-bits": ("a.jpg", lambda: jpeg().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), False),
    "jpeg-no-tables": ("a.jpg", lambda: jpeg().replace(b"\xff\xc4", b"\xff\xef"), False),
    "tiff-pages-in-a-circle": ("a.tif", lambda: sized(9, 9, following=8), False),
    "tiff-tag-of-4-billion": ("a.tif", lambda: sized(9, 9, (270, 2, 0xFFFFFFFF, 8)), False),
    "tiff-500-pages": ("a.tif", lambda: pages(500), True),
    "tiff-strip-nowhere": ("a.tif", lambda: sized(99, 99, behind=b""), False),
    "tiff-packed-bomb": ("a.tif", lambda: sized(7000, 7000, packing=8, behind=blown(300_000_000)), True),
    "tiff-tile-of-4-billion": ("a.tif", lambda: sized(9, 9, (322, 4, 1, 0xFFFFFFF0), (323, 4, 1, 0xFFFFFFF0), (324, 4, 1, 8)), False),
    "tiff-1000-samples": ("a.tif", lambda: sized(9, 9).replace(struct.pack("<HHII", 277, 3, 1, 1), struct.pack("<HHII", 277, 3, 1, 65535)), False),
    "tiff-directories-within": ("a.tif", lambda: sized(9, 9, (330, 4, 1, 8)), False),
    "bigtiff": ("a.tif", lambda: b"II+\0\x08\0\0\0" + b"\xff" * 99, False),
}  # fmt: skip
REFUSED = {
    "png-3600-million-dots": ("a.png", lambda: png(60000, 60000), LARGE, False),
    "png-4-billion-wide": ("a.png", lambda: png(0x7FFFFFFF, 1), LARGE, False),
    "png-interlaced-bomb": ("a.png", lambda: png(50000, 50000, interlaced=1, bits=1, kind=0), LARGE, False),
    "png-no-dots": ("a.png", lambda: png(0, 0), BROKEN, False),
    "png-broken-packing": ("a.png", lambda: png(60, 90, data=b"\xff" * 999), BROKEN, False),
    "png-less-than-it-says": ("a.png", lambda: png(6000, 9000), BROKEN, False),
    "jpeg-4300-million-dots": ("a.jpg", lambda: jpeg(size=(65500, 65500)), LARGE, False),
    "jpeg-no-end": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\xff" * 100_000, BROKEN, False),
    "jpeg-zeros": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 200, BROKEN, False),
    "tiff-16-billion-billion-dots": ("a.tif", lambda: sized(0xFFFFFFFF, 0xFFFFFFFF), f"{LARGE}|{BROKEN}", False),
    "tiff-1001-pages": ("a.tif", lambda: pages(1001), "ページ数が多すぎ", True),
    "tiff-nothing": ("a.tif", lambda: b"II*\0\x08\0\0\0\0\0\0\0\0\0", BROKEN, False),
    "heic": ("a.jpg", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x14ispe\0\0\0\0" + b"\xff" * 8 + MARK, "HEIC", False),
    "heic-sequence": ("a.heic", lambda: b"\0\0\0\x18ftyphevc\0\0\0\0" + MARK, "HEIC", False),
    "avif": ("a.png", lambda: b"\0\0\0\x18ftypavif\0\0\0\0" + MARK, "AVIF", False),
    "webp": ("a.jpg", lambda: b"RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\xff\xff\xff\xff\xff", "WebP", False),
    "gif-animated": ("a.gif", lambda: animated("GIF", 40), "GIF", False),
    "gif-and-script": ("a.jpg", lambda: b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert('" + MARK, "GIF", False),
    "bmp": ("a.bmp", lambda: saved("BMP"), "BMP", False),
    "jpeg-2000": ("a.jp2", lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + MARK, "開けない種類の画像", False),
    "photoshop": ("a.psd", lambda: b"8BPS\0\1" + b"\xff" * 99, "開けない種類の画像", False),
    "postscript": ("a.eps", lambda: b"%!PS-Adobe-3.0 EPSF\n(%pipe%id) (r) file " + MARK, "開けない種類の画像", False),
    "icon": ("a.ico", lambda: saved("ICO"), "開けない種類の画像", False),
    "windows-metafile": ("a.wmf", lambda: b"\xd7\xcd\xc6\x9a" + b"\0" * 99, "開けない種類の画像", False),
    "video": ("a.mp4", lambda: b"\0\0\0\x18ftypisom" + MARK, "動画", False),
}  # fmt: skip


def files(url: str) -> list[Hostile]:
    """All of them."""
    found = [Hostile("scan", name, file, make, heavy=heavy) for name, (file, make, heavy) in TAKEN.items()]
    found += [
        Hostile("scan", name, file, make, either=True, heavy=heavy)
        for name, (file, make, heavy) in EITHER.items()
    ]
    found += [
        Hostile("scan", name, file, make, says, heavy=heavy)
        for name, (file, make, says, heavy) in REFUSED.items()
    ]
    found += cut("scan", "png", "a.png", good_png, BROKEN + "|空です|PDF・TIFF", either=True)
    found += cut("scan", "jpeg", "a.jpg", lambda: jpeg((0xE1, XMP)), BROKEN, either=True)
    found += cut(
        "scan",
        "tiff",
        "a.tif",
        lambda: saved("TIFF", (600, 900), compression="tiff_lzw"),
        BROKEN,
        either=True,
    )
    return found
