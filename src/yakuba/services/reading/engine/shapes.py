"""What the strokes of each character are like, so that a line drawn through one is seen although it is read all the same.

A line no longer than the character it strikes is no longer than that character's own strokes either. What tells it is
the character itself: 津 has no stroke that runs from corner to corner, less ink, and encloses fewer white areas.
shapes.npz holds, for each character, how much of it lies on long straight runs in each direction, how much ink it has,
how many white areas it encloses, and where it stands in its square, in twelve printed and written faces;
samples/generator/measure_shapes.py makes it. Where each character should stand also tells one writing from two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import Grey, Mask, bounds
from .paper import INK

TABLE = Path(__file__).with_name("shapes.npz")
STEPS = 100  # parts of an em in which the table is kept
EM = 40  # pixels: the size at which characters are measured
DIRECTIONS = 15  # over half a turn
LONG = 0.65  # of the em: straight runs that count
ROOM = 14  # pixels around a character so that a run at its edge is whole
WIDEST = 88  # pixels that one character may take
CUT, WIDTH, NOTHING = (
    1.0,
    60.0,
    50.0,
)  # what it costs to cut through ink, to be of another width, to hold nothing
# Ems of stroke more than any face has, on long runs in one direction; more than the middle face has in all; and how
# much of the former may be without the latter: where a dense character runs together, runs are long without more ink,
# unless that is much. With a white area more than any face encloses less ink says as much. Of 198 drawn lines with one
# character struck 112 have it, of 291 without 3.
RUN, MORE, MERGED, MUCH = 0.38, 0.3, 0.45, 0.8
CROSSED, CROSSED_IN_LIST = 0.25, 0.4
FEWEST = 3  # characters of a line by which the pen is judged
FINE, AREA = 3, 18  # times finer, and the smallest white area there, in pixels
# Ems, and of the size of the smallest other one: characters at one end of a line that stand higher or lower, each of them
# and in the middle, or are smaller. Of 112 drawn lines with the end of another value behind them 92 have it, of 289
# others 1.
RAISED, EACH, SMALLER = 0.15, 0.05, 0.9
FEWEST_APART = 2  # characters on either side
FIRST_KANJI, LAST_KANJI = "一", "龥"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """One character. runs: most ems of stroke on long runs in each direction, in any face turned by up to 12 degrees.
    ink: ems of stroke in the middle face.  box: x, y (from the middle of the em), width and height of its ink in ems.  holes: most white areas
    that it encloses in any face."""

    runs: Floats
    ink: float
    box: tuple[float, float, float, float]
    holes: int


@dataclass(frozen=True)
class Line:
    """A line cut into the characters that were read. parts: each of them at EM pixels.  shapes: what they should be.
    sizes: of each against the middle one.  raised: ems by which each stands lower than it should, from anywhere."""

    parts: list[Grey]
    shapes: list[Shape]
    sizes: Floats
    raised: Floats

    @cached_property
    def excess(self) -> list[tuple[float, float]]:
        """For each character how many ems of stroke it has too much on long runs in one direction, and in all."""
        return _excess(self)


@lru_cache(maxsize=1)
def shapes() -> dict[str, Shape]:
    """The shapes of all known characters."""
    with np.load(TABLE) as table:
        runs, rest = table["runs"] / np.float32(STEPS), table["rest"] / np.float32(STEPS)
        holes = table["holes"]
        return {
            character: Shape(runs[at], float(rest[at, 0]), tuple(rest[at, 1:].tolist()), int(holes[at]))  # type: ignore[arg-type]
            for at, character in enumerate(str(table["characters"]))
        }


def _kernel(direction: int) -> NDArray[np.uint8]:
    side = math.ceil(EM * LONG) | 1
    kernel = np.zeros((side, side), np.uint8)
    angle, reach, middle = math.pi * direction / DIRECTIONS, (EM * LONG - 1) / 2, side // 2
    across, down = round(math.cos(angle) * reach), round(math.sin(angle) * reach)
    ends = (
        (middle - across, middle - down),
        (middle + across, middle + down),
    )
    return np.asarray(cv2.line(kernel, ends[0], ends[1], 1, 1), np.uint8)


KERNELS = tuple(_kernel(direction) for direction in range(DIRECTIONS))


def thickness(ink: Mask) -> float:
    """Width of the strokes in pixels: the middle of a stroke of width w lies at w / 4 from its edges on average."""
    inside = cv2.distanceTransform(np.pad(ink.astype(np.uint8), 1), cv2.DIST_L2, 3)
    return max(1.0, 4 * float(inside[inside > 0].mean()) - 1) if ink.any() else 1.0


def runs(ink: Mask, pen: float) -> Floats:
    """Ems of stroke on long straight runs in each direction. ink: a character at EM pixels; pen: its strokes' width."""
    room = np.pad(ink.astype(np.uint8), ROOM)
    sums = [cv2.morphologyEx(room, cv2.MORPH_OPEN, kernel).sum() for kernel in KERNELS]
    return np.array(sums, np.float32) / np.float32(pen * EM)


def holes(picture: Grey) -> int:
    """How many white areas the strokes of one character enclose, at EM pixels and ink towards 0."""
    fine = cv2.resize(picture, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_LINEAR)
    white = np.pad((fine >= INK).astype(np.uint8), 1, constant_values=1)
    areas = cv2.connectedComponentsWithStats(white, connectivity=4)[2][1:, cv2.CC_STAT_AREA]
    return int((areas >= AREA).sum()) - 1  # the white around it


