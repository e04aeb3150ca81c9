"""What each pixel belongs to."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.findings import Mask, Picture
from yakuba.services.vision.engine.models import CRACKS, SEGMENTATION, Model
from yakuba.services.vision.engine.pictures import checked, tensor, tiles

TILE, EDGE = 1024, 0.08  # pixels of a tile where the network takes any size; overlap
THRESHOLD = 0.5


def probabilities(model: Model, picture: Picture) -> NDArray[np.float32]:
    """`[labels, height, width]`, 0..1, of the picture's own size; where tiles overlap, the mean. Raises ModelRefused, and
    Invalid where it is no picture or the model is for something else."""
    if model.task not in (SEGMENTATION, CRACKS):
        raise Invalid(f"モデル「{model.name}」は範囲を分けるモデルではありません（{model.task}）。")
    height, width = checked(picture).shape[:2]
    if model.input.width:
        return _resized(model.maps(tensor(model.input, picture))[0], height, width)
    total = np.zeros((len(model.labels), height, width), np.float32)
    seen = np.zeros((height, width), np.float32)
    for left, top, right, bottom in tiles(height, width, TILE, EDGE):
        given = tensor(model.input, picture[top:bottom, left:right])
        likely = _resized(model.maps(given)[0], given.shape[2], given.shape[3])
        total[:, top:bottom, left:right] += likely[:, : bottom - top, : right - left]
        seen[top:bottom, left:right] += 1
    return np.asarray(total / seen, np.float32)


def _resized(maps: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    if maps.shape[1:] == (height, width):
        return maps
    return np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for one in maps])


def masks(model: Model, picture: Picture) -> dict[str, Mask]:
    """For each label the pixels that belong to it: the likeliest of several, or above the threshold of a single one. Raises
    ModelRefused, Invalid."""
    likely = probabilities(model, picture)
    if len(model.labels) == 1:
        return {model.labels[0]: likely[0] >= model.thresholds.get("score", THRESHOLD)}
    best = likely.argmax(axis=0)
    return {label: best == number for number, label in enumerate(model.labels)}
