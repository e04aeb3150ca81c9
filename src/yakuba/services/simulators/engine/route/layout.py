"""Where the stations stand and where the vehicle drives: x and y in m."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.simulators.contracts import Inputs, Lines
from yakuba.services.simulators.engine.coverage.models import Model
from yakuba.services.simulators.engine.reading import cell, name, read_lines, refuse

FAR = 200_000.0  # m
MOST_STEPS = 16_000  # of all repetitions together
UNHEARD = -250.0  # dBm, of a station further away than the model reaches
TABLE = 400  # distances at which the loss is calculated; between them it is a line over log d
STATIONS = Lines(
    "places", "基地局の場所（任意）", ("名前", "x（m）", "y（m）"), "", 20,
    help="書くと、下の「基地局の数」と「間隔」の代わりになります。1行に1局。", needed=False, group="経路と基地局",
)  # fmt: skip
WAY = Lines(
    "way", "走る道（任意）", ("x（m）", "y（m）"), "", 100,
    help="曲がり角を順に、1行に1点。書かないと、基地局に沿ってまっすぐ走ります。", needed=False, group="経路と基地局",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """names and places (stations, 2) of stations; corners (points, 2) of the way."""

    names: tuple[str, ...]
    places: Any
    corners: Any

    @property
    def length(self) -> float:
        """Of the way, m."""
        return float(np.hypot(*np.diff(self.corners, axis=0).T).sum())


def layout_of(given: Inputs) -> Layout:
    """As it was supplied, else stations in a row and the road beside them. Raises Invalid."""
    problems: list[Problem] = []
    names, places, taken = list[str](), list[tuple[float, float]](), set[str]()
    for line, cells in enumerate(read_lines(STATIONS, given["places"]), start=1):
        if cells:
            names.append(name(line, "名前", cells[0], taken, problems))
            places.append(_point(line, cells[1:], problems))
    refuse(problems, STATIONS.label)
    if not places:
        names = [f"局{at + 1}" for at in range(given["stations"])]
        places = [(at * given["spacing"], given["aside"]) for at in range(given["stations"])]
    corners = [
        _point(line, cells, problems) for line, cells in enumerate(read_lines(WAY, given["way"]), 1) if cells
    ]
    refuse(problems, WAY.label)
    if not corners:
        xs = [x for x, _ in places]
        corners = [(min(xs), 0.0), (max(xs), 0.0)]
    layout = Layout(tuple(names), np.array(places), np.array(corners))
    if len(corners) < 2 or layout.length < 1:
        told = "道の長さが1 m以上になるように、2点以上書いてください（まっすぐなら、基地局を2つ以上）。"
        raise Invalid(told, place=WAY.label)
    return layout


def _point(line: int, cells: list[str], problems: list[Problem]) -> tuple[float, float]:
    x, y = (cell(line, column, text, -FAR, FAR, problems) for column, text in zip("xy", cells, strict=True))
    return x, y


def along(layout: Layout, speed: float, step: float, repeats: int) -> Any:
    """Places (steps, 2) every `step` s at `speed` m/s. Raises Invalid where that is too many for so many repetitions."""
    steps = int(layout.length / (speed * step)) + 1
    if steps * repeats > MOST_STEPS:
        raise Invalid(
            f"道{layout.length:,.0f} mを測る回数が{steps * repeats:,}回になります（{MOST_STEPS:,}回まで）。"
            "くり返しを減らすか、測る間隔を長くするか、道を短くしてください。",
            place="くり返し",
        )
    if steps < 2:
        raise Invalid(
            "1回測る間に道が終わります。測る間隔を短くするか、速さを下げてください。", place="測る間隔"
        )
    sides = np.hypot(*np.diff(layout.corners, axis=0).T)
    marks = np.concatenate(([0.0], np.cumsum(sides)))
    passed = np.arange(steps) * speed * step
    return np.column_stack([np.interp(passed, marks, layout.corners[:, axis]) for axis in (0, 1)])


def levels(given: Inputs, model: Model, layout: Layout, points: Any) -> Any:
    """What is received without shadowing, dBm, (steps, stations). A station nearer than the model's range is taken at its
    near end, one further away is not heard."""
    low, high = model.distances
    table = np.geomspace(low, high, TABLE)
    f, hb, hm = given["frequency"], given["station_height"], given["mobile_height"]
    losses = np.array([model.loss(f, hb, hm, float(d)) for d in table])
    away = np.hypot(*(points[:, None, :] - layout.places[None, :, :]).transpose(2, 0, 1)) / 1000
    loss = np.interp(np.log(np.maximum(away, low)), np.log(table), losses)
    return np.where(away <= high, given["eirp"] - loss, UNHEARD)
