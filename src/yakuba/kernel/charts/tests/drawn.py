"""What a chart's picture holds, read back from its SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> list[str]:
    """Every line of text in the picture; words on a white edge once."""
    root = ElementTree.fromstring(svg)
    texts = (one for one in root.iter(f"{SVG}text") if one.get("stroke") != "#ffffff")
    return [line for one in texts for line in one.itertext()]


def fills(svg: str) -> list[str]:
    """The fill of every shape."""
    root = ElementTree.fromstring(svg)
    return [one.get("fill", "") for one in root.iter(f"{SVG}path")]


def strokes(svg: str) -> list[ElementTree.Element]:
    """Every stroked line of data, a path with its breaks."""
    paths = ElementTree.fromstring(svg).iter(f"{SVG}path")
    return [
        one
        for one in paths
        if (one.get("stroke-width"), one.get("fill", "none")) == ("2", "none") and one.get("d")
    ]


def lines(svg: str) -> list[list[tuple[float, float]]]:
    """The corners of every stroked line of data, a list for each unbroken piece of two corners and more."""
    pieces = [piece for one in strokes(svg) for piece in one.get("d", "").split("M") if "L" in piece]
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([-\d.e]+),([-\d.e]+)", piece)] for piece in pieces
    ]


def right_edges(svg: str) -> list[float]:
    """How far right each text reaches, about."""
    found: list[float] = []

    def walk(element: ElementTree.Element, left: float) -> None:
        moved = re.match(r"translate\(([-\d.]+)", element.get("transform", ""))
        left += float(moved.group(1)) if moved else 0
        if element.tag == f"{SVG}text" and "rotate" not in element.get("transform", ""):
            lengths = [7.5 * sum(2 if ord(c) > 255 else 1 for c in line) for line in element.itertext()]
            share = {"middle": 0.5, "end": 0.0}.get(element.get("text-anchor", ""), 1.0)
            found.append(left + share * max(lengths, default=0))
        for inner in element:
            walk(inner, left)

    walk(ElementTree.fromstring(svg), 0)
    return found
