"""Everything that is to be said of a text, what is the same told once, the town's own list above all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import characters
from yakuba.services.drafting.contracts import Finding, Strength, TextClass, TownWord
from yakuba.services.drafting.engine.proofreading import facts, sameness, sentences, words
from yakuba.services.drafting.engine.proofreading.hits import Hit
from yakuba.services.drafting.engine.proofreading.tables import Rule, rules
from yakuba.services.drafting.engine.proofreading.text import LONGEST, Text

_ORDER = {Strength.TOWN: 0, Strength.ERROR: 1, Strength.WRONG: 2, Strength.CONSIDER: 3}
_LEAST = ("two-spellings", "joyo", "loanword")  # what another rule says of the same words goes before


def findings(content: str, text_class: TextClass, town_words: Sequence[TownWord] = ()) -> list[Finding]:
    """The findings in the order of their first places. Raises Invalid for a text that is too long."""
    text = Text(cleaned(content))
    own = [one for one in town_words if not one.classes or text_class in one.classes]
    found = list(_own(text, own))
    found += [hit for part in (words, facts, sentences, sameness) for hit in part.hits(text)]
    known = rules()
    kept = [
        hit
        for hit in found
        if text_class in known[hit.rule].strengths and not text.in_any(text.alone, hit.start, hit.end)
    ]
    told = _grouped(text, _without_overlaps(text, kept, text_class, _left_alone(text, own)), text_class)
    return sorted(told, key=lambda one: (one.places[0].start, one.whole, one.rule))


def cleaned(content: str) -> str:
    """The text with one kind of line end and without what no text holds. Raises Invalid for one that is too long."""
    if len(content) > LONGEST:
        raise Invalid(f"文が長すぎます（{len(content):,}字）。{LONGEST:,}字までに分けてください。")
    return characters.fit(content.replace("\r\n", "\n").replace("\r", "\n"))


def _own(text: Text, own: Sequence[TownWord]) -> Iterator[Hit]:
    """The town's words. What the town writes itself is not told where the wrong one is a part of it."""
    for one in own:
        if not one.written or one.written == one.preferred:
            continue
        for found in re.finditer(re.escape(one.written), text.content):
            if not _within(text.content, one.preferred, *found.span()):
                yield Hit(
                    *found.span(),
                    "own-word",
                    one.preferred or None,
                    sure=bool(one.preferred),
                    more=one.reason,
                )


def _within(content: str, longer: str, start: int, end: int) -> bool:
    """Whether the span stands inside of the longer word."""
    if not longer or len(longer) <= end - start:
        return False
    at = content.find(longer, max(0, end - len(longer)))
    return 0 <= at <= start and at + len(longer) >= end


def _left_alone(text: Text, own: Sequence[TownWord]) -> list[tuple[int, int]]:
    """Where the town's own spelling stands: no rule has a say there."""
    spans = [
        found.span()
        for one in own
        if one.preferred
        for found in re.finditer(re.escape(one.preferred), text.content)
    ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without_overlaps(
    text: Text, found: Sequence[Hit], text_class: TextClass, alone: list[tuple[int, int]]
) -> list[Hit]:
    """Of what is said of the same letters the strongest, and what is said of whole sentences."""
    known = rules()

    def rank(hit: Hit) -> tuple[int, int, int, int]:
        strength = known[hit.rule].strengths[text_class]
        return _ORDER[strength], hit.rule in _LEAST, hit.start - hit.end, hit.start

    kept, taken = [hit for hit in found if hit.whole], set[int]()
    for hit in sorted((hit for hit in found if not hit.whole), key=rank):
        letters = range(hit.start, hit.end)
        if taken.intersection(letters) or (hit.rule != "own-word" and text.in_any(alone, hit.start, hit.end)):
            continue
        taken.update(letters)
        kept.append(hit)
    return kept


def _grouped(text: Text, found: Sequence[Hit], text_class: TextClass) -> list[Finding]:
    """What has the same words and the same mending is one finding."""
    groups: dict[tuple[str, str, str | None, str], list[Hit]] = {}
    for hit in sorted(found, key=lambda one: one.start):
        said = text.content[hit.start : hit.end]
        groups.setdefault((hit.rule, said, hit.instead, hit.more), []).append(hit)
    known = rules()
    return [_finding(text, known[key[0]], key, hits, text_class) for key, hits in groups.items()]


def _finding(
    text: Text, rule: Rule, key: tuple[str, str, str | None, str], hits: list[Hit], text_class: TextClass
) -> Finding:
    code, said, instead, more = key
    return Finding(
        key=hashlib.sha256("\0".join((code, said, instead or "")).encode()).hexdigest()[:12],
        rule=code,
        label=rule.label,
        found=said,
        suggestion=instead,
        why=f"{more}{rule.why}" if rule.code != "own-word" else (more or rule.label),
        source=rule.source,
        strength=rule.strengths[text_class],
        sure=all(hit.sure for hit in hits) and instead is not None,
        whole=hits[0].whole,
        places=tuple(text.place(hit.start, hit.end) for hit in hits),
    )
