"""Whose ink is it: everything that was added to the blank form, found once a page, and the fields it speaks of.

A box shows what stands in it. What stands beside it or runs across it is seen only on the whole page: a number
begun two cells too far right, a tick on the label, a note in the margin, an arrow from one wish to another. So
every stroke on the page has an owner (a box, or an area that the form declares free for the office), or the
fields nearest to it go to a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..contracts import Reason
from . import around as around_mark
from . import hidden, highlighted, parted, whole_page
from .around import Pixels
from .crops import BLEED, PRINT, Mask, Sheet
from .definitions import Box, PageDefinition, Rect

STROKE = 14  # pixels: shorter ink is dust, a dot, the residue of print
SIGN = 9  # pixels: beside a mark a small × or ? says something; dust is shorter
TIP = 5  # pixels from a mark's box to the tip of its own tick
CROSS = (
    0.34,
    0.75,
    0.3,
)  # of a ×: its corners by its sides, the share of it that is ink at most, of each corner at least
SOLID = 12  # pixels of ink in it
JOIN = 11  # pixels: strokes on both sides of a printed line or glyph are one
REACH = {"line": 9, "comb": 12, "date": 12, "mark": 20}  # pixels beyond a box where its own writing may end
ACROSS = 5  # pixels inside a box before a stroke counts as lying in it
INSIDE = 6  # pixels of ink there
PARTED = 12  # pixels from a tick's tip, over the line of its box, to the rest of it
LEAVES = 12  # pixels of ink beyond the reach
FAR = 40  # pixels: a stroke that goes on so far beyond its box speaks of the fields there too
BELOW_LINE = 95  # pixels below a line in which its value may go on: the row below it
ROW = 60  # pixels, about the height of a row: fields as near as this to a stray stroke ask
NEXT_LINE = 14  # pixels from one line's box to the next one below it
HALF_ROW = 30  # the same for a stroke that has come out of another box
EDGE = 30  # pixels at the paper's edge where shadows and torn corners lie
HOLES = 120  # pixels from the edge in which holes are punched
HOLE = (30, 76)  # pixels, their size: 5 to 6 mm and the blur around them
RED_JOIN = 13  # pixels: the worn print of a seal is one
SEAL_WIDER = 30  # pixels by which a seal in its place may lie over a box beside it
RED_STROKE = 8  # pixels: shorter red is dust or a fringe of black


@dataclass(frozen=True)
class _Owner:
    """A rectangle that may hold writing, and how far beyond it this may end."""

    field: str
    rect: Rect
    reach: int


def flags(sheet: Sheet, page: PageDefinition, print_: Sequence[Rect] = ()) -> dict[str, tuple[Reason, ...]]:
    """What the ink of the whole page says about its fields, by field code; fields without a reason are left out.
    print_: the form's printed lines that belong to no field."""
    owners = [owner for box in page.boxes for owner in _owners(box)]
    found: dict[str, set[Reason]] = defaultdict(set)
    if owners:
        for field in _strayed(sheet, owners, page.free, print_):
            found[field].add(Reason.OUTSIDE_BOX)
        for field in _reddened(sheet, owners, page.free):
            found[field].add(Reason.COLOURED_INK)
        for field in _highlighted(sheet, page):
            found[field].add(Reason.OUTSIDE_BOX)
    for field in hidden.fields(sheet, page):
        found[field].add(Reason.PRINT_MISSING)
    return {field: tuple(sorted(reasons)) for field, reasons in found.items()}


def _highlighted(sheet: Sheet, page: PageDefinition) -> frozenset[str]:
    marks = [(box.field, rect) for box in page.boxes for rect in box.marks.values()]
    written = [
        rect for box in page.boxes for rect in (box.parts.values() or (() if box.marks else (box.box,)))
    ]
    return highlighted.fields(sheet.tinted, marks, written)


def _owners(box: Box) -> list[_Owner]:
    """The rectangles of a box that are apart from each other."""
    if not box.marks and not box.parts:
        return [_Owner(box.field, box.box, REACH[box.kind])]
    marks = [_Owner(box.field, rect, REACH["mark"]) for rect in box.marks.values()]
    return marks + [_Owner(box.field, rect, REACH["date"]) for rect in box.parts.values()]


