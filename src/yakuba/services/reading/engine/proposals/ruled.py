"""Rules, cells, combs and check boxes of a blank page. Rectangles are form pixels (200 dpi) and hold the rule's inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..definitions import Rect

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

DARK = 160  # grey level: darker is a rule
SHORTEST = 26  # pixels: what runs on so long may be a rule
GAP = 5  # pixels between the dashes of a dashed rule
RECTANGULAR = 0.93  # share of its bounding rectangle that a cell fills
LARGEST = 0.5  # share of the page: a frame around everything is no cell
SMALLEST = 14  # pixels
EMPTY = 0.02  # share of a cell's inside with print on it
RIM = 4  # pixels of a cell's inside that its rule may reach
FRAME = 2  # pixels of the rule around a comb or a check box that belong to the box

COMB_WIDTH, COMB_HEIGHT = (18, 80), (26, 110)  # pixels of a cell of a comb
COMB_SHAPE = (0.4, 1.6)  # width to height
COMB_GAP = 8  # pixels between two cells
MARK_SIDE = (20, 60)
MARK_SHAPE = (0.87, 1.15)
UNDERLINE = 150  # pixels
THICKEST = 8  # pixels of a rule


@dataclass(frozen=True)
class Comb:
    """Equal cells side by side, with the frame around them."""

    rect: Rect
    cells: int


@dataclass(frozen=True)
class Ruled:
    """What is ruled on a page. cells: of tables, without those of combs and check boxes.  underlines: rules that are no
    cell's.  rules: where rules are."""

    cells: tuple[Rect, ...]
    combs: tuple[Comb, ...]
    marks: tuple[Rect, ...]
    underlines: tuple[Rect, ...]
    rules: Mask


def ruled(grey: Grey) -> Ruled:
    """The rules of a blank page `[h, w]`, 8 bits, and what they enclose."""
    print_ = grey < DARK
    across, down = _rules(print_, across=True), _rules(print_, across=False)
    rects = list(_enclosed(across | down))
    empty = [rect for rect in rects if _share(print_, rect) < EMPTY]
    combs = list(_combs(empty))
    taken = {rect for _, members in combs for rect in members}
    single = [rect for rect in empty if rect not in taken and _is_comb_cell(rect) and not _is_mark(rect)]
    marks = [rect for rect in empty if rect not in taken and _is_mark(rect)]
    small = taken | set(single) | set(marks)
    cells = [rect for rect in rects if rect not in small and rect[2] >= 40 and rect[3] >= 26]
    found = [comb for comb, _ in combs] + [Comb(_framed(rect), 1) for rect in single]
    return Ruled(
        tuple(sorted(cells, key=_place)),
        tuple(sorted(found, key=lambda comb: _place(comb.rect))),
        tuple(sorted(map(_framed, marks), key=_place)),
        tuple(_underlines(across, [*cells, *empty])),
        _long(across | down),
    )


def _rules(print_: Mask, *, across: bool) -> Mask:
    shape = (SHORTEST, 1) if across else (1, SHORTEST)
    bridge = (GAP, 1) if across else (1, GAP)
    joined = cv2.morphologyEx(print_.astype(np.uint8), cv2.MORPH_CLOSE, np.ones(bridge[::-1], np.uint8))
    return cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(shape[::-1], np.uint8)).astype(bool)


