"""Whether one cell of a comb holds more than the figure that was read in it: another one written over it, a line drawn through
it, a small one put beside or on top of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from . import shapes
from .crops import Grey, Mask, bounds
from .paper import INK

# Times what the other figures of the row lead to expect: of 221 numbers of ordinary piles the most were 1.31 (a hand
# with tall 8s) and 1.46.
TALL, HEAVY = 1.34, 1.5
# The same of ink and blob together, by figure: two figures whose strokes nearly coincide have hardly more ink, but broader
# places. Of 4,726 ordinary figures of 659 numbers the most were 2.11, 1.61, 1.49, 1.54, 1.45, 1.60, 1.68, 1.83, 1.80 and 1.44:
# hands put a slash through the 0, and a quick 7 or 8 runs together.
OVERWRITTEN = dict(zip("0123456789", (2.1, 1.75, 1.6, 1.65, 1.6, 1.72, 1.8, 1.95, 1.92, 1.6), strict=True))
SLASHED, ALL_HEAVY = (
    "0",
    1.2,
)  # hands that put a stroke through the 0 do so to each; times the ink expected of it
HOLE = 2  # pixels: a smaller white area is a speck
# White areas that one figure encloses at most, with a loop more than print has, or a slash through the 0. Of 223 ordinary
# 1s, 5s and 7s none has any.
HOLES = dict.fromkeys("157", 0) | dict.fromkeys("2469", 1) | dict.fromkeys("038", 2)
# Times as broad against its height, in pale ink, as the middle face has the figure: of 600 ordinary ones, but for the 1 with
# its serifs, the broadest was 1.34.
BROAD, PALEST_OF_FIGURE = 1.4, 190
# How far ink reaches from the stem of a 1 to the left at its top, by its height: of twelve printed and written faces the most was
# 0.24, with a short stroke that makes it a 7 the least 0.32.
FLAG, TOP, STEM = (
    0.29,
    0.4,
    (0.45, 0.8),
)  # what counts as its top, and where its stem is measured, by its height
# The longest level stroke in the top quarter beyond the stem of a 1 (a stroke across its top), that of a 4 beyond the stem at its
# foot (an arc that closes it to a 9), and the longest at the foot of a 7 (which makes it a 2), by the height. Of 187, 401 and 289
# ordinary ones in eleven faces, on scans of all kinds and faxes, the most were 0.26, 0.23 and 0.19; with such a stroke half have
# 0.38, 0.35 and 0.53.
BEAM, CAP, FOOT = 0.29, 0.25, 0.3
TOP_END, FOOT_END = (0.0, 0.25), (0.85, 1.0)
# The broadest piece apart from the rest, by the height, above a 1 of which it is no part: pieces that broke off a flag are narrower.
BAR, ABOVE = 0.25, 0.4  # and what counts as above
# What closes a 3 to an 8 or a 9: white that it encloses, by the rectangle around it (203 ordinary ones none, a hand's loop hardly
# any, half of those closed a tenth and more), or ink in its upper left, where it is open: its rows and columns, by height and
# width, and the share of these rows (ordinary ones 0.75 at most, half of those closed all).
LOOP, OPEN, SHUT = 0.04, (0.2, 0.45, 0.4), 0.87
# Where figures are open: rows from and to, by the height, and whether at the right; ink in nearly all of these rows within a side's
# breadth is a stroke of another figure. Of 460 ordinary 9s, 465 5s, 417 3s, 521 2s, 394 6s and 405 7s in twelve faces the most
# had it in 0.75 of the rows; of 109 in numbers with another figure over one of theirs 17 sides in all.
SIDES = (
    *((0.55, 0.8, False), (0.2, 0.4, True), (0.2, 0.45, True), (0.6, 0.85, False), (0.3, 0.55, False)),
    *((0.5, 0.8, True), (0.3, 0.6, False)),
)
OPEN_SIDES = {"2": (4, 5), "3": (0,), "5": (0, 1), "6": (2,), "7": (6,), "9": (3,)}
BREADTH, FULL = 0.3, 0.87
# Between the middles of the two largest white areas that a 0 encloses, across by down: two parted by a slash lie aslant (38:
# 0.25 at least), two parted by the stroke that makes it an 8, 6 or 9 above each other (half: 0.04).
ASLANT = 0.2
UNLIKE = 1.75  # times the ink and blob of the same figure elsewhere in the row; there 1.64 was the most

# What each figure has against the median of all, in eight fonts and hands: ink in 1,971 figures, blob in 860.
INK_OF_FIGURE = dict(
    zip("0123456789", (1.13, 0.63, 0.97, 0.94, 0.96, 0.97, 1.1, 0.73, 1.27, 1.07), strict=True)
)
BLOB_OF_FIGURE = dict(
    zip("0123456789", (0.92, 1.05, 1.0, 1.0, 1.19, 0.97, 1.1, 0.94, 0.98, 1.09), strict=True)
)
FEWEST_FIGURES = 3
FINER = 3  # times: blobs are a few pixels wide and are measured between the pixels


@dataclass(frozen=True)
class Figure:
    """What is seen of one written figure. ink: black pixels.  blob: half the width of its thickest place, in pixels.
    height: pixels. holes: white areas that its strokes enclose. shape: its width by its height with paler ink, flag: how far its
    top reaches to the left of its stem, by its height; beam: its longest level stroke at the top, less its stem in the
    middle, cap: less that at its foot, foot: the longest level stroke there, all by its height; loop: the largest white area by its rectangle; aslant: how far beside each other
    the two largest lie, across by down; shut: share of the rows at the upper left, where a 3 is open, that hold ink; bar: how broad the broadest piece is that stands
    apart from the rest at its top, by its height; sides: share of the rows of each of SIDES that hold ink there. 0 where they
    were not measured, aslant 1."""

    ink: float
    blob: float
    height: int
    holes: int = 0
    shape: float = 0.0
    flag: float = 0.0
    beam: float = 0.0
    cap: float = 0.0
    foot: float = 0.0
    loop: float = 0.0
    aslant: float = 1.0
    shut: float = 0.0
    bar: float = 0.0
    sides: tuple[float, ...] = (0.0,) * len(SIDES)

    @classmethod
    def of(cls, glyph: Grey) -> Figure:
        """The figure in a picture of it alone."""
        fine = cv2.resize(glyph, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
        written = np.pad((fine < INK).astype(np.uint8), 1)
        inside = cv2.distanceTransform(written, cv2.DIST_L2, 5)
        box = bounds(glyph < INK) or (0, 0, 0, 0)
        pale = bounds(glyph < PALEST_OF_FIGURE) or (0, 0, 0, 1)
        holes = _holes(written)
        ink = glyph < INK
        top, foot = _level(ink, *TOP_END), _level(ink, *FOOT_END)
        return cls(
            float((255 - glyph.astype(np.float32)).sum() / 255),
            max(float(inside.max()) / FINER, 0.5),
            box[3],
            len(holes),
            pale[2] / pale[3],
            _flag(ink),
            max(top) - _median(_level(ink, *STEM)),
            max(top) - _median(foot),
            max(foot),
            holes[0][0] / max(1, box[2] * box[3]) if holes else 0.0,
            _aslant(holes),
            _shut(ink),
            _bar(ink),
            _sides(ink),
        )


_Hole = tuple[float, float, float]  # pixels of the glyph, and of its middle across and down


def _holes(written: NDArray[np.uint8]) -> list[_Hole]:
    """The white areas of more than a speck that the strokes enclose, the largest first; the picture has a white border."""
    _, labels, stats, middles = cv2.connectedComponentsWithStats(1 - written, connectivity=4)
    around = int(labels[0, 0])
    found = [
        (int(stats[label, cv2.CC_STAT_AREA]) / FINER**2, *(middles[label] / FINER).tolist())
        for label in range(1, len(stats))
        if label != around and stats[label, cv2.CC_STAT_AREA] >= HOLE * FINER**2
    ]
    return sorted(found, reverse=True)


def _aslant(holes: Sequence[_Hole]) -> float:
    """How far the two largest white areas lie beside each other, by how far above."""
    if len(holes) < 2:
        return 1.0
    (_, left, top), (_, right, foot) = holes[:2]
    return abs(left - right) / max(1.0, abs(top - foot))


def _shut(ink: Mask) -> float:
    """How much of the upper left of a figure, where a 3 is open, is closed by ink: share of its rows."""
    x, y, width, height = bounds(ink) or (0, 0, 0, 0)
    top, foot, side = OPEN
    part = ink[y + round(top * height) : y + round(foot * height), x : x + round(side * width)]
    return float(part.any(axis=1).mean()) if part.size else 0.0


def _sides(ink: Mask) -> tuple[float, ...]:
    """How much of each side where some figure is open is closed by ink: share of its rows."""
    x, y, width, height = bounds(ink) or (0, 0, 0, 0)
    breadth = round(BREADTH * width)
    left, right = slice(x, x + breadth), slice(x + width - breadth, x + width)
    rows = [slice(y + round(top * height), y + round(foot * height)) for top, foot, _ in SIDES]
    parts = [ink[row, right if at_right else left] for row, (_, _, at_right) in zip(rows, SIDES, strict=True)]
    return tuple(float(part.any(axis=1).mean()) if part.size else 0.0 for part in parts)


def _bar(ink: Mask) -> float:
    """How broad the broadest piece of a figure is that is flat, stands apart from the largest and lies wholly in its upper
    part, by the height of all."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    if len(stats) <= 2:
        return 0.0
    _, top, _, height = bounds(ink) or (0, 0, 0, 1)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return max(
        (
            width / height
            for number, (_, y, width, high, _) in enumerate(stats.tolist())
            if number and number != largest and width > high and y + high <= top + ABOVE * height
        ),
        default=0.0,
    )


