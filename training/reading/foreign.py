"""One character with or without strokes that are not its own, drawn: struck out, written over, with another one beside it;
and how each character is usually written. What the network of strokes.py in the reading room's adapters learns from.

A character is drawn as in drawing.py, with the ends of its neighbours, cut out as the engine cuts it, and scanned badly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.engine.foreign import EM, SIDE, seen
from yakuba.services.reading.engine.paper import INK

from .drawing import Grey, moved, pen_stroke
from .strokes import Strokes

ROOM = 112  # pixels: the square that a character is drawn in
BIG = 48  # pixels of its em there
FIGURES = "0123456789"
FEWEST = 3  # faces that must have a character
STEPS = 4  # grey levels of the usual picture
VISIBLE = 0.3  # ems of foreign stroke that must lie beside the character's own ink
FEWEST_PIXELS = 25


@dataclass(frozen=True)
class Sources:
    """strokes: KanjiVG's, by character.  pen, print: font files with the characters that each has.  usual: every
    character that is asked about (known), with how it is usually written.  common: characters, as often as they are
    written.
    digits: pictures of real digits by value, [n, 28, 28], or none."""

    strokes: Mapping[str, Strokes]
    pen: Mapping[str, frozenset[str]]
    print: Mapping[str, frozenset[str]]
    usual: Mapping[str, NDArray[np.uint8]]
    known: str
    common: str
    digits: Sequence[Grey] = ()


@dataclass(frozen=True)
class Hand:
    """Who writes one character and what is done to it. font: a file, or empty for moved strokes."""

    font: str
    pen: float
    wild: float
    size: float
    slant: float


def example(sources: Sources, rng: Random) -> tuple[NDArray[np.uint8], str, bool]:
    """(what the network sees, the character that is read there, whether foreign strokes lie on it)."""
    while True:
        figure = rng.random() < 0.4
        character = rng.choice(FIGURES) if figure else _character(sources, rng)
        hand = _hand(sources, character, rng)
        own = _drawn(sources, character, hand, rng)
        if own is None:
            continue
        struck = rng.random() < 0.5
        read = character
        if struck:
            added, read = _foreign(sources, own, character, hand, figure, rng)
            if not _visible(own, added, hand.pen):
                continue
            page = np.maximum(own, added)
        else:
            page = own
        left, right = _cut(own, hand, figure, rng)
        if not figure:
            page = _with_neighbours(sources, page, hand, (left, right), struck, rng)
        elif rng.random() < 0.15:
            page = _with_frame(page, (left, right), rng)
        picture = scanned(page[:, left:right], rng)
        if (picture < INK).sum() < FEWEST_PIXELS:
            continue
        return seen(picture, EM / (BIG * hand.size) * math.exp(rng.gauss(0, 0.07))), read, struck


def _character(sources: Sources, rng: Random) -> str:
    return rng.choice(sources.common if rng.random() < 0.7 else sources.known)


def _hand(sources: Sources, character: str, rng: Random) -> Hand:
    kind = rng.choices(("strokes", "pen", "print"), (0.5, 0.32, 0.18))[0]
    fonts = {"pen": sources.pen, "print": sources.print}.get(kind, {})
    able = [file for file, has in fonts.items() if character in has]
    wild = 1.1 * rng.random() ** 1.3
    return Hand(
        rng.choice(able) if able else "",
        rng.uniform(1.5, 5.2),
        wild,
        rng.uniform(0.85, 1.1),
        rng.gauss(0, 0.08),
    )


def _drawn(
    sources: Sources,
    character: str,
    hand: Hand,
    rng: Random,
    at: tuple[float, float] = (0.0, 0.0),
    size: float = 1.0,
) -> Grey | None:
    """A character in the middle of its room, or `at` ems from there; None where this hand cannot write it."""
    if sources.digits and character in FIGURES and not hand.font and rng.random() < 0.5:
        return _real_digit(sources.digits[int(character)], hand, rng, at, size)
    if hand.font:
        return _by_font(character, hand, rng, at, size)
    if character not in sources.strokes:
        return None
    noise = np.random.default_rng(rng.getrandbits(48))
    path = moved(sources.strokes[character] - 0.5, 0.25 + 0.75 * hand.wild, noise)
    path[..., 0] -= (hand.slant + noise.normal(0, 0.03)) * path[..., 1]
    wide = rng.uniform(0.62, 0.85) if character in FIGURES else 1.0
    side = BIG * hand.size * size
    path = path * (side * wide, side) + (ROOM / 2 + at[0] * BIG, ROOM / 2 + at[1] * BIG)
    page = np.zeros((ROOM, ROOM), np.uint8)
    for one in path:
        pen_stroke(page, one, hand.pen * (rng.uniform(0.6, 1.0) if rng.random() < 0.3 else 1.0))
    return page


@lru_cache(maxsize=200)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def _by_font(character: str, hand: Hand, rng: Random, at: tuple[float, float], size: float) -> Grey:
    page = Image.new("L", (ROOM, ROOM), 0)
    font = _font(hand.font, max(8, round(BIG * hand.size * size)))
    middle = ROOM / 2 + at[0] * BIG, ROOM / 2 + at[1] * BIG
    ImageDraw.Draw(page).text(middle, character, 255, font, "mm")
    turn = cv2.getRotationMatrix2D((ROOM / 2, ROOM / 2), rng.gauss(0, 2.5), 1.0)
    grey = cv2.warpAffine(np.asarray(page), turn, (ROOM, ROOM))
    if rng.random() < 0.5:
        grey = _wobbled(grey, rng)
    if rng.random() < 0.3:
        grey = cv2.dilate(grey, np.ones((2, 2), np.uint8))
    return grey


def _wobbled(page: Grey, rng: Random) -> Grey:
    noise = np.random.default_rng(rng.getrandbits(48))
    across, down = (
        cv2.resize(one, (ROOM, ROOM), interpolation=cv2.INTER_CUBIC)
        for one in noise.normal(0, 1.3, (2, 5, 5)).astype(np.float32)
    )
    rows, columns = np.indices(page.shape, np.float32)
    return cv2.remap(page, columns + across, rows + down, cv2.INTER_LINEAR)


def _real_digit(pictures: Grey, hand: Hand, rng: Random, at: tuple[float, float], size: float) -> Grey:
    """A digit that somebody wrote, about as high as a printed one."""
    side = round(BIG * hand.size * size * 1.05)
    tile = cv2.resize(rng.choice(pictures), (side, side), interpolation=cv2.INTER_CUBIC)
    page = np.zeros((ROOM, ROOM), np.uint8)
    top, left = (round(ROOM / 2 + at[axis] * BIG - side / 2) for axis in (1, 0))
    top, left = max(0, min(ROOM - side, top)), max(0, min(ROOM - side, left))
    page[top : top + side, left : left + side] = tile
    return page


def _foreign(
    sources: Sources, own: Grey, character: str, hand: Hand, figure: bool, rng: Random
) -> tuple[Grey, str]:
    """(ink that does not belong to the character, what is read of both)."""
    way = rng.choices(("line", "over", "beside", "scribble"), (50, 25, 18, 7) if figure else (78, 6, 6, 10))[
        0
    ]
    page = np.zeros_like(own)
    if way == "line":
        for path, width in _lines(own, hand, rng, slashed=character == "0"):
            pen_stroke(page, path, width)
        return page, character
    if way == "scribble":
        pen_stroke(page, _scribble(own, rng), hand.pen * rng.uniform(0.6, 1.0))
        return page, character
    other = rng.choice([one for one in FIGURES if one != character]) if figure else _character(sources, rng)
    if way == "over":
        drawn = _drawn(
            sources, other, hand, rng, (rng.gauss(0, 0.04), rng.gauss(0, 0.04)), rng.uniform(0.9, 1.1)
        )
        read = rng.choice((character, other))
    else:
        side, read = rng.uniform(0.4, 0.7), character
        angle = rng.uniform(0, 2 * math.pi)
        place = (rng.uniform(0.4, 0.5) * math.cos(angle), rng.uniform(0.4, 0.6) * math.sin(angle))
        drawn = _drawn(sources, other, hand, rng, place, side)
    return (page if drawn is None or other == character else drawn), read


def _lines(own: Grey, hand: Hand, rng: Random, slashed: bool) -> list[tuple[NDArray[np.float64], float]]:
    """One line, two side by side, or a cross, through the middle of the ink or near it."""
    rows, columns = np.nonzero(own > 127)
    if not rows.size:
        return []
    middle = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
    wide, high = float(np.ptp(columns)) + 1, float(np.ptp(rows)) + 1
    slope = rng.uniform(-90, 90) if not slashed else rng.uniform(-20, 60)  # a 0 may have a slash of its own
    turn = math.radians(slope)
    along, beside = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    through = abs(along[0]) * wide + abs(along[1]) * high  # at most how far the ink reaches in this direction
    reach = max(0.3 * BIG, through * rng.uniform(0.38, 0.75))
    off = rng.gauss(0, 0.1) * (abs(beside[0]) * wide + abs(beside[1]) * high)
    way = rng.choices(("one", "two", "cross"), (0.62, 0.3, 0.08))[0]
    width = min(5.5, max(1.3, hand.pen * rng.uniform(0.65, 1.4)))
    apart = rng.uniform(width + 2, 12) / 2
    found = []
    for offset, angle in {"one": [(0, 0)], "two": [(-apart, 0), (apart, 0)], "cross": [(0, 0), (0, 90)]}[way]:
        lean = turn + math.radians(angle + rng.gauss(0, 2))
        centre = [middle[i] + (off + offset) * beside[i] + rng.gauss(0, 1) for i in (0, 1)]
        way_along = np.linspace(-reach, reach, 9)
        bend = rng.gauss(0, 0.02) * reach * (1 - (way_along / reach) ** 2)
        path = np.c_[
            centre[0] + way_along * math.cos(lean) - bend * math.sin(lean),
            centre[1] + way_along * math.sin(lean) + bend * math.cos(lean),
        ]
        found.append((path, width))
    return found


def _scribble(own: Grey, rng: Random) -> NDArray[np.float64]:
    rows, columns = np.nonzero(own > 127)
    if not rows.size:
        return np.zeros((2, 2))
    left, right = columns.min() - rng.uniform(0, 6), columns.max() + rng.uniform(0, 6)
    middle, swing = (rows.min() + rows.max()) / 2, rng.uniform(0.1, 0.35) * (float(np.ptp(rows)) + 8)
    count = rng.randint(4, 9)
    return np.array(
        [
            (left + (right - left) * n / count, middle + swing * (1 if n % 2 else -1) + rng.gauss(0, 2))
            for n in range(count + 1)
        ]
    )


def _visible(own: Grey, added: Grey, pen: float) -> bool:
    """Enough of the foreign ink lies beside the character's own, or nobody could see it."""
    around = cv2.dilate(own, np.ones((3, 3), np.uint8)) > 90
    return float(((added > 127) & ~around).sum()) >= VISIBLE * BIG * max(1.5, pen * 0.7)


