"""Draws a map as SVG: shapes in the signs of their classes, names where there is room, legend and scale. No framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from xml.etree.ElementTree import Element, SubElement, tostring

from yakuba.kernel.charts.chart import pixels, wrapped
from yakuba.kernel.charts.palette import FONT, TEXT
from yakuba.kernel.maps.content import Content, Mapped
from yakuba.kernel.maps.geojson import Polygon, Position, Shape
from yakuba.kernel.maps.places import prefecture_shapes
from yakuba.kernel.maps.projection import KM_PER_UNIT, NAME, Extent, Lambert
from yakuba.kernel.maps.signs import DASHES, WIDTHS, definitions, fill, radii

SVG = "http://www.w3.org/2000/svg"
# The main islands with those of 鹿児島県 and 東京都 that lie near; the islands south of them stand in a frame of their own.
MAIN = Extent(128.3, 30.0, 146.0, 45.7)
SOUTH = Extent(122.8, 23.9, 131.6, 29.9)
# Prefectures are drawn behind other shapes only where their borders, good to 900 m, do not mislead.
LEAST_BACKGROUND = 0.5  # degrees across
LINE_HEIGHT, SWATCH = 22, 18
EDGE = "#595959"
SHAPES_NAMED, POINTS_NAMED = 12, 40
MOST_HIGH = 1.25  # times as high as wide


@dataclass(frozen=True)
class Size:
    """width in pixels, columns of half-width letters in a line of the legend."""

    width: int
    columns: int


PAPER, PHONE = Size(670, 88), Size(350, 44)
At = Callable[[Position], tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A part of the picture: an extent of the earth at a place of it. Nothing is drawn outside."""

    extent: Extent
    at: At
    left: float
    top: float
    width: float
    height: float
    framed: bool = False


def picture(map: Content, size: Size) -> str:
    """The map as an SVG element of shapes and words, the same text for the same input."""
    prefix = f"{map.key}{size.width}"
    panels, km, note = _panels(map, size)
    height = max(one.top + one.height for one in panels)
    root = Element("svg", {"xmlns": SVG, "class": "map__svg", "font-family": FONT, "font-size": "14"})
    root.append(definitions(prefix))
    for number, panel in enumerate(panels):
        _draw_panel(root, map, panel, prefix, f"{prefix}p{number}")
    bottom = _scale_bar(root, km, height + 14)
    bottom = _legend(root, map, prefix, size, bottom + 10, note)
    root.attrib |= {"width": str(size.width), "height": f"{bottom:.0f}"}
    root.set("viewBox", f"0 0 {size.width} {bottom:.0f}")
    return tostring(root, encoding="unicode")


def patterns(prefix: str) -> str:
    """The patterns of the classes in an element without size."""
    root = Element("svg", {"xmlns": SVG, "class": "map__signs", "width": "0", "height": "0"})
    root.set("aria-hidden", "true")
    root.append(definitions(prefix))
    return tostring(root, encoding="unicode")


def of_japan(map: Content) -> bool:
    """Whether what is shown lies in Japan and is spread wider than a prefecture or two."""
    positions = [one for mapped in map.mapped for one in mapped.shape.positions]
    if not all(122 <= east <= 155 and 20 <= north <= 46 for east, north in positions):
        return False
    around = Extent.around(positions, margin=0)
    return around.east - around.west > 3.5 or around.north - around.south > 3.5


def shows_prefectures(map: Content) -> bool:
    """Whether prefectures are drawn behind: nowhere behind areas, nor where their borders would be too coarse."""
    if any(one.shape.areas for one in map.mapped):
        return False
    return _wide(Extent.around(position for one in map.mapped for position in one.shape.positions))


def _panels(map: Content, size: Size) -> tuple[list[Panel], float, str]:
    """The panels, the kilometres of a pixel, and what is said of them."""
    if not of_japan(map):
        extent = Extent.around(position for one in map.mapped for position in one.shape.positions)
        panel, km = _panel(extent, 0, 0, size.width)
        return [panel], km, ""
    main, km = _panel(MAIN, 0, 0, size.width)
    south, _ = _panel(SOUTH, 0, 0, size.width, km=km)
    note = "左上の枠は奄美群島と沖縄県で、同じ縮尺です。小笠原諸島は描いていません。"
    return [main, _framed(south)], km, note


