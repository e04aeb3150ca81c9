"""A flow as an SVG picture from top to bottom, in two widths: with a column for each who does something, or in one column for a
telephone. No colour tells anything: shapes and words do. Pure Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, SubElement, tostring

from yakuba.kernel.charts.drawing import Table
from yakuba.services.reform.contracts import Medium
from yakuba.services.reform.engine.flow import FlowStep, Graph, Node, graph_of

PAPER, PHONE = 670, 350  # pixels, as charts
ROW, HEAD, TRACK = 84, 34, 16
MOST_LANES = 4  # columns; with more, the box says who
LINE, SIZE = 17, 13  # of words
MOST_LINES = 3


@dataclass(frozen=True)
class FlowChart:
    """As `charts/figure.html` shows it."""

    title: str
    description: str
    table: Table
    svg: str
    narrow_svg: str


def flow_chart(name: str, steps: Sequence[FlowStep]) -> FlowChart:
    """The flow's two pictures, its sentence and its table."""
    graph = graph_of(steps)
    said = [
        f"{at}. {one.name}" + (f"（{one.condition}のとき）" if one.condition else "")
        for at, one in enumerate(steps, 1)
    ]
    columns = ("順", "工程", "だれが", "条件", "分/件", "媒体", "団体")
    rows = tuple(
        (
            str(at), one.name, one.lane or "―", one.condition or "いつも", "―" if one.minutes is None else f"{one.minutes.normalize():f}",
            Medium(one.medium).label if one.medium else "―", one.support or "―",
        )
        for at, one in enumerate(steps, 1)
    )  # fmt: skip
    return FlowChart(
        f"{name}の流れ", f"流れ図。{'、'.join(said)[:600]}。", Table(columns, rows), _drawn(graph, steps, PAPER), _drawn(graph, steps, PHONE)
    )  # fmt: skip


@dataclass(frozen=True)
class _Place:
    x: float  # middle
    y: float
    width: float
    height: float


