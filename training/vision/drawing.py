"""Made pictures of road surfaces with cracks, and of what looks like cracks and is none: gravel, bricks, grass, shadows.

Nothing in them is photographed. One picture of 256 pixels takes about 10 ms.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
Made = tuple[NDArray[np.uint8], NDArray[np.bool_]]
SIDE = 256
FINER = 3  # cracks are drawn so many times larger, so that a width of .8 pixels is one
NO_ROAD = (
    0.04  # of the pictures: a surface that is no road, without a crack; with more, thin dark cracks are lost
)


def made(seed: int, side: int = SIDE) -> Made:
    """A grey picture `[side, side]` and which of its pixels are crack."""
    rng = np.random.default_rng(seed)
    if rng.random() < NO_ROAD:
        surface = [gravel, bricks, grass][rng.integers(3)]
        return _photographed(rng, surface(rng, side)), np.zeros((side, side), np.bool_)
    picture = road(rng, side)
    cover = np.zeros((side, side), np.float32)
    if rng.random() > 0.08:
        for _ in range(rng.integers(1, 6)):
            cover = _with_crack(rng, picture, cover)
    if rng.random() < 0.25:
        picture *= shade(rng, side)
    return _photographed(rng, picture), cover > 0.4


def _noise(rng: np.random.Generator, side: int, size: float) -> Grey:
    """Noise whose grains are so many pixels wide, spread 1."""
    cells = max(2, int(np.ceil(side / size)) + 1)
    coarse = rng.standard_normal((cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def road(rng: np.random.Generator, side: int) -> Grey:
    """Asphalt or concrete: grains of five sizes, stones and pores, stains, tyre marks, paint."""
    picture = np.full((side, side), rng.uniform(90, 190), np.float32)
    for size, most in ((1, 16), (2, 16), (4, 12), (30, 8), (120, 16)):
        picture += rng.uniform(0.1, 1) * most * _noise(rng, side, size)
    for sign in (1, -1):
        grains = cv2.GaussianBlur(_noise(rng, side, 1), (0, 0), rng.uniform(0.7, 1.6))
        picture += (
            sign
            * rng.uniform(5, 40)
            * (grains > np.quantile(grains, rng.uniform(0.93, 0.995))).astype(np.float32)
        )
    for _ in range(rng.integers(0, 4)):
        picture += _stain(rng, side)
    if rng.random() < 0.2:
        picture = _painted(rng, picture)
    return picture


def _stain(rng: np.random.Generator, side: int) -> Grey:
    """A soft spot, or a soft broad band as tyres leave it."""
    canvas = np.zeros((side, side), np.float32)
    centre = tuple(int(value) for value in rng.integers(0, side, 2))
    if rng.random() < 0.6:
        axes = tuple(int(value) for value in rng.integers(6, side // 3, 2))
        cv2.ellipse(canvas, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    else:
        other = tuple(int(value) for value in rng.integers(0, side, 2))
        cv2.line(canvas, centre, other, 1.0, int(rng.integers(12, 50)))
    return np.asarray(
        cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(4, 16))) * rng.uniform(-35, 20), np.float32
    )


def _painted(rng: np.random.Generator, picture: Grey) -> Grey:
    side = picture.shape[0]
    paint = np.zeros((side, side), np.float32)
    start, end = (tuple(int(v) for v in rng.integers(-side // 4, side * 5 // 4, 2)) for _ in range(2))
    cv2.line(paint, start, end, 1.0, int(rng.integers(14, 60)), cv2.LINE_AA)
    worn = _noise(rng, side, 3) > rng.uniform(-3, -0.8)
    paint *= worn
    return np.asarray(picture * (1 - 0.85 * paint) + 0.85 * rng.uniform(190, 245) * paint, np.float32)


def _with_crack(rng: np.random.Generator, picture: Grey, cover: Grey) -> Grey:
    """Draw one crack into the picture; returns what is covered by cracks, 0..1."""
    side = picture.shape[0]
    canvas = np.zeros((side * FINER, side * FINER), np.uint8)
    width = float(np.exp(rng.uniform(np.log(0.8), np.log(7))))
    turning = rng.uniform(0.05, 0.35)
    ways = [(rng.uniform(0, side, 2), rng.uniform(0, 2 * np.pi), width, int(rng.integers(60, 400)))]
    while ways and len(ways) < 12:
        place, heading, thick, steps = ways.pop()
        home, pen = heading, True
        for _ in range(steps):
            heading += rng.normal(0, turning) + 0.08 * np.sin(home - heading)
            following = place + 1.5 * np.array([np.cos(heading), np.sin(heading)])
            thick = float(np.clip(thick * np.exp(rng.normal(0, 0.08)), 0.7, 1.6 * width))
            if rng.random() < (0.01 if pen else 0.2):
                pen = not pen
            if pen:
                a, b = (tuple(int(v) for v in np.round(p * FINER)) for p in (place, following))
                cv2.line(canvas, a, b, 255, max(1, round(thick * FINER)))
            if rng.random() < 0.006 and len(ways) < 6:
                turn = rng.choice([-1, 1]) * rng.uniform(0.5, 1.4)
                ways.append((following.copy(), heading + turn, thick * 0.7, int(steps * 0.5)))
            place = following
            if not (-20 < place[0] < side + 20 and -20 < place[1] < side + 20):
                break
    new = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    depth = rng.uniform(18, 75) * (1 + 0.3 * _noise(rng, side, 12))
    picture -= np.clip(depth, 8, 110) * cv2.GaussianBlur(new, (0, 0), 0.6)
    return np.asarray(np.maximum(cover, new), np.float32)


def _cells(rng: np.random.Generator, side: int, across: float) -> tuple[NDArray[np.int32], Grey]:
    """Stones: which one each pixel belongs to, and how far it is from the stone's middle, pixels."""
    seeds = np.ones((side, side), np.uint8)
    places = rng.integers(0, side, (max(4, int((side / across) ** 2)), 2))
    seeds[places[:, 0], places[:, 1]] = 0
    far, label = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    return label, far


