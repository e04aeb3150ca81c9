"""Pictures of a Word file, taken as what they show: decoded within bounds and written anew as PNG."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from typing import Any

from PIL import Image, ImageFile, UnidentifiedImageError

from yakuba.kernel.letters.word.model import Page, Picture
from yakuba.kernel.letters.word.package import Package, R
from yakuba.kernel.letters.word.units import EMU

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
TAKEN = ("PNG", "JPEG", "GIF", "BMP", "TIFF")
MOST_PIXELS = 16_000_000  # an A4 page at 400 dpi is 15.5 million
MOST_PICTURES = 20
WIDEST, HIGHEST = 595.3, 841.9  # points, A4
# Segments of a JPEG: frames, tables, the interval of restarts; and which colours its numbers are.
SCAN, END_OF_IMAGE, ADOBE = 0xDA, 0xD9, 0xEE
SEGMENTS = {*range(0xC0, 0xD0), 0xDB, 0xDD, SCAN} - {0xC8}
NEXT_SEGMENT = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
SEEN_AT = 300  # dots an inch: finer ones are made coarser, no printer of an office shows more


class NoPicture(Exception):
    """The drawing cannot be laid out; `str()` says why and what to do, in Japanese."""


def take(drawing: Any, package: Package, part: str, page: Page, kept: dict[str, bytes]) -> Picture:
    """The picture of a <w:drawing>; its PNG goes to `kept`. Raises NoPicture and NotWord."""
    anchor = next(iter(drawing), None)
    picture = drawing.find(f".//{PIC}pic")
    if anchor is None or picture is None:
        raise NoPicture(
            "図形・テキストボックス・グラフなどは配置できません。文字は本文か表に、絵は画像（PNGかJPEG）にしてください。"
        )
    _refuse_changed(picture, anchor)
    extent = anchor.find(f"{WP}extent")
    width, height = _emu(extent, "cx"), _emu(extent, "cy")
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST):
        raise NoPicture("画像の大きさが用紙に合いません。用紙に収まる大きさにしてください。")
    blip = picture.find(f".//{A}blip")
    png = _png(_content(blip, package, part), width, height)
    digest = hashlib.sha256(png).hexdigest()
    kept[digest] = png
    name = (anchor.find(f"{WP}docPr").get("descr", "") if anchor.find(f"{WP}docPr") is not None else "")[:200]
    if anchor.tag == f"{WP}inline":
        return Picture(digest, width, height, name)
    x, y, on_page = _place(anchor, width, height, page)
    behind = anchor.get("behindDoc") in ("1", "true")
    return Picture(digest, width, height, name, floats=True, x=x, y=y, on_page=on_page, behind=behind)


def _emu(element: Any, name: str) -> float:
    text = element.get(name, "") if element is not None else ""
    return int(text) * EMU if text.lstrip("-").isdecimal() and len(text) < 12 else 0.0


def _refuse_changed(picture: Any, anchor: Any) -> None:
    crop = picture.find(f".//{A}srcRect")
    if crop is not None and any(text not in ("", "0") for text in crop.attrib.values()):
        raise NoPicture("画像がトリミングされています。「図の圧縮」でトリミング部分を削除してください。")
    turned = picture.find(f".//{A}xfrm")
    if turned is not None and any(
        turned.get(name, "0") not in ("0", "false") for name in ("rot", "flipH", "flipV")
    ):
        raise NoPicture("画像が回転か反転されています。元の画像を回してから入れてください。")
    if anchor.tag == f"{WP}anchor" and anchor.find(f"{WP}wrapNone") is None:
        raise NoPicture(
            "画像のまわりに文字が折り返します。「文字列の折り返し」を「行内」「前面」「背面」のどれかにしてください。"
        )


def _content(blip: Any, package: Package, part: str) -> bytes:
    if blip is None or not blip.get(f"{R}embed"):
        raise NoPicture("画像が別のファイルへのリンクです。「挿入」で画像そのものを入れてください。")
    relation = package.relations(part).get(blip.get(f"{R}embed"))
    if relation is None or relation.external or not package.has(relation.target):
        raise NoPicture("画像がファイルの中にありません。入れ直してください。")
    return package.bytes(relation.target)


def pixels(content: bytes) -> tuple[bytes, str]:
    """A picture as nothing but what it shows, and the ending of its name; of what this gave it gives the same again. Raises
    NoPicture."""
    picture, photograph = _decoded(content)
    if photograph and (bare := _bare(content)):
        return bare, "jpeg"
    return _encoded(picture, "PNG"), "png"


def _bare(content: bytes) -> bytes:
    """A JPEG of its tables and scans alone, which loses no quality; empty where it does not hold together (ITU-T T.81,
    annex B)."""
    kept, at = bytearray(content[:2]), 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        kind, end = content[at + 1], at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == END_OF_IMAGE or end > len(content):
            break
        if kind == SCAN:
            end = next((one.start() for one in NEXT_SEGMENT.finditer(content, end)), len(content))
        if kind in SEGMENTS or (kind == ADOBE and content[at + 4 : at + 9] == b"Adobe" and end - at == 16):
            kept += content[at:end]
        at = end
    return bytes(kept) + b"\xff\xd9" if content[at : at + 2] == b"\xff\xd9" else b""


def _png(content: bytes, width: float, height: float) -> bytes:
    """Raises NoPicture."""
    plain, _ = _decoded(content)
    plain.thumbnail((max(1, round(width / 72 * SEEN_AT)), max(1, round(height / 72 * SEEN_AT))))
    return _encoded(plain, "PNG")


def _decoded(content: bytes) -> tuple[Any, bool]:
    """The pixels of the first picture, and whether it is a JPEG. Raises NoPicture."""
    try:
        # WeasyPrint lets Pillow fill up what is missing of a picture, in the whole process: here that is to be told.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=TAKEN) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise NoPicture("画像が大きすぎます。1,600万画素までにしてください。")
                plain = image.convert("RGBA" if image.mode in ("P", "LA", "RGBA", "PA") else "RGB")
                return plain, image.format == "JPEG"
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture("この形式の画像は使えません。PNGかJPEGにして入れ直してください。") from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, OverflowError) as error:
        raise NoPicture("画像が壊れていて読めません。入れ直してください。") from error


def _encoded(picture: Any, form: str) -> bytes:
    """Without what the file said beside its pixels."""
    buffer = io.BytesIO()
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    bare.save(buffer, form)
    return buffer.getvalue()


def _place(anchor: Any, width: float, height: float, page: Page) -> tuple[float, float, bool]:
    """x from the left margin, y, and whether y is from the top of the page and not from the paragraph."""
    across, down = anchor.find(f"{WP}positionH"), anchor.find(f"{WP}positionV")
    text_width = WIDEST - page.left - page.right
    base = across.get("relativeFrom", "column") if across is not None else "column"
    start, room = {"page": (-page.left, WIDEST), "leftMargin": (-page.left, page.left)}.get(
        base, (0.0, text_width)
    )
    if base == "rightMargin":
        start, room = text_width, page.right
    x = start + _offset(across, {"left": 0.0, "center": (room - width) / 2, "right": room - width})
    base = down.get("relativeFrom", "paragraph") if down is not None else "paragraph"
    if base in ("paragraph", "line"):
        return x, _offset(down, {"top": 0.0}), False
    top, high = (0.0, HIGHEST) if base == "page" else (page.top, HIGHEST - page.top - page.bottom)
    if base == "bottomMargin":
        top, high = HIGHEST - page.bottom, page.bottom
    return x, top + _offset(down, {"top": 0.0, "center": (high - height) / 2, "bottom": high - height}), True


def _offset(position: Any, aligned: dict[str, float]) -> float:
    if position is None:
        return 0.0
    offset, align = position.find(f"{WP}posOffset"), position.find(f"{WP}align")
    if align is not None:
        place = {"inside": "left", "outside": "right"}.get(
            (align.text or "").strip(), (align.text or "").strip()
        )
        if place not in aligned:
            raise NoPicture(
                "画像の位置を決められません。「レイアウトの詳細設定」で、位置を数値で指定してください。"
            )
        return aligned[place]
    text = (offset.text or "").strip() if offset is not None else ""
    return int(text) * EMU if text.lstrip("-").isdecimal() and len(text) < 12 else 0.0