class _Drawing:
    def __init__(self, graph: Graph, steps: Sequence[FlowStep], width: int) -> None:
        self.graph, self.steps, self.width = graph, steps, width
        self.by_lane = width == PAPER and 1 < len(graph.lanes) <= MOST_LANES
        far = [one for one in graph.edges if self._leap(one.source, one.target)]
        self.margin = TRACK * min(4, max(1, len(far))) + 56  # for ways around, and their answers
        self.columns = len(graph.lanes) if self.by_lane else 1
        self.column = (width - self.margin - 8) / self.columns
        self.places = {node.id: self._place(node) for node in graph.nodes}
        self.height = HEAD + ROW * len(graph.nodes) + 8
        self.root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {width} {self.height}",
                "width": str(width),
                "height": str(self.height),
                "class": "chart__svg",
            },
        )

    def _leap(self, source: str, target: str) -> bool:
        return int(target[1:]) - int(source[1:]) > 1

    def _place(self, node: Node) -> _Place:
        at = self.graph.lanes.index(node.lane) if self.by_lane else 0
        x = 4 + self.column * (at + 0.5)
        wide = {"task": self.column - 16, "start": 70, "end": 70, "split": 26, "join": 20}[node.kind]
        high = {"task": 62, "start": 28, "end": 28, "split": 26, "join": 20}[node.kind]
        return _Place(x, HEAD + ROW * node.at + ROW / 2, wide, high)

    def draw(self) -> str:
        if self.by_lane:
            self._lanes()
        for number, edge in enumerate(
            [one for one in self.graph.edges if self._leap(one.source, one.target)]
        ):
            self._around(edge.source, edge.target, edge.name, number)
        for edge in self.graph.edges:
            if not self._leap(edge.source, edge.target):
                self._straight(edge.source, edge.target, edge.name)
        for node in self.graph.nodes:
            self._node(node)
        return tostring(self.root, encoding="unicode")

    def _lanes(self) -> None:
        for at, lane in enumerate(self.graph.lanes):
            x = 4 + self.column * at
            self._box(x, 2, self.column, self.height - 4, "#767676", "none")
            self._words([lane], x + self.column / 2, 22, self.column - 8, bold=True, most=1)

    def _straight(self, source: str, target: str, name: str) -> None:
        a, b = self.places[source], self.places[target]
        top, low = a.y + a.height / 2, b.y - b.height / 2
        middle = (top + low) / 2
        points = (
            [(a.x, top), (b.x, low)] if a.x == b.x else [(a.x, top), (a.x, middle), (b.x, middle), (b.x, low)]
        )
        self._line(points)
        if name:
            self._answer(name, a.x + 8, top + 15)

    def _around(self, source: str, target: str, name: str, number: int) -> None:
        a, b = self.places[source], self.places[target]
        x = self.width - 8 - TRACK * (number % 4)
        self._line([(a.x + a.width / 2, a.y), (x, a.y), (x, b.y), (b.x + b.width / 2, b.y)])
        if name:
            self._answer(name, a.x + a.width / 2 + 6, a.y - 6 + 14 * (number % 2) * 2)

    def _answer(self, name: str, x: float, y: float) -> None:
        made = SubElement(
            self.root,
            "text",
            {
                "x": f"{x:.0f}",
                "y": f"{y:.0f}",
                "font-size": "12",
                "fill": "#1a1a1a",
                "stroke": "#ffffff",
                "stroke-width": "3",
                "paint-order": "stroke",
            },
        )
        made.text = _cut(name, 16)

    def _line(self, points: list[tuple[float, float]]) -> None:
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        SubElement(
            self.root,
            "polyline",
            {"points": path, "fill": "none", "stroke": "#4d4d4d", "stroke-width": "1.5"},
        )
        (from_x, _), (x, y) = points[-2], points[-1]
        tip = f"{x:.0f},{y:.0f} {x - 5:.0f},{y - 8:.0f} {x + 5:.0f},{y - 8:.0f}"
        if from_x != x:
            tip = f"{x:.0f},{y:.0f} {x + 8:.0f},{y - 5:.0f} {x + 8:.0f},{y + 5:.0f}"
        SubElement(self.root, "polygon", {"points": tip, "fill": "#4d4d4d"})

    def _node(self, node: Node) -> None:
        place = self.places[node.id]
        left, top = place.x - place.width / 2, place.y - place.height / 2
        if node.kind in ("split", "join"):
            half = place.height / 2
            points = f"{place.x},{top} {place.x + half},{place.y} {place.x},{top + place.height} {place.x - half},{place.y}"
            SubElement(
                self.root,
                "polygon",
                {"points": points, "fill": "#ffffff", "stroke": "#1a1a1a", "stroke-width": "2"},
            )
            if node.name:
                self._words(
                    [node.name],
                    4
                    + self.column * (self.graph.lanes.index(node.lane) if self.by_lane else 0)
                    + self.column / 2,
                    top - 8,
                    self.column - 8,
                    most=1,
                    over=True,
                )
            return
        round_ = place.height / 2 if node.kind in ("start", "end") else 4
        self._box(
            left,
            top,
            place.width,
            place.height,
            "#1a1a1a",
            "#ffffff",
            round_,
            3 if node.kind == "end" else 1.5,
        )
        if node.step is None:
            self._words([node.name], place.x, place.y + 5, place.width)
            return
        step = self.steps[node.step]
        lines = _wrapped(f"{node.step + 1}. {step.name}", place.width - 12)
        told = "　".join(
            part
            for part in (
                "" if self.by_lane else step.lane,
                "" if step.minutes is None else f"{step.minutes.normalize():f}分",
            )
            if part
        )
        lines = lines[: MOST_LINES - 1 if told else MOST_LINES]
        if told:
            lines.append(_cut(told, int((place.width - 12) / SIZE * 2)))
        self._words(lines, place.x, place.y - LINE * (len(lines) - 1) / 2 + 5, place.width)

    def _box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        stroke: str,
        fill: str,
        round_: float = 0,
        thick: float = 1,
    ) -> None:
        given = {"x": x, "y": y, "width": width, "height": height, "rx": round_, "stroke-width": thick}
        SubElement(
            self.root,
            "rect",
            {key: f"{value:g}" for key, value in given.items()} | {"stroke": stroke, "fill": fill},
        )

    def _words(
        self,
        lines: Sequence[str],
        x: float,
        y: float,
        room: float,
        *,
        bold: bool = False,
        most: int = MOST_LINES,
        over: bool = False,
    ) -> None:
        for at, line in enumerate(lines[:most]):
            given = {
                "x": f"{x:.0f}",
                "y": f"{y + LINE * at:.0f}",
                "text-anchor": "middle",
                "font-size": str(SIZE),
                "fill": "#1a1a1a",
            }
            if bold:
                given["font-weight"] = "bold"
            if over:
                given |= {"stroke": "#ffffff", "stroke-width": "3", "paint-order": "stroke"}
            SubElement(self.root, "text", given).text = _cut(line, int(room / SIZE * 2))


def _drawn(graph: Graph, steps: Sequence[FlowStep], width: int) -> str:
    return _Drawing(graph, steps, width).draw() if steps else ""


def _columns(text: str) -> int:
    """Half-width ones; broad Latin letters count as two, as they are drawn."""
    return sum(
        2 if east_asian_width(sign) in "FWA" or sign.isupper() or sign in "mw@%" else 1 for sign in text
    )


def _cut(text: str, columns: int) -> str:
    """At most so many half-width columns; the table has all."""
    if _columns(text) <= columns:
        return text
    while text and _columns(text) > columns - 2:
        text = text[:-1]
    return text + "…"


def _wrapped(text: str, width: float) -> list[str]:
    most, lines = int(width / SIZE * 2), [""]
    for sign in text:
        if _columns(lines[-1] + sign) > most:
            lines.append("")
        lines[-1] += sign
    return (
        [*lines[: MOST_LINES - 2], _cut("".join(lines[MOST_LINES - 2 :]), most)]
        if len(lines) > MOST_LINES - 1
        else lines
    )
