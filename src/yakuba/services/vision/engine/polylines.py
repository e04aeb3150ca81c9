"""Connected parts of a mask as lines: middle line, length, mean width."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Mask, Point

MOST_DRAWN = 200  # parts that get a middle line, longest first; the others only a straight one
SMOOTH = 1.5  # pixels that a corner may lie beside the middle line
# north, north-east, east … north-west
_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
_FORWARD = ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5))  # each pair of neighbours once


@dataclass(frozen=True)
class Line:
    """A connected part. points: the corners of its longest run; length_px: of all its branches; width_px: mean; box: left,
    top, right, bottom."""

    points: tuple[Point, ...]
    length_px: float
    width_px: float
    box: tuple[int, int, int, int]


def lines_of(mask: Mask, *, thin: Mask | None = None, body: Mask | None = None) -> list[Line]:
    """The parts of the mask, longest first. thin: `thinned(mask)`, where it is known already; body: the pixels that count
    for the width (default: all)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return []
    ys, xs = np.nonzero(thinned(mask) if thin is None else thin)
    areas = np.bincount(labels[mask if body is None else body & mask], minlength=count)
    index = np.full(mask.shape, -1, np.int64)
    index[ys, xs] = np.arange(len(ys))
    pairs, weights = _edges(index, ys, xs)
    of = labels[ys, xs]
    lengths = np.bincount(of[pairs[:, 0]], weights, count) + 1.0
    order = [int(label) for label in np.argsort(-lengths[1:], kind="stable") + 1]
    found = []
    for place, label in enumerate(order):
        left, top, wide, high = (int(value) for value in stats[label][:4])
        own = np.flatnonzero(of == label) if place < MOST_DRAWN else np.zeros(0, np.int64)
        points = _longest_run(own, pairs, weights, xs, ys)
        if len(points) < 2:
            points = ((float(left), float(top)), (float(left + wide - 1), float(top + high - 1)))
        length = float(lengths[label])
        found.append(Line(points, length, int(areas[label]) / length, (left, top, left + wide, top + high)))
    return found


def _edges(
    index: NDArray[np.int64], ys: NDArray[np.int64], xs: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Neighbouring pixels of the middle lines `[n, 2]` and how far they lie from each other. A diagonal is left out where
    two straight steps lead the same way."""
    padded = np.pad(index, 1, constant_values=-1)
    pairs, weights = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
    for dy, dx, far in _FORWARD:
        other = padded[ys + 1 + dy, xs + 1 + dx]
        there = other >= 0
        if dy and dx:
            there &= (padded[ys + 1 + dy, xs + 1] < 0) & (padded[ys + 1, xs + 1 + dx] < 0)
        own = np.flatnonzero(there)
        pairs.append(np.stack([own, other[own]], axis=1))
        weights.append(np.full(len(own), far))
    return np.concatenate(pairs), np.concatenate(weights)


def _longest_run(
    own: NDArray[np.int64],
    pairs: NDArray[np.int64],
    weights: NDArray[np.float64],
    xs: NDArray[np.int64],
    ys: NDArray[np.int64],
) -> tuple[Point, ...]:
    """From the pixel that is farthest from any to the one that is farthest from it, along the lines (exact in a tree)."""
    if len(own) < 2:
        return ()
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    inside = np.searchsorted(own, pairs[:, 0]).clip(max=len(own) - 1)
    mine = own[inside] == pairs[:, 0]
    start, end = inside[mine], np.searchsorted(own, pairs[mine, 1])
    graph = coo_matrix((weights[mine], (start, end)), shape=(len(own), len(own))).tocsr()
    far = dijkstra(graph, directed=False, indices=0)
    first = int(np.argmax(np.where(np.isfinite(far), far, -1)))
    far, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
    at = int(np.argmax(np.where(np.isfinite(far), far, -1)))
    way = [at]
    while before[at] >= 0:
        at = int(before[at])
        way.append(at)
    corners = np.stack([xs[own[way]], ys[own[way]]], axis=1).astype(np.int32)
    smooth = cv2.approxPolyDP(corners[:, None], SMOOTH, closed=False)[:, 0]
    return tuple((float(x), float(y)) for x, y in smooth)


def thinned(mask: Mask) -> Mask:
    """Lines one pixel wide in the middle of what is set (Zhang and Suen 1984)."""
    image = np.pad(mask, 1).astype(np.uint8)
    ys, xs = np.nonzero(image)
    while True:
        removed = 0
        for turn in (0, 1):
            go = _removable(image, ys, xs, turn)
            image[ys[go], xs[go]] = 0
            removed += int(go.sum())
            ys, xs = ys[~go], xs[~go]
        if not removed:
            return _without_steps(image > 0)[1:-1, 1:-1]


def _without_steps(thin: Mask) -> Mask:
    """Without the corners of stairs, whose two neighbours touch each other anyway: a slanting line would be too long by
    them. thin: with an empty edge."""
    for _ in range(4):  # each of the four corners
        corner = thin.copy()
        corner[[0, -1]], corner[:, [0, -1]] = False, False
        inner = corner[1:-1, 1:-1]
        inner &= thin[:-2, 1:-1] & thin[1:-1, 2:]  # above and right
        inner &= ~(thin[2:, 1:-1] | thin[1:-1, :-2] | thin[2:, :-2])
        thin = np.rot90(thin & ~corner)
    return thin


def _removable(image: NDArray[np.uint8], ys: NDArray[np.int64], xs: NDArray[np.int64], turn: int) -> Mask:
    around = np.stack([image[ys + dy, xs + dx] for dy, dx in _AROUND])
    number = around.sum(0)
    steps = ((around == 0) & (np.roll(around, -1, 0) == 1)).sum(0)
    north, east, south, west = around[0], around[2], around[4], around[6]
    if turn == 0:
        free = (north * east * south == 0) & (east * south * west == 0)
    else:
        free = (north * east * west == 0) & (north * south * west == 0)
    return np.asarray((number >= 2) & (number <= 6) & (steps == 1) & free, np.bool_)
