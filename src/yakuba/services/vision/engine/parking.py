"""Parking spaces taken or free, each space of a camera compared with its own empty pictures.

Two numbers of each space: the mean deviation of its pixels from the empty pictures (see `scenes`), and how much its share of
edge pixels is above theirs. A number is told in units of what the empty pictures themselves do, so that one threshold fits
every camera. A car of the asphalt's own grey without edges in sight, snow, and a space hidden by a lorry are not seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine import scenes
from yakuba.services.vision.engine.findings import Mask, Picture, Polygon
from yakuba.services.vision.engine.pictures import checked, grey, inside

LEAST, MOST = 3, 25  # empty pictures
SAME_SHAPE = 0.02
SMALLEST = 60  # pixels of a space in the compared picture
VISIBLE = 0.7  # of a space that must lie in the picture
EDGE = 18.0  # grey levels a pixel, after a little smoothing
LEAST_DEVIATION, LEAST_EDGES = 0.35, 0.05  # above what is usual: where `score` is 1
TIMES = 3.0  # or so many of the empties' own spreads
SURELY_TAKEN, SURELY_FREE = 1.0, 0.7  # scores
BY_EDGES = 0.75  # of the score: shadows and wet ground deviate much and have few edges
FRAMES = 3  # that must agree


class State(Enum):
    """The value is what staff read."""

    FREE = "空き"
    TAKEN = "使用中"
    UNKNOWN = "わかりません"


@dataclass(frozen=True)
class Reading:
    """One space in one frame. score: how far from empty, 1 at the threshold; state: UNKNOWN near it, or where the space is not
    in the picture; reason: in Japanese, empty where the state is known."""

    space: str
    score: float
    state: State
    reason: str = ""


@dataclass(frozen=True)
class CarPark:
    """What is known of one camera's empty spaces. spaces: name → corners in pixels of a picture `width` × `height`; pictures:
    how many it was made of."""

    width: int
    height: int
    spaces: Mapping[str, Polygon]
    pictures: int
    _middle: NDArray[np.float32]
    _spread: NDArray[np.float32]
    _usual: NDArray[np.float32]  # spaces × (deviation, its spread, edges, their spread)

    def to_bytes(self) -> bytes:
        """For keeping; `from_bytes` reads it. No program code inside."""
        said = {
            "width": self.width,
            "height": self.height,
            "pictures": self.pictures,
            "spaces": {name: [list(point) for point in polygon] for name, polygon in self.spaces.items()},
        }
        text = np.frombuffer(json.dumps(said, ensure_ascii=False).encode(), np.uint8)
        return scenes.packed(
            {
                "said": text,
                "middle": self._middle.astype(np.float16),
                "spread": self._spread.astype(np.float16),
                "usual": self._usual,
            }
        )


def from_bytes(content: bytes) -> CarPark:
    """Raises Invalid where it is none."""
    found = scenes.unpacked(content, ("said", "middle", "spread", "usual"))
    fault = Invalid("保存された駐車場の基準を読めません。空の写真から作り直してください。")
    try:
        said = json.loads(found["said"].astype(np.uint8).tobytes())
        width, height, pictures = int(said["width"]), int(said["height"]), int(said["pictures"])
        spaces = {
            str(name): tuple((float(x), float(y)) for x, y in polygon)
            for name, polygon in said["spaces"].items()
        }
        wide, high = scenes.size_of(width, height)
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise fault from error
    middle, spread, usual = (found[name].astype(np.float32) for name in ("middle", "spread", "usual"))
    if middle.shape != (high, wide, 3) or spread.shape != middle.shape or usual.shape != (len(spaces), 4):
        raise fault
    return CarPark(width, height, spaces, pictures, middle, spread, usual)


def learn(empties: Sequence[Picture], spaces: Mapping[str, Polygon]) -> CarPark:
    """From at least 3 pictures of the same camera, with these spaces empty; 10 of different light are better, and of more than
    25 the last are taken. Raises Invalid: no pictures, sizes that differ, a polygon outside or too small."""
    taken = list(empties)[-MOST:]
    if len(taken) < LEAST:
        raise Invalid(f"区画が空いている写真が{LEAST}枚以上必要です（今は{len(taken)}枚）。")
    if not spaces:
        raise Invalid("区画がありません。写真の上で区画を囲んでください。")
    height, width = checked(taken[0]).shape[:2]
    for number, picture in enumerate(taken, start=1):
        if checked(picture).shape[:2] != (height, width):
            raise Invalid(f"{number}枚目の大きさが違います。同じカメラの写真だけを選んでください。")
    size = scenes.size_of(width, height)
    masks = {name: _mask(polygon, width, height, size) for name, polygon in spaces.items()}
    for name, mask in masks.items():
        if int(mask.sum()) < SMALLEST or _visible(spaces[name], width, height) < VISIBLE:
            raise Invalid(f"区画「{name}」が写真の外にあるか、小さすぎます。囲み直してください。", place=name)
    stack = [scenes.channels(picture, size) for picture in taken]
    edges = [_edges(picture, size) for picture in taken]
    middle, spread = scenes.usual(stack)
    rows = []
    deviations = scenes.against_others(stack)
    for mask in masks.values():
        far = [float(one[mask].mean()) for one in deviations]
        share = [float(one[mask].mean()) for one in edges]
        rows.append([np.median(far), _spread_of(far), np.median(share), _spread_of(share)])
    return CarPark(width, height, dict(spaces), len(taken), middle, spread, np.asarray(rows, np.float32))


def look(park: CarPark, picture: Picture) -> tuple[Reading, ...]:
    """Each space, in the order of `spaces`. A picture of another size but the same shape is resized. Raises Invalid."""
    height, width = checked(picture).shape[:2]
    if abs(width * park.height / (height * park.width) - 1) > SAME_SHAPE:
        raise Invalid(
            f"写真の縦横の比（{width}×{height}）が、このカメラの写真（{park.width}×{park.height}）と違います。カメラを確かめてください。"
        )
    size = scenes.size_of(park.width, park.height)
    far = scenes.deviation(park._middle, park._spread, scenes.channels(picture, size))
    edges = _edges(picture, size)
    dark = float(grey(picture).mean()) < 8
    return tuple(
        _reading(name, _mask(polygon, park.width, park.height, size), far, edges, usual, dark)
        for (name, polygon), usual in zip(park.spaces.items(), park._usual, strict=True)
    )


def steady(
    before: Sequence[Mapping[str, State]], now: Sequence[Reading], shown: Mapping[str, State]
) -> dict[str, State]:
    """What is shown now: a space changes only when this and the two last frames agree (three frames).

    before: states of the last frames, oldest first (the last two are used); shown: what was shown until now. A space that was
    never shown is UNKNOWN until three frames agree; one that cannot be told keeps what was shown.
    """
    states = {}
    for reading in now:
        last = [frame.get(reading.space, State.UNKNOWN) for frame in before[-(FRAMES - 1) :]]
        agree = len(last) == FRAMES - 1 and all(state is reading.state for state in last)
        old = shown.get(reading.space, State.UNKNOWN)
        states[reading.space] = reading.state if agree and reading.state is not State.UNKNOWN else old
    return states


def _reading(
    name: str,
    mask: Mask,
    far: NDArray[np.float32],
    edges: NDArray[np.float32],
    usual: NDArray[np.float32],
    dark: bool,
) -> Reading:
    if dark:
        return Reading(name, 0.0, State.UNKNOWN, "写真が真っ暗です。")
    deviation, its_spread, share, share_spread = (float(value) for value in usual)
    above = (float(far[mask].mean()) - deviation) / max(LEAST_DEVIATION, TIMES * its_spread)
    more = (float(edges[mask].mean()) - share) / max(LEAST_EDGES, TIMES * share_spread)
    score = BY_EDGES * max(more, 0.0) + (1 - BY_EDGES) * max(above, 0.0)
    if score >= SURELY_TAKEN:
        return Reading(name, score, State.TAKEN)
    if score <= SURELY_FREE:
        return Reading(name, score, State.FREE)
    return Reading(name, score, State.UNKNOWN, "空いているときの写真との違いが、境目にあります。")


def _spread_of(values: Sequence[float]) -> float:
    middle = float(np.median(values))
    return float(np.median(np.abs(np.asarray(values) - middle))) * scenes.TO_DEVIATION


def _mask(polygon: Polygon, width: int, height: int, size: tuple[int, int]) -> Mask:
    scaled = tuple((x * size[0] / width, y * size[1] / height) for x, y in polygon)
    return inside(scaled, size[1], size[0])


def _visible(polygon: Polygon, width: int, height: int) -> float:
    """Share of the polygon's area inside the picture, by the shoelace formula for the whole."""
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        return 0.0
    x, y = corners.T
    whole = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    return float(inside(polygon, height, width).sum()) / whole if whole else 0.0


def _edges(picture: Picture, size: tuple[int, int]) -> NDArray[np.float32]:
    """1 where brightness changes strongly, 0 elsewhere, at that width and height."""
    small = cv2.resize(grey(picture), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), 0.8)
    small *= 110 / max(20.0, float(np.median(small)))  # the same at any exposure
    slope = np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)) / 4
    return (slope > EDGE).astype(np.float32)
