"""How letters and paragraphs look after all styles: the document's usual ones, its styles, and what is set by hand.

Properties are kept as a dictionary from the element's name (`sz`, `jc`, …) to the element itself; a later one wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from yakuba.kernel.letters.word.model import Face, Line, Shape, Sides
from yakuba.kernel.letters.word.package import Package, W
from yakuba.kernel.letters.word.units import (
    HIGHLIGHTS,
    TWIP,
    color,
    is_on,
    line,
    number,
    points,
    shade,
    value,
)

Properties: TypeAlias = "dict[str, Any]"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DEEPEST = 12  # styles based on one another
ALIGN = {
    "left": "left", "start": "left", "both": "left", "center": "center", "right": "right", "end": "right",
    "distribute": "justify",
}  # fmt: skip
SIDES = ("top", "right", "bottom", "left")
SMALLEST, LARGEST = 3.0, 120.0  # points of a letter
# Each of w:rFonts and w:ind has its attributes one by one: what a later one leaves out stays.
MERGED = ("rFonts", "ind", "spacing")


class Styles:
    """The styles of a file."""

    def __init__(self, package: Package) -> None:
        name = package.related(package.main, "styles")
        root = package.xml(name) if name else None
        self._theme = _theme_fonts(package)
        self._styles: dict[str, Any] = {}
        self._usual: dict[str, str] = {}
        self.usual_face: Properties = {}
        self.usual_shape: Properties = {}
        if root is None:
            return
        for usual in root.iter(f"{W}docDefaults"):
            self.usual_face = properties(usual.find(f"{W}rPrDefault/{W}rPr"))
            self.usual_shape = properties(usual.find(f"{W}pPrDefault/{W}pPr"))
        for style in root.iter(f"{W}style"):
            code = value(style, "styleId")
            self._styles[code] = style
            if value(style, "default") in ("1", "true", "on"):
                self._usual[value(style, "type")] = code

    def of(self, code: str, kind: str, part: str) -> Properties:
        """What a style and those that it is based on say in `part` (rPr, pPr, tblPr …); empty code: the usual one of the
        kind."""
        chain: list[Any] = []
        code = code or self._usual.get(kind, "")
        while code in self._styles and len(chain) < DEEPEST:
            chain.append(self._styles[code])
            code = value(chain[-1].find(f"{W}basedOn"))
        found: Properties = {}
        for style in reversed(chain):
            found = merged(found, properties(style.find(f"{W}{part}")))
        return found

    def is_conditional(self, code: str) -> bool:
        """Whether a table's style draws its first row or others differently."""
        style = self._styles.get(code)
        return style is not None and style.find(f"{W}tblStylePr") is not None

    def face(self, found: Properties) -> Face:
        """The face of merged properties."""
        fonts = found.get("rFonts")
        size = number(value(found.get("sz")), 20.0) / 2
        raised = {"superscript": 1, "subscript": -1}.get(value(found.get("vertAlign")), 0)
        return Face(
            font=self._font(fonts, "eastAsia"),
            latin=self._font(fonts, "ascii"),
            size=max(SMALLEST, min(LARGEST, size)),
            bold=is_on(found.get("b")),
            italic=is_on(found.get("i")),
            underline=value(found.get("u"), usual="none") != "none",
            strike=is_on(found.get("strike")) or is_on(found.get("dstrike")),
            color=color(value(found.get("color"))),
            shade=HIGHLIGHTS.get(value(found.get("highlight")), "") or shade(found.get("shd")),
            raised=raised,
            spacing=points(found.get("spacing")),
            fit=points(found.get("fitText")),
        )

    def _font(self, fonts: Any, which: str) -> str:
        theme = value(fonts, f"{which}Theme")
        return (self._theme.get(theme, "") if theme else "") or value(fonts, which)


def shape(found: Properties, face: Face, grid: float, tab: float) -> Shape:
    """The shape of merged properties. grid: points between the lines of the document's grid, 0 for none."""
    spacing, indent = found.get("spacing"), found.get("ind")
    left = _length(indent, ("left", "start"), face)
    right = _length(indent, ("right", "end"), face)
    hanging = _length(indent, ("hanging",), face)
    first = -hanging if hanging else _length(indent, ("firstLine",), face)
    height, is_factor = _line_height(found, face, grid)
    sides = _sides(found.get("pBdr"))
    return Shape(
        align=ALIGN.get(value(found.get("jc"), usual="left"), "left"),
        left=left, right=right, first=first,
        before=_space(spacing, "before", grid), after=_space(spacing, "after", grid),
        line=height, line_is_factor=is_factor,
        shade=shade(found.get("shd")), sides=sides, tab=tab,
    )  # fmt: skip