def _strayed(
    sheet: Sheet, owners: Sequence[_Owner], free: Sequence[Rect], print_: Sequence[Rect]
) -> set[str]:
    """Fields whose writing leaves its box or runs over two, or that have nobody's ink near them."""
    asked: set[str] = set()
    around: dict[int, tuple[list[Pixels], list[Pixels]]] = defaultdict(lambda: ([], []))
    loose: dict[int, list[Rect]] = defaultdict(list)
    pieces = list(_pieces(sheet, owners, free))
    if _says_something_of_all(sheet, pieces, owners, free, print_):
        return {owner.field for owner in owners}
    for piece in pieces:
        own = {owners[index].field for index in piece.inside}
        if len(piece.inside) > 1:
            asked |= own
        if piece.edge is not None and len(own) == 1:
            asked |= _beside(piece.edge, owners, [owners[index] for index in piece.inside])
        if piece.beyond is not None:
            asked |= own | _beyond(piece.beyond, owners, bool(own))
        elif (
            len(piece.inside) == 1 and piece.stands_outside and owners[piece.inside[0]].reach == REACH["comb"]
        ):
            asked |= own  # a figure put above or below the cells, which only reaches into them
        elif len(piece.inside) == 1:
            around[piece.inside[0]][0].append(piece.rim)
        elif not own and not piece.free:
            for index in _spoken_to(sheet, piece, owners):
                around[index][1].append(piece.rim)
                loose[index].append(piece.rect)
    not_own = [index for index, ink in around.items() if not _is_own(ink, owners[index])]
    # Beside a mark it may also be the end of the line above, of which print hides the rest.
    lines = (_above(rect, owners) for index in not_own for rect in loose[index])
    return asked.union((owners[index].field for index in not_own), *lines)


def _says_something_of_all(
    sheet: Sheet, pieces: Sequence[_Piece], owners: Sequence[_Owner], free: Sequence[Rect], print_: Sequence[Rect]
) -> bool:  # fmt: skip
    """The ink beyond all boxes, or a stamped word wherever it lies, speaks of the page as a whole."""
    loose = [piece for piece in pieces if piece.beyond is not None and not piece.free]
    rects = [piece.connected for piece in loose]
    return (
        whole_page.spoken_of(rects, [piece.ink for piece in loose], sheet.grey.shape[0])
        or whole_page.remarked(rects, [owner.rect for owner in owners], print_)
        or whole_page.stamped(sheet.added, free, EDGE)
    )


def _beyond(rect: Rect, owners: Sequence[_Owner], has_come: bool) -> set[str]:
    """Fields that ink in nobody's reach may speak of. has_come: out of a box."""
    if not has_come:
        return nearest(rect, owners, ROW) | _above(rect, owners)
    return nearest(rect, owners, HALF_ROW) if max(rect[2:]) > FAR else set()


def _is_own(ink: tuple[list[Pixels], list[Pixels]], owner: _Owner) -> bool:
    """Ink outside a box, of pieces in it and of others, is its own writing: of a mark it is what a tick or a ring has
    there."""
    held, loose = (np.vstack([np.zeros((0, 2), np.int64), *pieces]) for pieces in ink)
    if owner.reach != REACH["mark"]:
        return not len(loose)
    return not len(held) + len(loose) or around_mark.is_its_own(held, loose, owner.rect)


def _spoken_to(sheet: Sheet, piece: _Piece, owners: Sequence[_Owner]) -> list[int]:
    """The owners near loose ink that is not the end of their own tick."""
    return [index for index in piece.near if not _is_tip(sheet, piece.rect, owners[index].rect)]


def _is_tip(sheet: Sheet, piece: Rect, box: Rect) -> bool:
    """A short piece is the end of a tick, which the line of its box has parted from it."""
    if max(piece[2:]) >= STROKE or max(map(abs, _gap(piece, box))) > TIP:
        return False
    x, y, width, height = piece
    if _is_cross(sheet.added[y : y + height, x : x + width]):
        return False
    rows, columns = _window((x, y, width, height), PARTED)
    inner = _window(box, -ACROSS)
    seen = [
        slice(max(one.start, other.start), max(one.start, other.start, min(one.stop, other.stop)))
        for one, other in zip((rows, columns), inner, strict=True)
    ]
    return bool(sheet.added[seen[0], seen[1]].any())


def _is_cross(ink: Mask) -> bool:
    """A small × and no end of a stroke: ink in all four corners, and white between them."""
    if min(ink.shape) < SIGN or float(ink.mean()) > CROSS[1]:
        return False
    down, across = (max(1, round(CROSS[0] * side)) for side in ink.shape)
    return all(
        float(ink[rows, columns].mean()) >= CROSS[2]
        for rows in (slice(0, down), slice(-down, None))
        for columns in (slice(0, across), slice(-across, None))
    )


def _beside(edge: Rect, owners: Sequence[_Owner], own: Sequence[_Owner]) -> set[str]:
    """A line's writing over the edge of its box, and the lines on that side: it may have begun there."""
    if own[0].reach != REACH["line"]:
        return set()
    others = [one for one in owners if one.reach == REACH["line"] and one is not own[0]]
    near = {one.field for one in others if max(map(abs, _gap(edge, one.rect))) <= NEXT_LINE}
    return near | {own[0].field} if near else set()


