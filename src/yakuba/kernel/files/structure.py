"""What PDFium does not tell of a PDF, looked up in the bytes of the file: pages that no count names, a second file
behind the first, and the state of a tick box where only the whole field has one."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

PAGE = re.compile(rb"/Type\s*/Page\b")
PACKED = re.compile(rb"/ObjStm\b[^>]*(?:>(?!>)[^>]*)*>>\s*stream\r?\n")
COUNT = re.compile(rb"/Count[ \r\n]+(\d+)")
# A state as a name becomes a string, which PDFium gives out for a text field and not for a tick box.
STATE = re.compile(rb"(/V|\bobj)\s*/([^\s/<>\[\](){}%]+)")
NEXT_FILE = re.compile(rb"%%EOF([^%]{0,1024})%PDF-\d")
STREAM_END = re.compile(rb"endstream")
MOST_PACKED = 1 << 24  # bytes of one object stream that are looked at


def is_joined(content: Any) -> bool:
    """Whether a second PDF begins behind the end of the first. What is attached lies in a stream and is none."""
    return any(b"stream" not in found[1] for found in NEXT_FILE.finditer(content))


def has_no_page(content: Any) -> bool:
    """Whether a whole file has a catalogue and not one page."""
    return (
        re.search(rb"%%EOF\s*$", content) is not None
        and any(re.search(rb"/Type\s*/Catalog\b", part) for part in _parts(content))
        and _pages_seen(content) == 0
    )


def with_true_count(content: Any, document: Any) -> bytes | None:
    """The same file, counted anew, where it has more pages than its page tree says; None where it has not."""
    if _pages_seen(content) <= len(document):
        return None
    # PDFium believes a count of more than nothing, and counts where it is nothing.
    counted = COUNT.sub(lambda found: b"/Count " + b"0" * len(found[1]), flat(document))
    try:
        again = pdfium.PdfDocument(counted)
    except pdfium.PdfiumError:
        return None
    found = len(again)
    again.close()
    return counted if found > len(document) else None


def flat(document: Any) -> bytes:
    """The file without object streams and without a key."""
    copy = io.BytesIO()
    document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    return copy.getvalue()


def as_texts(content: bytes) -> bytes:
    """A flat file whose tick boxes are text fields, and their states strings: so PDFium tells the state that a field
    of several boxes, or a parent of it, holds."""
    texts = STATE.sub(lambda found: found[1] + b"<" + _plain(found[2]).hex().encode() + b">", content)
    return re.sub(rb"/FT\s*/Btn\b", b"/FT/Tx", texts)


def _plain(name: bytes) -> bytes:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name)


def _pages_seen(content: Any) -> int:
    return sum(len(PAGE.findall(part)) for part in _parts(content))


def _parts(content: Any) -> Iterator[Any]:
    """The file and what its object streams hold."""
    yield content
    for found in PACKED.finditer(content):
        end = STREAM_END.search(content, found.end())
        if end is not None:
            # One in another packing, or under a key, stays unseen.
            with suppress(zlib.error), memoryview(content) as view:
                yield zlib.decompressobj().decompress(view[found.end() : end.start()], MOST_PACKED)
