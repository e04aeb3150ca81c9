"""What the room prints: any of its templates as a PDF of today."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone

from yakuba.kernel.accounts import person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.tenancy import current_municipality


def paper(
    request: HttpRequest, name: str, template: str, event: str, context: dict[str, Any], subject: str = ""
) -> HttpResponseBase:
    """The template as a PDF. Recorded. Raises PdfUnavailable."""
    context |= {"municipality": current_municipality(), "today": timezone.localdate(), "paper": True}
    content = to_pdf(render_to_string(template, context))
    record(event, subject=subject, actor=person_of(request))
    return Download(f"{name}-{timezone.localdate():%Y%m%d}.pdf", "application/pdf", content).answer()