def _above(rect: Rect, owners: Sequence[_Owner]) -> set[str]:
    """The line that ink in a row of marks below it may go on from; beside a comb it is the comb's own number."""
    if not any(owner.reach == REACH["mark"] and _gap(rect, owner.rect)[1] == 0 for owner in owners):
        return set()
    over = [
        (rect[1] - owner.rect[1] - owner.rect[3], owner.field)
        for owner in owners
        if owner.reach == REACH["line"] and _gap(rect, owner.rect)[0] == 0
    ]
    near = [one for one in over if -ACROSS <= one[0] <= BELOW_LINE]
    return {min(near)[1]} if near else set()


@dataclass(frozen=True)
class _Piece:
    """Connected ink. inside: positions of the owners in whose rectangles it lies.  near: those within whose reach.
    beyond: the rectangle around what of it lies in nobody's reach, None when nothing does.  edge: the
    same of what lies in a reach but in no box.  free: most of it lies in a free area.  rect: around all of it.
    connected: the same without short pieces that were put together.  ink: pixels.  rim: those of edge."""

    inside: tuple[int, ...]
    near: tuple[int, ...]
    beyond: Rect | None
    edge: Rect | None
    free: bool
    rect: Rect
    connected: Rect
    ink: int
    rim: Pixels

    @property
    def stands_outside(self) -> bool:
        """Most of it lies beyond its box, though in reach of it."""
        return 2 * len(self.rim) > self.ink


def _pieces(sheet: Sheet, owners: Sequence[_Owner], free: Sequence[Rect]) -> Iterator[_Piece]:
    """The connected ink of the page that is longer than a stroke and says more than that it lies in one box."""
    ink = sheet.added
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_joined(ink, sheet.form < PRINT))
    connected = stats[:, :4].copy()
    labels = parted.put_together(labels, stats, ink, sheet.from_print)
    rows, columns = np.nonzero(ink)
    label = labels[rows, columns]
    whole, *places = _places(ink.shape, owners, free)
    inside, near = (place[rows, columns] for place in places)
    boxes = _tally(label, inside, count, len(owners) + 2) >= INSIDE
    reaches = _tally(label, near, count, len(owners) + 2)
    marks = [number for number, owner in enumerate(owners, start=1) if owner.reach != REACH["line"]]
    least = np.where(
        (reaches[:, marks].sum(axis=1) >= SOLID) & (boxes[:, 1:-1].sum(axis=1) == 0), SIGN, STROKE
    )
    long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= least
    long &= (reaches.sum(axis=1) >= SOLID) & ~_of_the_paper(stats, ink.shape)
    long[0] = False
    held = boxes[:, 1:-1].sum(axis=1)
    leaving = reaches[:, 0] >= LEAVES
    rim = (near > 0) & (near <= len(owners)) & ~whole[rows, columns]
    over = np.bincount(label[rim], minlength=count) >= LEAVES
    for number in np.flatnonzero(long & (leaving | over | (held != 1))):
        own = label == number
        beyond = edge = None
        if leaving[number]:
            beyond = _around(rows[own & (near == 0)], columns[own & (near == 0)])
        if over[number]:
            edge = _around(rows[own & rim], columns[own & rim])
        yield _Piece(
            tuple(np.flatnonzero(boxes[number, 1:-1]).tolist()),
            tuple(np.flatnonzero(reaches[number, 1:-1] >= INSIDE).tolist()),
            beyond,
            edge,
            bool(2 * reaches[number, -1] > reaches[number].sum()),
            (*stats[number, :4].tolist(),),
            (*connected[number].tolist(),),
            int(reaches[number].sum()),
            np.column_stack([rows[own & rim], columns[own & rim]]),
        )


def _tally(label: NDArray[np.int32], place: NDArray[np.int16], pieces: int, places: int) -> NDArray[np.int64]:
    """How many pixels of each piece lie in each place, `[pieces, places]`."""
    return np.bincount(label * places + place, minlength=pieces * places).reshape(pieces, places)


def _places(
    shape: tuple[int, ...], owners: Sequence[_Owner], free: Sequence[Rect]
) -> tuple[Mask, NDArray[np.int16], NDArray[np.int16]]:
    """(whether it lies in a box, the number of the owner well inside whose box it lies, of the owner in whose reach)
    for each pixel: owner i is i + 1, nobody 0, a free area one more than all owners."""
    whole = np.zeros(shape, np.bool_)
    inside, near = np.zeros(shape, np.int16), np.zeros(shape, np.int16)
    for number, owner in enumerate(owners, start=1):
        near[_window(owner.rect, owner.reach)] = number
    for rect in free:
        near[_window(rect, 0)] = len(owners) + 1
    for number, owner in enumerate(owners, start=1):
        whole[_window(owner.rect, 0)] = True
        near[_window(owner.rect, 0)] = number
        inside[_window(owner.rect, -ACROSS)] = number
    return whole, inside, near


