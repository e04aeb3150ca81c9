"""Tick boxes: what was added to the blank form in and around each box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from . import strokes
from .crops import Mask, Sheet
from .definitions import Rect

FRAME = 4  # pixels of a box's own line at each side
AROUND = 16  # pixels around a box in which a tick may end or a ring may run
EMPTY_INK = 0.006  # share of the inside: dust and fax dots stay below, a tick of one stroke is above 0.04
MARKED_INK = 0.035
FULL_RING = 0.5  # share of the directions from the middle in which a ring is seen; the frame hides the rest
EMPTY_RING = 0.08
STRIKE = 0.9  # a line that leaves the box by this many box widths to the right strikes it out
STROKE = 8  # pixels: a darker run longer than this is no dust
TICK_DARKNESS = 165
LINE = 0.68  # box widths: the long stroke of a tick is 0.85 and its short one 0.45
LEVEL = (
    26,
    27,
    28,
    29,
    0,
    1,
    2,
    3,
    4,
)  # directions within 24 degrees: flatter than a tick's or a cross's strokes
LEVEL_LINE = (
    0.9  # box widths: in 200 ticks the longest level run was 0.83, in short lines over one at least 1.17
)
SOLID = (
    0.42,
    0.6,
)  # share of the inside: no tick, cross or ring has more, hatching that fills a box out seldom less
SOLID_LINE = 1.2  # box widths: longer than any stroke that fills a box out
# A cross over a box filled out: pixels from a corner of the box, outwards and inwards, of ink there, and corners. Of 89
# boxes filled out none has more than two, of 68 with a cross all have three.
CORNER, TIP, TIPS = (-5, 6), 4, 3
HIDDEN = 13  # pixels of a light line that the line of a box hides, with its soft edges
WHITE, BODY, HATCHED = (
    3,
    11,
    0.28,
)  # pixels between hatching's strokes; broader than any stroke; share of the inside
HATCHED_LINE = 1.12  # box widths: lines across a tick are longer
PARALLEL, APART = 20, 8  # degrees, pixels: two lines side by side; nearer ones are the edges of one stroke
BESIDE, FILLED, BROAD = 12, 0.6, 9  # pixels; share of a line's length; pixels: no pen's stroke is broader
CROSSING = 50  # degrees between the strokes of a cross
SHORT_STROKE = 0.5  # share of a tick's ink that its short stroke has at most
# Of the box: height of a dash at most, columns that it fills; side of a corner, share of it that a stroke into it covers;
# how far from the diagonal a slash lies, and which share of its ink may lie beside that. A tick's short stroke is more.
FLAT, LONG_DASH, QUARTER, IN_CORNER, FROM_DIAGONAL, BESIDE_DIAGONAL = 0.4, 0.6, 0.34, 0.16, 0.3, 0.04
# Of a line that runs through a box: rows inside that it fills, and of those above and below it.
ALL_ROWS, GOES_ON = 0.9, 0.7
REST = 0.1  # share of the ink that does not lie on the two strokes of a cross


class Mark(StrEnum):
    """What one tick box holds."""

    EMPTY = "empty"
    MARKED = "marked"
    STRUCK = "struck"
    UNCLEAR = "unclear"


class Sign(StrEnum):
    """With what a box was marked."""

    RING = "ring"
    CROSS = "cross"
    DASH = "dash"
    SLASH = "slash"
    TICK = "tick"  # or filled out
    OTHER = "other"  # not clearly one of them


@dataclass(frozen=True)
class MarkReading:
    """State of one box; inside: share of inked pixels, 0..1; ring: share of directions with ink around it; sign: of a
    marked one."""

    state: Mark
    inside: float
    ring: float
    sign: Sign = Sign.OTHER


def read_marks(sheet: Sheet, boxes: Mapping[str, Rect]) -> dict[str, MarkReading]:
    """The state of each box by its option code."""
    return {code: _read(sheet, rect) for code, rect in boxes.items()}


def _read(sheet: Sheet, rect: Rect) -> MarkReading:
    width, height = rect[2:]
    window = sheet.window(rect, AROUND)
    ink = _long_strokes(sheet.writing[window] < TICK_DARKNESS)
    inner = _inner(ink, width, height)
    inside = float(inner.mean()) if inner.size else 0.0
    ring = _ring(ink, width, height)
    if _struck(sheet, rect):
        return MarkReading(Mark.STRUCK, inside, ring)
    if inside >= MARKED_INK or ring >= FULL_RING:
        plain = inside < MARKED_INK or (
            _one_mark(ink, width, height, inside, ring)
            and not _struck_in_pale(ink, sheet.added[window], width, height)
        )
        if plain and (_runs_through(ink, inner) or _runs_through(ink.T, inner.T)):
            return MarkReading(Mark.UNCLEAR, inside, ring)
        return MarkReading(Mark.MARKED if plain else Mark.STRUCK, inside, ring, _sign(inner, inside, ring))
    faint = _long_strokes(sheet.added[window])
    around = max(ring, _ring(faint, width, height))
    if inside <= EMPTY_INK and around <= EMPTY_RING and not _inner(faint, width, height).any():
        return MarkReading(Mark.EMPTY, inside, ring)
    return MarkReading(Mark.UNCLEAR, inside, ring)


def mixed(read: Mapping[str, MarkReading]) -> bool:
    """The marked boxes hold different signs: ○ for yes and × for no, a tick and a dash. A cross, a dash and a slash are so plain
    (52 of 54 crosses) that whatever is not clearly one is none."""
    signs = {one.sign for one in read.values() if one.state is Mark.MARKED}
    return len(signs if signs & {Sign.CROSS, Sign.DASH, Sign.SLASH} else signs - {Sign.OTHER}) > 1


def _sign(inner: Mask, inside: float, ring: float) -> Sign:
    """What the ink in a box is. A cross has ink in all four corners, a tick in two at most, a slash in two opposite ones
    and nothing on the other diagonal."""
    if inside < MARKED_INK:
        return Sign.RING
    if ring >= FULL_RING:
        return Sign.OTHER
    if inside > SOLID[0]:
        return Sign.TICK
    rows = np.flatnonzero(inner.any(axis=1))
    if np.ptp(rows) < FLAT * len(inner) and inner.any(axis=0).mean() >= LONG_DASH:
        return Sign.DASH
    side = round(QUARTER * len(inner))
    corners = [
        float(inner[down, across].mean()) >= IN_CORNER for down in _ends(side) for across in _ends(side)
    ]  # left above, right above, left below, right below
    if all(corners):
        return Sign.CROSS
    if sum(corners) == 2 and corners[0] == corners[3] and _thin(inner, rising=corners[1]):
        return Sign.SLASH
    return Sign.TICK if sum(corners) <= 2 else Sign.OTHER


def _runs_through(ink: Mask, inner: Mask) -> bool:
    """All that lies in a box is one upright line that comes from above it and goes on below: a fold, a scanner's streak."""
    columns = np.flatnonzero(inner.any(axis=0))
    if not columns.size or np.ptp(columns) >= FLAT * len(inner) or inner.any(axis=1).mean() < ALL_ROWS:
        return False
    first, last = (AROUND + FRAME + int(columns[at]) for at in (0, -1))
    lane = np.asarray(ink[:, first : last + 1].any(axis=1))
    return float(lane[:AROUND].mean()) >= GOES_ON and float(lane[-AROUND:].mean()) >= GOES_ON


