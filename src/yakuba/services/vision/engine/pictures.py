"""Pictures for networks: checked, cut into tiles, resized, as tensors."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.findings import Mask, Picture, Polygon
from yakuba.services.vision.engine.lines import contrast
from yakuba.services.vision.engine.models import Input

FAR = 1_000_000.0  # pixels: corners beyond that are brought in, or drawing overflows


def checked(picture: Picture) -> Picture:
    """The picture, if it is one with at least one pixel. Raises Invalid."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise Invalid("写真は、縦×横×3色（8ビット）で渡してください。")
    if not picture.size:
        raise Invalid("写真が空です。")
    return picture


def grey(picture: Picture) -> NDArray[np.uint8]:
    """Brightness, `[height, width]`."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), np.uint8)


def inside(polygon: Polygon, height: int, width: int) -> Mask:
    """Pixels inside the polygon; it may reach beyond the picture, or lie outside of it."""
    mask = np.zeros((height, width), np.uint8)
    if len(polygon) >= 3:
        corners = np.clip(np.nan_to_num(np.asarray(polygon, np.float64)), -FAR, FAR)
        corners = _clipped(corners, height, width)
        if len(corners) >= 3:
            cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
    return mask.astype(np.bool_)


def _clipped(corners: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Cut along the picture's edges (Sutherland and Hodgman 1974); opencv draws wrongly far outside."""
    for axis, edge, sign in ((0, 0.0, 1), (0, width - 1.0, -1), (1, 0.0, 1), (1, height - 1.0, -1)):
        kept = []
        for a, b in zip(corners, np.roll(corners, -1, 0), strict=True):
            in_a, in_b = sign * (a[axis] - edge) >= 0, sign * (b[axis] - edge) >= 0
            if in_a:
                kept.append(a)
            if in_a != in_b:
                kept.append(a + (b - a) * (edge - a[axis]) / (b[axis] - a[axis]))
        if not kept:
            return np.zeros((0, 2))
        corners = np.stack(kept)
    return corners


def tensor(given: Input, picture: Picture) -> NDArray[np.float32]:
    """`[1, channels, height, width]`: the picture in the network's size (or its own, filled up to the multiple), order and
    scale."""
    if given.width:
        way = cv2.INTER_AREA if picture.shape[1] > given.width else cv2.INTER_LINEAR
        picture = cv2.resize(np.ascontiguousarray(picture), (given.width, given.height), interpolation=way)
    if given.order in ("GREY", "CONTRAST"):
        values = grey(picture)
        channels = (contrast(values) if given.order == "CONTRAST" else values.astype(np.float32))[None]
    else:
        ordered = picture[:, :, ::-1] if given.order == "BGR" else picture
        channels = ordered.transpose(2, 0, 1).astype(np.float32)
    if given.order != "CONTRAST":
        mean, std = (np.asarray(part, np.float32)[:, None, None] for part in (given.mean, given.std))
        with np.errstate(over="ignore"):  # the network's answer tells it
            channels = (channels - mean) / std
    return filled(np.ascontiguousarray(channels, np.float32)[None], given.multiple if not given.width else 1)


def filled(values: NDArray[np.float32], multiple: int) -> NDArray[np.float32]:
    """The last two sides filled up to a multiple, below and on the right, with what lies at the edge."""
    down, right = (-side % multiple for side in values.shape[-2:])
    if not down and not right:
        return values
    return np.pad(values, [(0, 0)] * (values.ndim - 2) + [(0, down), (0, right)], mode="edge")


def tiles(height: int, width: int, side: int, overlap: float = 0.15) -> Iterator[tuple[int, int, int, int]]:
    """(left, top, right, bottom) of as few tiles of about this side as cover the picture with at least that overlap; one
    where it is no larger than a tile."""
    for top, bottom in _cuts(height, side, overlap):
        for left, right in _cuts(width, side, overlap):
            yield left, top, right, bottom


def _cuts(length: int, side: int, overlap: float) -> list[tuple[int, int]]:
    if length <= side:
        return [(0, length)]
    number = int(np.ceil((length - overlap * side) / (side * (1 - overlap))))
    starts = np.round(np.linspace(0, length - side, max(2, number))).astype(int)
    return [(int(start), int(start) + side) for start in starts]
