"""Which installed fonts stand for those that a Word file names. Word's own fonts may not be copied to a server, so the
house prints 明朝 and ゴシック with fonts of its own; a font that an administrator has installed is used as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from yakuba.kernel.letters.glyphs import Glyphs
from yakuba.kernel.letters.press import FAMILIES
from yakuba.kernel.letters.word.model import Document, Merge, Text, paragraphs

SERIF = ("Noto Serif CJK JP", "IPAexMincho", *FAMILIES)
IS_SERIF = re.compile(r"明朝|mincho|serif|times|century|cambria|教科書|kyokasho|楷書|行書", re.I)
NOT_SERIF = re.compile(r"sans", re.I)
SOUND = re.compile(r"[\w .+-]{1,60}")
NAMES = (("明朝", "Mincho"), ("ゴシック", "Gothic"))


@cache
def families(font: str) -> tuple[str, ...]:
    """The families with which letters of that font are printed, best first; the house's own for an empty name."""
    usual = SERIF if IS_SERIF.search(font) and not NOT_SERIF.search(font) else FAMILIES
    for name in _spellings(font):
        if name not in usual and _installed(name):
            return (name, *usual)
    return usual


def css(font: str) -> str:
    """The same as a value of font-family in an attribute."""
    return ",".join(f"'{name}'" for name in families(font))


def chains(document: Document) -> set[tuple[str, ...]]:
    """The families of all letters of a document."""
    return {families(one.face.font) for one in _lettered(document)} or {FAMILIES}


def replaced(document: Document) -> dict[str, str]:
    """Each font of the document that is not installed -> the family that is used in its place. A font that is named for
    Latin letters alone counts too: all letters are printed in the font of the Japanese ones."""
    found: dict[str, str] = {}
    for one in _lettered(document):
        used = families(one.face.font)[0]
        for name in (one.face.font, one.face.latin):
            if name and used not in _spellings(name):
                found.setdefault(name, used)
    return found


def lacking(chains: Iterable[tuple[str, ...]], text: str) -> list[str]:
    """The characters that one of the families lacks; each once."""
    return list(dict.fromkeys(one for chain in sorted(chains) for one in _glyphs(chain).lacking(text)))


@cache
def _glyphs(chain: tuple[str, ...]) -> Glyphs:
    return Glyphs(chain)


@cache
def _installed(name: str) -> bool:
    return bool(SOUND.fullmatch(name)) and Glyphs((name,)).draws(name)


def _spellings(font: str) -> list[str]:
    """The name, and how an English system calls it: IPAex明朝, IPAexMincho."""
    other = font
    for japanese, english in NAMES:
        other = other.replace(japanese, english)
    return [font, other]


def _lettered(document: Document) -> Iterable[Text | Merge]:
    for paragraph in paragraphs(document.parts):
        for piece in paragraph.pieces:
            if isinstance(piece, Text | Merge):
                yield piece
