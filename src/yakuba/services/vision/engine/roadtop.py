"""The road before a vehicle seen from above: a flat road, a camera of known height, pitch and focal length.

A pinhole camera without roll looks down by `pitch` at a plane `height` below it (Hartley and Zisserman 2004, ch. 8). Slopes,
bumps and the lens's distortion are not in it: lengths are good to some percent near the vehicle, and worse far ahead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.findings import Mask, Picture, Point, Polygon
from yakuba.services.vision.engine.pictures import checked

LARGEST = 4096  # pixels of a side of the top view
SAME_SHAPE = 0.02  # the ratio of the sides may differ by that


@dataclass(frozen=True)
class Camera:
    """height_m: of the lens above the road, 0.3..5; pitch_degrees: how far it looks down, 0..90; focal_px: focal length in
    pixels of pictures that are `width` × `height`; roll is none. Raises Invalid on values outside."""

    height_m: float
    pitch_degrees: float
    focal_px: float
    width: int
    height: int

    def __post_init__(self) -> None:
        """Refuse what no camera on a vehicle has."""
        for value, low, high, name in (
            (self.height_m, 0.3, 5, "カメラの高さ（m）"),
            (self.pitch_degrees, 0, 90, "下向きの角度（度）"),
            (self.focal_px, 50, 50_000, "焦点距離（画素）"),
            (self.width, 16, 50_000, "写真の幅（画素）"),
            (self.height, 16, 50_000, "写真の高さ（画素）"),
        ):
            if not (math.isfinite(value) and low <= value <= high):
                raise Invalid(f"{name}は {low}～{high} の数にしてください（今は {value}）。")


@dataclass(frozen=True)
class Area:
    """What is flattened: from near to far ahead and from left to right of the camera, metres."""

    near_m: float = 3.0
    far_m: float = 10.0
    left_m: float = -1.75
    right_m: float = 1.75

    def __post_init__(self) -> None:
        """Refuse an area that is none."""
        sides = (self.near_m, self.far_m, self.left_m, self.right_m)
        if not all(math.isfinite(side) and abs(side) <= 200 for side in sides) or self.near_m <= 0:
            raise Invalid("道路の範囲は、0より大きい手前から200mまでの数で書いてください。")
        if self.far_m - self.near_m < 0.5 or self.right_m - self.left_m < 0.5:
            raise Invalid(
                "道路の範囲は、奥行きも幅も0.5m以上にしてください（奥は手前より、右は左より大きく）。"
            )


@dataclass(frozen=True)
class TopView:
    """picture: from above, ahead is up; seen: pixels that the camera saw; metres_per_px; homography: 3×3, from pixels of the
    top view to those of the camera's picture."""

    picture: Picture
    seen: Mask
    metres_per_px: float
    homography: NDArray[np.float64]

    def in_picture(self, point: Point) -> Point:
        """Where a pixel of the top view lies in the camera's picture."""
        x, y, w = self.homography @ np.array([point[0], point[1], 1.0])
        return float(x / w), float(y / w)


def _projection(camera: Camera) -> NDArray[np.float64]:
    """3×3, from (metres right, metres ahead, 1) on the ground to homogeneous pixels; the third is the depth in metres."""
    pitch = math.radians(camera.pitch_degrees)
    sine, cosine, high = math.sin(pitch), math.cos(pitch), camera.height_m
    depth = np.array([0.0, cosine, high * sine])
    down = np.array([0.0, -sine, high * cosine])
    across = np.array([1.0, 0.0, 0.0])
    rows = (
        camera.focal_px * across + camera.width / 2 * depth,
        camera.focal_px * down + camera.height / 2 * depth,
        depth,
    )
    return np.stack(rows)


def in_picture(camera: Camera, ground: Point) -> Point:
    """The pixel for metres to the right and ahead of the camera. Raises Invalid behind the camera."""
    x, y, depth = _projection(camera) @ np.array([ground[0], ground[1], 1.0])
    if not depth > 1e-6:
        raise Invalid("カメラの後ろは写りません。範囲の手前を遠くしてください。")
    return float(x / depth), float(y / depth)


def on_ground(camera: Camera, point: Point) -> Point:
    """Metres to the right and ahead of the camera for a pixel. Raises Invalid at or above the horizon."""
    x, y, w = np.linalg.inv(_projection(camera)) @ np.array([point[0], point[1], 1.0])
    if not w > 1e-9:
        raise Invalid("地平線より上の点は、道路の上ではありません。")
    return float(x / w), float(y / w)


def trapezoid(camera: Camera, area: Area) -> Polygon:
    """The area in the camera's picture: far left, far right, near right, near left, in pixels; it may reach beyond the
    picture. Raises Invalid where no part of it is in the picture."""
    corners = (
        in_picture(camera, (area.left_m, area.far_m)),
        in_picture(camera, (area.right_m, area.far_m)),
        in_picture(camera, (area.right_m, area.near_m)),
        in_picture(camera, (area.left_m, area.near_m)),
    )
    xs, ys = zip(*corners, strict=True)
    if max(xs) < 0 or min(xs) >= camera.width or max(ys) < 0 or min(ys) >= camera.height:
        raise Invalid(
            "道路の範囲が写真の中にありません。カメラの高さ・角度・焦点距離か、範囲を直してください。"
        )
    return corners


def flatten(picture: Picture, camera: Camera, area: Area, px_per_m: float = 100.0) -> TopView:
    """The area from above. The picture may have another size than the camera's as long as its shape is the same. Raises
    Invalid."""
    height, width = checked(picture).shape[:2]
    if abs(width * camera.height / (height * camera.width) - 1) > SAME_SHAPE:
        raise Invalid(
            f"写真の縦横の比（{width}×{height}）が、カメラの設定（{camera.width}×{camera.height}）と違います。このカメラの写真か確かめてください。"
        )
    if not (math.isfinite(px_per_m) and px_per_m > 0):
        raise Invalid("1mあたりの画素数は、0より大きい数にしてください。")
    trapezoid(camera, area)
    wide, long = area.right_m - area.left_m, area.far_m - area.near_m
    px_per_m = min(px_per_m, LARGEST / max(wide, long))
    size = (max(1, round(wide * px_per_m)), max(1, round(long * px_per_m)))
    # pixel's middle of the top view → metres → pixel of the picture as it is given
    to_ground = np.array(
        [
            [1 / px_per_m, 0, area.left_m + 0.5 / px_per_m],
            [0, -1 / px_per_m, area.far_m - 0.5 / px_per_m],
            [0, 0, 1],
        ]
    )
    scale = np.diag([width / camera.width, height / camera.height, 1.0])
    homography = scale @ _projection(camera) @ to_ground
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    top = cv2.warpPerspective(np.ascontiguousarray(picture), homography, size, flags=flags)
    whole = np.ones((height, width), np.uint8)
    seen = cv2.warpPerspective(whole, homography, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return TopView(np.asarray(top, np.uint8), seen > 0, 1 / px_per_m, homography)
