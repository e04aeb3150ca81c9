"""Thin dark lines: contrast made even, an oriented line filter, and short parts dropped.

The filter is the second derivative of a Gaussian across a line, averaged along it, at 3 widths and 12 directions (Koller,
Gerig, Székely, Dettwiler 1995, "Multiscale detection of curvilinear structures", in one matched form).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Mask

NARROW, WIDE = 1.2, (2.2, 3.6)  # standard deviations across a line, pixels
DIRECTIONS = 12
LENGTH = 3.0  # of the average along the line, in widths
MEAN_OVER, SPREAD_OVER, FLOOR = 20.0, 40.0, 3.0  # pixels, pixels, grey levels
SMALLEST = 5  # pixels: a side below that holds no line


def contrast(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey with its local mean taken away and divided by its local spread, about -3..3, `[height, width]`: light, shade
    and worn paint become alike."""
    values = grey.astype(np.float32)
    high = values - _blurred(values, MEAN_OVER)
    spread = np.sqrt(np.maximum(_blurred(high * high, SPREAD_OVER), 0.0))
    return np.asarray(high / (spread + FLOOR), np.float32)


def _blurred(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A wide Gaussian, worked out at a quarter of the size, where nothing of it is lost."""
    height, width = values.shape
    factor = 4 if min(height, width) >= 64 else 1
    if factor > 1:
        size = (-(-width // factor), -(-height // factor))
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    sigma /= factor
    # a kernel wider than the picture cannot be mirrored: opencv repeats the mirroring, numpy would refuse
    soft = cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    if factor > 1:
        soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft, np.float32)


@cache
def _kernels(sigma: float) -> tuple[NDArray[np.float32], ...]:
    """One for each direction; together their negative (or positive) weights add up to 1."""
    along = sigma * LENGTH
    reach = int(np.ceil(2.5 * along))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    kernels = []
    for number in range(DIRECTIONS):
        angle = np.pi * number / DIRECTIONS
        across = (-x * np.sin(angle) + y * np.cos(angle)) / sigma
        weight = np.exp(-0.5 * ((x * np.cos(angle) + y * np.sin(angle)) / along) ** 2)
        kernel = (across**2 - 1) * np.exp(-0.5 * across**2) * weight
        kernel -= weight * kernel.sum() / weight.sum()  # a flat surface answers nothing
        kernels.append((kernel / (np.abs(kernel).sum() / 2)).astype(np.float32))
    return tuple(kernels)


def strength(even: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of a picture with even contrast: how much each pixel looks like the middle of a dark line, 0 upwards. The wider
    lines are looked for at half the size, where nothing of them is lost and a quarter of the work is left."""
    height, width = even.shape
    if min(height, width) < SMALLEST:
        return np.zeros(even.shape, np.float32)
    best = _answer(even, NARROW)
    small = cv2.resize(even, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)
    for sigma in WIDE:
        answer = cv2.resize(_answer(small, sigma / 2), (width, height), interpolation=cv2.INTER_LINEAR)
        np.maximum(best, answer, out=best)
    return best


def _answer(even: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    best = np.zeros(even.shape, np.float32)
    for kernel in _kernels(sigma):
        np.maximum(best, cv2.filter2D(even, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT), out=best)
    return best


def without_short(mask: Mask, shortest: float) -> Mask:
    """Only the connected parts whose bounding box has a diagonal of at least `shortest` pixels."""
    if not mask.any():
        return mask.copy()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    diagonal = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = diagonal >= shortest
    keep[0] = False
    return np.asarray(keep[labels], np.bool_) if count > 1 else np.zeros_like(mask)


def joined(strong: Mask, weak: Mask) -> Mask:
    """The connected parts of `weak` that hold a pixel of `strong` (hysteresis)."""
    _, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    keep = np.zeros(int(labels.max()) + 1, np.bool_)
    keep[np.unique(labels[strong & weak])] = True
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)
