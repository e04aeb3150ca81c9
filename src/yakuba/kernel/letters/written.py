"""A letter that a town wrote in Word, ready for the press: `Layout("letters/word.html", template, variants, …)` where all
letters of a print are of one kind; a room with several kinds puts what `WordTemplate.variants` gives into its own layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.letters import faces
from yakuba.kernel.letters.letter import Layout
from yakuba.kernel.letters.word.html import PICTURE, Values, Writer
from yakuba.kernel.letters.word.model import Document

LAYOUT = "letters/word.html"
SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7)  # of letters and distances, until the letter fits on its page


@dataclass(frozen=True)
class Written:
    """A page: style of its section, what is in it as HTML, in which every text is escaped."""

    style: str
    body: str


@dataclass(frozen=True)
class WordTemplate:
    """One version of a kind of letter."""

    kind: str
    number: int
    document: Document

    def variants(self, values: Values) -> Iterator[Written]:
        """From its own size on, ever smaller."""
        for scale in SCALES:
            yield self.at(values, scale)

    def at(self, values: Values, scale: float = SCALES[-1]) -> Written:
        """The letter in one size; without one, in the smallest."""
        return Written(*Writer(faces.css, scale).section(self.document, values))

    @property
    def pictures(self) -> dict[str, bytes]:
        """For the layout."""
        return {f"{PICTURE}{digest}": png for digest, png in self.document.pictures.items()}

    def lacking(self, text: str) -> list[str]:
        """The characters that the fonts of this letter would not print as they are."""
        return faces.lacking(faces.chains(self.document), text)


def layout(template: WordTemplate, name: str, *, draft: bool = False) -> Layout:
    """How a print of letters of this one kind looks; the body of each is its `Values`. name: of the print."""
    return Layout(LAYOUT, template, variants, name, draft, template.pictures)


def variants(values: Values, template: WordTemplate) -> Iterator[Mapping[str, Any]]:
    """For `layout`."""
    for one in template.variants(values):
        yield {"word": one}
