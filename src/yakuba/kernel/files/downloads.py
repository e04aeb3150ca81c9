"""Files on their way to a person: made, not stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from yakuba.kernel.privacy.encryption import PIECE


@dataclass(frozen=True)
class Download:
    """A file to take along. name: ASCII, as the browser saves it.

    content: what is small; else an open file at its beginning, closed when it has been sent, or the pieces one by one.
    Of those two no more than a piece is held in memory.
    """

    name: str
    media_type: str
    content: bytes | Iterable[bytes]

    def answer(self) -> HttpResponseBase:
        """As an attachment that no browser opens by guessing and no cache keeps."""
        kind = HttpResponse if isinstance(self.content, bytes) else FileResponse
        answer: HttpResponseBase = kind(self.content, content_type=self.media_type)
        answer["Content-Disposition"] = f'attachment; filename="{self.name}"'
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "no-store"
        return answer

    def pieces(self) -> Iterator[bytes]:
        """The content from its beginning to its end, once."""
        if isinstance(self.content, bytes):
            yield self.content
        elif isinstance(self.content, BufferedIOBase):
            with self.content as file:
                yield from iter(lambda: file.read(PIECE), b"")
        else:
            yield from self.content
