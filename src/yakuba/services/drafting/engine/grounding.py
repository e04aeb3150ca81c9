"""Numbers and names in what a model wrote that do not stand in what it was given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from yakuba.kernel.search import cutting

_NUMBER = re.compile(r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?")
_MYRIADS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(万|億)(?:([0-9]+))?")


def unfounded(written: str, source: str) -> list[tuple[int, int]]:
    """From where to where a number or a proper name stands that the source has not. A name that the source has without a
    blank is in it."""
    known = _numbers(source)
    spans = [found.span() for found in _NUMBER.finditer(written) if _value(found[0]) not in known]
    plain = _folded(source)
    for start, word in cutting.morphemes(re.sub("[\ud800-\udfff]", "?", written)):
        tag = word.part_of_speech()
        if tag[1] == "固有名詞" and _folded(word.surface()) not in plain:
            spans.append((start + word.begin(), start + word.end()))
    return sorted(spans)


def pieces(written: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is marked."""
    found, at = [], 0
    for start, end in spans:
        if start < at:
            continue
        found += [(written[at:start], False), (written[start:end], True)]
        at = end
    return [one for one in (*found, (written[at:], False)) if one[0]]


def _numbers(text: str) -> set[str]:
    """The numbers of a text, also 1万2000 as 12000."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    found = {_value(one[0]) for one in _NUMBER.finditer(text)}
    for one in _MYRIADS.finditer(plain):
        size = 10_000 if one[2] == "万" else 100_000_000
        found.add(f"{float(one[1]) * size + float(one[3] or 0):.0f}")
    return found


def _value(written: str) -> str:
    return unicodedata.normalize("NFKC", written).replace(",", "").lstrip("0") or "0"


def _folded(text: str) -> str:
    return re.sub(r"[\s　]", "", unicodedata.normalize("NFKC", text))
