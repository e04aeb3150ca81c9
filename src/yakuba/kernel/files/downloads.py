"""Files on their way to a person: made, not stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TypeVar

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)


@dataclass(frozen=True)
class Download:
    """A file to take along. name: ASCII, as the browser saves it."""

    name: str
    media_type: str
    content: bytes

    def answer(self) -> HttpResponse:
        """As an attachment that no browser opens by guessing and no cache keeps."""
        return _attached(HttpResponse(self.content, content_type=self.media_type), self.name)


@dataclass(frozen=True)
class LargeDownload:
    """One that is too large to be held in memory. file: open, at its beginning; closed when it has been sent."""

    name: str
    media_type: str
    file: IO[bytes]

    def answer(self) -> FileResponse:
        """As the one of `Download`, sent in parts."""
        return _attached(FileResponse(self.file, content_type=self.media_type), self.name)


def _attached(answer: Answer, name: str) -> Answer:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