def _ends(side: int) -> tuple[slice, slice]:
    return slice(0, side), slice(-side, None)


def _thin(inner: Mask, rising: bool) -> bool:
    """All of the ink lies along one diagonal of the box."""
    rows, columns = np.nonzero(inner[:, ::-1] if rising else inner)
    return float((np.abs(rows - columns) > FROM_DIAGONAL * len(inner)).mean()) < BESIDE_DIAGONAL


def _inner(ink: Mask, width: int, height: int) -> Mask:
    """What lies inside the box's own line."""
    return ink[AROUND + FRAME : AROUND + height - FRAME, AROUND + FRAME : AROUND + width - FRAME]


def _one_mark(ink: Mask, width: int, height: int, inside: float, ring: float) -> bool:
    """The ink is a tick, a cross, a ring or a box filled out, and not one of them with lines drawn through it."""
    if inside > SOLID[0]:
        if _tips(ink, width, height) >= TIPS:
            return False
        line = strokes.longest(ink).length / width
        return (
            line < SOLID_LINE if inside >= SOLID[1] else line < HATCHED_LINE and _hatched(ink, width, height)
        )
    # before any stroke is taken out: that would cut the lines across it
    level = strokes.longest(ink[AROUND + FRAME : AROUND + height - FRAME], LEVEL)
    if ring < FULL_RING and level.length >= LEVEL_LINE * width:
        return False
    lines = strokes.lines_in(ink, LINE * width)
    if ring >= FULL_RING:
        return not lines
    first, *others = lines or [strokes.NONE]
    if _spread(ink, first, LINE * width) > BROAD:
        return False
    second = [line for line in others if not _same(first, line)]
    if not second:
        beside = strokes.without(ink, first, strokes.STROKE).sum()
        return not lines or bool(beside <= SHORT_STROKE * ink.sum())
    turn = abs(first.angle - second[0].angle) % 180
    rest = strokes.without(strokes.without(ink, first, strokes.STROKE), second[0], strokes.STROKE)
    return len(second) == 1 and min(turn, 180 - turn) >= CROSSING and rest.sum() <= REST * ink.sum()


