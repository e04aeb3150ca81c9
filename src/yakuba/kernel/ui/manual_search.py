"""The manual as the index takes it: a page is an entry, the same in every town."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache

from yakuba.kernel.search import Entry, Text
from yakuba.kernel.ui import manual

TITLE, HEADING = 3.0, 2.0  # what a word counts there, beside 1 in the text


def keys(after: str) -> Iterator[str]:
    """The names of the pages."""
    return iter(name for name in sorted(manual.names()) if name > after)


def entries(wanted: Sequence[str]) -> list[Entry]:
    """The pages of those names."""
    return [_entry(manual.page(name)) for name in wanted if name in manual.names()]


@cache
def version() -> str:
    """Another one as soon as any page says something else."""
    digest = hashlib.sha256()
    for name, path in manual.names().items():
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _entry(page: manual.ManualPage) -> Entry:
    texts = (Text(page.text), Text(page.headings, HEADING), Text(page.title, TITLE))
    return Entry(page.name, page.title, manual.address(page.name), texts)
