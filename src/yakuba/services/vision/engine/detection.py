"""Boxes of things in a picture, found in overlapping tiles so that small ones are not lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.findings import Box, Picture
from yakuba.services.vision.engine.models import DETECTION, FACES, Model
from yakuba.services.vision.engine.pictures import checked, tensor, tiles

SCORE, OVERLAP = 0.35, 0.6  # where the model's maker advises nothing
MOST_TILES = 400  # of a very large picture: then the tiles grow


def detect(
    model: Model,
    picture: Picture,
    *,
    labels: Collection[str] | None = None,
    least: float | None = None,
    tile_px: int | None = None,
) -> tuple[Box, ...]:
    """What the model sees, best first. model: task vision.detection or vision.faces.

    labels: only these (default: all).  least: lowest score (default: the model's).  tile_px: side of a tile in the picture's
    pixels (default: as the model advises by `thresholds: {tile: …}`, else one and a half of its input; 0 looks at the whole
    picture at once). A picture in one shape is squeezed into the network's, which its makers do too. Raises ModelRefused,
    and Invalid where it is no picture or the model is for something else.
    """
    if model.task not in (DETECTION, FACES):
        raise Invalid(f"モデル「{model.name}」は物を探すモデルではありません（{model.task}）。")
    height, width = checked(picture).shape[:2]
    lowest = model.thresholds.get("score", SCORE) if least is None else least
    side = _side(model, height, width, tile_px)
    found: list[Box] = []
    for left, top, right, bottom in tiles(height, width, side):
        part = picture[top:bottom, left:right]
        given = tensor(model.input, part)
        raw = model.boxes(given, lowest)[0]
        scale = (part.shape[1] / given.shape[3], part.shape[0] / given.shape[2])
        if not model.input.width:  # filled up at the edges, not resized
            scale = (1.0, 1.0)
        for corners, kind, score in zip(raw.boxes, raw.kinds, raw.scores, strict=True):
            label = model.labels[int(kind)]
            if labels is None or label in labels:
                box = _placed(corners.tolist(), scale, (left, top), (width, height), label, float(score))
                if box.area > 0:
                    found.append(box)
    return merged(found, model.thresholds.get("overlap", OVERLAP), whole=True)


def _side(model: Model, height: int, width: int, tile_px: int | None) -> int:
    """Side of a tile; a whole picture is one tile."""
    longest = max(height, width)
    if tile_px is None:
        tile_px = int(model.thresholds.get("tile", 1.5 * max(model.input.width, model.input.height)))
    side = max(32, tile_px) if tile_px > 0 else longest
    while height * width > MOST_TILES * (0.85 * side) ** 2 and side < longest:
        side *= 2
    return side


def _placed(
    corners: Sequence[float],
    scale: tuple[float, float],
    start: tuple[int, int],
    size: tuple[int, int],
    label: str,
    score: float,
) -> Box:
    """The box in the whole picture, cut at its edges."""
    left, top, right, bottom = (
        min(max(0.0, corners[at] * scale[at % 2] + start[at % 2]), float(size[at % 2])) for at in range(4)
    )
    return Box(left, top, right, bottom, label, score)


def merged(boxes: Sequence[Box], overlap: float, *, whole: bool = False) -> tuple[Box, ...]:
    """Non-maximum suppression: of boxes with one label whose intersection over union is above `overlap`, the best.

    whole: of a box that lies nearly wholly (0.85) in a larger one of its label, only the larger stays; that is what the edge
    of a tile cuts off. The better score goes to it.
    """
    kept: list[Box] = []
    for label in sorted({box.label for box in boxes}):
        same = sorted((box for box in boxes if box.label == label), key=lambda box: -box.score)
        rows = np.array([[b.left, b.top, b.right, b.bottom] for b in same], np.float64).reshape(-1, 4)
        areas = np.array([box.area for box in same])
        alive = np.ones(len(same), np.bool_)
        for at in range(len(same)):
            if not alive[at]:
                continue
            both = _common(rows[at], rows)
            union = areas[at] + areas - both
            gone = both > overlap * np.maximum(union, 1e-9)
            if whole:
                gone |= both > 0.85 * np.maximum(np.minimum(areas[at], areas), 1e-9)
            gone[: at + 1] = False
            gone &= alive
            alive &= ~gone
            if whole and gone.any():  # grow to what was cut
                large = int(np.argmax(np.where(gone, areas, 0)))
                if areas[large] > areas[at]:
                    rows[at] = rows[large]
                    areas[at] = areas[large]
            left, top, right, bottom = (float(edge) for edge in rows[at])
            kept.append(Box(left, top, right, bottom, label, same[at].score))
    return tuple(sorted(kept, key=lambda box: (-box.score, box.left, box.top)))


def _common(one: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Square pixels that one box has in common with each."""
    wide = np.minimum(one[2], rows[:, 2]) - np.maximum(one[0], rows[:, 0])
    high = np.minimum(one[3], rows[:, 3]) - np.maximum(one[1], rows[:, 1])
    return np.maximum(0, wide) * np.maximum(0, high)