def _window(rect: Rect, margin: int) -> tuple[slice, slice]:
    x, y, width, height = rect
    return slice(max(0, y - margin), y + height + margin), slice(max(0, x - margin), x + width + margin)


def _around(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Rect:
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1


def _joined(ink: Mask, printed: Mask) -> NDArray[np.uint8]:
    """The ink with the gaps that removed print has left in it."""
    mask = ink.astype(np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((JOIN, JOIN), np.uint8))
    around = cv2.dilate(printed.astype(np.uint8), np.ones((2 * BLEED + 3,) * 2, np.uint8))
    return mask | (closed & around)


def _of_the_paper(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Pieces that are shadows of the paper's edge or punched holes."""
    x, y, width, height, area = (stats[:, index] for index in range(5))
    rows, columns = shape
    edge = (x + width <= EDGE) | (y + height <= EDGE) | (x >= columns - EDGE) | (y >= rows - EDGE)
    margin = (x + width <= HOLES) | (y + height <= HOLES) | (x >= columns - HOLES) | (y >= rows - HOLES)
    sides = np.minimum(width, height), np.maximum(width, height)
    hole = (sides[0] >= HOLE[0]) & (sides[1] <= HOLE[1]) & (area > 0.65 * width * height)
    return edge | (margin & hole)


def nearest(rect: Rect, owners: Sequence[_Owner], reach: int = ROW) -> set[str]:
    """The fields that ink at `rect` may speak of: the next to the left and right on the same line, or all of that
    line when the ink stands apart at its end, and all within `reach` pixels (of those above and below, when some are on
    the same line, only the very near); the nearest when there is none of these."""
    gaps = [_gap(rect, owner.rect) for owner in owners]
    level = [(abs(dx), dx > 0, owner.field) for (dx, dy), owner in zip(gaps, owners, strict=True) if dy == 0]
    down = min(reach, HALF_ROW) if level else reach
    asked = {
        owner.field for owner, (dx, dy) in zip(owners, gaps, strict=True) if abs(dx) <= reach and dy <= down
    }
    sides = [[one for one in level if one[0] and one[1] is right] for right in (False, True)]
    if all(sides) or asked:
        asked |= {min(side)[2] for side in sides if side}
    else:  # at the end of a row and near to nothing there: it may speak of any field of the row
        asked |= {field for side in sides for _, _, field in side}
    if not asked:
        asked.add(min(zip(gaps, owners, strict=True), key=lambda pair: abs(pair[0][0]) + pair[0][1])[1].field)
    return asked


def _gap(one: Rect, other: Rect) -> tuple[int, int]:
    """Pixels between two rectangles: across (negative when the other one lies to the left) and down (≥ 0)."""
    right = other[0] - one[0] - one[2]
    left = one[0] - other[0] - other[2]
    down = max(other[1] - one[1] - one[3], one[1] - other[1] - other[3], 0)
    return (right if right > 0 else -left if left > 0 else 0), down


def _reddened(sheet: Sheet, owners: Sequence[_Owner], free: Sequence[Rect]) -> set[str]:
    """Fields that red ink lies over or beside, whatever its shape. Only in a free area (the place of a seal, the
    counter's date stamp) it is of no concern."""
    red = sheet.red.astype(np.uint8)
    if not red.any():
        return set()
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((RED_JOIN, RED_JOIN), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    asked: set[str] = set()
    large = [row for row in stats[1:].tolist() if max(row[2:4]) >= RED_STROKE]
    pieces, inked = [(x, y, width, height) for x, y, width, height, _ in large], [row[4] for row in large]
    apart = [number for number, one in enumerate(pieces) if not any(_holds(area, one) for area in free)]
    if whole_page.spoken_of(
        [pieces[number] for number in apart], [inked[number] for number in apart], len(red)
    ):
        return {owner.field for owner in owners}
    for rect in pieces:
        over = [owner for owner in owners if max(map(abs, _gap(rect, owner.rect))) == 0]
        if any(_holds(area, rect) for area in free):  # a company's seal is wider than its place
            asked |= {owner.field for owner in over if _shared(rect, owner.rect) > SEAL_WIDER}
        else:
            asked |= {owner.field for owner in over} or nearest(rect, owners)
    return asked


def _shared(one: Rect, other: Rect) -> int:
    """Pixels from left to right that two rectangles share."""
    return min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])


def _holds(area: Rect, rect: Rect) -> bool:
    """`rect` has its middle in `area`."""
    x, y = rect[0] + rect[2] / 2 - area[0], rect[1] + rect[3] / 2 - area[1]
    return 0 <= x < area[2] and 0 <= y < area[3]
