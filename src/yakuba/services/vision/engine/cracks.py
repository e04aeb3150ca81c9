"""Cracks of a road's surface: an own oriented line filter, or a small network in its place, and what makes them doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine import doubts, lines
from yakuba.services.vision.engine.findings import Box, CrackFinding, CrackPart, Doubt, Mask, Picture, Polygon
from yakuba.services.vision.engine.models import Model
from yakuba.services.vision.engine.pictures import checked, grey, inside
from yakuba.services.vision.engine.polylines import lines_of, thinned
from yakuba.services.vision.engine.segmentation import probabilities

SHORTEST = 40  # pixels of what is looked at: shorter parts are dropped
CELL = 64  # pixels of a cell where the picture is not calibrated
HALF_ABOVE = 1000  # pixels of the longer side
BANDS = 2048  # pixels: larger pictures go through the filter in bands
STRONG, WEAK = 1.6, 0.8  # of the filter's answer; fixed on made pictures
AROUND = 8  # pixels around what is left out that are left out too
SMALLEST_ROAD = 64 * 64  # pixels of what is looked at
LINE_OF_CELL = 0.25  # of a cell's side: so long a line makes it a cell with a crack
METHOD = "線フィルタ"


@dataclass(frozen=True)
class _Look:
    """What is looked at: grey and road, both maybe at half the size."""

    grey: NDArray[np.uint8]
    road: Mask
    factor: int


def find_cracks(
    picture: Picture,
    *,
    model: Model | None = None,
    road: Polygon | Mask | None = None,
    leave_out: Sequence[Box] = (),
    half: bool | None = None,
    cell_px: int = CELL,
) -> CrackFinding:
    """Cracks inside the road area and outside the boxes.

    model: task vision.cracks; None: the line filter.  road: corners in pixels, or the pixels themselves (`TopView.seen`);
    default: the whole picture.  leave_out: vehicles, people and what else is no road.  half: look at half the size (default:
    above 1,000 pixels a side, which keeps 1920×1080 below a second).  cell_px: side of a cell of `grid_share`. Any size of
    picture; what cannot be looked at gives an empty finding with its doubt. Raises ModelRefused, Invalid.
    """
    look = _prepared(checked(picture), road, leave_out, half)
    reasons = _unfit(look)
    if reasons:
        return _nothing(picture, look, cell_px, model, reasons)
    even = lines.contrast(look.grey)
    if model is None:
        answer = _banded(even)
        found = lines.joined(answer > STRONG, answer > WEAK)
    else:
        strong = model.thresholds.get("score", 0.5)
        likely = probabilities(model, np.repeat(look.grey[:, :, None], 3, axis=2))[0]
        found = lines.joined(likely > strong, likely > model.thresholds.get("weak", strong))
    found = lines.without_short(found & look.road, SHORTEST)
    return _finding(picture, look, even, found, max(8, cell_px), model)


def line_strength(picture_grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much each pixel looks like the middle of a dark line, `[height, width]`, 0 upwards: the largest of the second
    derivatives across 12 directions at 3 widths, of the picture with its local contrast made even."""
    return lines.strength(lines.contrast(picture_grey))


