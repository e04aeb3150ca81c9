"""Files on their way to a person: made, not stored."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse


@dataclass(frozen=True)
class Download:
    """A file to take along. name: ASCII, as the browser saves it."""

    name: str
    media_type: str
    content: bytes

    def answer(self) -> HttpResponse:
        """As an attachment that no browser opens by guessing and no cache keeps."""
        answer = HttpResponse(self.content, content_type=self.media_type)
        answer["Content-Disposition"] = f'attachment; filename="{self.name}"'
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "no-store"
        return answer
