"""One line of a form, drawn: by a made-up writer who moves KanjiVG's strokes, in a font, or in digits of real writers;
then scanned badly. Ink is drawn as 255 on 0, and a scan has black on white."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .strokes import POINTS, Strokes
from .texts import Words, draw

Grey = NDArray[np.uint8]
HIGH, HEIGHT = 72, 48  # rows of a drawn line, and of what the network sees
WIDEST = 640  # columns at HEIGHT
COLUMNS_A_STEP = 8  # of the network's output
MOST = 26  # characters
NARROW = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-/.,:")
SHARES = {"strokes": 0.58, "pen": 0.16, "print": 0.26}


@dataclass(frozen=True)
class Sources:
    """What lines are drawn from. pen, print: font files with the characters that each has.  digits: pictures of real
    digits by value, [n, 28, 28], or none."""

    characters: Sequence[str]
    words: Words
    strokes: Mapping[str, Strokes]
    pen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    print: Mapping[str, frozenset[str]] = field(default_factory=dict)
    digits: Sequence[Grey] = ()


def line(sources: Sources, rng: Random) -> tuple[Grey, str]:
    """(picture of HEIGHT rows, the text on it without gaps)."""
    while True:
        text = draw(sources.words, sources.characters, rng)[:MOST].strip("　")
        ink = _written(text, sources, rng)
        label = text.replace("　", "")
        if ink is None or not set(label) <= {*sources.characters}:
            continue
        picture = scan(ink, rng)
        repeats = sum(a == b for a, b in itertools.pairwise(label))
        steps = 0 if picture is None else picture.shape[1] // COLUMNS_A_STEP
        if picture is not None and len(label) + repeats <= steps and picture.shape[1] <= WIDEST:
            return picture, label


def _written(text: str, sources: Sources, rng: Random) -> Grey | None:
    if sources.digits and text.isdecimal() and text.isascii() and rng.random() < 0.2:
        return by_digits(text, sources.digits, rng)
    kind = rng.choices([*SHARES], [*SHARES.values()])[0]
    if kind != "strokes":
        fonts = sources.pen if kind == "pen" else sources.print
        able = [file for file, has in fonts.items() if has.issuperset(text.replace("　", ""))]
        if able:
            return by_font(text, rng.choice(able), rng)
    return by_strokes(text, sources.strokes, rng)


def by_strokes(text: str, strokes: Mapping[str, Strokes], rng: Random) -> Grey | None:
    """A writer with a slant, a pen, a carelessness of her own; None where a character has no strokes."""
    if not set(text) - {"　"} <= strokes.keys():
        return None
    noise = np.random.default_rng(rng.getrandbits(48))
    wild = 1.15 * rng.random() ** 1.3  # how carelessly she writes
    size, slant = rng.uniform(34, 58), noise.normal(0, 0.1)
    pitch, narrow, kana = rng.uniform(0.82, 1.2), rng.uniform(0.5, 0.75), rng.uniform(0.75, 1.0)
    at, paths = 8.0, []
    for character in text:
        wide = size * (narrow if character in NARROW else 1.0)
        if character != "　":
            scale = size * math.exp(noise.normal(0, 0.05 + 0.05 * wild))
            scale *= kana if character < "一" and character not in NARROW else 1.0
            middle = at + wide * pitch / 2, HIGH / 2 + noise.normal(0, 0.03 * wild) * size
            own = moved(strokes[character] - 0.5, 0.25 + 0.75 * wild, noise)
            own[..., 0] -= (slant + noise.normal(0, 0.03)) * own[..., 1]
            paths.append(own * (min(scale, wide * 1.25), scale) + middle)
        at += wide * pitch * (rng.uniform(0.3, 1.0) if character == "　" else 1.0)
    page = np.zeros((HIGH, int(at) + 16), np.uint8)
    pen = rng.uniform(1.2, 4.2)
    for path in np.concatenate(paths):
        pen_stroke(page, path, pen * (rng.uniform(0.6, 1.0) if rng.random() < 0.3 else 1.0))
    if wild > 0.35 and rng.random() < 0.5:  # a fast pen leaves a thread between strokes
        for character in paths:
            for one, other in itertools.pairwise(character):
                if rng.random() < 0.5 * wild and np.abs(other[0] - one[-1]).sum() < size / 2:
                    pen_stroke(page, np.array([one[-1], other[0]]), max(1.0, pen / 2))
    return page


def moved(character: Strokes, sigma: float, noise: np.random.Generator) -> NDArray[np.float64]:
    """Each stroke moved, turned, stretched, bent and cut; the whole warped smoothly."""
    count = len(character)
    middle = character.mean(axis=1, keepdims=True)
    own = (character - middle) * np.exp(noise.normal(0, 0.07 * sigma, (count, 1, 2)))
    turn = noise.normal(0, 0.055 * sigma, (count, 1))
    along = np.linspace(-1, 1, POINTS)
    chord = character[:, -1] - character[:, 0]
    bend = noise.normal(0, 0.05 * sigma, (count, 1)) * (1 - along**2)
    x = own[..., 0] - turn * own[..., 1] - bend * chord[:, 1:]
    y = own[..., 1] + turn * own[..., 0] + bend * chord[:, :1]
    moved = middle + np.stack([x, y], -1) + noise.normal(0, 0.018 * sigma, (count, 1, 2))
    x, y = moved[..., 0], moved[..., 1]
    a, b, c, d = noise.normal(0, 0.13 * sigma, 4)
    return np.stack([x + a * x * y + b * (y * y - 0.1), y + c * x * y + d * (x * x - 0.1)], -1)


def pen_stroke(page: Grey, path: NDArray[np.float64], width: float) -> None:
    """A line of fractional width: the thinner one, and the next thicker one shining through."""
    points = [np.round(path * 16).astype(np.int32)]
    low, part = int(width), width - int(width)
    soft = np.zeros_like(page)
    cv2.polylines(soft, points, False, 255, low + 1, cv2.LINE_AA, 4)
    np.maximum(page, (soft * min(1.0, part + 0.1)).astype(np.uint8), out=page)
    if low:
        cv2.polylines(page, points, False, 255, low, cv2.LINE_AA, 4)


@lru_cache(maxsize=200)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def by_font(text: str, file: str, rng: Random) -> Grey:
    font, gap = _font(file, rng.randrange(34, 60, 4)), rng.choice((0, 0, rng.uniform(-2, 12)))
    wide = sum(font.getlength(c) + gap for c in text) + 40
    page = Image.new("L", (int(wide), HIGH), 0)
    at = 10.0
    for character in text:
        ImageDraw.Draw(page).text((at, HIGH / 2 + rng.gauss(0, 1)), character, 255, font, "lm")
        at += font.getlength(character) + gap
    return np.asarray(page)


def by_digits(text: str, digits: Sequence[Grey], rng: Random) -> Grey:
    side, pitch = rng.randint(36, 62), rng.uniform(0.5, 1.2)
    page = np.zeros((HIGH, int(side * (pitch * len(text) + 2))), np.uint8)
    for number, character in enumerate(text):
        tile = cv2.resize(rng.choice(digits[int(character)]), (side, side), interpolation=cv2.INTER_CUBIC)
        left, top = int(side * (0.3 + pitch * number)), (HIGH - side) // 2
        part = page[top : top + side, left : left + side]
        np.maximum(part, tile, out=part)
    return page


def scan(ink: Grey, rng: Random) -> Grey | None:
    """Cropped, resampled, lightened, ruled, blurred, made black and white or noisy; None where nothing is left."""
    noise = np.random.default_rng(rng.getrandbits(48))
    rows, columns = np.flatnonzero(ink.max(axis=1) > 40), np.flatnonzero(ink.max(axis=0) > 40)
    if not rows.size:
        return None
    pad = rng.choice((2, 4, 6, 10))
    top, bottom = max(0, rows[0] - pad), min(HIGH, rows[-1] + pad + 1)
    spare = max(0, int(HIGH * 0.45) - (bottom - top))  # a lone bar is not blown up to a character
    top, bottom = max(0, top - spare // 2), min(HIGH, bottom + spare // 2)
    ink = ink[top:bottom, max(0, columns[0] - pad) : columns[-1] + pad + 1]
    factor = rng.uniform(0.55, 1.5)
    ink = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    high, wide = ink.shape
    strength = rng.uniform(0.55, 1.0) if rng.random() < 0.8 else rng.uniform(0.3, 0.6)
    page = 255 - ink.astype(np.float32) * strength
    if rng.random() < 0.2:  # a rule or a frame left over
        page[rng.choice((0, high - 1, rng.randrange(high)))] = rng.randint(0, 200)
    if rng.random() < 0.1:
        page[:, rng.choice((0, wide - 1))] = rng.randint(0, 200)
    if rng.random() < 0.35:
        page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 1.2))
    if rng.random() < 0.16:
        page = np.where(page > min(235, rng.uniform(140, 200) + 40 * (1 - strength)), 255, 0)
    elif rng.random() < 0.5:
        page = page * rng.uniform(0.75, 1) + noise.normal(0, rng.uniform(1, 14), page.shape)
    page = np.clip(page, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(25, 80)]
        page = cv2.imdecode(cv2.imencode(".jpg", page, quality)[1], cv2.IMREAD_GRAYSCALE)
    width = max(COLUMNS_A_STEP, round(wide * HEIGHT / high * rng.uniform(0.9, 1.1)))
    return cv2.resize(
        page, (width, HEIGHT), interpolation=cv2.INTER_AREA if high > HEIGHT else cv2.INTER_CUBIC
    )
