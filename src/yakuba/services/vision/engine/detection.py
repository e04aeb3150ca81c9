"""Boxes of things in a picture, found in overlapping tiles so that small ones are not lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from yakuba.services.vision.engine.findings import Box, Picture
from yakuba.services.vision.engine.models import Model


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
    pixels (default: as the model advises; 0 looks at the whole picture at once). Raises ModelRefused.
    """
    raise NotImplementedError


def merged(boxes: Sequence[Box], overlap: float) -> tuple[Box, ...]:
    """Non-maximum suppression: of boxes with one label whose intersection over union is above `overlap`, the best."""
    raise NotImplementedError
