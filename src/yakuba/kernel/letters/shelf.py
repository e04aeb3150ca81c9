"""Parts of a print that are laid out, kept as encrypted files until it is whole."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, remove, store
from yakuba.kernel.letters.models import LetterPart


class PrintShelf:
    """The shelf of one print. Whoever ends the print, in whatever way, clears it."""

    def __init__(self, print: str, actor: User | None = None) -> None:
        self._print = print
        self._actor = actor

    @property
    def pages(self) -> int:
        """How many pages lie there."""
        return sum(self._rows().values_list("pages", flat=True))

    def get(self, digest: str) -> bytes | None:
        """The part of that digest, if it lies there and can be read."""
        row = self._rows().select_related("pdf").filter(digest=digest).first()
        try:
            return content_of(row.pdf) if row else None
        except FileNotFoundError:
            _throw_away(row)
            return None

    def put(self, digest: str, content: bytes, pages: int) -> None:
        """Keep a part; another process may have done so."""
        with transaction.atomic():
            if self._rows().filter(digest=digest).exists():
                return
            name, kind = "letters-part.pdf", StoredFile.Kind.OUTPUT
            pdf = store(kind, name, "application/pdf", content, actor=self._actor, pages=pages)
            LetterPart.objects.create(print=self._print, digest=digest, pages=pages, pdf=pdf)

    def clear(self) -> None:
        """Throw all parts away."""
        for row in self._rows().select_related("pdf"):
            _throw_away(row)

    def _rows(self) -> Any:
        return LetterPart.objects.filter(print=self._print)


def _throw_away(row: LetterPart) -> None:
    with transaction.atomic():
        row.delete()
        remove(row.pdf)
