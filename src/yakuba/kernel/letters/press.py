"""Lays letters out on their pages, and any other page as a PDF, by WeasyPrint with nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.template.loader import render_to_string

from yakuba.kernel.letters.letter import Layout, Marked
from yakuba.kernel.modelfolders import Kind, OptionalPart, Standing, look
from yakuba.kernel.refusals import Unavailable

PANGO = OptionalPart(
    "pango-1.0", Kind.LIBRARY, "PDFを作る部品", "通知、報告書、会議録をPDFにする", "LGPL-2.0-or-later",
    debian=("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
)  # fmt: skip
FAMILIES = ("Noto Sans CJK JP", "IPAexGothic")  # the fonts of every letter's template; `glyphs` trusts them
AT_ONCE = 50  # letters laid out together; between them the progress is told


class PdfUnavailable(Unavailable):
    """WeasyPrint's Debian libraries are missing; `str()` says which and what to do."""


def unavailable() -> PdfUnavailable:
    """What to say when they are."""
    return PdfUnavailable(
        f"{PANGO.title}がありません。管理者に {' '.join(PANGO.debian)} （Debianパッケージ）を入れてもらってください。"
    )


def optional() -> list[Standing]:
    """What is looked for on this machine."""
    return [look(PANGO)]


def to_pdf(html: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Any page as a PDF, a report for one. pictures: address → PNG, the only ones that it may name. Raises PdfUnavailable."""
    return bytes(_weasyprint().HTML(string=html, url_fetcher=_fetcher(pictures or {})).write_pdf())


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as error:
        raise unavailable() from error
    return weasyprint


@dataclass(frozen=True)
class Part:
    """Pages as a PDF, one a letter; misfits: recipients whose letter fits on no page, of whom none is in it."""

    pdf: bytes
    misfits: tuple[str, ...] = ()


class Press:
    """Lays letters out with one set of fonts. Raises PdfUnavailable."""

    def __init__(self, layout: Layout) -> None:
        self.html = _weasyprint().HTML
        from weasyprint.text.fonts import FontConfiguration

        self.fonts = FontConfiguration()
        self.fetcher = _fetcher(layout.pictures)
        self.layout = layout

    def printed(self, letters: Sequence[Marked], told: Callable[[int], None]) -> Part:
        """A PDF with exactly one page a letter; told(letters laid out)."""
        pages: list[Any] = []
        misfits: list[str] = []
        document = None
        for at in range(0, len(letters), AT_ONCE):
            told(at)
            some = letters[at : at + AT_ONCE]
            document = self._laid_out([(one, self._variant(one, 0)) for one in some])
            if len(document.pages) == len(some):
                pages += document.pages
                continue
            for one, own in zip(some, _pages_of_each(document, some), strict=True):
                fitted = own if len(own) == 1 else self._fitted(one)
                pages += fitted
                misfits += [] if fitted else [one.letter.recipient]
        pdf = bytes(document.copy(pages).write_pdf()) if document is not None and pages else b""
        return Part(pdf, tuple(misfits))

    def fits(self, one: Marked) -> bool:
        """Whether any variant of it fits on a page."""
        return len(self._laid_out([(one, self._variant(one, 0))]).pages) == 1 or bool(self._fitted(one))

    def whole(self, one: Marked) -> bytes:
        """The letter in its first form as a PDF, on as many pages as it takes."""
        return bytes(self._laid_out([(one, self._variant(one, 0))]).write_pdf())

    def _fitted(self, one: Marked) -> list[Any]:
        """The page of the largest variant that fits on one, the first of which does not; empty where none does."""
        variants = list(self.layout.variants(one.letter.body, self.layout.frame))
        too_large, fits, page = 0, len(variants), []
        while fits - too_large > 1:
            at = (too_large + fits) // 2
            pages = self._laid_out([(one, variants[at])]).pages
            if len(pages) == 1:
                fits, page = at, list(pages)
            else:
                too_large = at
        return page

    def _variant(self, one: Marked, number: int) -> Mapping[str, Any]:
        return next(islice(self.layout.variants(one.letter.body, self.layout.frame), number, None))

    def _laid_out(self, rows: Sequence[tuple[Marked, Mapping[str, Any]]]) -> Any:
        context = {
            "letters": [{"mark": one.mark, "addressee": one.letter.addressee, **more} for one, more in rows],
            "frame": self.layout.frame,
            "draft": self.layout.draft,
        }
        html = render_to_string(self.layout.template, context)
        return self.html(string=html, url_fetcher=self.fetcher).render(font_config=self.fonts)


def _pages_of_each(document: Any, letters: Sequence[Marked]) -> list[list[Any]]:
    first: dict[str, int] = {}
    for at, page in enumerate(document.pages):
        for name in page.anchors:  # a section that goes on to the next page has its anchor there again
            first.setdefault(name, at)
    starts = [first[one.mark.anchor] for one in letters]
    ends = [*starts[1:], len(document.pages)]
    return [document.pages[start:end] for start, end in zip(starts, ends, strict=True)]


def _fetcher(known: Mapping[str, bytes]) -> Any:
    """Gives the known pictures and nothing else: a page that asks for anything more is not printed."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Known(URLFetcher):  # type: ignore[misc]  # WeasyPrint is imported only where a page is printed
        def fetch(self, url: str, headers: Any = None) -> Any:
            """The picture of that address."""
            if url not in known:
                raise ValueError(f"a page may not fetch {url}")
            return URLFetcherResponse(url, known[url], {"Content-Type": "image/png"})

    return Known(fail_on_errors=True)
