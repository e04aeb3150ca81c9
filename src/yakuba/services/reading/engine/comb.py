"""Combs: one character a cell. The cells are found by the form, not by the reader, so that they are a second,
independent way of cutting the same writing into characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from . import dashes, strokes
from .apart import ink_apart
from .crops import FRINGE, THICK, Grey, Sheet, bounds
from .definitions import Rect
from .paper import INK

SPECK = 5  # pixels: ink no longer than this is dust
STROKE = 11  # pixels: ink between speck and stroke makes a cell unclear
FIGURE = 9, 13  # pixels, the shorter and the longer side: ink as large beside a figure is another one
APART_BY = 0.3  # of the smaller one's width: two figures side by side share no more columns
WHITE = 2  # pixels between two figures one above the other
WIDE_WHITE = 5  # pixels between two small ones
# A small figure beside a large one, of which a scan and the line between the cells leave pieces. Grey levels at which it is
# looked for, thin writing being paler; pixels, the shorter and the longer side of a piece; what is no longer and as near (white
# columns) may have broken off; share of the figure's height and white columns of a broken figure's other half. None of 885
# ordinary combs has such a piece.
PALE, PIECE, BROKEN_OFF, HALF = (INK, 170, 190, 210), (2, 6), (7, 3), (0.75, 4)
# Times the next widest figure of a row of four and more, which is no 1 (width by height), also where the paler ink at one side
# is as broad as this many pixels: of 314 ordinary rows the widest was 1.25.
WIDER_THAN_ALL, WIDER_AND_PALE, PALE_SIDE, FEWEST_WIDTHS, NARROW = 1.35, 1.2, 5, 4, 0.4
OVERFLOW = 8  # pixels by which writing may leave the comb
TOUCHING = 1.45  # ink wider than this many cells belongs to two characters
# Cells: of 3,145 written figures' strokes the longest were 0.85 and, level, 0.57.
STRUCK, STRUCK_LEVEL, STRUCK_TWICE, APART = 1.0, 0.72, 0.62, 0.35
SEPARATOR = 6  # pixels on each side of a line between cells in which a stroke may hide it
FRAME = 8  # pixels of the comb's frame above and below
BEYOND = 18  # pixels on both sides of a comb in which a dashed line over it shows
WIDER = (
    2,
    4,
)  # pixels by which a hidden stroke makes a thin, a thick line wider than this scan shows such lines
LONG_ENOUGH = 0.3  # share of the rows
GAP = 10  # pixels between the characters of a line put together from cells
PAD = 7
ALONE = 20


_Row = dict[int, tuple[int, int, int]]  # left, width, height of the figure in each written cell


@dataclass(frozen=True)
class Comb:
    """The writing of a comb cut into its cells.

    glyphs: one grey image a written cell.  filled: positions of the written cells.  groups: how many of
    them lie in each group of cells.  unclear: some ink is too small for a character and too large for dust,
    or one stroke lies over two cells.  ink: share of the cells' area that is written on, 0..1.
    """

    glyphs: tuple[Grey, ...]
    filled: tuple[int, ...]
    groups: tuple[int, ...]
    unclear: bool
    faint: bool
    ink: float
    crossed: bool = False


def cut(sheet: Sheet, groups: Sequence[tuple[Rect, int]]) -> Comb:
    """Cut one or more combs, each given by its rectangle and its number of cells, read as one row."""
    glyphs: list[Grey] = []
    filled: list[int] = []
    counts: list[int] = []
    unclear = faint = struck = False
    ink, area, offset = 0, 0, 0
    for rect, cells in groups:
        part = _cut_one(sheet, rect, cells)
        glyphs += part.glyphs
        filled += [offset + position for position in part.filled]
        counts.append(len(part.filled))
        unclear, faint, struck = unclear or part.unclear, faint or part.faint, struck or part.crossed
        ink, area, offset = (
            ink + round(part.ink * rect[2] * rect[3]),
            area + rect[2] * rect[3],
            offset + cells,
        )
    return Comb(tuple(glyphs), tuple(filled), tuple(counts), unclear, faint, ink / area, struck)


def _cut_one(sheet: Sheet, rect: Rect, cells: int) -> Comb:
    window = sheet.window(rect, OVERFLOW)
    grey = sheet.writing[window]
    left = rect[0] - window[1].start
    pitch = rect[2] / cells
    binary = (grey < INK).astype(np.uint8)
    # pieces of one character that a removed line has parted are joined again for counting
    joined = cv2.morphologyEx(binary, cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    _, labels, stats, centres = cv2.connectedComponentsWithStats(joined)
    owners: list[list[int]] = [[] for _ in range(cells)]
    unclear = False
    for label in range(1, len(stats)):
        long = int(max(stats[label, cv2.CC_STAT_WIDTH], stats[label, cv2.CC_STAT_HEIGHT]))
        if long <= SPECK:
            continue
        cell = int((centres[label][0] - left) // pitch)
        inside = OVERFLOW // 2 < centres[label][1] < grey.shape[0] - OVERFLOW // 2
        if stats[label, cv2.CC_STAT_WIDTH] > TOUCHING * pitch:
            unclear = True
        if 0 <= cell < cells and inside:
            owners[cell].append(label)
    glyphs, filled = [], []
    for cell, own in enumerate(owners):
        mask = np.isin(labels, own) if own else np.zeros(labels.shape, np.bool_)
        box = bounds(mask)
        if box is None:
            continue
        if max(box[2], box[3]) < STROKE:
            unclear = True
            continue
        unclear = unclear or _two_figures(stats[own])
        glyphs.append(_glyph(grey, mask))
        filled.append(cell)
    figures = {
        label: (x, y, width, height)
        for label, (x, y, width, height, _) in enumerate(stats.tolist())
        if label and max(width, height) >= FIGURE[1]
    }
    written = np.isin(labels, [label for own in owners for label in own]) & binary.astype(bool)
    return Comb(
        tuple(glyphs),
        tuple(filled),
        (len(filled),),
        unclear
        or _squeezed_in(grey, left, pitch, cells)
        or ink_apart(sheet, window, labels, figures, (left, pitch, cells), filled)
        or _stroke_on_separator(sheet, rect, cells),
        _faint(sheet, rect, cells, filled),
        float(written.sum() / (rect[2] * rect[3])),
        _struck(sheet, window, pitch) or _dashed(sheet, rect),
    )


def _two_figures(stats: NDArray[np.int32]) -> bool:
    """Two pieces of one cell, each as large as a small figure, stand side by side, or each as high as one, above each
    other with white between (small ones with more of it). The strokes of one figure that are not joined stand above each other and are level; a 5
    of which the stem is lost falls into two that touch the same row."""
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    large = (sides.min(axis=1) >= FIGURE[0]) & (sides.max(axis=1) >= FIGURE[1])
    beside = any(
        shared <= APART_BY * smaller
        for shared, smaller in _shared(stats[large], cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH)
    )
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    return beside or any(
        shared <= -white
        for least, white in ((FIGURE[1], WHITE), (FIGURE[0], WIDE_WHITE))
        for shared, _ in _shared(stats[heights >= least], cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)
    )


def _squeezed_in(grey: Grey, left: float, pitch: float, cells: int) -> bool:
    """In a figure's cell stands more than belongs to it: what is left of a small one beside it, which may be as dark as
    the other only in places, or touch it. left: where in `grey` the first cell begins."""
    levels = [_pieces(grey < darkness, left, pitch, cells) for darkness in PALE]
    # at darker levels a thin print's own serifs and stems stand apart
    apart = any(_apart_from_figure(own) for pieces in levels[2:] for own in pieces.values() if len(own) > 1)
    dark, middle, _, pale = ({cell: _largest(own) for cell, own in pieces.items()} for pieces in levels)
    return apart or _touched(dark, middle, pale) or _touched(dark, pale, pale)


def _pieces(ink: NDArray[np.bool_], left: float, pitch: float, cells: int) -> dict[int, NDArray[np.int32]]:
    """The connected pieces in each cell that has some, as rows of OpenCV's statistics."""
    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(joined)
    inside = np.abs(centres[:, 1] - ink.shape[0] / 2) < (ink.shape[0] - OVERFLOW) / 2
    owners = np.where(inside, (centres[:, 0] - left) // pitch, -1)[1:]
    return {cell: stats[1:][owners == cell] for cell in range(cells) if (owners == cell).any()}


def _largest(pieces: NDArray[np.int32]) -> tuple[int, int, int]:
    """(left, width, height) of the largest piece."""
    found = pieces[int(pieces[:, cv2.CC_STAT_AREA].argmax())]
    return int(found[cv2.CC_STAT_LEFT]), int(found[cv2.CC_STAT_WIDTH]), int(found[cv2.CC_STAT_HEIGHT])


def _touched(dark: _Row, middle: _Row, pale: _Row) -> bool:
    """The widest figure of a row is wider than any other by what belongs to no figure, or by less where only its paler
    ink reaches so far. A row in which all others are 1s says nothing."""
    if len(middle) < FEWEST_WIDTHS:
        return False
    (_, width, _), (_, second, height) = sorted(middle.values(), key=lambda one: one[1])[:-3:-1]
    if second < NARROW * height:
        return False
    widest = next(cell for cell, one in middle.items() if one[1] == width)
    inner, outer = (row.get(widest, middle[widest]) for row in (dark, pale))
    grown = max(inner[0] - outer[0], outer[0] + outer[1] - inner[0] - inner[1])
    return width >= (WIDER_THAN_ALL if grown < PALE_SIDE else WIDER_AND_PALE) * second


def _apart_from_figure(stats: NDArray[np.int32]) -> bool:
    """A piece of one cell stands beside its largest one; dust, what broke off and a broken figure's halves do not
    count."""
    largest = int(stats[:, cv2.CC_STAT_AREA].argmax())
    figure = stats[largest].tolist()
    for piece in np.delete(stats, largest, axis=0).tolist():
        width, height = piece[cv2.CC_STAT_WIDTH], piece[cv2.CC_STAT_HEIGHT]
        if min(width, height) < PIECE[0] or max(width, height) < PIECE[1]:
            continue
        [(shared, smaller)] = _shared(np.array([figure, piece]), cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH)
        broken_off = max(width, height) < BROKEN_OFF[0] and -shared < BROKEN_OFF[1]
        half = height >= HALF[0] * figure[cv2.CC_STAT_HEIGHT] and -shared <= HALF[1]
        if shared <= APART_BY * smaller and not broken_off and not half:
            return True
    return False


def _shared(stats: NDArray[np.int32], start: int, size: int) -> list[tuple[int, int]]:
    """Of each two pieces how many columns they share (or rows, by the positions of start and size in `stats`), negative
    for those between them, and the smaller one's size."""
    return [
        (
            min(one[start] + one[size], other[start] + other[size]) - max(one[start], other[start]),
            min(one[size], other[size]),
        )
        for one, other in combinations(stats.tolist(), 2)
    ]


def _struck(sheet: Sheet, window: tuple[slice, slice], pitch: float) -> bool:
    """A stroke longer than a figure's runs through the cells; removed separators do not part it."""
    added = sheet.added[window]
    drawn = strokes.with_pale(strokes.ink_of(sheet.writing[window], added), added).astype(np.uint8)
    bridged = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones((3, 7), np.uint8)) & (sheet.form[window] < 230)
    lengths = (pitch * share for share in (STRUCK, STRUCK_LEVEL, STRUCK_TWICE, APART))
    return strokes.struck_out((drawn | bridged).astype(bool), *lengths)


