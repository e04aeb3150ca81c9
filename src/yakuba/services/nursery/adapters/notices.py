"""Notices as one PDF for the printer, a page a child.

Laying out takes by far the most time, so the parts of a long print file are laid out beside each other, each in a
process of its own (`lanes`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any

import pypdfium2

from yakuba.services.nursery.adapters import lanes
from yakuba.services.nursery.adapters.press import PdfUnavailable, Press, TextsTooLong
from yakuba.services.nursery.engine.notices import Frame, Notice

__all__ = ["PdfUnavailable", "TextsTooLong", "to_pdf"]

IN_A_PART = 100  # pages written together; each part has fonts of its own, and all its pages are in memory

Told = Callable[[int, int], None]


def to_pdf(notices: Sequence[Notice], frame: Frame, *, draft: bool, told: Told | None = None) -> bytes:
    """The print file: page n is notice n.

    draft: every page is marked 見本. told(done, total) hears of the progress and may raise to stop. Reasons that do
    not fit on one page even in small letters are cut off, which the page says. Raises PdfUnavailable or
    TextsTooLong.
    """
    parts = [notices[at : at + IN_A_PART] for at in range(0, len(notices), IN_A_PART)]
    merged = pypdfium2.PdfDocument.new()
    try:
        with closing(_printed(parts, frame, draft, _counted(told, len(notices)))) as printed:
            for content in printed:
                part = pypdfium2.PdfDocument(content)
                merged.import_pages(part)
                part.close()
        if told is not None:
            told(len(notices), len(notices))
        return _saved(merged)
    finally:
        merged.close()


def _printed(
    parts: Sequence[Sequence[Notice]], frame: Frame, draft: bool, told: Callable[[int], None]
) -> Generator[bytes]:
    """Each part as a PDF, in order."""
    if len(parts) > 1:
        yield from lanes.printed(parts, frame, draft, told)
    elif parts:
        yield Press(frame, draft).printed(parts[0], told)


def _counted(told: Told | None, total: int) -> Callable[[int], None]:
    """Tells how many are done."""
    return lambda done: told(done, total) if told is not None else None


def _saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