def _prepared(
    picture: Picture, road: Polygon | Mask | None, leave_out: Sequence[Box], half: bool | None
) -> _Look:
    height, width = picture.shape[:2]
    if road is None:
        area = np.ones((height, width), np.bool_)
    elif isinstance(road, np.ndarray):
        # what lies outside was never seen: its edge is no line of the road
        area = cv2.erode(np.pad(road.astype(np.uint8), 1), np.ones((2 * AROUND + 1,) * 2))[1:-1, 1:-1] > 0
    else:
        area = inside(road, height, width)
    for box in leave_out:
        top, bottom = int(max(0, box.top - AROUND)), int(max(0, box.bottom + AROUND + 1))
        area[top:bottom, int(max(0, box.left - AROUND)) : int(max(0, box.right + AROUND + 1))] = False
    brightness = grey(picture)
    if half is None:
        half = max(height, width) > HALF_ABOVE
    if not half or min(height, width) < 4:
        return _Look(brightness, area, 1)
    size = (-(-width // 2), -(-height // 2))
    smaller = cv2.resize(brightness, size, interpolation=cv2.INTER_AREA)
    return _Look(smaller, cv2.resize(area.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, 2)


def _unfit(look: _Look) -> tuple[Doubt, ...]:
    """Why it makes no sense to look at all."""
    size = int(look.road.sum())
    if not size:
        return (Doubt.NO_ROAD,)
    if size < SMALLEST_ROAD or min(look.grey.shape) < lines.SMALLEST:
        return (Doubt.SMALL,)
    return doubts.of_light(look.grey, look.road)


def _banded(even: NDArray[np.float32]) -> NDArray[np.float32]:
    """The filter's answer, of a large picture band by band, so that memory stays within bounds."""
    height = even.shape[0]
    step = max(64, BANDS * BANDS // max(1, even.shape[1]))
    if height <= step:
        return lines.strength(even)
    margin = 48  # the filter reaches no farther
    found = np.empty_like(even)
    for top in range(0, height, step):
        start, end = max(0, top - margin), min(height, top + step + margin)
        bottom = min(height, top + step)
        found[top:bottom] = lines.strength(even[start:end])[top - start : bottom - start]
    return found


def _nothing(
    picture: Picture, look: _Look, cell_px: int, model: Model | None, reasons: tuple[Doubt, ...]
) -> CrackFinding:
    empty = np.zeros(picture.shape[:2], np.bool_)
    road_px = int(look.road.sum()) * look.factor**2
    return CrackFinding(empty, (), 0.0, road_px, 0.0, 0.0, cell_px, _method(model), reasons)


def _method(model: Model | None) -> str:
    return METHOD if model is None else model.name


def _finding(
    picture: Picture,
    look: _Look,
    even: NDArray[np.float32],
    found: Mask,
    cell_px: int,
    model: Model | None,
) -> CrackFinding:
    height, width = picture.shape[:2]
    thin = thinned(found)
    body = _body(even, found, thin)
    drawn = lines_of(found, thin=thin, body=body)
    scale = float(look.factor)
    parts = tuple(
        CrackPart(
            tuple((x * scale, y * scale) for x, y in line.points),
            line.length_px * scale,
            line.width_px * scale,
            (
                *(int(edge * scale) for edge in line.box[:2]),
                min(width, int(line.box[2] * scale)),
                min(height, int(line.box[3] * scale)),
            ),
        )
        for line in drawn
    )
    mask = found
    if look.factor != 1:
        mask = cv2.resize(found.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    road_px = int(look.road.sum())
    share = float(body.sum()) / road_px
    cells = _grid_share(thin, look.road, max(4, cell_px // look.factor))
    reasons = doubts.of_cracks(look.grey, even, look.road, found, drawn)
    return CrackFinding(
        np.asarray(mask, np.bool_),
        parts,
        float(sum(part.length_px for part in parts)),
        road_px * look.factor**2,
        share,
        cells,
        cell_px,
        _method(model),
        reasons,
    )


def _body(even: NDArray[np.float32], found: Mask, thin: Mask) -> Mask:
    """The pixels of what was found that are at least half as dark as its middle line: filter and network reach beyond the
    crack itself, each in its own way, and width and share must not depend on that."""
    if not thin.any():
        return found
    return np.asarray(found & ((even < 0.5 * float(np.median(even[thin]))) | thin), np.bool_)


def _grid_share(thin: Mask, road: Mask, cell: int) -> float:
    """Share of the cells of which half is road that hold a line of a quarter of their side."""
    road_cells = _summed(road, cell)
    counted = road_cells >= 0.5 * cell * cell
    if not counted.any():
        return 0.0
    return float((_summed(thin, cell) >= LINE_OF_CELL * cell)[counted].mean())


def _summed(mask: Mask, cell: int) -> NDArray[np.int64]:
    """How many pixels are set in each cell."""
    height, width = mask.shape
    whole = np.pad(mask, [(0, -height % cell), (0, -width % cell)])
    return np.asarray(
        whole.reshape(whole.shape[0] // cell, cell, whole.shape[1] // cell, cell).sum((1, 3)), np.int64
    )
