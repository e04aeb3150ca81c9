"""Plain texts as a Word file."""

from __future__ import annotations

from yakuba.kernel.letters.word.starting import Words, written


def plain(text: str) -> bytes:
    """A .docx with a paragraph for each line."""
    return written([Words(_escaped(line), after=0.0) for line in text.rstrip("\n").split("\n")])


def _escaped(line: str) -> str:
    """`starting` takes {…} for a merge field; a text has none."""
    return line.replace("{", "｛").replace("}", "｝")
