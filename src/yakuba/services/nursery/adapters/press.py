"""Lays notices out on their pages, by WeasyPrint with nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.template.loader import render_to_string

from yakuba.services.nursery.engine.notices import Frame, Notice, Reason

TEMPLATE = "nursery/print/notices.html"
FAMILIES = (
    "Noto Sans CJK JP",
    "IPAexGothic",
)  # fonts of the notices, as in the template; `glyphs` trusts them
AT_ONCE = 50  # notices laid out together; between them the progress is told
SIZES = ("normal", "small", "tiny")
ROOM = {"normal": 600, "small": 1000}  # characters of reasons that surely fit in, lines counted as half full
ELSEWHERE = "ほかの希望については、窓口でご説明します。"


class PdfUnavailable(RuntimeError):
    """WeasyPrint's Debian libraries are missing; `str()` says which and what to do."""


def unavailable() -> PdfUnavailable:
    """What to say when they are."""
    return PdfUnavailable(
        "PDFを作る部品がありません。管理者に libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
        "（Debianパッケージ）を入れてもらってください。"
    )


class TextsTooLong(ValueError):
    """The texts around the reasons leave no room on the page; `str()` says so to staff."""


class Press:
    """Lays notices out with one set of fonts."""

    def __init__(self, frame: Frame, draft: bool) -> None:
        try:
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
        except OSError as error:
            raise unavailable() from error
        self.html = weasyprint.HTML
        self.fonts = FontConfiguration()
        self.frame = frame
        self.draft = draft

    def printed(self, notices: Sequence[Notice], told: Callable[[int], None]) -> bytes:
        """A PDF with exactly one page a notice."""
        pages: list[Any] = []
        for at in range(0, len(notices), AT_ONCE):
            told(at)
            some = notices[at : at + AT_ONCE]
            document = self._laid_out([(notice, size_of(notice)) for notice in some])
            fitted = len(document.pages) == len(some)
            pages += document.pages if fitted else self._with_long_ones_fitted(document, some)
        return bytes(document.copy(pages).write_pdf())

    def _with_long_ones_fitted(self, document: Any, notices: Sequence[Notice]) -> list[Any]:
        """The document's pages, with notices that took more than one laid out again."""
        first: dict[str, int] = {}
        for at, page in enumerate(document.pages):
            for name in page.anchors:  # a section that goes on to the next page has its anchor there again
                first.setdefault(name, at)
        starts = [first[f"notice-{notice.number}"] for notice in notices]
        pages: list[Any] = []
        for notice, start, end in zip(notices, starts, [*starts[1:], len(document.pages)], strict=True):
            pages += document.pages[start:end] if end - start == 1 else self._fitted(notice).pages
        return pages

    def _fitted(self, notice: Notice) -> Any:
        """The notice on one page: in smaller letters, then without its last reasons."""
        for size in SIZES[SIZES.index(size_of(notice)) :]:
            document = self._laid_out([(notice, size)])
            if len(document.pages) == 1:
                return document
        fits, too_many = -1, len(notice.reasons)
        while too_many - fits > 1:
            count = (fits + too_many) // 2
            if len(self._cut(notice, count).pages) == 1:
                fits = count
            else:
                too_many = count
        if fits < 0:
            raise TextsTooLong("通知の文面が長すぎて1枚に収まりません。文面を短くしてください。")
        return self._cut(notice, fits)

    def _cut(self, notice: Notice, count: int) -> Any:
        """The notice with its first reasons only."""
        reasons = (*notice.reasons[:count], Reason("", "", "", ELSEWHERE))
        return self._laid_out([(replace(notice, reasons=reasons), SIZES[-1])])

    def _laid_out(self, rows: Sequence[tuple[Notice, str]]) -> Any:
        html = render_to_string(
            TEMPLATE, {"rows": [self._row(*row) for row in rows], "frame": self.frame, "draft": self.draft}
        )
        return self.html(string=html, url_fetcher=_refuse).render(font_config=self.fonts)

    def _row(self, notice: Notice, size: str) -> dict[str, Any]:
        texts = {part: self.frame.of(part, notice.kind) for part in ("title", "intro", "after")}
        return {"notice": notice, "size": size, **texts}


def size_of(notice: Notice) -> str:
    """The size of letters with which the notice probably fits on its page."""
    amount = sum(len(reason.text) + len(reason.facilities) + 30 for reason in notice.reasons)
    return next((size for size, room in ROOM.items() if amount <= room), SIZES[-1])


def _refuse(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError(f"a notice may not fetch {url}")
