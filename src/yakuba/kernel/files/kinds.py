"""What a file is, by its first bytes. A name's ending is believed only where the bytes say no more than
"an old Office document" or nothing at all, and then it only chooses the words for the clerk."""

from __future__ import annotations

import re

HEAD_BYTES = 4096  # what `media_type_of` wants to see of a file


class Refused(Exception):
    """The file or page cannot be taken. `code` is a key of `reasons.REASONS`; `detail` fills its sentence."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"

_OURS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),  # BigTIFF
    (b"MM\x00+", TIFF),
)

# Kinds that offices meet and that are not taken: the code of the reason, and how such a file begins.
_FOREIGN = (
    ("heic", re.compile(rb".{4}ftyp(hei|hev|mif1|msf1)", re.DOTALL)),
    ("avif", re.compile(rb".{4}ftypavi[fs]", re.DOTALL)),
    ("video", re.compile(rb".{4}(ftyp|moov|mdat)|\x1aE\xdf\xa3|RIFF....AVI |\x00\x00\x01\xba", re.DOTALL)),
    ("sound", re.compile(rb"ID3|RIFF....WAVE|OggS|fLaC|\xff[\xf2-\xfb]", re.DOTALL)),
    ("webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("gif", re.compile(rb"GIF8")),
    ("bmp", re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL)),
    ("other_picture", re.compile(rb"8BPS|\x00\x00\x00\x0cj[PX][ L]|\xff\x4f\xff\x51|\xff\x0a|\x97JB2|%!PS")),
    ("other_picture", re.compile(rb"\x00\x00\x01\x00[\x01-\xff]\x00|.{40} EMF|\xd7\xcd\xc6\x9a", re.DOTALL)),
    (
        "word",
        re.compile(rb"PK\x03\x04.*(word/|mimetypeapplication/vnd\.oasis\.opendocument\.text)", re.DOTALL),
    ),
    (
        "excel",
        re.compile(rb"PK\x03\x04.*(xl/|mimetypeapplication/vnd\.oasis\.opendocument\.spread)", re.DOTALL),
    ),
    (
        "slides",
        re.compile(rb"PK\x03\x04.*(ppt/|mimetypeapplication/vnd\.oasis\.opendocument\.pres)", re.DOTALL),
    ),
    (
        "zip",
        re.compile(
            rb"PK\x03\x04|PK\x05\x06|7z\xbc\xaf|Rar!|\x1f\x8b|BZh|\xfd7zXZ|..-l[hz][0-9ds]-", re.DOTALL
        ),
    ),
    ("office", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("svg", re.compile(rb"\s*(<\?xml.*)?<svg|\s*<!DOCTYPE svg", re.DOTALL | re.IGNORECASE)),
    ("web_page", re.compile(rb"\s*<(!DOCTYPE html|html|head|body)", re.IGNORECASE)),
    ("mail", re.compile(rb"(Received|Return-Path|MIME-Version|From|Subject|Date): ", re.IGNORECASE)),
    ("xml", re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml")),
    ("word", re.compile(rb"\{\\rtf")),
)
# What the ending says where the bytes do not; DocuWorks and Ichitaro have no open description.
_ENDINGS = {
    "doc": "word", "dot": "word", "xls": "excel", "ppt": "slides", "msg": "mail",
    "jtd": "ichitaro", "jtt": "ichitaro", "jtdc": "ichitaro",
    "xdw": "docuworks", "xbd": "docuworks", "xct": "docuworks",
    "docx": "word", "docm": "word", "xlsx": "excel", "xlsm": "excel", "pptx": "slides",
}  # fmt: skip


def media_type_of(head: bytes, name: str = "") -> str:
    """The media type of a file that is taken, by its first `HEAD_BYTES`. Raises Refused, saying what it is."""
    if not head:
        raise Refused("empty")
    if b"%PDF-" in head[:1024]:
        return PDF
    for magic, media_type in _OURS:
        if head.startswith(magic):
            return media_type
    raise Refused(_foreign(head, name.rpartition(".")[2].lower()))


def _foreign(head: bytes, ending: str) -> str:
    code = next((code for code, pattern in _FOREIGN if pattern.match(head)), None)
    if code in {None, "office", "zip"} and ending in _ENDINGS:
        return _ENDINGS[ending]
    return code or ("text" if _is_text(head) else "unknown_type")


def _is_text(head: bytes) -> bool:
    """Whether these bytes are writing in UTF-8, UTF-16 with a mark, or CP932 (the last character may be cut)."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in head or len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", head)) > 0:
        return False
    for encoding in ("utf-8", "cp932"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
