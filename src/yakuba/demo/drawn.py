"""Pictures for the demo town, drawn: roads from a car, a car park, a trap in the wood. No place and nobody is on them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDE, HIGH = 960, 540
GPS, EXIF = 0x8825, 0x8769
SPACES = {f"{number + 1}": ((0.06 + 0.15 * number, 0.45), (0.19 + 0.15 * number, 0.45), (0.19 + 0.15 * number, 0.8), (0.06 + 0.15 * number, 0.8)) for number in range(6)}  # fmt: skip


def road(seed: int, cracks: int, *, wide: int = WIDE, high: int = HIGH) -> Image.Image:
    """A road as a car sees it, with so many cracks in the lower half."""
    draw = np.random.default_rng(seed)
    horizon = int(0.5 * high)
    grey = 122 + _noise(draw, high, wide, 5, 2) + _noise(draw, high, wide, 3, 80)
    picture = Image.fromarray(np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, wide, horizon), fill=(176, 196, 214))
    for left, right in ((0.36, -0.7), (0.64, 1.7)):
        side = 0 if right < 0.5 else wide
        pen.polygon(
            [(side, horizon), (left * wide, horizon), (right * wide, high), (side, high)], fill=(104, 128, 84)
        )
        pen.line([(left * wide, horizon), (right * wide, high)], fill=(225, 225, 220), width=5)
    for _ in range(cracks):
        x, y = draw.uniform(0.36, 0.64) * wide, draw.uniform(0.68, 0.86) * high
        line = [(x, y)]
        heading = draw.uniform(0, 2 * np.pi)
        for _ in range(26):
            heading += draw.normal(0, 0.35)
            x, y = x + 9 * np.cos(heading), y + 5 * np.sin(heading)
            line.append((float(np.clip(x, 0.2 * wide, 0.8 * wide)), float(np.clip(y, 0.58 * high, high - 3))))
        pen.line(line, fill=(58, 56, 55), width=int(draw.integers(2, 4)))
    return picture.filter(ImageFilter.GaussianBlur(0.7))


def car_park(
    seed: int, taken: Sequence[str], light: float = 1.0, *, wide: int = WIDE, high: int = HIGH
) -> Image.Image:
    """A car park of six spaces from a camera, with cars in those that are taken."""
    draw = np.random.default_rng(seed)
    still = np.random.default_rng(7)  # the ground is the same in every picture
    ground = 130 + _noise(still, high, wide, 7, 3) + _noise(still, high, wide, 5, 40)
    picture = Image.fromarray(np.repeat(np.clip(ground, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2))
    pen = ImageDraw.Draw(picture)
    for code, corners in SPACES.items():
        points = [(x * wide, y * high) for x, y in corners]
        pen.line([*points, points[0]], fill=(230, 230, 225), width=3)
        if code in taken:
            (left, top), _, (right, bottom), _ = points
            colour = tuple(int(one) for one in draw.integers(30, 220, 3))
            pen.rounded_rectangle((left + 14, top + 12, right - 14, bottom - 10), 14, fill=colour)
            pen.rounded_rectangle((left + 26, top + 50, right - 26, top + 92), 6, fill=(40, 48, 56))
            pen.rounded_rectangle((left + 28, bottom - 48, right - 28, bottom - 26), 6, fill=(46, 52, 60))
    return _seen(picture, draw, light)


def trap(
    seed: int, animal: int = 0, light: float = 1.0, *, wide: int = WIDE, high: int = HIGH
) -> Image.Image:
    """A clearing in a wood with a box trap; animal: how long it is in pixels, 0 for none."""
    draw, still = np.random.default_rng(seed), np.random.default_rng(11)
    ground = _noise(still, high, wide, 16, 3) + _noise(still, high, wide, 14, 30)
    pixels = np.stack([88 + ground, 104 + ground, 62 + 0.8 * ground], axis=2)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for place in still.uniform(0, wide, 9):
        pen.rectangle(
            (place, 0, place + still.uniform(8, 26), high * still.uniform(0.45, 0.75)), fill=(62, 50, 38)
        )
    box, top = int(0.58 * wide), int(0.52 * high)
    pen.rectangle((box, top, box + 190, top + 110), outline=(70, 74, 78), width=5)
    for bar in range(box, box + 190, 16):
        pen.line([(bar, top), (bar, top + 110)], fill=(70, 74, 78), width=2)
    if animal:
        west, north = draw.uniform(0.15, 0.5) * wide, draw.uniform(0.6, 0.8) * high
        dark = (52, 42, 36)
        pen.ellipse((west, north, west + animal, north + 0.5 * animal), fill=dark)
        pen.ellipse(
            (west + 0.8 * animal, north + 0.08 * animal, west + 1.2 * animal, north + 0.38 * animal),
            fill=dark,
        )
        for leg in (0.15, 0.3, 0.65, 0.8):
            pen.rectangle(
                (
                    west + leg * animal,
                    north + 0.4 * animal,
                    west + (leg + 0.07) * animal,
                    north + 0.75 * animal,
                ),
                fill=dark,
            )
    return _seen(picture, draw, light)


def _seen(picture: Image.Image, draw: np.random.Generator, light: float) -> Image.Image:
    """As a camera sees it: in other light, with noise."""
    pixels = np.asarray(picture, dtype=float) * light + draw.normal(0, 3, (picture.height, picture.width, 1))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _noise(draw: np.random.Generator, high: int, wide: int, depth: float, size: int) -> np.ndarray[Any, Any]:
    small = draw.normal(0, depth, (high // size + 2, wide // size + 2))
    return np.asarray(
        Image.fromarray(small.astype(np.float32)).resize((wide, high), Image.Resampling.BICUBIC), dtype=float
    )


def jpeg(
    picture: Image.Image, taken: datetime | None = None, place: tuple[float, float] | None = None
) -> bytes:
    """The file of a camera. taken: its clock, without a zone; place: degrees north and east."""
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(EXIF)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    if place is not None:
        exif.get_ifd(GPS).update({1: "N", 2: _parts(place[0]), 3: "E", 4: _parts(place[1])})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)