def _panel(extent: Extent, left: float, top: float, width: float, km: float = 0) -> tuple[Panel, float]:
    projection = Lambert(extent)
    edge = [projection.at(position) for position in _edge(extent)]
    west, east = min(x for x, _ in edge), max(x for x, _ in edge)
    low, high = min(y for _, y in edge), max(y for _, y in edge)
    scale = KM_PER_UNIT / km if km else min(width / (east - west), MOST_HIGH * width / (high - low))
    wide = (east - west) * scale if km else width
    shift = left + (wide - (east - west) * scale) / 2

    def at(position: Position) -> tuple[float, float]:
        x, y = projection.at(position)
        return shift + (x - west) * scale, top + (high - y) * scale

    return Panel(extent, at, left, top, wide, (high - low) * scale), KM_PER_UNIT / scale


def _framed(panel: Panel) -> Panel:
    return replace(panel, framed=True)


def _edge(extent: Extent) -> Iterator[Position]:
    for number in range(21):
        east = extent.west + (extent.east - extent.west) * number / 20
        north = extent.south + (extent.north - extent.south) * number / 20
        yield from (
            (east, extent.south),
            (east, extent.north),
            (extent.west, north),
            (extent.east, north),
        )


def _draw_panel(root: Element, map: Content, panel: Panel, prefix: str, clip: str) -> None:
    box = {"x": f"{panel.left:.1f}", "y": f"{panel.top:.1f}"}
    box |= {"width": f"{panel.width:.1f}", "height": f"{panel.height:.1f}"}
    SubElement(SubElement(root[0], "clipPath", {"id": clip}), "rect", box)
    if panel.framed:
        SubElement(root, "rect", {**box, "fill": "#ffffff", "stroke": EDGE})
    group = SubElement(root, "g", {"clip-path": f"url(#{clip})"})
    shown = [one for one in map.mapped if _touches(one.shape, panel)]
    if shows_prefectures(map):
        for shape in prefecture_shapes().values():
            if path := _areas(shape.areas, panel):
                _path(group, path, {"fill": "#f7f7f7", "stroke": "#999999", "stroke-width": "0.7"})
    # Large points first, so that none hides a smaller one.
    for one in sorted(shown, key=lambda one: -(found.sign if (found := map.class_of(one)) else -1)):
        _draw(group, map, one, panel, prefix)
    _names(group, map, shown, panel)


def _wide(extent: Extent) -> bool:
    return max(extent.east - extent.west, extent.north - extent.south) >= LEAST_BACKGROUND


def _touches(shape: Shape, panel: Panel) -> bool:
    return any(panel.extent.holds(one) for one in shape.positions)


def _draw(group: Element, map: Content, one: Mapped, panel: Panel, prefix: str) -> None:
    found = map.class_of(one)
    sign = None if found is None else found.sign
    part = SubElement(group, "g")
    SubElement(part, "title").text = f"{one.label} {map.numbers.written(one.value) if found else '値なし'}"
    if path := _areas(one.shape.areas, panel):
        _path(part, path, {"fill": fill(prefix, sign), "stroke": EDGE, "stroke-width": "0.8"})
    for line in one.shape.lines:
        look = {"fill": "none", "stroke": TEXT if sign is None else "#0017c1", "stroke-linejoin": "round"}
        look |= {"stroke-width": str(WIDTHS[sign or 0]), "stroke-dasharray": DASHES[sign or 0] or "none"}
        _path(part, _corners(_falls(line, panel)), look)
    for position in one.shape.points:
        if panel.extent.holds(position):
            _point(part, panel.at(position), sign, prefix, len(map.mapped))


def _falls(line: Iterable[Position], panel: Panel) -> list[tuple[float, float]]:
    """Where positions fall in the picture."""
    return [panel.at(one) for one in line]