def struck_character(line: Line) -> bool:
    """One character of a line holds a long stroke that it has in no face, and more ink than it should against the
    others; or its strokes cross where they should not."""
    return crossed(line, CROSSED) or any(
        run >= RUN and more >= MORE and (run <= more + MERGED or more >= MUCH) for run, more in line.excess
    )


def crossed(line: Line, ink: float = CROSSED_IN_LIST) -> bool:
    """A character encloses more white areas than it does in any face, and has more ink than it should, in ems."""
    return any(
        more >= ink and holes(part) > shape.holes
        for (_, more), part, shape in zip(line.excess, line.parts, line.shapes, strict=True)
    )


def two_writings(line: Line) -> bool:
    """The characters at one end of the line stand higher or lower than the others, or are smaller: they are the end of
    what was begun in another box."""
    count = len(line.parts)
    cuts = range(FEWEST_APART, count - FEWEST_APART + 1)
    return any(_apart(line, slice(cut), slice(cut, count)) for cut in cuts) or any(
        _apart(line, slice(cut, count), slice(cut)) for cut in cuts
    )


def _apart(line: Line, some: slice, others: slice) -> bool:
    if line.sizes[some].max() <= SMALLER * line.sizes[others].min():
        return True
    rise = line.raised[some] - np.median(line.raised[others])
    return bool(abs(np.median(rise)) >= RAISED and np.abs(rise).min() >= EACH and np.ptp(np.sign(rise)) == 0)


def unknown(text: str) -> bool:
    """There is a kanji that cannot be judged because it is not in the table."""
    return any(FIRST_KANJI <= character <= LAST_KANJI and character not in shapes() for character in text)


def read_line(picture: Grey, text: str) -> Line | None:
    """The line's writing (on white) cut into the characters of what was read (`text`); None where one of them is not
    known or it cannot be cut."""
    wanted = [shape for character in text if (shape := shapes().get(character))]
    rows = np.flatnonzero((picture < INK).any(axis=1))
    if not rows.size or not wanted or len(wanted) < len(text):
        return None
    high = max(one.box[1] + one.box[3] for one in wanted) - min(one.box[1] for one in wanted)
    size = (rows[-1] - rows[0] + 1) / max(high, 0.1)
    parts = _parts(picture, wanted, EM / size)
    if parts is None:
        return None
    boxes = [bounds(part < INK) or (0, 0, 0, 0) for part in parts]
    sizes = np.array([max(box[2:]) / max(one.box[2:]) for box, one in zip(boxes, wanted, strict=True)])
    ratio = float(np.median(sizes))
    if not EM / 3 < ratio < EM * 3:
        return None
    down = [
        (box[1] + box[3] / 2) / ratio - one.box[1] - one.box[3] / 2
        for box, one in zip(boxes, wanted, strict=True)
    ]
    parts = [
        cv2.resize(part, None, fx=EM / ratio, fy=EM / ratio, interpolation=cv2.INTER_AREA) for part in parts
    ]
    return Line(parts, wanted, (sizes / ratio).astype(np.float32), np.array(down, np.float32))


def _excess(line: Line) -> list[tuple[float, float]]:
    inks = [part < INK for part in line.parts]
    pen = thickness(
        np.hstack([np.pad(ink, ((0, max(x.shape[0] for x in inks) - ink.shape[0]), (1, 1))) for ink in inks])
    )
    seen = [float(ink.sum()) / (pen * EM) for ink in inks]
    bold = float(np.median([a / max(one.ink, 0.1) for a, one in zip(seen, line.shapes, strict=True)]))
    bold = bold if len(inks) >= FEWEST else 1.0
    return [
        (float((runs(ink, pen) - one.runs).max()), has / bold - one.ink)
        for ink, has, one in zip(inks, seen, line.shapes, strict=True)
    ]


def _parts(picture: Grey, wanted: Sequence[Shape], scale: float) -> list[Grey] | None:
    """The line cut into its characters at EM pixels, by widths and by where the least ink is cut; None when it cannot."""
    line = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    columns = (line < INK).sum(axis=0)
    filled = np.flatnonzero(columns)
    if not filled.size:
        return None
    line, columns = line[:, filled[0] : filled[-1] + 1], columns[filled[0] : filled[-1] + 1]
    count = columns.size + 1
    after, before = _next_ink(columns), count - 1 - _next_ink(columns[::-1])[::-1]
    cut = np.zeros(count, np.float32)
    cut[1:-1] = CUT * (columns[1:] + columns[:-1]) / 2
    cost = np.full(count, np.inf)
    cost[0] = 0
    steps: list[NDArray[np.int64]] = []
    for one in wanted:
        best, step = np.full(count, np.inf), np.zeros(count, np.int64)
        for width in range(max(2, round(0.3 * one.box[2] * EM)), min(WIDEST, count - 1) + 1):
            own = before[width:] - after[:-width]
            price = (
                cost[:-width] + np.where(own > 0, WIDTH * (own / EM - one.box[2]) ** 2, NOTHING) + cut[width:]
            )
            better = price < best[width:]
            best[width:][better], step[width:][better] = price[better], width
        cost = best
        steps.append(step)
    if not np.isfinite(cost[-1]):
        return None
    parts, end = [], count - 1
    for step in reversed(steps):
        start = end - int(step[end])
        parts.append(line[:, start:end])
        end = start
    return parts[::-1]


def _next_ink(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each place between columns the first column with ink at or after it."""
    at = np.append(np.where(columns > 0, np.arange(columns.size), columns.size), columns.size)
    return np.minimum.accumulate(at[::-1])[::-1]
