"""The road before a vehicle seen from above: a flat road, a camera of known height, pitch and focal length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Mask, Picture, Point, Polygon


@dataclass(frozen=True)
class Camera:
    """height_m: of the lens above the road, 0.3..5; pitch_degrees: how far it looks down, 0..80; focal_px: focal length in
    pixels of pictures that are `width` wide; roll is none. Raises Invalid on values outside."""

    height_m: float
    pitch_degrees: float
    focal_px: float
    width: int
    height: int


@dataclass(frozen=True)
class Area:
    """What is flattened: from near to far ahead and from left to right of the camera, metres."""

    near_m: float = 3.0
    far_m: float = 10.0
    left_m: float = -1.75
    right_m: float = 1.75


@dataclass(frozen=True)
class TopView:
    """picture: from above, ahead is up; seen: pixels that the camera saw; metres_per_px; homography: 3×3, from pixels of the
    top view to those of the camera's picture."""

    picture: Picture
    seen: Mask
    metres_per_px: float
    homography: NDArray[np.float64]


def trapezoid(camera: Camera, area: Area) -> Polygon:
    """The area in the camera's picture: far left, far right, near right, near left, in pixels. Raises Invalid where it lies
    at or above the horizon."""
    raise NotImplementedError


def flatten(picture: Picture, camera: Camera, area: Area, px_per_m: float = 100.0) -> TopView:
    """The area from above. The picture may have another size than the camera's as long as its shape is the same. Raises
    Invalid."""
    raise NotImplementedError


def on_ground(camera: Camera, point: Point) -> Point:
    """Metres to the right and ahead of the camera for a pixel. Raises Invalid at or above the horizon."""
    raise NotImplementedError


def in_picture(camera: Camera, ground: Point) -> Point:
    """The pixel for metres to the right and ahead of the camera, ahead > 0. Raises Invalid behind the camera."""
    raise NotImplementedError
