"""Lines of writing: is anything there, and several views of the same line for the recogniser."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from . import dashes, strokes
from .crops import MARGIN, Grey, Mask, Sheet, bounds, specks_removed
from .definitions import Rect
from .paper import INK

FRAME = 5  # pixels inside a box that its printed frame may reach
STROKE = 9  # pixels: shorter ink is dust
BESIDE = 16  # pixels of light ink beside dark writing: a note in pencil, and no stroke that grew thin
OVERHANG = 14  # pixels: longer ink beside the box that does not belong to it is writing that left the box
SECOND_LINE = 14  # pixels: the smallest writing that is a line of its own
FAR = 7  # characters of white between two writings in one box
PART = 10  # pixels: what is thinner is a stroke of a character below it
LOWEST_TEXT = 0.5  # of the box height: no writing is taken to be lower than this
# Characters: none has such strokes. Level ones of 164 written lines were no longer than 1.24.
STRUCK, STRUCK_LEVEL, STRUCK_TWICE, APART = 1.45, 1.28, 1.1, 0.3
# A sign behind the writing: pixels of its longer side and of white before it; of the characters' height.
SIGN, BEFORE_SIGN, LOW_SIGN = 6, 3, 0.4
LOWEST = 0.45  # of the box height: a lone ー or 一 must not be blown up to a full character


@dataclass(frozen=True)
class Line:
    """One written line. grey: the box with margin, print removed; plain: the same with print kept;
    ink: writing without specks; box: x, y, width, height of the writing in `grey`; several: more than one
    line, or two writings far apart; noted: something as small as a * stands behind the writing; drawn: the ink and, of a thin or faint pen, the strokes that are too light for it."""

    grey: Grey
    plain: Grey
    ink: Mask
    box: tuple[int, int, int, int]
    share: float
    faint: bool
    crossed: bool = False
    outside: bool = False
    several: bool = False
    drawn: Mask | None = None
    noted: bool = False

    @property
    def empty(self) -> bool:
        """Nothing that may be writing."""
        return self.box[2] == 0


def take(sheet: Sheet, rect: Rect) -> Line:
    """Cut a line out of the sheet."""
    window = sheet.window(rect, MARGIN)
    grey = sheet.writing[window]
    top, left = rect[1] - window[0].start, rect[0] - window[1].start
    every = specks_removed(grey < INK)
    ink = _belonging(every, (left, top, rect[2], rect[3]))
    outside = _longest(every & ~ink) > OVERHANG
    found = bounds(ink)
    box = (left, top, rect[2], rect[3])
    light = sheet.added[window] & _inside(every.shape, box)
    faint = _longest(light & ~_grown(ink))
    drawn = _belonging(specks_removed(ink | light), box) if faint > STROKE else ink
    if found is None or _longest(ink) <= STROKE:
        pale = bounds(drawn) if faint > STROKE else None
        none = (0, 0, 0, 0)
        return Line(
            grey, sheet.grey[window], ink, pale or none, 0.0, faint > STROKE, outside=outside, drawn=drawn
        )
    share = float(ink.sum() / (rect[2] * rect[3]))
    height = max(strokes.character_height(ink), LOWEST_TEXT * rect[3])
    pen = strokes.ink_of(grey, sheet.added[window])
    lengths = (height * characters for characters in (STRUCK, STRUCK_LEVEL, STRUCK_TWICE, APART))
    struck = strokes.struck_out(strokes.with_pale(pen, sheet.added[window]), *lengths)
    struck = struck or dashes.through_line(_belonging(specks_removed(ink | light), box))
    several = _several(ink) or _far_apart(ink, height)
    return Line(
        grey,
        sheet.grey[window],
        ink,
        found,
        share,
        faint > BESIDE,
        struck,
        outside,
        several,
        drawn,
        _noted(ink, height),
    )


def _grown(ink: Mask) -> Mask:
    """The ink with its soft edges."""
    return cv2.dilate(ink.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)


def _inside(shape: tuple[int, ...], box: tuple[int, int, int, int]) -> Mask:
    mask = np.zeros(shape, np.bool_)
    mask[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = True
    return mask


def _several(ink: Mask) -> bool:
    """Something as large as a character stands above or below the rows of the writing: a character put in, a new
    value over an old one."""
    edges = np.flatnonzero(np.diff(np.r_[0, strokes.full_rows(ink).astype(np.int8), 0])).reshape(-1, 2)
    if not edges.size:
        return False
    first, last = edges[np.diff(edges, axis=1).argmax()]
    for part in (ink[: max(0, first - 1)], ink[last + 1 :]):
        if not part.size:
            continue
        _, _, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8))
        sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
        if ((sides.min(axis=1) >= PART) & (sides.max(axis=1) >= SECOND_LINE)).any():
            return True
    return False


def _noted(ink: Mask, height: float) -> bool:
    """Behind the last character stands something much smaller than one, with white before it: a note's sign."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    pieces = stats[1:][stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= SIGN]
    if len(pieces) < 2:
        return False
    pieces = pieces[np.argsort(pieces[:, cv2.CC_STAT_LEFT])]
    end = int((pieces[:-1, cv2.CC_STAT_LEFT] + pieces[:-1, cv2.CC_STAT_WIDTH]).max())
    last = pieces[-1]
    small = max(last[cv2.CC_STAT_WIDTH], last[cv2.CC_STAT_HEIGHT]) < LOW_SIGN * height
    return bool(small and last[cv2.CC_STAT_LEFT] - end >= BEFORE_SIGN)