def _point(part: Element, at: tuple[float, float], sign: int | None, prefix: str, many: int) -> None:
    x, y = at
    radius = radii(many)[sign or 0]
    look = {"fill": fill(prefix, sign), "stroke": TEXT, "stroke-width": "1.4"}
    SubElement(part, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": str(radius), **look})
    if sign is None:  # a cross, so that it is no small value
        arm = radius * 0.8
        cross = f"M{x - arm:.1f},{y - arm:.1f}l{2 * arm:.1f},{2 * arm:.1f}m0,{-2 * arm:.1f}l{-2 * arm:.1f},{2 * arm:.1f}"
        _path(part, cross, {"fill": "none", "stroke": TEXT, "stroke-width": "1.4"})


def _path(parent: Element, d: str, look: dict[str, str]) -> None:
    SubElement(parent, "path", {"d": d, "fill-rule": "evenodd", **look})


def _areas(areas: Sequence[Polygon], panel: Panel) -> str:
    rings = (ring for polygon in areas for ring in polygon if any(map(panel.extent.holds, ring)))
    return "".join(f"{_corners(_falls(ring, panel))}Z" for ring in rings)


def _corners(points: Iterable[tuple[float, float]]) -> str:
    """A path through the points, without those that fall upon the one before."""
    told: list[str] = []
    for x, y in points:
        corner = f"{x:.1f},{y:.1f}"
        if not told or told[-1] != corner:
            told.append(corner)
    return f"M{'L'.join(told)}"


def _names(group: Element, map: Content, shown: Sequence[Mapped], panel: Panel) -> None:
    """The names of points, or their values where they are many, each where it covers nothing; the table has the rest."""
    points = [one for one in shown if one.shape.points]
    if len(points) > POINTS_NAMED:
        return
    taken: list[tuple[float, float, float, float]] = []
    marks = [panel.at(one.shape.points[0]) for one in points]
    for x, y in marks:
        taken.append((x - 8, y - 8, x + 8, y + 8))
    for one, (x, y) in zip(points, marks, strict=True):
        value = map.numbers.short(one.value)
        for words in ([f"{one.label} {value}"] if len(points) <= SHAPES_NAMED else []) + [value]:
            if box := _free(words, x, y, panel, taken):
                taken.append(box)
                # Twice, the first time as a white edge: not every printer knows how to paint that in one.
                look = {"x": f"{box[0]:.1f}", "y": f"{box[3] - 4:.1f}", "font-size": "13", "fill": TEXT}
                for edge in ({"stroke": "#ffffff", "stroke-width": "3"}, {}):
                    SubElement(group, "text", look | edge).text = words
                break


def _free(
    words: str, x: float, y: float, panel: Panel, taken: Sequence[tuple[float, float, float, float]]
) -> tuple[float, float, float, float] | None:
    width, height = pixels(words) * 13 / 14 + 2, 17.0
    right, low = panel.left + panel.width, panel.top + panel.height
    for left, top in (
        (x + 13, y - height / 2),
        (x - 13 - width, y - height / 2),
        (x - width / 2, y - 13 - height),
        (x - width / 2, y + 13),
    ):
        box = (left, top, left + width, top + height)
        inside = panel.left <= box[0] and box[2] <= right and panel.top <= box[1] and box[3] <= low
        if inside and not any(_meet(box, other) for other in taken):
            return box
    return None


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale_bar(root: Element, km: float, top: float) -> float:
    """A bar of a round length, about a fifth of a telephone wide."""
    length = 80 * km
    unit = 10.0 ** floor(log10(length))
    rounded = max(step * unit for step in (1, 2, 5) if step * unit <= length)
    width = rounded / km
    _path(root, f"M1,{top - 5:.1f}v6h{width:.1f}v-6", {"fill": "none", "stroke": TEXT, "stroke-width": "1.4"})
    words = f"{rounded:,.0f}km" if rounded >= 1 else f"{rounded * 1000:,.0f}m"
    _words(root, width + 10, top + 2, f"{words}（上が北、{NAME}）")
    return top + 4


def _legend(root: Element, map: Content, prefix: str, size: Size, top: float, note: str) -> float:
    y = top
    unknown = sum(one.value is None for one in map.mapped)
    entries: list[tuple[int | None, str]] = [
        (one.sign, f"{one.words}（{one.count:,}）") for one in map.classes.listed
    ]
    if unknown:
        entries.append((None, f"値なし（{unknown:,}）"))
    for sign, words in entries:
        y += LINE_HEIGHT
        _swatch(root, map, sign, prefix, y)
        _words(root, 44, y, words)
    for line in (map.classes.rule, note):
        for part in wrapped(line, size.columns).split("\n") if line else ():
            y += LINE_HEIGHT
            _words(root, 1, y, part)
    return y + 8


def _swatch(root: Element, map: Content, sign: int | None, prefix: str, y: float) -> None:
    kinds = map.mapped[0].shape
    if kinds.points:
        _point(root, (18, y - 5), sign, prefix, len(map.mapped))
    elif kinds.lines:
        look = {"fill": "none", "stroke": "#0017c1", "stroke-width": str(WIDTHS[sign or 0])}
        _path(root, f"M1,{y - 5:.1f}h34", look | {"stroke-dasharray": DASHES[sign or 0] or "none"})
    else:
        box = {"x": "1", "y": f"{y - 13:.1f}", "width": "34", "height": str(SWATCH)}
        SubElement(root, "rect", {**box, "fill": fill(prefix, sign), "stroke": EDGE})


def _words(root: Element, x: float, y: float, words: str) -> None:
    SubElement(root, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "fill": TEXT}).text = words
