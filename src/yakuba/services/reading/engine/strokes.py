"""Straight strokes that no character has: writing that was crossed out, by lines of any slope, or scribbled over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .paper import INK, Grey, Mask

ANGLES = 30  # directions over half a turn: 6 degrees apart
LEVEL = (28, 29, 0, 1, 2)  # those within 12 degrees of the horizontal
WIDE = 3  # pixels across in which a hand-drawn line stays over a character's length
GAP = 2  # pixels along that a line may be broken
ALONG = 0.8  # of a stroke's length: the longer side of what contains it, at 45 degrees
STROKE = 4.5  # pixels on each side of a stroke's middle that are its width
EDGE = 2  # pixels beside ink that are its own soft edge
PALE = 12  # pixels of lighter ink apart from it: less is dust
FULL_ROW = 0.25  # of the fullest rows' ink: rows with less hold only the ends of strokes


@dataclass(frozen=True)
class Stroke:
    """A straight run of ink. angle: degrees from the horizontal, downwards to the right, -90 < angle ≤ 90.  length:
    pixels.  across: its distance from the origin, at a right angle to it."""

    angle: float
    length: float
    across: float


NONE = Stroke(0.0, 0.0, 0.0)


def longest(ink: Mask, directions: Iterable[int] = range(ANGLES)) -> Stroke:
    """The longest straight run of ink in one of the directions (numbers 0 to ANGLES - 1); NONE without ink."""
    rows, columns = np.nonzero(ink)
    best = NONE
    if not rows.size:
        return best
    for number in directions:
        angle = np.pi * number / ANGLES
        along = np.rint(columns * np.cos(angle) + rows * np.sin(angle)).astype(np.int64)
        across = rows * np.cos(angle) - columns * np.sin(angle)
        for offset in (0.0, 0.5):
            length, lane = _run(np.floor(across / WIDE + offset).astype(np.int64), along)
            if length > best.length:
                degrees = float(np.degrees(angle))
                best = Stroke(
                    degrees if degrees <= 90 else degrees - 180, length, (lane - offset + 0.5) * WIDE
                )
    return best


def _run(lane: NDArray[np.int64], along: NDArray[np.int64]) -> tuple[float, int]:
    """(length, lane) of the longest run in one lane without a gap."""
    span = int(np.ptp(along)) + GAP + 2
    keys = np.unique((lane - lane.min()) * span + (along - along.min()))
    breaks = np.flatnonzero(np.diff(keys) > GAP + 1)
    starts, ends = np.r_[0, breaks + 1], np.r_[breaks, len(keys) - 1]
    lengths = keys[ends] - keys[starts] + 1
    at = int(lengths.argmax())
    return float(lengths[at]), int(keys[starts[at]] // span + lane.min())


def without(ink: Mask, stroke: Stroke, width: float) -> Mask:
    """The ink but for what lies within `width` pixels of the stroke's line."""
    rows, columns = np.indices(ink.shape)
    angle = np.radians(stroke.angle)
    across = rows * np.cos(angle) - columns * np.sin(angle)
    if stroke.angle < 0:  # the direction was turned by half a turn
        across = -across
    return ink & (np.abs(across - stroke.across) > width)


def full_rows(ink: Mask) -> Mask:
    """For each row whether characters stand in it, and not only the ends of strokes that stick out."""
    counts = ink.sum(axis=1)
    if not counts.size or not counts.max():
        return np.zeros(counts.shape, np.bool_)
    return counts > FULL_ROW * np.sort(counts)[-max(1, counts.size // 10)]


def character_height(ink: Mask) -> int:
    """How many rows the characters themselves take, in pixels."""
    return int(full_rows(ink).sum())


def ink_of(grey: Grey, added: Mask) -> Mask:
    """The writing as thin as it is: darker than half-way from the paper to the darkest of the added ink, so that a
    pencil's stroke is as wide as it is drawn and a pen's does not run together with its neighbours."""
    levels = grey[added]
    if not levels.size:
        return added
    middle = (255 + float(np.percentile(levels, 10))) / 2
    return (grey < INK) | ((grey < middle) & added)


def with_pale(ink: Mask, added: Mask) -> Mask:
    """The ink with what is lighter than it and no soft edge of it: a pencil's line over a pen's writing. The ink itself
    where there is none."""
    edge = cv2.dilate(ink.astype(np.uint8), np.ones((2 * EDGE + 1,) * 2, np.uint8))
    pale = (added & (edge == 0)).astype(np.uint8)
    if pale.sum() < PALE:
        return ink
    whole = cv2.dilate(pale, np.ones((2 * EDGE + 3,) * 2, np.uint8))  # up to the ink that it runs into
    return ink | ((whole > 0) & added)


def struck_out(ink: Mask, single: float, level: float, pair: float, apart: float) -> bool:
    """A straight stroke runs through the writing that no character has: in any direction of at least `single` pixels,
    level of at least `level`, or two level ones of at least `pair` no more than `apart` pixels below each other."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    for number in range(1, count):
        x, y, width, height = stats[number, :4].tolist()
        if max(width, height) < min(ALONG * single, pair):
            continue
        part = labels[y : y + height, x : x + width] == number
        if max(width, height) >= ALONG * single and longest(part).length >= single:
            return True
        if width < pair:
            continue
        first = longest(part, LEVEL)
        if first.length >= level:
            return True
        if first.length >= pair:
            second = longest(without(part, first, STROKE), LEVEL)
            if second.length >= pair and abs(second.across - first.across) <= apart:
                return True
    return False


def lines_in(ink: Mask, shortest: float) -> list[Stroke]:
    """The straight strokes of at least `shortest` pixels, longest first, each taken out before the next is sought."""
    found = []
    while (stroke := longest(ink)).length >= shortest:
        found.append(stroke)
        ink = without(ink, stroke, STROKE)
    return found
