"""One character of a line struck by a line no longer than itself; the same line unstruck, in any pen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.engine import shapes

from .conftest import GOTHIC

MINCHO = "/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf"
KLEE = "/usr/share/fonts/truetype/klee/KleeOne-Regular.ttf"
SIZE = 46


def written(text: str, face: str = GOTHIC) -> Image.Image:
    image = Image.new("L", (SIZE * (len(text) + 1), 90), 255)
    for at, character in enumerate(text):
        font = ImageFont.truetype(face, SIZE)
        ImageDraw.Draw(image).text((SIZE * (at + 1), 45), character, fill=30, font=font, anchor="mm")
    return image


def struck(image: Image.Image, at: int, slope: float) -> NDArray[np.uint8]:
    """A line through the character at this position, no longer than it is wide."""
    across, down = (0.48 * SIZE * turn(math.radians(slope)) for turn in (math.cos, math.sin))
    middle = SIZE * (at + 1), 45
    ends = [(middle[0] - across, middle[1] - down), (middle[0] + across, middle[1] + down)]
    ImageDraw.Draw(image).line(ends, fill=30, width=3)
    return np.asarray(image)


@pytest.mark.parametrize("face", [MINCHO, KLEE])
@pytest.mark.parametrize("slope", [-42, 40])
@pytest.mark.parametrize(
    ("text", "at"), [("唐津市西1-2", 2), ("岩村商店", 1), ("関根芳明", 3), ("富山県砺波市", 3)]
)
def test_a_line_that_the_character_does_not_have_is_seen(text: str, at: int, slope: int, face: str) -> None:
    assert not shapes.struck_character(np.asarray(written(text, face)), text)
    assert shapes.struck_character(struck(written(text, face), at, slope), text)


@pytest.mark.parametrize("face", [GOTHIC, MINCHO, KLEE])
@pytest.mark.parametrize(
    "text", ["株式会社島田商店", "三重県津市大門1-2-3", "オオタニヨシオ", "みどり保育園", "一二三", "書"]
)
def test_ordinary_lines_have_no_stroke_too_much(text: str, face: str) -> None:
    assert not shapes.struck_character(np.asarray(written(text, face)), text)


def test_what_is_not_known_says_nothing() -> None:
    assert shapes.excess(np.asarray(written("山龘")), "山龘") == []
    assert shapes.excess(np.full((40, 80), 255, np.uint8), "山") == []
    assert shapes.excess(np.asarray(written("山")), "") == []