def gravel(rng: np.random.Generator, side: int) -> Grey:
    """Stones of one to four sizes with dark gaps."""
    picture = np.full((side, side), rng.uniform(80, 160), np.float32)
    for _ in range(rng.integers(1, 4)):
        across = rng.uniform(5, 40)
        label, far = _cells(rng, side, across)
        tone = rng.normal(0, rng.uniform(8, 28), int(label.max()) + 1).astype(np.float32)
        picture += tone[label] - rng.uniform(8, 45) * (far / (0.6 * across)) ** 2
    return np.asarray(picture + rng.uniform(2, 12) * _noise(rng, side, 1), np.float32)


def bricks(rng: np.random.Generator, side: int) -> Grey:
    """Bricks, blocks or tiles with straight dark or light joints, turned."""
    large = side * 2
    picture = np.full((large, large), rng.uniform(90, 170), np.float32)
    high, wide = int(rng.integers(14, 80)), int(rng.integers(20, 140))
    joint, tone = int(rng.integers(1, 6)), float(rng.uniform(10, 60)) * (1 if rng.random() < 0.2 else -1)
    shift = rng.choice([0.0, 0.5])
    for row, top in enumerate(range(0, large, high)):
        for left in range(-int(row % 2 * shift * wide), large, wide):
            picture[top : top + high, max(0, left) : max(0, left + wide)] += rng.normal(0, 10)
            picture[top : top + high, max(0, left) : max(0, left + joint)] += tone
        picture[top : top + joint] += tone
    turn = cv2.getRotationMatrix2D((side, side), float(rng.uniform(0, 180)), 1.0)
    picture = cv2.warpAffine(picture, turn, (large, large), borderMode=cv2.BORDER_REFLECT)
    start = side // 2
    picture = picture[start : start + side, start : start + side]
    for size in (1, 3, 60):
        picture = picture + rng.uniform(1, 8) * _noise(rng, side, size)
    return np.asarray(picture, np.float32)


def grass(rng: np.random.Generator, side: int) -> Grey:
    """Blades in all directions, dark and light."""
    picture = np.full((side, side), rng.uniform(60, 130), np.float32)
    picture += 12 * _noise(rng, side, 20)
    for _ in range(int(rng.integers(200, 700))):
        a = rng.integers(-10, side + 10, 2)
        angle, length = rng.normal(rng.choice([0.0, 1.57]), 0.7), rng.uniform(10, 50)
        b = a + length * np.array([np.cos(angle), np.sin(angle)])
        tone = float(np.clip(rng.normal(95, 40), 0, 255))
        ends = (tuple(int(v) for v in a), tuple(int(v) for v in b))
        cv2.line(picture, *ends, tone, int(rng.integers(1, 4)), cv2.LINE_AA)
    return np.asarray(picture + rng.uniform(1, 8) * _noise(rng, side, 1), np.float32)


def shade(rng: np.random.Generator, side: int) -> Grey:
    """How much light is left: a shadow of a building, a pole, or leaves, with an edge sharp or soft."""
    dark = np.zeros((side, side), np.float32)
    kind = rng.integers(3)
    if kind == 0:
        corners = rng.uniform(-0.5 * side, 1.5 * side, (4, 2)).astype(np.int32)
        cv2.fillConvexPoly(dark, cv2.convexHull(corners), 1.0)
    elif kind == 1:
        ends = [tuple(int(v) for v in rng.integers(-side // 4, side * 5 // 4, 2)) for _ in range(2)]
        cv2.line(dark, *ends, 1.0, int(rng.integers(5, 24)), cv2.LINE_AA)
    else:
        leaves = _noise(rng, side, rng.uniform(10, 40))
        dark = (leaves > rng.uniform(0, 1)).astype(np.float32)
    dark = cv2.GaussianBlur(dark, (0, 0), float(rng.uniform(0.6, 4)))
    return np.asarray(1 - rng.uniform(0.2, 0.6) * dark, np.float32)


def _photographed(rng: np.random.Generator, picture: Grey) -> NDArray[np.uint8]:
    """As a camera gives it: a little blurred, and written as JPEG."""
    soft = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.2)))
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 96))]
    _, written = cv2.imencode(".jpg", np.clip(soft, 0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(written, cv2.IMREAD_GRAYSCALE), np.uint8)
