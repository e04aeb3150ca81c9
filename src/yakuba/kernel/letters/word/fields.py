"""Merge fields: as Word writes them (MERGEFIELD, in both its forms), and as people type them («氏名», {氏名})."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.kernel.letters.word.model import Face, Merge, Piece, Text

TYPED = re.compile(r"«([^«»\n\t]{1,60})»|\{([^{}\n\t]{1,60})\}|｛([^｛｝\n\t]{1,60})｝")
STRAY = re.compile(r"[«»{}｛｝]")
WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
KEPT = ("MERGEFORMAT", "CHARFORMAT")  # \* switches that only keep the look


@dataclass(frozen=True)
class Instruction:
    """A field's code, read. name: of the merge field, empty where it is another field; kind: MERGEFIELD, PAGE …; odd: a
    switch that nothing does."""

    kind: str
    name: str = ""
    before: str = ""
    after: str = ""
    odd: str = ""


def plain(name: str) -> str:
    """A field's name as it is compared: full and half width are the same, blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def read_instruction(code: str) -> Instruction:
    """The code of a field, as ` MERGEFIELD 氏名 \\* MERGEFORMAT `."""
    words = [quoted if quoted or not bare else bare for quoted, bare in WORDS.findall(code)]
    kind = words[0].upper() if words else ""
    if kind != "MERGEFIELD" or len(words) < 2:
        return Instruction(kind or "（空）")
    around, odd = {"\\b": "", "\\f": ""}, ""
    rest = iter(words[2:])
    for word in rest:
        if word in around:
            around[word] = next(rest, "")
        elif word == "\\*" and (how := next(rest, "")).upper() not in KEPT:
            odd = odd or f"{word} {how}"
        elif word not in ("\\*", "\\m", "\\v"):
            odd = odd or word
    return Instruction(kind, plain(words[1]), around["\\b"], around["\\f"], odd)


def with_typed(pieces: Sequence[Piece]) -> tuple[list[Piece], list[str]]:
    """The pieces with typed fields found, also where Word has cut one into several runs; and the signs that stand
    alone, as an excerpt each. Such a field looks like its first letter."""
    found: list[Piece] = []
    strays: list[str] = []
    texts: list[Text] = []
    for piece in [*pieces, None]:
        if isinstance(piece, Text):
            texts.append(piece)
            continue
        _take(texts, found, strays)
        texts = []
        if piece is not None:
            found.append(piece)
    return found, strays


def _take(texts: Sequence[Text], found: list[Piece], strays: list[str]) -> None:
    whole = "".join(one.text for one in texts)
    at = 0
    for match in TYPED.finditer(whole):
        _plain_text(texts, at, match.start(), found)
        name = next(group for group in match.groups() if group is not None)
        found.append(Merge(plain(name), _face_at(texts, match.start())))
        at = match.end()
    _plain_text(texts, at, len(whole), found)
    rest = TYPED.sub(lambda match: "\0" * len(match[0]), whole)
    strays += [whole[max(0, match.start() - 5) : match.start() + 8] for match in STRAY.finditer(rest)]


def _plain_text(texts: Sequence[Text], start: int, end: int, found: list[Piece]) -> None:
    at = 0
    for one in texts:
        some = one.text[max(0, start - at) : max(0, end - at)]
        if some:
            found.append(Text(some, one.face))
        at += len(one.text)


def _face_at(texts: Sequence[Text], place: int) -> Face:
    at = 0
    for one in texts:
        at += len(one.text)
        if place < at:
            return one.face
    return texts[-1].face
