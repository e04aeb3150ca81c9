"""HTML to PDF by WeasyPrint, with nothing fetched from anywhere."""

from __future__ import annotations

from typing import Any


class PdfUnavailable(RuntimeError):
    """WeasyPrint's Debian libraries are missing; `str()` says which and what to do."""


def to_pdf(html: str) -> bytes:
    """The document as PDF. Raises PdfUnavailable."""
    try:
        from weasyprint import HTML
    except OSError as error:
        raise PdfUnavailable(
            "PDFを作る部品がありません。管理者に libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
            "（Debianパッケージ）を入れてもらってください。"
        ) from error
    return bytes(HTML(string=html, url_fetcher=_refuse).write_pdf())


def _refuse(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError(f"a report may not fetch {url}")
