"""The separate process that opens hostile files:
`python -m yakuba.kernel.files.rendering PARENT SECONDS inspect|render|texts …` (the parent's number, SECONDS of CPU).

It imports no Django and sees no key, no database and no path: the file is its standard input, and what it makes goes
to its standard output. Memory and CPU time are limited by the operating system (`confinement`), which also refuses it any
network, other process and path, so a bomb ends this process and nothing else; it ends with the process PARENT that started
it. `opening` is the other side.

The output is a row of frames: a line of JSON, and as many bytes as its "size" says.

… inspect NAME MAX_PAGES MAX_BYTES         {"media_type", "pages"} or {"refused"}, then {"attachment", "size"} each
… render FIRST LAST PAGE_SECONDS           {"page", "media_type", "size"} or {"page", "refused"} for each page
                                           FIRST..LAST-1 (from 0), each in PAGE_SECONDS at most
… texts MOST_PAGES MOST                    {"text", "size"} for each page of a PDF: its words
Before them comes {"ready"}, after them {"end"}; who dies in between has met a file that is too heavy.
"""

from __future__ import annotations

import ctypes
import io
import json
import mmap
import resource
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from yakuba.kernel.cli.bound import bind
from yakuba.kernel.files.confinement import confine, limit
from yakuba.kernel.files.kinds import HEAD_BYTES, PDF, Refused, media_type_of

if TYPE_CHECKING:
    from PIL.Image import Image

ATTACHMENTS_SECONDS = 15  # CPU, for finding what is attached
FRESH_AFTER = 16  # pages
JPEG_QUALITY = 95


def inspect(file: BinaryIO, name: str, max_pages: int, max_bytes: int) -> None:
    """Tell the media type and number of pages, then its attachments, of `max_bytes` together."""
    media_type, opened = _open(file, name)
    if len(opened) == 0:
        raise Refused("no_pages")
    if len(opened) > max_pages:
        raise Refused("too_many_pages")
    opened.check()
    _tell({"media_type": media_type, "pages": len(opened)})
    if media_type != PDF:
        return
    _limit(ATTACHMENTS_SECONDS)
    for attached, content, size in opened.attachments():
        max_bytes -= size
        if max_bytes < 0:
            _tell({"attachment": attached, "refused": "too_big"})
            max_bytes += size
        else:
            _tell({"attachment": attached}, content())


def render(file: BinaryIO, first: int, last: int, page_seconds: int) -> None:
    """Tell pages `first`..`last - 1` as images of 200 dpi; pages of two tones as PNG, others as JPEG."""
    _, opened = _open(file, "")
    for index in range(first, last):
        _limit(page_seconds)
        if index % FRESH_AFTER == 0:
            opened.refresh()
        try:
            media_type, content = _encoded(opened.page(index))
        except Refused as refusal:
            _tell({"page": index, "refused": refusal.code, "detail": refusal.detail})
        except MemoryError:
            _tell({"page": index, "refused": "page_too_large"})
        else:
            _tell({"page": index, "media_type": media_type}, content)


def texts(file: BinaryIO, most_pages: int, most: int) -> None:
    """Tell the words of a PDF's first pages, of so many characters together."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(file.read())
        for index in range(min(len(document), most_pages)):
            words = document[index].get_textpage().get_text_bounded()[:most]
            most -= len(words)
            _tell({"text": index}, words.encode("utf-8", "replace"))
    except PdfiumError as error:
        raise Refused("encrypted" if "assword" in str(error) else "damaged") from error


def _open(file: BinaryIO, name: str) -> tuple[str, Any]:
    media_type = media_type_of(file.read(HEAD_BYTES), name)
    file.seek(0)
    if media_type == PDF:
        from yakuba.kernel.files.pdfs import Pdf

        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return media_type, Pdf((ctypes.c_ubyte * len(view)).from_buffer(view))
    from yakuba.kernel.files.pictures import Pictures

    return media_type, Pictures(file)


def _encoded(image: Image) -> tuple[str, bytes]:
    from yakuba.kernel.files.tones import is_grey

    if image.mode == "L" or is_grey(image):
        image = image.convert("L")
    image.info = {}  # Pillow would write comments and colour profiles of the file into what is made of it
    two_tones = image.mode == "L" and len(image.getcolors(256) or range(256)) <= 2
    content = io.BytesIO()
    if two_tones:
        image.save(content, "PNG")
        return "image/png", content.getvalue()
    image.save(content, "JPEG", quality=JPEG_QUALITY)
    return "image/jpeg", content.getvalue()


def _tell(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head | {"size": len(body)}).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def _limit(seconds: int) -> None:
    """Give what comes next its seconds of CPU; the signal at their end kills the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def main(arguments: list[str]) -> None:
    bind(int(arguments[0]))
    limit(int(arguments[1]))
    confine()
    _tell({"ready": True})
    try:
        if arguments[2] == "inspect":
            inspect(sys.stdin.buffer, arguments[3], int(arguments[4]), int(arguments[5]))
        elif arguments[2] == "texts":
            texts(sys.stdin.buffer, *map(int, arguments[3:5]))
        else:
            render(sys.stdin.buffer, *map(int, arguments[3:6]))
    except Refused as refusal:
        _tell({"refused": refusal.code, "detail": refusal.detail})
    except MemoryError:
        _tell({"refused": "page_too_large"})
    _tell({"end": True})


if __name__ == "__main__":
    main(sys.argv[1:])
