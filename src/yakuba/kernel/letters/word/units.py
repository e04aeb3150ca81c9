"""Words and measures of WordprocessingML (ECMA-376 part 1) as points and CSS."""

from __future__ import annotations

import re
from typing import Any

from yakuba.kernel.letters.word.model import Line
from yakuba.kernel.letters.word.package import W

TWIP = 1 / 20  # points
EMU = 1 / 12_700  # points
NUMBER = re.compile(r"-?\d+(\.\d+)?")
COLOR = re.compile(r"[0-9A-Fa-f]{6}")
LARGEST = 2_000.0  # points, more than any paper
NO_LINE = ("nil", "none")
HIGHLIGHTS = {
    "yellow": "#ffff00", "green": "#00ff00", "cyan": "#00ffff", "magenta": "#ff00ff", "blue": "#0000ff",
    "red": "#ff0000", "darkBlue": "#000080", "darkCyan": "#008080", "darkGreen": "#008000",
    "darkMagenta": "#800080", "darkRed": "#800000", "darkYellow": "#808000", "darkGray": "#808080",
    "lightGray": "#c0c0c0", "black": "#000000", "white": "#ffffff",
}  # fmt: skip


def value(element: Any, name: str = "val", usual: str = "") -> str:
    """An attribute `w:…`; `usual` where there is no element or no attribute."""
    return usual if element is None else str(element.get(f"{W}{name}", usual))


def number(text: str, usual: float = 0.0) -> float:
    """A number, bounded; `usual` where it is none."""
    found = NUMBER.match(text)
    return max(-LARGEST * 20, min(LARGEST * 20, float(found[0]))) if found else usual


def points(element: Any, name: str = "val", usual: float = 0.0) -> float:
    """An attribute in twentieths of a point."""
    text = value(element, name)
    return number(text) * TWIP if text else usual


def is_on(element: Any) -> bool:
    """A switch such as <w:b/>: on where it is there and does not say no."""
    return element is not None and value(element, usual="1") not in ("0", "false", "off", "none")


def color(text: str) -> str:
    """As CSS has it; empty for automatic."""
    return f"#{text.lower()}" if COLOR.fullmatch(text) else ""


def shade(element: Any) -> str:
    """What <w:shd> fills with."""
    return color(value(element, "fill"))


def line(element: Any) -> Line | None:
    """A border; None for none."""
    style = value(element, usual="none")
    if style in NO_LINE:
        return None
    width = max(0.25, min(12.0, number(value(element, "sz"), 4.0) / 8))
    drawn = {"double": "double", "dashed": "dashed", "dashSmallGap": "dashed", "dotted": "dotted"}
    if style == "double":
        width = max(width * 3, 1.5)
    return Line(width, drawn.get(style, "solid"), color(value(element, "color")) or "#000000")
