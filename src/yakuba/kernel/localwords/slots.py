"""Places in a text where towns differ, `{電話}` or ｛電話｝, and what fills them. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Mapping

SLOT = re.compile(r"[{｛]([^{}｛｝\n]{1,40})[}｝]")
LEFT_OVER = re.compile(r"[{}｛｝][^{}｛｝\n]{0,12}")
TAG = re.compile(r"<[/!A-Za-z]|&[A-Za-z#][A-Za-z0-9]*;")
NOT_TEXT = re.compile("[\0\ud800-\udfff]")
BREAK = re.compile("[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
LONGEST_NAME = 40  # characters
LONGEST = 300  # characters of what stands in a place


def names(*texts: str) -> list[str]:
    """The places of the texts in their order, each once."""
    return list(dict.fromkeys(found.strip() for text in texts for found in SLOT.findall(text)))


def fills(value: str) -> bool:
    """Whether the value can stand in a place: it is not empty and holds none itself."""
    return bool(value) and LEFT_OVER.search(value) is None


def missing(text: str, words: Mapping[str, str]) -> list[str]:
    """The places that nothing fills, and the beginnings of what is left over: a place that was not closed, or a note to the
    writer that is too long for a name."""
    unnamed = [found[1:].strip() or found for found in LEFT_OVER.findall(SLOT.sub("", text))]
    return [*(name for name in names(text) if not words.get(name)), *dict.fromkeys(unnamed)]


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text as it is told; a place that nothing fills stays as it was written."""
    return SLOT.sub(lambda found: words.get(found[1].strip()) or found[0], text)


def fault_of(name: str, value: str) -> str:
    """What is wrong with a word that a town gives, for staff; empty for nothing. An empty value takes the word away."""
    if not SLOT.fullmatch(f"{{{name}}}") or name != name.strip() or NOT_TEXT.search(name):
        return f"「{name[:LONGEST_NAME]}」は、{{ }} のない{LONGEST_NAME}文字までの名前にしてください。"
    if NOT_TEXT.search(value):
        return f"「{name}」に、使えない文字（NUL文字か、文字にならない符号）があります。"
    if BREAK.search(value):
        return f"「{name}」に改行やタブは使えません。1行で書いてください。"
    if len(value) > LONGEST:
        return f"「{name}」は{LONGEST}文字までで書いてください。"
    if value and not fills(value):
        return f"「{name}」に {{ }} は使えません。住民に見せる文字だけを書いてください。"
    if TAG.search(value):
        return f"「{name}」にHTMLは使えません。住民に見せる文字だけを書いてください。"
    return ""
