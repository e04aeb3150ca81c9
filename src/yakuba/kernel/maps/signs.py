"""How a class looks: the denser its pattern, the higher its values; colour says the same once more. No framework."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from yakuba.kernel.charts.palette import TEXT

# Light enough for the lines of the pattern on them, dark enough apart from one another to be told without it.
FILLS = ("#ffffff", "#dbe6fb", "#a9c4f5", "#6f97ea", "#0017c1")
UNKNOWN = "#e6e6e6"
INK = "#00118f"
RADII = (4.5, 6.0, 7.5, 9.0, 11.0)  # of points, pixels
SMALLER, MANY = 0.6, 100  # points beyond so many are drawn smaller, so that they hide one another less
WIDTHS = (1.5, 2.5, 4.0, 6.0, 8.0)  # of lines, pixels
DASHES = ("2 4", "6 4", "10 3", "", "")
# Lines of the pattern within a tile of 8 pixels; the emptiest and the fullest class have none.
_LINES: tuple[tuple[str, ...], ...] = (
    (),
    ("M1,4h1.6M5,0.8h1.6",),
    ("M-2,2L2,-2M0,8L8,0M6,10L10,6",),
    ("M-2,2L2,-2M0,8L8,0M6,10L10,6", "M-2,6L2,10M0,0L8,8M6,-2L10,2"),
    (),
)


def definitions(prefix: str) -> Element:
    """The patterns as `<defs>`; that of class n is `<prefix>n`, that of what is not known `<prefix>none`."""
    defs = Element("defs")
    for number, (fill, lines) in enumerate(zip(FILLS, _LINES, strict=True)):
        _pattern(defs, f"{prefix}{number}", fill, lines, INK)
    _pattern(defs, f"{prefix}none", UNKNOWN, ("M0,4h2",), TEXT)
    return defs


def _pattern(defs: Element, name: str, fill: str, lines: tuple[str, ...], ink: str) -> None:
    size = {"width": "8", "height": "8"}
    pattern = SubElement(defs, "pattern", {"id": name, "patternUnits": "userSpaceOnUse", **size})
    SubElement(pattern, "rect", {**size, "fill": fill})
    for line in lines:
        SubElement(pattern, "path", {"d": line, "fill": "none", "stroke": ink, "stroke-width": "1.1"})


def radii(points: int) -> tuple[float, ...]:
    """The radii of the classes where so many points are drawn, pixels."""
    return tuple(round(one * SMALLER, 1) for one in RADII) if points > MANY else RADII


def fill(prefix: str, sign: int | None) -> str:
    """What an area of a class is filled with."""
    return f"url(#{prefix}{'none' if sign is None else sign})"