def _enclosed(rules: Mask) -> Iterable[Rect]:
    """Rectangles of white with rules on all sides, holes in them filled."""
    height, width = rules.shape
    # a pixel wider: a corner whose pixel is missing is no way out
    white = cv2.dilate(rules.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    contours, tree = cv2.findContours(white.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for contour, (_, _, _, outer) in zip(contours, tree[0] if tree is not None else (), strict=True):
        if outer >= 0:
            continue  # the edge of a hole: a frame seen from outside
        x, y, wide, high = cv2.boundingRect(contour)
        if min(wide, high) < SMALLEST or wide * high > LARGEST * width * height:
            continue
        if x == 0 or y == 0 or x + wide == width or y + high == height:
            continue
        filled = (
            cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2
        )  # its border runs through pixels' middles
        if filled >= RECTANGULAR * wide * high:
            yield int(x) - 1, int(y) - 1, int(wide) + 2, int(high) + 2


def _share(print_: Mask, rect: Rect) -> float:
    x, y, width, height = rect
    inside = print_[y + RIM : y + height - RIM, x + RIM : x + width - RIM]
    return float(inside.mean()) if inside.size else 1.0


def _is_comb_cell(rect: Rect) -> bool:
    _, _, width, height = rect
    return (
        COMB_WIDTH[0] <= width <= COMB_WIDTH[1]
        and COMB_HEIGHT[0] <= height <= COMB_HEIGHT[1]
        and COMB_SHAPE[0] <= width / height <= COMB_SHAPE[1]
    )


def _is_mark(rect: Rect) -> bool:
    _, _, width, height = rect
    return (
        MARK_SIDE[0] <= min(width, height)
        and max(width, height) <= MARK_SIDE[1]
        and MARK_SHAPE[0] <= width / height <= MARK_SHAPE[1]
    )


def _combs(empty: Sequence[Rect]) -> Iterable[tuple[Comb, list[Rect]]]:
    """Runs of equal cells, each with its members."""
    waiting = sorted(rect for rect in empty if _is_comb_cell(rect))
    while waiting:
        run = [waiting.pop(0)]
        for rect in list(waiting):
            if _follows(run[-1], rect):
                run.append(rect)
                waiting.remove(rect)
        if len(run) > 1:
            yield Comb(_framed(around(run)), len(run)), run


def _follows(one: Rect, other: Rect) -> bool:
    level = abs(one[1] - other[1]) <= 4 and abs(one[3] - other[3]) <= 4
    alike = abs(one[2] - other[2]) <= max(4, 0.15 * one[2])
    return level and alike and 0 <= other[0] - one[0] - one[2] <= COMB_GAP


def _underlines(across: Mask, cells: Sequence[Rect]) -> Iterable[Rect]:
    """Rules that are no side of a cell."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(across.astype(np.uint8))
    for x, y, width, height, _ in stats[1:].tolist():
        if width < UNDERLINE or height > THICKEST:
            continue
        beside = any(
            cell[0] - 12 < x + width / 2 < cell[0] + cell[2] + 12
            and min(abs(y - cell[1]), abs(y - cell[1] - cell[3])) < 14
            for cell in cells
        )
        if not beside:
            yield x, y, width, height


def _long(rules: Mask) -> Mask:
    """Rules without the strokes of characters that are as long as a short one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rules.astype(np.uint8))
    keep = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > 2 * SHORTEST
    keep[0] = False
    return keep[labels] if count > 1 else np.zeros(rules.shape, np.bool_)


def _framed(rect: Rect) -> Rect:
    x, y, width, height = rect
    return x - FRAME, y - FRAME, width + 2 * FRAME - 1, height + 2 * FRAME - 1


def _place(rect: Rect) -> tuple[int, int]:
    return rect[1], rect[0]


def around(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all of them."""
    listed = list(rects)
    left, top = min(r[0] for r in listed), min(r[1] for r in listed)
    right, foot = max(r[0] + r[2] for r in listed), max(r[1] + r[3] for r in listed)
    return left, top, right - left, foot - top


def holds(rect: Rect, other: Rect) -> bool:
    """The middle of `other` lies in `rect`."""
    x, y = other[0] + other[2] / 2, other[1] + other[3] / 2
    return rect[0] <= x < rect[0] + rect[2] and rect[1] <= y < rect[1] + rect[3]


def overlap(one: Rect, other: Rect) -> bool:
    """They have a pixel in common."""
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
