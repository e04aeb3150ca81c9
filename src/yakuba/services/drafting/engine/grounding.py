"""Numbers and names in what a model wrote that do not stand in what it was given."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from yakuba.kernel.search import cutting

_NUMBER = re.compile(r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?")
_DIGITS = r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?"
_LARGE = re.compile(rf"(?:{_DIGITS}[千万億]+)+(?:{_DIGITS})?")  # 300万, 1億2千万, 1万2000: one number each
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([千万億]*)")
_UNITS = {"千": 1_000.0, "万": 10_000.0, "億": 100_000_000.0}


def unfounded(written: str, source: str) -> list[tuple[int, int]]:
    """From where to where a number or a proper name stands that the source has not. A name that the source has without a
    blank is in it."""
    known = _numbers(source)
    spans = [found.span() for found in _LARGE.finditer(written) if _large(found[0]) not in known]
    apart = _LARGE.sub(lambda found: " " * len(found[0]), written)
    spans += [found.span() for found in _NUMBER.finditer(apart) if _value(found[0]) not in known]
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
    """The numbers of a text; 300万 is 3000000 and not 300."""
    found = {_large(one) for one in _LARGE.findall(text)}
    return found | {_value(one) for one in _NUMBER.findall(_LARGE.sub(" ", text))}


def _large(written: str) -> str:
    total = 0.0
    for digits, units in _PART.findall(unicodedata.normalize("NFKC", written).replace(",", "")):
        total += float(digits) * math.prod(_UNITS[one] for one in units)
    return f"{total:.0f}"


def _value(written: str) -> str:
    return unicodedata.normalize("NFKC", written).replace(",", "").lstrip("0") or "0"


def _folded(text: str) -> str:
    return re.sub(r"[\s　]", "", unicodedata.normalize("NFKC", text))
