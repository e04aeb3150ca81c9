"""A text or Word file → its text, and what in it nobody sees: white, tiny or hidden letters, and signs without a width."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO

from yakuba.kernel.files.apart import Told, answer, understood
from yakuba.kernel.letters.word import texts
from yakuba.kernel.letters.word.package import NotWord, Package, W
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import encodings

LARGEST = 10_000_000  # bytes
TINY = 8  # half points: letters smaller than 4 points
# Signs without a width, and those that turn the direction of writing; joiners of emoji and variation selectors stay.
UNSEEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Read:
    """The text that a person sees, and each thing that was taken out of it because nobody sees it."""

    text: str
    hidden: tuple[str, ...] = ()


def read(name: str, content: bytes) -> Read:
    """A .docx or a text. Raises Invalid (and NotWord, which is one) for anything else."""
    if len(content) > LARGEST:
        raise Invalid(f"ファイルは{LARGEST // 1_000_000}MBまでです。", place=f"「{name}」")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _word(content)
    return seen(_decoded(name, content))


def seen(text: str) -> Read:
    """A pasted text without what nobody sees in it."""
    hidden = [
        f"見えない文字（U+{ord(one):04X}）" for one in dict.fromkeys(UNSEEN.findall(text.lstrip("\ufeff")))
    ]
    text = UNSEEN.sub("", text)
    comments = _COMMENT.findall(text)
    return Read(_COMMENT.sub("", text), (*hidden, *(one.strip() for one in comments)))


def _decoded(name: str, content: bytes) -> str:
    if not content.strip():
        raise Invalid("ファイルが空です。", place=f"「{name}」")
    text = encodings.decoded(content)
    if text is not None:
        return text
    raise Invalid(
        "文字として読めません。テキスト（UTF-8かShift_JIS）か、Word（.docx）のファイルにしてください。",
        place=f"「{name}」",
    )


def _word(content: bytes) -> Read:
    body = answer(_of_word, content, raises=(NotWord,)).body
    with understood():
        told = json.loads(body)
        lines, hidden = ([str(one) for one in told[name]] for name in ("lines", "hidden"))
    found = seen("\n".join(lines).rstrip("\n") + "\n")
    if not found.text.strip():
        raise Invalid("このWordの文書には文字がありません。文字のある文書を選んでください。")
    return Read(found.text, (*(one for one in hidden if one.strip()), *found.hidden))


def _of_word(file: BinaryIO) -> Iterator[Told]:
    """In the process of its own: its paragraphs, and what in them is hidden."""
    package = Package(file.read(LARGEST + 1))
    hidden = list[str]()
    lines = [_paragraph(one, hidden) for one in texts.paragraphs(package.xml(package.main))]
    yield {}, json.dumps({"lines": lines, "hidden": hidden}).encode()


def _paragraph(paragraph: Any, hidden: list[str]) -> str:
    """What is seen of it; the rest goes to `hidden`."""
    parts = []
    for run, places in groupby(texts.places(paragraph), key=lambda place: place.getparent()):
        said = "".join(map(texts.said, places))
        if said and _is_hidden(run):
            hidden.append(said)
        else:
            parts.append(said)
    return "".join(parts)


def _is_hidden(run: Any) -> bool:
    style = run.find(f"{W}rPr")
    if style is None:
        return False
    vanish = style.find(f"{W}vanish")
    if vanish is not None and vanish.get(f"{W}val", "true") not in ("0", "false"):
        return True
    color = style.find(f"{W}color")
    if (
        color is not None
        and color.get(f"{W}val", "").upper() in ("FFFFFF", "FEFEFE")
        and style.find(f"{W}shd") is None
    ):
        return True
    size = style.find(f"{W}sz")
    return size is not None and size.get(f"{W}val", "").isdigit() and int(size.get(f"{W}val")) < TINY
