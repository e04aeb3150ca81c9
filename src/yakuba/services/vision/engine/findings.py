"""What a picture can say: plain data that rooms, tables and tests share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height × width × 3, RGB
Mask = NDArray[np.bool_]  # height × width
Point = tuple[float, float]  # x, y in pixels
Polygon = tuple[Point, ...]  # at least three corners, in order; it may reach beyond the picture


class Doubt(Enum):
    """Why a person has to look; the value is the sentence that staff read."""

    GRAVEL = "砂利・草・粗い地面のように見えます。ひび割れと決められません。"
    BRICKS = "れんが・ブロック・タイルの目地のように見えます。ひび割れと決められません。"
    SHADOW = "影の境目がひび割れのように見えます。"
    DARK = "暗すぎます。明るい写真で撮り直してください。"
    BLURRED = "ぼけている、または平らすぎて、細い線が見えません。"
    SMALL = "写真または道路の範囲が小さすぎます。"
    NO_ROAD = "道路の範囲が写真の中にありません。範囲を置き直してください。"
    MANY = "ひび割れの割合が大きすぎます。舗装でないものが写っていないか見てください。"


@dataclass(frozen=True)
class Box:
    """Something seen. left, top, right, bottom: pixels of the whole picture, inside of it; label: the model's word;
    score: 0..1 as the model says it, which is no probability unless it was calibrated."""

    left: float
    top: float
    right: float
    bottom: float
    label: str
    score: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    @property
    def foot(self) -> Point:
        """The middle of the lower edge: where it stands on the ground."""
        return ((self.left + self.right) / 2, self.bottom)


@dataclass(frozen=True)
class Score:
    """A label with its probability, 0..1."""

    label: str
    probability: float


@dataclass(frozen=True)
class CrackPart:
    """One connected piece of crack. points: its middle line as corners in pixels, one run of its longest branch;
    length_px: of all its branches; width_px: mean; box: left, top, right, bottom in pixels."""

    points: Polygon
    length_px: float
    width_px: float
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class CrackFinding:
    """Cracks of one picture. mask: pixels called crack, of the picture's own size; parts: longest first; length_px: of all
    parts; road_px: pixels that were looked at; share_of_road: those of the mask that are really dark, by the pixels looked at,
    0..1 (0 where none were);
    grid_share: share of cells of the looked-at area that hold a crack (cells of `cell_px`), 0..1, what comes nearest to the
    way ひび割れ率 is counted; method: `filter` or the model's name and version; doubts: why a person must look."""

    mask: Mask
    parts: tuple[CrackPart, ...]
    length_px: float
    road_px: int
    share_of_road: float
    grid_share: float
    cell_px: int
    method: str
    doubts: tuple[Doubt, ...]

    @property
    def is_sure(self) -> bool:
        """Whether nothing speaks for asking a person."""
        return not self.doubts
