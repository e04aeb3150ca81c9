"""Trap pictures with nothing in them, found by comparing with the camera's own empty pictures.

On made sequences only small animals (below some 20 pixels of the compared picture) are missed now and then; on pictures of
real traps it is not measured, and real leaves and light are harder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine import scenes
from yakuba.services.vision.engine.findings import Box, Picture
from yakuba.services.vision.engine.pictures import checked

MOST = 25  # newest confirmed empty pictures that are used
LEAST = 5
SMOOTH = 2.0  # pixels of the compared picture: what is smaller is no animal
COLOUR = 6.0  # grey levels: less colour than that is infrared light
ABOVE, BELOW = 1.35, 0.7  # of the largest usual score: surely changed, surely empty
STANDS_OUT = 0.3  # of the largest deviation: the box's edge
SAME_SHAPE = 0.02


class Verdict(Enum):
    """The value is what staff read."""

    EMPTY = "何も写っていない"
    CHANGED = "何か写っている"
    NOT_SURE = "人が見てください"


@dataclass(frozen=True)
class EmptyScene:
    """A camera's empty pictures by day or by night, as median and MAD. night: taken with infrared light; pictures: how many
    it was made of; usual: scores of the empty pictures themselves, each against the others, lowest first."""

    width: int
    height: int
    night: bool
    pictures: int
    usual: tuple[float, ...]
    _middle: NDArray[np.float32]
    _spread: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        """For keeping; `from_bytes` reads it. No program code inside."""
        said = np.array([self.width, self.height, int(self.night), self.pictures], np.int64)
        return scenes.packed(
            {
                "said": said,
                "usual": np.array(self.usual, np.float32),
                "middle": self._middle.astype(np.float16),
                "spread": self._spread.astype(np.float16),
            }
        )


@dataclass(frozen=True)
class Change:
    """score: the largest smoothed deviation in MADs, 0 upwards; box: where, in the picture's pixels, label `change`, None
    where nothing stands out; verdict; reason: in Japanese."""

    score: float
    box: Box | None
    verdict: Verdict
    reason: str


def is_night(picture: Picture) -> bool:
    """Whether it was taken with infrared light: no colour in it."""
    small = cv2.resize(np.ascontiguousarray(checked(picture)), (64, 64), interpolation=cv2.INTER_AREA)
    spread = small.max(axis=2).astype(np.float32) - small.min(axis=2)
    return bool(np.percentile(spread, 95) < COLOUR)


def from_bytes(content: bytes) -> EmptyScene:
    """Raises Invalid where it is none."""
    found = scenes.unpacked(content, ("said", "usual", "middle", "spread"))
    said = [int(value) for value in found["said"].reshape(-1)]
    middle, spread = (found[name].astype(np.float32) for name in ("middle", "spread"))
    if len(said) != 4 or min(said[:2]) < 1 or not found["usual"].size:
        raise Invalid("保存されたカメラの基準を読めません。何も写っていない写真から作り直してください。")
    wide, high = scenes.size_of(said[0], said[1])
    if middle.shape != (high, wide, 3) or spread.shape != middle.shape or (spread <= 0).any():
        raise Invalid(
            "保存されたカメラの基準の大きさが合いません。何も写っていない写真から作り直してください。"
        )
    usual = tuple(float(value) for value in found["usual"].reshape(-1))
    return EmptyScene(said[0], said[1], bool(said[2]), said[3], usual, middle, spread)


def learn(empties: Sequence[Picture]) -> EmptyScene:
    """From 5 to 25 pictures of one camera, confirmed as empty, all by day or all by night; of more the last 25 are taken.
    Raises Invalid."""
    taken = list(empties)[-MOST:]
    if len(taken) < LEAST:
        raise Invalid(f"何も写っていない写真が{LEAST}枚以上必要です（今は{len(taken)}枚）。")
    height, width = checked(taken[0]).shape[:2]
    for number, picture in enumerate(taken, start=1):
        if checked(picture).shape[:2] != (height, width):
            raise Invalid(f"{number}枚目の大きさが違います。同じカメラの写真だけを選んでください。")
    nights = [is_night(picture) for picture in taken]
    if len(set(nights)) > 1:
        raise Invalid("昼の写真と夜（赤外線）の写真が混ざっています。分けて選んでください。")
    size = scenes.size_of(width, height)
    stack = [scenes.channels(picture, size) for picture in taken]
    middle, spread = scenes.usual(stack)
    scores = [float(_smoothed(far).max()) for far in scenes.against_others(stack)]
    return EmptyScene(width, height, nights[0], len(taken), tuple(sorted(scores)), middle, spread)


def compare(scene: EmptyScene, picture: Picture) -> Change:
    """How far the picture is from empty. Raises Invalid where its shape or its light (day, night) is another."""
    height, width = checked(picture).shape[:2]
    if abs(width * scene.height / (height * scene.width) - 1) > SAME_SHAPE:
        raise Invalid(
            f"写真の縦横の比（{width}×{height}）が、このカメラの写真（{scene.width}×{scene.height}）と違います。カメラを確かめてください。"
        )
    if is_night(picture) != scene.night:
        kinds = ("夜（赤外線）", "昼") if scene.night else ("昼", "夜（赤外線）")
        raise Invalid(
            f"{kinds[0]}の基準で{kinds[1]}の写真は比べられません。{kinds[1]}の基準を使ってください。"
        )
    size = scenes.size_of(scene.width, scene.height)
    now = scenes.channels(picture, size)
    far = _smoothed(scenes.deviation(scene._middle, scene._spread, now))
    score = float(far.max())
    usual = _limit(scene.usual)
    share = score / usual
    box = _box(far, score, (width, height)) if share >= BELOW else None
    if share >= ABOVE:
        return Change(score, box, Verdict.CHANGED, f"いつもの空の写真のゆれの{share:.1f}倍の違いがあります。")
    if share < BELOW:
        return Change(score, box, Verdict.EMPTY, f"違いは、いつもの空の写真のゆれの中です（{share:.1f}倍）。")
    return Change(
        score, box, Verdict.NOT_SURE, f"違いが、いつもの空の写真のゆれと同じくらいです（{share:.1f}倍）。"
    )


def _limit(usual: Sequence[float]) -> float:
    """The second largest usual score where there are many, so that one picture that was not empty does no harm."""
    return max(0.5, usual[-2] if len(usual) >= 10 else usual[-1])


def _smoothed(far: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(far, (0, 0), SMOOTH, borderType=cv2.BORDER_REFLECT), np.float32)


def _box(far: NDArray[np.float32], score: float, size: tuple[int, int]) -> Box:
    """Around the largest deviation, as far as half of it reaches."""
    _, labels = cv2.connectedComponents((far >= STANDS_OUT * score).astype(np.uint8), connectivity=8)
    peak = np.unravel_index(int(far.argmax()), far.shape)
    ys, xs = np.nonzero(labels == labels[peak])
    wide, high = size[0] / far.shape[1], size[1] / far.shape[0]
    return Box(
        max(0.0, (float(xs.min()) - SMOOTH) * wide),
        max(0.0, (float(ys.min()) - SMOOTH) * high),
        min(float(size[0]), (float(xs.max()) + 1 + SMOOTH) * wide),
        min(float(size[1]), (float(ys.max()) + 1 + SMOOTH) * high),
        "change",
        1.0,
    )
