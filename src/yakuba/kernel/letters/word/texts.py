"""What a .docx says, paragraph by paragraph, as its reader sees it: links and additions included; without the readings of
furigana, what was struck out or moved away while changes were tracked, field codes, and the second copy that Word keeps of a
text box for older programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yakuba.kernel.letters.word.package import W

BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}
_OLDER = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_READ = {_OLDER, *(f"{W}{name}" for name in ("p", "pPr", "rt", "del", "moveFrom", "txbxContent"))}


def paragraphs(root: Any) -> Iterator[Any]:
    """The paragraphs, those of tables and text boxes too."""
    for paragraph in root.iter(f"{W}p"):
        if next(paragraph.iterancestors(_OLDER), None) is None:
            yield paragraph


def places(paragraph: Any) -> list[Any]:
    """What of a paragraph holds text, in order: `w:t` and `BREAKS`. The paragraphs inside it say theirs themselves."""
    found: list[Any] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag in _NOT_READ:
            continue
        if node.tag == f"{W}t" or node.tag in BREAKS:
            found.append(node)
        else:
            stack.extend(reversed(node))
    return found


def said(place: Any) -> str:
    """What stands at one of `places`."""
    return BREAKS.get(place.tag) or place.text or ""


def text_of(paragraph: Any) -> str:
    """What a paragraph says."""
    return "".join(map(said, places(paragraph)))