def _cut(own: Grey, hand: Hand, figure: bool, rng: Random) -> tuple[int, int]:
    """The columns between which the engine would cut: midway to the neighbours, a little off."""
    columns = np.flatnonzero(own.max(axis=0) > 127)
    if not columns.size:
        return 0, ROOM
    spare = 12.0 if figure else rng.uniform(0.0, 6.0)
    left, right = columns[0] - spare + rng.gauss(0, 1.2), columns[-1] + 1 + spare + rng.gauss(0, 1.2)
    return max(0, round(left)), min(ROOM, round(right))


def _with_neighbours(
    sources: Sources, page: Grey, hand: Hand, cut: tuple[int, int], struck: bool, rng: Random
) -> Grey:
    """The characters on both sides, of which an end may lie in the cut; now and then a line that strikes one of them
    begins there."""
    page = page.copy()
    for side, edge in ((-1, cut[0]), (1, cut[1])):
        if rng.random() < 0.35:
            continue
        other = _drawn(sources, _character(sources, rng), hand, rng)
        if other is None:
            continue
        columns = np.flatnonzero(other.max(axis=0) > 127)
        if not columns.size:
            continue
        overlap = round(rng.uniform(-3, 3))
        shift = edge - overlap - columns[-1] - 1 if side < 0 else edge + overlap - columns[0]
        placed = cv2.warpAffine(other, np.array([[1, 0, shift], [0, 1, 0]], np.float32), (ROOM, ROOM))
        if not struck and rng.random() < 0.06:  # the neighbour is struck, and the line ends here
            slope, length = math.radians(rng.uniform(-50, 50)), rng.uniform(1, 7)
            start = (edge - side * length, ROOM / 2 + rng.gauss(0, 8))
            end = (start[0] + side * 40, start[1] + 40 * math.tan(slope))
            pen_stroke(placed, np.array([start, end]), hand.pen)
        page = np.maximum(page, placed)
    return page


