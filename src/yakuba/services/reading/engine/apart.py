"""Ink in a comb that is no part of a figure: a small one squeezed in beside another, thin, pale, or cut by the frame.

Whether it is as dark as a figure does not count, nor whether it looks like one: what stands in a written cell and belongs
to no figure asks.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import Grey, Mask, Sheet

Bounds = tuple[int, int, int, int]  # left, top, width, height

# A figure leaves no ink, however pale, farther from its strokes than their soft edge. Pixels: that edge; of ink apart, the
# area and the longer side that are more than dust. Of 962 ordinary cells none has any that asks.
EDGE, AREA, SIDE = 4, 10, 6
# How much wider and higher than the widest and highest one of the row a figure is with its pale strokes: index of the side in
# its box, times; and pixels. Of 324 ordinary combs 23 asked for such strokes and none does; of 41 with a small figure put to
# another all that asked do.
SIDES, SLACK = ((2, 1.15), (3, 1.1)), 2
SERIF, NEAR = 9, 3  # pixels: what is shorter and as near, between a figure's top and foot, has broken off it
# What is paler than the paper's noise shows in the mean of a square of this many pixels: grey levels darker than paper, and
# than the other cells of the row: a fold's shadow lies on all. Of 551 ordinary cells the darkest was 6.2, in a shadow 18.7 and
# 2.2 more than the others.
SQUARE, PALE, PALER_ROW = 9, 12.0, 8.0
SEEN = 0.5  # share of the square that is free of print and figures
CLEAR_EDGE, CLEAR_OF_PRINT, CLEAR_OF_FRAME = 5, 3, 4  # pixels around figures, print, and inside the frame
DARKEST = 40.0  # grey levels: a speck of dust, however black, is no darkness all over


def ink_apart(
    sheet: Sheet,
    window: tuple[slice, slice],
    labels: NDArray[np.int32],
    boxes: dict[int, Bounds],
    cells: tuple[float, float, int],
    filled: Collection[int],
) -> bool:
    """In a written cell lies ink that is no part of a figure. window: where on the sheet the comb lies, with its margin;
    labels: the pieces of ink in it; boxes: left, top, width and height of those that are figures, by label; cells: where
    in it the first one begins, their width, how many; filled: the written ones."""
    if not filled:
        return False
    boxes = boxes.copy()
    figures = _with_hairlines(labels, boxes, sheet.added[window])
    rest = (sheet.added[window] & ~_grown(figures, EDGE)).astype(np.uint8)
    rest[:EDGE] = rest[-EDGE:] = 0
    _, numbers, stats, centres = cv2.connectedComponentsWithStats(rest)
    large = [piece for piece in range(1, len(stats)) if _larger_than_dust(stats[piece])]
    serifs = [piece for piece in large if any(_broke_off(stats[piece], one) for one in boxes.values())]
    left, pitch, _ = cells
    if any((centres[piece][0] - left) // pitch in filled for piece in set(large) - set(serifs)):
        return True
    return _shade(sheet, window, figures | np.isin(numbers, serifs), cells, filled)


def _with_hairlines(labels: NDArray[np.int32], boxes: dict[int, Bounds], added: Mask) -> Mask:
    """The pixels of the figures with the thin strokes of theirs that are too pale for a piece of one: of Mincho figures all
    that is level. What touches a figure and makes it larger than any other of the row is no stroke of it. `boxes` becomes
    that of the whole figures."""
    figures = np.isin(labels, list(boxes))
    if not boxes:
        return figures
    widest, highest = (max(box[side] for box in boxes.values()) * grown + SLACK for side, grown in SIDES)
    _, numbers, stats, _ = cv2.connectedComponentsWithStats((added | (labels > 0)).astype(np.uint8))
    whole = figures.copy()
    for number in np.unique(numbers[figures]):
        box = tuple(stats[number, :4].tolist())
        if box[2] > widest or box[3] > highest:
            continue
        own = numbers == number
        parts = [label for label in np.unique(labels[own]).tolist() if label in boxes]
        whole |= own
        boxes[parts[0]] = box
        for part in parts[1:]:
            del boxes[part]
    return whole


def _larger_than_dust(stats: NDArray[np.int32]) -> bool:
    longer = max(stats[cv2.CC_STAT_WIDTH], stats[cv2.CC_STAT_HEIGHT])
    return bool(stats[cv2.CC_STAT_AREA] >= AREA and longer >= SIDE)


def _broke_off(stats: NDArray[np.int32], figure: Bounds) -> bool:
    """A thin print's serif, which stands beside its figure's strokes and no higher or lower."""
    (x, y, width, height), (left, top, wide, high) = stats[:4].tolist(), figure
    return (
        max(width, height) < SERIF
        and top <= y + 1
        and y + height <= top + high + 1
        and left - NEAR <= x + width
        and x <= left + wide + NEAR
    )


def _shade(
    sheet: Sheet,
    window: tuple[slice, slice],
    figures: Mask,
    cells: tuple[float, float, int],
    filled: Collection[int],
) -> bool:
    """Ink as pale as the paper's noise, in the mean of small squares."""
    left, pitch, count = cells
    grey = sheet.grey[window]
    free = (sheet.from_print[window] > CLEAR_OF_PRINT) & ~_grown(figures, CLEAR_EDGE)
    inside = round(left) + CLEAR_OF_FRAME
    free[:inside] = free[-inside:] = False
    free[:, : round(left)] = free[:, round(left + count * pitch) :] = False
    if not free.any():
        return False
    darkness = _darkness(grey, sheet.form[window], free)
    edges = [round(left + number * pitch) for number in range(count + 1)]
    found = np.array([darkness[:, start:end].max() for start, end in pairwise(edges)])
    others = [float(np.median(np.delete(found, cell))) if count > 1 else 0.0 for cell in filled]
    return any(
        found[cell] >= max(PALE, PALER_ROW + other) for cell, other in zip(filled, others, strict=True)
    )


def _darkness(grey: Grey, form: Grey, free: Mask) -> NDArray[np.float64]:
    """By how many grey levels the square around each free pixel is darker than the paper; 0 where little of it is free."""
    paper = np.minimum(float(np.median(grey[free])), form)
    darker = np.clip(paper - grey, -DARKEST, DARKEST) * free
    size = (SQUARE, SQUARE)
    sums, room = (
        cv2.boxFilter(part, cv2.CV_64F, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
        for part in (darker, free.astype(np.float64))
    )
    return np.where(free & (room >= SEEN * SQUARE**2), sums / np.maximum(room, 1.0), 0.0)


def _grown(ink: Mask, by: int) -> Mask:
    return cv2.dilate(ink.astype(np.uint8), np.ones((2 * by + 1,) * 2, np.uint8)).astype(bool)
