"""One character of a line struck by a line no longer than itself; the same line unstruck, in any pen; two writings in
one box."""

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


def line_of(picture: NDArray[np.uint8] | Image.Image, text: str) -> shapes.Line:
    found = shapes.read_line(np.asarray(picture), text)
    assert found is not None
    return found


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
    assert not shapes.struck_character(line_of(written(text, face), text))
    assert shapes.struck_character(line_of(struck(written(text, face), at, slope), text))


@pytest.mark.parametrize("face", [GOTHIC, MINCHO, KLEE])
@pytest.mark.parametrize(
    ("text", "at", "slope"),
    [("山田太郎", 1, -40), ("山田太郎", 1, 40), ("中口運輸", 1, -70), ("中口運輸", 1, 70)],
)
def test_strokes_that_enclose_more_than_the_character_does_are_seen(
    text: str, at: int, slope: int, face: str
) -> None:
    assert not shapes.crossed(line_of(written(text, face), text), shapes.CROSSED)
    assert shapes.crossed(line_of(struck(written(text, face), at, slope), text), shapes.CROSSED)


@pytest.mark.parametrize("face", [GOTHIC, MINCHO, KLEE])
@pytest.mark.parametrize(
    ("own", "other", "size", "down"),
    [
        ("登坂運輸株式会社", "-10-19", 30, -8),
        ("登坂運輸株式会社", "ハイツ三条", 40, -9),
        ("登坂運輸株式会社", "中央支店", 26, 0),
        ("大阪市北区曽根崎2-1", "合同会社", 38, 10),
    ],
)
def test_the_end_of_another_writing_behind_a_value_is_seen(
    own: str, other: str, size: int, down: int, face: str
) -> None:
    image = Image.new("L", (SIZE * (len(own) + len(other) + 1), 90), 255)
    at = 20.0
    for text, height, middle in ((own, SIZE, 45), (other, size, 45 + down)):
        font = ImageFont.truetype(face, height)
        for character in text:
            at += font.getlength(character)
            ImageDraw.Draw(image).text((at, middle), character, fill=30, font=font, anchor="rm")
    assert shapes.two_writings(line_of(image, own + other))


@pytest.mark.parametrize("face", [GOTHIC, MINCHO, KLEE])
@pytest.mark.parametrize(
    "text", ["株式会社島田商店", "三重県津市大門1-2-3", "オオタニヨシオ", "みどり保育園", "一二三", "書"]
)
def test_ordinary_lines_have_no_stroke_too_much(text: str, face: str) -> None:
    line = line_of(written(text, face), text)
    assert not shapes.struck_character(line)
    assert not shapes.two_writings(line)


def test_what_is_not_known_says_so() -> None:
    assert shapes.unknown("山龘")
    assert not shapes.unknown("山口ハイツ１")
    assert shapes.read_line(np.asarray(written("山龘")), "山龘") is None
    assert shapes.read_line(np.full((40, 80), 255, np.uint8), "山") is None
    assert shapes.read_line(np.asarray(written("山")), "") is None
