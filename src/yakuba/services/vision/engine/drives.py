"""A picture of a drive with a calibrated camera: the road from above without what stands on it, its cracks, its condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from yakuba.services.vision.engine.cracks import find_cracks
from yakuba.services.vision.engine.findings import Box, CrackFinding, Mask, Picture
from yakuba.services.vision.engine.models import Model
from yakuba.services.vision.engine.roadtop import Area, Camera, TopView, flatten
from yakuba.services.vision.engine.surface import Surface, cell_px, surface_of


@dataclass(frozen=True)
class Drive:
    """top: the road from above; road: its pixels that were looked at (seen, and nothing standing on them); cracks: in pixels of
    `top`, in cells of 0.5 m; surface: calibrated; length_m: of all cracks."""

    top: TopView
    road: Mask
    cracks: CrackFinding
    surface: Surface
    length_m: float


def look_down(
    picture: Picture,
    camera: Camera,
    area: Area,
    *,
    model: Model | None = None,
    leave_out: Sequence[Box] = (),
    px_per_m: float = 100.0,
) -> Drive:
    """What the road before the vehicle shows. leave_out: vehicles and people, in pixels of the picture. Raises Invalid where
    camera, area and picture do not fit, ModelRefused."""
    top = flatten(picture, camera, area, px_per_m)
    road = top.seen & _free(top, picture, leave_out)
    cracks = find_cracks(top.picture, model=model, road=road, cell_px=cell_px(top.metres_per_px))
    surface = surface_of(cracks, top.metres_per_px)
    return Drive(top, road, cracks, surface, cracks.length_px * top.metres_per_px)


def _free(top: TopView, picture: Picture, boxes: Sequence[Box]) -> Mask:
    """The pixels of the top view that no box covers."""
    height, width = picture.shape[:2]
    free = np.ones((height, width), np.uint8)
    for box in boxes:
        left, right = (int(np.clip(edge, 0, width)) for edge in (box.left, box.right + 1))
        above, below = (int(np.clip(edge, 0, height)) for edge in (box.top, box.bottom + 1))
        free[above:below, left:right] = 0
    size = (top.seen.shape[1], top.seen.shape[0])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(free, top.homography, size, flags=flags) > 0, np.bool_)
