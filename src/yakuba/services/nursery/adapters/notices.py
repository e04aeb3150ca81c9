"""Notices as one PDF for the printer, a page a child.

Laying out takes by far the most time, so the parts of a long print file are laid out beside each other, each in a
process of its own (`lanes`), and each is put on a shelf as soon as it is ready: who is killed on the way goes on with
what lies there.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any, Protocol

import pypdfium2
from django.template.loader import get_template

from yakuba.services.nursery.adapters import lanes
from yakuba.services.nursery.adapters.press import TEMPLATE, PdfUnavailable, Press, TextsTooLong
from yakuba.services.nursery.engine.notices import Frame, Notice

__all__ = ["PdfUnavailable", "Shelf", "TextsTooLong", "to_pdf"]

IN_A_PART = (
    100  # pages written together at most; each part has fonts of its own, and all its pages are in memory
)
SMALLEST_PART = 25
PARTS = 12  # of a print file that is not long: what a kill costs is one part of each process

Told = Callable[[int, int], None]


class Shelf(Protocol):
    """Where parts that are laid out are kept."""

    def get(self, digest: str) -> bytes | None:
        """The part of that digest, if it lies there."""

    def put(self, digest: str, content: bytes, pages: int) -> None:
        """Keep a part; committed when it returns."""


class NoShelf:
    """Keeps nothing."""

    def get(self, digest: str) -> bytes | None:
        return None

    def put(self, digest: str, content: bytes, pages: int) -> None:
        pass


def to_pdf(
    notices: Sequence[Notice],
    frame: Frame,
    *,
    draft: bool,
    told: Told | None = None,
    shelf: Shelf | None = None,
) -> bytes:
    """The print file: page n is notice n.

    draft: every page is marked 見本. told(done, total) hears of the progress and may raise to stop. shelf: parts that
    lie there are not laid out again. Reasons that do not fit on one page even in small letters are cut off, which the
    page says. Raises PdfUnavailable or TextsTooLong.
    """
    size = min(IN_A_PART, max(SMALLEST_PART, -(-len(notices) // PARTS)))
    parts = [notices[at : at + size] for at in range(0, len(notices), size)]
    ready = _ready(parts, frame, draft, _counted(told, len(notices)), shelf or NoShelf())
    merged = pypdfium2.PdfDocument.new()
    try:
        for content in ready:
            part = pypdfium2.PdfDocument(content)
            merged.import_pages(part)
            part.close()
        if told is not None:
            told(len(notices), len(notices))
        return _saved(merged)
    finally:
        merged.close()


def digest_of(part: Sequence[Notice], frame: Frame, draft: bool) -> str:
    """Same digest, same pages: sha256 over all that is printed and the template."""
    template: Any = get_template(TEMPLATE)
    said = [template.template.source, repr(frame), repr(draft), *map(repr, part)]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def _ready(
    parts: Sequence[Sequence[Notice]], frame: Frame, draft: bool, told: Callable[[int], None], shelf: Shelf
) -> list[bytes]:
    """Every part as a PDF, in order: from the shelf, or laid out and put there."""
    digests = [digest_of(part, frame, draft) for part in parts]
    ready = {number: kept for number, digest in enumerate(digests) if (kept := shelf.get(digest)) is not None}
    missing = [number for number in range(len(parts)) if number not in ready]
    before = sum(len(parts[number]) for number in ready)
    told(before)
    rest = [parts[number] for number in missing]
    with closing(_printed(rest, frame, draft, lambda done: told(before + done))) as printed:
        for at, content in printed:
            number = missing[at]
            shelf.put(digests[number], content, len(parts[number]))
            ready[number] = content
    return [ready[number] for number in range(len(parts))]


def _printed(
    parts: Sequence[Sequence[Notice]], frame: Frame, draft: bool, told: Callable[[int], None]
) -> Generator[tuple[int, bytes]]:
    """Each part's number and its PDF, as soon as it is ready. Few pages need no processes of their own, which take
    seconds to start."""
    if sum(map(len, parts)) > IN_A_PART:
        yield from lanes.printed(parts, frame, draft, told)
    elif parts:
        press, done = Press(frame, draft), 0
        for number, part in enumerate(parts):
            yield number, press.printed(part, lambda some, before=done: told(before + some))  # type: ignore[misc]
            done += len(part)


def _counted(told: Told | None, total: int) -> Callable[[int], None]:
    """Tells how many are done."""
    return lambda done: told(done, total) if told is not None else None


def _saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