def _far_apart(ink: Mask, height: float) -> bool:
    """Two pieces of writing with more white between them than anybody leaves between the parts of a name."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    pieces = stats[1:][stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= SECOND_LINE]
    pieces = pieces[np.argsort(pieces[:, cv2.CC_STAT_LEFT])]
    ends = np.maximum.accumulate(pieces[:, cv2.CC_STAT_LEFT] + pieces[:, cv2.CC_STAT_WIDTH])
    return bool((pieces[1:, cv2.CC_STAT_LEFT] - ends[:-1] > FAR * height).any())


def _belonging(ink: Mask, box: tuple[int, int, int, int]) -> Mask:
    """Ink whose component has its middle inside the box: a neighbour's overhang stays out."""
    x, y, width, height = box
    count, labels, _, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    inside = (
        (centres[:, 0] > x) & (centres[:, 0] < x + width) & (centres[:, 1] > y) & (centres[:, 1] < y + height)
    )
    inside[0] = False
    return inside[labels] if count > 1 else np.zeros(ink.shape, np.bool_)


def _longest(ink: Mask) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    sizes = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return int(sizes.max()) if sizes.size else 0


def views(line: Line) -> list[Grey]:
    """Different pictures of the same line, the most readable first. What they agree on does not hang on the
    accident of one crop: another frame, another width, another stroke thickness, with and without print."""
    drawn = line.ink if line.drawn is None else line.drawn
    box = bounds(drawn) or line.box
    clean = _cut(_only(line.grey, drawn), box, 6)
    return [clean, _cut(line.plain, box, 3), *more(clean)]


def more(clean: Grey) -> list[Grey]:
    """Further views of a picture: binary and narrower, thicker and wider."""
    height, width = clean.shape
    smooth = cv2.GaussianBlur(clean, (3, 3), 0)
    _, binary = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    narrow = cv2.resize(binary, (max(8, round(width * 0.9)), height), interpolation=cv2.INTER_AREA)
    thick = cv2.erode(clean, np.ones((2, 2), np.uint8))
    wide = cv2.resize(thick, (round(width * 1.12), height), interpolation=cv2.INTER_LINEAR)
    return [narrow, np.pad(wide, 4, constant_values=255)]


def trimmed(grey: Grey, pad: int = 8) -> Grey:
    """Without the empty columns at both ends; rows are kept."""
    found = bounds(specks_removed(grey < INK))
    if found is None:
        return grey
    x, _, width, _ = found
    return np.pad(grey[:, x : x + width], ((0, 0), (pad, pad)), constant_values=255)


def _only(grey: Grey, ink: Mask) -> Grey:
    """The writing with its soft edges on white."""
    soft = cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return np.where(soft, grey, np.uint8(255))


def _cut(grey: Grey, box: tuple[int, int, int, int], pad: int) -> Grey:
    x, y, width, height = box
    lowest = round((grey.shape[0] - 2 * MARGIN) * LOWEST)
    if height < lowest:
        y, height = max(0, y - (lowest - height) // 2), lowest
    part = grey[y : y + height, x : x + width]
    return np.pad(part, ((pad, pad), (2 * pad, 2 * pad)), constant_values=255)