def _dashed(sheet: Sheet, rect: Rect) -> bool:
    """A line of dashes or dots goes on beyond the comb's frame."""
    x, y, width, height = rect
    window = sheet.window((x - BEYOND, y + FRAME // 2, width + 2 * BEYOND, height - FRAME))
    left = x - window[1].start
    return dashes.across_comb(sheet.added[window], left, left + width)


def _stroke_on_separator(sheet: Sheet, rect: Rect, cells: int) -> bool:
    """A 1 written on the line between two cells would be painted out with the line: is one of the lines darker
    or wider than the form prints it?"""
    x, y, width, height = rect
    for number in range(1, cells):
        middle = round(x + number * width / cells)
        band = sheet.window((middle - SEPARATOR, y + FRAME, 2 * SEPARATOR, height - 2 * FRAME))
        written = _inked_width(sheet.grey[band], INK)
        printed = _inked_width(sheet.form[band], FRINGE)
        thick = float(np.median(printed)) >= THICK
        wider = WIDER[thick] + max(0.0, sheet.line_growth[thick])
        if float((written >= printed + wider).mean()) > LONG_ENOUGH and _upright(sheet.grey[band]):
            return True
    return False


def _inked_width(band: Grey, darkness: int) -> np.ndarray:
    """Dark pixels in each row."""
    return (band < darkness).sum(axis=1)


def _upright(band: Grey) -> bool:
    """The dark pixels stand in a column: writing of the next cell that leans over does not."""
    columns = (band < INK).mean(axis=0)
    return bool(columns.max() > 0.55)


def _glyph(grey: Grey, mask: np.ndarray) -> Grey:
    """Only the pixels of one cell's writing with their soft edges; all rows are kept, columns are trimmed."""
    soft = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    alone = np.where(soft, grey, np.uint8(255))
    x, _, width, _ = bounds(mask) or (0, 0, 1, 1)
    return alone[:, max(0, x - 2) : x + width + 2]


def _faint(sheet: Sheet, rect: Rect, cells: int, filled: Sequence[int]) -> bool:
    """A cell without ink in which something lighter was written."""
    pitch = rect[2] / cells
    for cell in set(range(cells)) - set(filled):
        inner = (round(rect[0] + cell * pitch) + 6, rect[1] + 6, round(pitch) - 12, rect[3] - 12)
        _, _, stats, _ = cv2.connectedComponentsWithStats(sheet.added[sheet.window(inner)].astype(np.uint8))
        sizes = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
        if sizes.size and sizes.max() > STROKE:
            return True
    return False


def row(comb: Comb, gap: int = GAP) -> Grey:
    """The characters side by side as on a line."""
    height = comb.glyphs[0].shape[0]
    space = np.full((height, gap), 255, np.uint8)
    pieces = [np.full((height, PAD), 255, np.uint8)]
    for glyph in comb.glyphs:
        pieces += [glyph, space]
    return _trim_rows(np.hstack([*pieces, space]))


def single(glyph: Grey) -> Grey:
    """One character alone with white around it: the recogniser was trained on lines and takes a tightly cut
    7 for a 1."""
    return _trim_rows(np.pad(glyph, ((0, 0), (ALONE, ALONE)), constant_values=255))


def _trim_rows(image: Grey) -> Grey:
    """White rows above and below cut down to the padding."""
    box = bounds(image < INK)
    if box is None:
        return image
    top, bottom = box[1], box[1] + box[3]
    image = image[top:bottom]
    return np.pad(image, ((PAD, PAD), (0, 0)), constant_values=255)
