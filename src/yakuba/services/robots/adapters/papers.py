"""A case's scan as one PDF, and the words of a PDF that came from a target."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from yakuba.kernel.files.texts import words_of
from yakuba.kernel.refusals import Refused
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.papers import Paper

_DPI = 200  # of page images


class CasePapers:
    """`Papers` of the house. pages: the pictures of a case's pages, by the case's key."""

    def __init__(self, pages: Callable[[str], Sequence[bytes]]) -> None:
        self._pages = pages

    def of_case(self, row: Row) -> Paper:
        """The scan as one PDF."""
        images = self._pages(row.case)
        if not images:
            raise BadValue(
                "申請書の画像がないため、添付できません。用紙を読み取ってから、もう一度流してください。",
                field="申請書",
            )
        return Paper(f"{row.receipt_number}.pdf", "application/pdf", as_pdf(images))

    def text(self, paper: Paper) -> str:
        """Its words."""
        try:
            return words_of(paper.content)
        except Refused as refusal:
            raise BadValue(
                f"受け取った「{paper.name}」を読めません。{refusal.lines()}", field=paper.name
            ) from None


def as_pdf(images: Sequence[bytes]) -> bytes:
    """Pictures of pages as one PDF, a page each."""
    from PIL import Image

    pages = []
    for one in images:
        with Image.open(io.BytesIO(one)) as image:
            pages.append(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=_DPI)
    return out.getvalue()
