"""Numbers of a picture that a small head learns from: brightness, colour, sharpness, directions, texture, lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine import doubts, lines
from yakuba.services.vision.engine.classification import cut
from yakuba.services.vision.engine.findings import Box, Mask, Picture
from yakuba.services.vision.engine.pictures import checked, grey

SIDE = 384  # pixels of the longer side that is looked at
DIRECTIONS, PATTERNS = 8, 10
FEATURES: tuple[str, ...] = (
    *("brightness", "contrast", "dark", "bright", "red", "blue", "red_spread", "blue_spread", "colourful"),
    *("top", "middle", "bottom"),
    *(f"sharp_{scale}" for scale in (1, 2, 4)),
    *(f"direction_{number}" for number in range(DIRECTIONS)),
    *(f"pattern_{scale}_{number}" for scale in (1, 3) for number in range(PATTERNS)),
    *("line_75", "line_95", "line_99", "busy", "axes"),
    *("crack_share", "crack_parts"),
)


def features_of(picture: Picture, box: Box | None = None, cracks: Mask | None = None) -> NDArray[np.float32]:
    """`[len(FEATURES)]` of the picture or a box of it; with the crack mask where there is one (0 otherwise). Always finite.
    Raises Invalid where it is no picture."""
    part = checked(picture) if box is None else cut(checked(picture), box)
    scale = min(1.0, SIDE / max(part.shape[:2]))
    size = (max(16, round(part.shape[1] * scale)), max(16, round(part.shape[0] * scale)))
    small = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA)
    brightness = grey(small)
    values = brightness.astype(np.float32)
    found = [*_light(small, values), *_sharp(values), *_directions(values)]
    for reach in (1, 3):
        found += _patterns(values, reach)
    even = lines.contrast(brightness)
    answer = lines.strength(even)
    found += [float(value) for value in np.percentile(answer, (75, 95, 99))]
    found += doubts.texture(even, np.ones(even.shape, np.bool_))
    found += _cracks(cracks)
    return np.nan_to_num(np.asarray(found, np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _light(small: Picture, values: NDArray[np.float32]) -> list[float]:
    colours = small.astype(np.float32)
    total = colours.sum(axis=2) + 3
    red, blue = colours[:, :, 0] / total, colours[:, :, 2] / total
    thirds = [float(part.mean()) for part in np.array_split(values, 3, axis=0)]
    strong = colours.max(axis=2) - colours.min(axis=2)
    numbers = [values.mean(), values.std(), *np.percentile(values, (5, 95))]
    numbers += [red.mean(), blue.mean(), red.std(), blue.std(), strong.mean()]
    return [float(number) for number in numbers] + thirds


def _sharp(values: NDArray[np.float32]) -> list[float]:
    """Logarithm of the spread of detail at three scales."""
    found = []
    for sigma in (1.0, 2.0, 4.0):
        soft = cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        found.append(float(np.log1p((values - soft).std())))
        values = soft
    return found


def _directions(values: NDArray[np.float32]) -> list[float]:
    across, down = cv2.Sobel(values, cv2.CV_32F, 1, 0), cv2.Sobel(values, cv2.CV_32F, 0, 1)
    angle = np.mod(np.arctan2(down, across), np.pi)
    places, _ = np.histogram(angle, DIRECTIONS, (0, np.pi), weights=np.hypot(across, down))
    return [float(share) for share in places / max(float(places.sum()), 1e-6)]


def _patterns(values: NDArray[np.float32], reach: int) -> list[float]:
    """Shares of the rotation-invariant uniform local binary patterns of 8 neighbours (Ojala, Pietikäinen, Mäenpää 2002)."""
    padded = np.pad(values, reach, mode="edge")
    height, width = values.shape
    bits = []
    for dy, dx in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)):
        y, x = reach * (1 + dy), reach * (1 + dx)
        bits.append(padded[y : y + height, x : x + width] >= values)
    ring = np.stack(bits)
    turns = (ring != np.roll(ring, 1, axis=0)).sum(axis=0)
    codes = np.where(turns <= 2, ring.sum(axis=0), PATTERNS - 1)
    return [float(share) for share in np.bincount(codes.reshape(-1), minlength=PATTERNS) / codes.size]


def _cracks(cracks: Mask | None) -> list[float]:
    if cracks is None or not cracks.any():
        return [0.0, 0.0]
    number, _ = cv2.connectedComponents(cracks.astype(np.uint8), connectivity=8)
    return [float(np.log1p(1000 * cracks.mean())), float(np.log(number))]