def _with_frame(page: Grey, cut: tuple[int, int], rng: Random) -> Grey:
    """What is left of a comb's lines beside a figure: a broken upright one, a level one above or below."""
    page = page.copy()
    x = rng.choice((cut[0] + rng.randint(0, 3), cut[1] - rng.randint(1, 4)))
    top = rng.randint(20, ROOM - 40)
    if rng.random() < 0.6:
        cv2.line(page, (x, top), (x, top + rng.randint(4, 18)), rng.randint(90, 255), 1)
    else:
        y = rng.choice((rng.randint(24, 30), rng.randint(ROOM - 30, ROOM - 24)))
        cv2.line(page, (x - 8, y), (x + 8, y), rng.randint(90, 255), 1)
    return page


def scanned(ink: Grey, rng: Random) -> Grey:
    """Ink on paper (black on white) after a scanner."""
    noise = np.random.default_rng(rng.getrandbits(48))
    strength = rng.uniform(0.62, 1.0)
    page = 255 - ink.astype(np.float32) * strength
    if rng.random() < 0.6:
        page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.3:
        page = np.where(page > rng.uniform(130, 185) + 30 * (1 - strength), 255, 0).astype(np.float32)
        if rng.random() < 0.25:  # a fax has half the rows
            half = cv2.resize(page, None, fx=1, fy=0.5, interpolation=cv2.INTER_NEAREST)
            page = cv2.resize(half, ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    else:
        page = page + noise.normal(0, rng.uniform(0, 10), page.shape)
        page = np.where(page > 222, 255, page)  # white beside the writing, as the engine leaves it
    return np.clip(page, 0, 255).astype(np.uint8)


def usual(character: str, files: Sequence[str]) -> NDArray[np.uint8]:
    """How a character is usually written, `[SIDE / 2, SIDE / 2]`, 0 to STEPS - 1: its mean in all faces that have it."""
    total = np.zeros((SIDE, SIDE), np.float32)
    for file in files:
        page = Image.new("L", (3 * EM, 3 * EM), 255)
        ImageDraw.Draw(page).text((1.5 * EM, 1.5 * EM), character, 0, _font(file, EM), "mm")
        total += cv2.GaussianBlur(seen(np.asarray(page), 1.0), (0, 0), 0.7)
    small = cv2.resize(total / max(len(files), 1), (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA)
    top = max(float(small.max()), 1.0)
    return np.minimum(np.rint(small / top * (STEPS - 1)), STEPS - 1).astype(np.uint8)