def _line_height(found: Properties, face: Face, grid: float) -> tuple[float, bool]:
    spacing = found.get("spacing")
    rule, wanted = value(spacing, "lineRule", "auto"), number(value(spacing, "line"), 240.0)
    if rule == "exact":
        return max(1.0, wanted * TWIP), False
    own = face.size * 1.3  # as high as Japanese fonts stand
    if rule == "atLeast":
        return max(own, wanted * TWIP), False
    factor = max(0.1, min(20.0, wanted / 240))
    if grid and is_on(found.get("snapToGrid", _ON)):
        lines = max(1.0, -(-own // grid))
        return lines * grid * factor, False
    return 1.3 * factor, True


class _On:
    def get(self, name: str, usual: str = "") -> str:
        """An element without attributes."""
        return usual


_ON = _On()


def _space(spacing: Any, side: str, grid: float) -> float:
    if value(spacing, f"{side}Autospacing") in ("1", "true", "on"):
        return 14.0
    lines = value(spacing, f"{side}Lines")
    if lines and number(lines):
        return number(lines) / 100 * (grid or 12.0)
    return max(0.0, points(spacing, side))


def _length(indent: Any, names: tuple[str, ...], face: Face) -> float:
    for name in names:
        if letters := number(value(indent, f"{name}Chars")):
            return letters / 100 * face.size
        if value(indent, name):
            return points(indent, name)
    return 0.0


def _sides(borders: Any) -> Sides:
    found: list[Line | None] = [
        line(borders.find(f"{W}{side}")) if borders is not None else None for side in SIDES
    ]
    return (found[0], found[1], found[2], found[3])


def properties(element: Any) -> Properties:
    """The children of a property element by name."""
    if element is None:
        return {}
    return {one.tag.rpartition("}")[2]: one for one in element if isinstance(one.tag, str)}


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> Properties:
    """Both, the later one winning; of fonts, indents and spacing attribute by attribute."""
    found = {**before, **after}
    for name in MERGED:
        if name in before and name in after:
            found[name] = _both(before[name], after[name], name)
    return found


def _both(before: Any, after: Any, name: str) -> Any:
    joined = {**before.attrib, **after.attrib}
    if name == "rFonts":  # a font that is set later wins over the theme's of before
        for which in ("ascii", "eastAsia", "hAnsi"):
            if f"{W}{which}" in after.attrib and f"{W}{which}Theme" not in after.attrib:
                joined.pop(f"{W}{which}Theme", None)
    if name == "ind":
        for one, other in (("firstLine", "hanging"), ("hanging", "firstLine")):
            if f"{W}{one}" in after.attrib or f"{W}{one}Chars" in after.attrib:
                joined.pop(f"{W}{other}", None)
                joined.pop(f"{W}{other}Chars", None)
        for one in ("left", "right", "firstLine", "hanging"):
            if f"{W}{one}" in after.attrib and f"{W}{one}Chars" not in after.attrib:
                joined.pop(f"{W}{one}Chars", None)
    element = after.makeelement(after.tag)
    for key, text in joined.items():
        element.set(key, text)
    return element


def _theme_fonts(package: Package) -> dict[str, str]:
    name = package.related(package.main, "theme")
    if not name:
        return {}
    found: dict[str, str] = {}
    for kind in ("major", "minor"):
        for fonts in package.xml(name).iter(f"{A}{kind}Font"):
            latin, ours = fonts.find(f"{A}latin"), fonts.find(f"{A}ea")
            japanese = [one for one in fonts.iter(f"{A}font") if one.get("script") == "Jpan"]
            east = (ours.get("typeface", "") if ours is not None else "") or (
                japanese[0].get("typeface", "") if japanese else ""
            )
            west = latin.get("typeface", "") if latin is not None else ""
            found |= {f"{kind}EastAsia": east, f"{kind}Ascii": west, f"{kind}HAnsi": west}
    return found
