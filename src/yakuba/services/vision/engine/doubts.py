"""What makes a finding of cracks doubtful: surfaces full of lines, joints, shadows' edges, bad light. Cheap measures, each
meant to send too many to a person rather than too few."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Doubt, Mask
from yakuba.services.vision.engine.polylines import Line

DARKEST, FLATTEST = 30.0, 0.6  # grey levels: mean, and spread of the finest detail
BUSY_CELL, BUSY_SHARE, BUSY_JOINTS = (
    32,
    0.4,
    0.2,
)  # pixels; share of the road's cells that are full of lines; with joints
RIDGE_WIDTH, RIDGE = 4.0, 0.3  # pixels; strength of the curvature that counts as a line
BUSY_LINES = 0.1  # of a cell's pixels
AXES = 0.62  # of the line pixels in two directions at right angles: joints
MANY = 0.12  # of the road's pixels
BESIDE, STEP = 6.0, 0.75  # pixels beside a line; difference of its sides by its own depth
SHADOWED = 0.25  # of the lines' length


def of_light(grey: NDArray[np.uint8], road: Mask) -> tuple[Doubt, ...]:
    """Too dark, or so blurred that fine lines cannot be seen."""
    values = grey[road]
    if float(values.mean()) < DARKEST:
        return (Doubt.DARK,)
    fine = grey.astype(np.float32) - cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    if float(fine[road].std()) < FLATTEST:
        return (Doubt.BLURRED,)
    return ()


def of_cracks(
    grey: NDArray[np.uint8], even: NDArray[np.float32], road: Mask, found: Mask, parts: Sequence[Line]
) -> tuple[Doubt, ...]:
    """grey: what was looked at, even: the same with even contrast, found: pixels called crack, parts: the same as lines."""
    reasons = []
    busy, axes = texture(even, road)
    if busy > BUSY_JOINTS and axes > AXES and found.any():
        reasons.append(Doubt.BRICKS)
    elif busy > BUSY_SHARE:
        reasons.append(Doubt.GRAVEL)
    elif found.any() and float(found.sum()) > MANY * float(road.sum()):
        reasons.append(Doubt.MANY)
    if parts and _beside_shadows(grey, parts) > SHADOWED:
        reasons.append(Doubt.SHADOW)
    return tuple(reasons)


def texture(even: NDArray[np.float32], road: Mask) -> tuple[float, float]:
    """(share of the road's cells that are full of lines, share of the line pixels that lie in the two best directions at
    right angles), both 0..1. Lines are where the larger curvature (eigenvalue of the Hessian, Lindeberg 1998) is strong."""
    soft = cv2.GaussianBlur(even, (0, 0), RIDGE_WIDTH)
    xx = cv2.Sobel(soft, cv2.CV_32F, 2, 0, ksize=3) / 4
    yy = cv2.Sobel(soft, cv2.CV_32F, 0, 2, ksize=3) / 4
    xy = cv2.Sobel(soft, cv2.CV_32F, 1, 1, ksize=3) / 4
    spread = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    curvature = ((xx + yy) / 2 + spread) * RIDGE_WIDTH**2
    ridge = (curvature > RIDGE) & road
    height, width = road.shape
    size = (max(1, width // BUSY_CELL), max(1, height // BUSY_CELL))
    share = cv2.resize(ridge.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    of_road = cv2.resize(road.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    cells = of_road > 0.5
    busy = float((share[cells] / of_road[cells] > BUSY_LINES).mean()) if cells.any() else 0.0
    return busy, _two_axes(ridge, xx, yy, xy, spread)


def _two_axes(
    ridge: Mask,
    xx: NDArray[np.float32],
    yy: NDArray[np.float32],
    xy: NDArray[np.float32],
    spread: NDArray[np.float32],
) -> float:
    """Modulo a right angle, the share of line pixels within 11.25 degrees of the best direction (a quarter by chance)."""
    line_like = ridge & (spread > 0)
    if int(line_like.sum()) < 100:
        return 0.0
    angle = 0.5 * np.arctan2(2 * xy[line_like], xx[line_like] - yy[line_like])
    places, _ = np.histogram(np.mod(angle, np.pi / 2), bins=16, range=(0, np.pi / 2))
    around = sum(np.roll(places, shift) for shift in (-2, -1, 0, 1))
    return float(np.max(around) / places.sum())


def _beside_shadows(grey: NDArray[np.uint8], parts: Sequence[Line]) -> float:
    """Share of the lines' length on whose two sides the brightness differs by most of the line's own depth: the edge of a
    shadow, of paint or of another surface, and no crack."""
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.5)
    doubtful = whole = 0.0
    for part in parts:
        one, other, middle = _profiles(soft, part)
        if not len(middle):
            continue
        depth = np.maximum(np.minimum(one, other) - middle, 0)
        shadow = np.median(np.abs(one - other)) > STEP * (np.median(depth) + 6.0)
        whole += part.length_px
        doubtful += part.length_px * bool(shadow)
    return doubtful / whole if whole else 0.0


def _profiles(
    soft: NDArray[np.float32], part: Line
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Brightness on the left, on the right and in the middle of the line, every few pixels."""
    corners = np.asarray(part.points, np.float64)
    steps = np.diff(corners, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    if not lengths.sum():
        return (np.zeros(0, np.float32),) * 3
    at = np.linspace(0, lengths.sum(), max(2, int(lengths.sum() / 4)))
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    piece = np.clip(np.searchsorted(ends, at, side="right") - 1, 0, len(steps) - 1)
    unit = steps / np.maximum(lengths, 1e-9)[:, None]
    middle = corners[piece] + unit[piece] * (at - ends[piece])[:, None]
    across = np.stack([-unit[piece][:, 1], unit[piece][:, 0]], axis=1) * (BESIDE + part.width_px / 2)
    taken = []
    for places in (middle + across, middle - across, middle):
        x = np.clip(np.round(places[:, 0]).astype(int), 0, soft.shape[1] - 1)
        y = np.clip(np.round(places[:, 1]).astype(int), 0, soft.shape[0] - 1)
        taken.append(soft[y, x])
    return taken[0], taken[1], taken[2]
