"""All hostile files."""

from __future__ import annotations

from hostile import (
    Hostile,
    archives,
    combined,
    logs,
    pdf_bombs,
    pdfs,
    pictures,
    sounds,
    texts,
    words,
    workbooks,
)

KINDS = (pdfs, pdf_bombs, pictures, words, workbooks, texts, logs, archives, sounds, combined)


def corpus(url: str) -> list[Hostile]:
    """In the order of their kinds; url: what a careless reader would fetch."""
    return [one for kind in KINDS for one in kind.files(url)]
