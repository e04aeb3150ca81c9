"""A text with what the rules and the town's own list say of it. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from yakuba.services.drafting.contracts import Finding, Strength, TextClass
from yakuba.services.drafting.engine.proofreading import applying
from yakuba.services.drafting.engine.proofreading.proofread import cleaned, findings
from yakuba.services.drafting.queries.terms import town_words


@dataclass(frozen=True)
class Proofread:
    """text: as it is now; found: what is still to be said of it; left: keys that the person let be; pieces: the text with
    its marks."""

    text: str
    found: list[Finding]
    left: list[str]
    pieces: list[applying.Piece]

    @property
    def sure(self) -> list[Finding]:
        """What may be taken over at once."""
        return [one for one in self.found if one.sure]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Findings by strength."""
        return [(one.label, sum(found.strength is one for found in self.found)) for one in Strength]


def proofread(
    text: str, text_class: TextClass, left: Collection[str] = (), take: str = "", *, take_all: bool = False
) -> Proofread:
    """Proofread, after one finding (`take`, its key) or all that are sure were taken over. Raises Invalid."""
    text, words = cleaned(text), town_words()
    found = _without(findings(text, text_class, words), left)
    taken = [one for one in found if one.key == take or (take_all and one.sure)]
    if taken:
        text = applying.applied(text, taken)
        found = _without(findings(text, text_class, words), left)
    return Proofread(text, found, list(dict.fromkeys(left)), applying.pieces(text, found))


def _without(found: list[Finding], left: Collection[str]) -> list[Finding]:
    return [one for one in found if one.key not in left]