def _level(ink: Mask, start: float, end: float) -> list[float]:
    """The longest level stretch of ink in each row of a part of a figure, by its height; start, end: of the part, by it too."""
    x, y, width, height = bounds(ink) or (0, 0, 0, 0)
    rows = ink[y + round(start * height) : y + max(1, round(end * height)), x : x + width]
    return [_longest(row) / height for row in rows] or [0.0]


def _median(values: Sequence[float]) -> float:
    return float(np.median(values))


def _longest(row: NDArray[np.bool_]) -> int:
    """Pixels of the longest stretch of ink in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.view(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max()) if edges.size else 0


def _flag(ink: Mask) -> float:
    """How far the ink at the top of a figure reaches to the left of the stem below it, by its height."""
    x, y, width, height = bounds(ink) or (0, 0, 0, 0)
    figure = ink[y : y + height, x : x + width]
    stem = figure[round(STEM[0] * height) : round(STEM[1] * height)]
    edges = [int(row.argmax()) for row in stem if row.any()]
    top = np.flatnonzero(figure[: round(TOP * height)].any(axis=0))
    return (float(np.median(edges)) - int(top[0])) / height if edges and top.size else 0.0


def overwritten(figures: str, seen: Sequence[Figure]) -> bool:
    """One cell holds more than the figure read in it should: another was written over it, a line drawn through it, or
    a small one put on top, or it was made another one by a stroke of its own (1 → 7, 4 → 9, 7 → 2, 3 → 8). Its ink, its blobs and its height are compared with those of the others in the row; strokes
    that cross enclose white areas which the figure does not have."""
    if any(
        one.holes > HOLES.get(figure, one.holes) or _broad(figure, one) or _amended(figure, one)
        for figure, one in zip(figures, seen, strict=False)
    ):
        return True
    if len(figures) != len(seen) or len(seen) < FEWEST_FIGURES or not set(figures) <= INK_OF_FIGURE.keys():
        return False
    ink = _against_others(
        [one.ink / INK_OF_FIGURE[figure] for figure, one in zip(figures, seen, strict=True)]
    )
    blob = _against_others(
        [one.blob / BLOB_OF_FIGURE[figure] for figure, one in zip(figures, seen, strict=True)]
    )
    height = _against_others([one.height for one in seen])
    heavy = (ink > HEAVY) | (ink * blob > np.array([OVERWRITTEN[figure] for figure in figures]))
    for figure in SLASHED:
        same = np.array([other == figure for other in figures])
        if same.sum() > 1 and ink[same].min() >= ALL_HEAVY:
            heavy &= ~same
    return bool(heavy.any() or (height > TALL).any()) or _unlike_its_like(figures, seen)


def _amended(figure: str, seen: Figure) -> bool:
    """A figure has a stroke of another one that it may have been made into, or that stands over it."""
    if any(seen.sides[side] > FULL for side in OPEN_SIDES.get(figure, ())):
        return True
    return {
        "0": seen.aslant < ASLANT,
        "1": seen.flag > FLAG or seen.beam > BEAM or seen.bar > BAR,
        "3": seen.loop > LOOP or seen.shut > SHUT,
        "4": seen.cap > CAP,
        "7": seen.foot > FOOT,
    }.get(figure, False)


def _broad(figure: str, seen: Figure) -> bool:
    """A figure is broader than any hand has it: another one stands beside it and touches it."""
    if figure == "1" or figure not in INK_OF_FIGURE:
        return False
    _, _, width, height = shapes.shapes()[figure].box
    return seen.shape > BROAD * width / height


def _unlike_its_like(figures: str, seen: Sequence[Figure]) -> bool:
    """One figure holds more than the same figure elsewhere in the row."""
    for figure in set(figures):
        same = [one for other, one in zip(figures, seen, strict=True) if other == figure]
        if len(same) > 1:
            ink, blob = (
                _against_others([one.ink for one in same]),
                _against_others([one.blob for one in same]),
            )
            if (ink * blob > UNLIKE).any():
                return True
    return False


def _against_others(values: Sequence[float]) -> NDArray[np.float64]:
    """Each value by the median of the other ones."""
    every = np.array(values, np.float64)
    others = [float(np.median(np.delete(every, at))) for at in range(len(every))]
    return every / np.maximum(others, 1e-6)
