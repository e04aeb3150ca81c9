"""Words that fill a pause (えー, あのー), which minutes leave out. Answers (はい, ええ, いいえ) are never touched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yakuba.kernel.search import cutting

# By their form alone: no word of the language begins so at the beginning of a phrase.
_LONG = (
    r"え[ー〜~]+(?:っ?と)?[ー〜~]*|えーっと|えっと|えと(?=[、,，])|ええ?っ?と[ー〜~]*(?=[、,，])|あ[ー〜~]+(?=[、,，])|"
    r"あの[ー〜~]+|あのう(?=[、,，])|その[ー〜~]+|そのう(?=[、,，])|う[ー〜~]+ん?(?=[、,，])|ん[ー〜~]+(?:と)?|んと(?=[、,，])|まあ?[ー〜~]+|"
    r"(?:まあ|ま|あの|その|こう|なんか|何か|え|あ)(?=[、,，])"
)
_FILLER = re.compile(rf"(?:(?<=^)|(?<=[。、，,！？\s　「（]))(?:{_LONG})(?:[、,，]\s?)?", re.MULTILINE)
_KEEP_BEFORE = re.compile(r"^(?:はい|ええ|いいえ|いえ)")
# By the dictionary: あの and その are also words of their own (あの件, その上).
_DOUBTFUL = ("あの", "その", "えー", "えっと", "えーと", "あのー", "そのー")


@dataclass(frozen=True)
class Piece:
    """A part of a text. out: a filler, to be left out."""

    text: str
    out: bool


def pieces(text: str) -> list[Piece]:
    """The text in parts, in order; together they are the whole text."""
    spans = sorted({*_by_form(text), *_by_dictionary(text)}, key=lambda one: (one[0], -one[1]))
    found: list[Piece] = []
    at = 0
    for start, end in spans:
        if start < at:
            continue
        if start > at:
            found.append(Piece(text[at:start], False))
        found.append(Piece(text[start:end], True))
        at = end
    if at < len(text):
        found.append(Piece(text[at:], False))
    return found


def without(text: str) -> str:
    """The text without its fillers, as often as one lays bare another."""
    rest = text
    for _ in range(4):
        parts = pieces(rest)
        if not any(one.out for one in parts):
            break
        rest = "".join(one.text for one in parts if not one.out).strip()
    return rest or text  # where nothing would be left, a person decides


def _by_form(text: str) -> list[tuple[int, int]]:
    return [(one.start(), one.end()) for one in _FILLER.finditer(text) if one.end() > one.start()]


def _by_dictionary(text: str) -> list[tuple[int, int]]:
    """What the dictionary calls a filler among the words that may be one; with the comma behind it."""
    if not any(word in text for word in _DOUBTFUL):
        return []
    found = []
    for start, end in cutting.fillers(text):
        if text[start:end] in _DOUBTFUL:
            stop = end + 1 if text[end : end + 1] in ("、", "，", ",") else end
            found.append((start, stop))
    return found