def _struck_in_pale(ink: Mask, added: Mask, width: int, height: int) -> bool:
    """A level line much lighter than the tick runs over it and over the line of the box, which hides a piece of it on each side."""
    drawn = strokes.with_pale(ink, added)
    if drawn is ink:
        return False
    bridged = cv2.morphologyEx(drawn.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, HIDDEN), np.uint8))
    rows = slice(AROUND + FRAME, AROUND + height - FRAME)
    return strokes.longest((drawn | (bridged > 0))[rows], LEVEL).length >= LEVEL_LINE * width


def _tips(ink: Mask, width: int, height: int) -> int:
    """At how many corners of the box strokes end that go beyond what fills it out."""
    outwards, inwards = CORNER
    near, far = (
        slice(AROUND + outwards, AROUND + inwards),
        [slice(AROUND + size - inwards, AROUND + size - outwards) for size in (height, width)],
    )
    corners = [ink[rows, columns] for rows in (near, far[0]) for columns in (near, far[1])]
    return sum(int(corner.sum()) >= TIP for corner in corners)


def _hatched(ink: Mask, width: int, height: int) -> bool:
    """Strokes so close that they are one body: a tick with lines over it has none."""
    closed = cv2.morphologyEx(
        _inner(ink, width, height).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((WHITE, WHITE), np.uint8)
    )
    body = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((BODY, BODY), np.uint8))
    return float(body.mean()) >= HATCHED


def _spread(ink: Mask, line: strokes.Stroke, length: float) -> float:
    """Pixels across of the ink beside a line, on both sides together, over most of the line: one pen's width, or more
    where other lines run along it."""
    rows, columns = np.nonzero(ink)
    angle = np.radians(line.angle)
    turned = -1 if line.angle < 0 else 1  # the direction was turned by half a turn
    across = turned * (rows * np.cos(angle) - columns * np.sin(angle)) - line.across
    counts = np.bincount(np.rint(across[np.abs(across) < BESIDE]).astype(np.int64) + BESIDE, minlength=1)
    return float((counts > FILLED * length).sum())


def _same(one: strokes.Stroke, other: strokes.Stroke) -> bool:
    """Both are parts of one stroke."""
    turn = abs(one.angle - other.angle) % 180
    return min(turn, 180 - turn) <= PARALLEL and abs(one.across - other.across) < APART


def _long_strokes(ink: np.ndarray) -> np.ndarray:
    """Only connected ink that is longer than dust."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    keep = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > STROKE
    keep[0] = False
    return keep[labels] if count > 1 else np.zeros(ink.shape, np.bool_)


def _ring(ink: np.ndarray, width: int, height: int) -> float:
    """Share of 36 directions from the box's middle in which ink lies outside the box."""
    outside = ink.copy()
    outside[AROUND + 2 : AROUND + height - 2, AROUND + 2 : AROUND + width - 2] = False
    rows, columns = np.nonzero(outside)
    if not rows.size:
        return 0.0
    angles = np.arctan2(rows - outside.shape[0] / 2, columns - outside.shape[1] / 2)
    return len(np.unique(np.floor((angles + np.pi) / (2 * np.pi) * 36).astype(int) % 36)) / 36


def _struck(sheet: Sheet, rect: Rect) -> bool:
    """A horizontal line runs through the box and on over its label."""
    x, y, width, height = rect
    reach = round(width * STRIKE) + AROUND
    right = sheet.window((x + width + 2, y + height // 6, reach, height * 2 // 3))
    ink = sheet.writing[right] < TICK_DARKNESS
    if not ink.size:
        return False
    # the label's print was painted out and cuts the line: count columns, allow gaps
    columns = ink.any(axis=0)
    inside = sheet.writing[sheet.window((x, y + height // 6, width, height * 2 // 3))] < TICK_DARKNESS
    return bool(columns.mean() > 0.55 and inside.any(axis=0).mean() > 0.6)
