"""Numbers in a plain box: two views of the figures agree, or a person is asked."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.contracts import Decision, Hand, Reason
from yakuba.services.reading.engine import fields, plain_numbers
from yakuba.services.reading.engine.single import read_pictures

from .conftest import GOTHIC

KLEE = "/usr/share/fonts/truetype/klee/KleeOne-Regular.ttf"


def drawn(text: str, face: str = KLEE, frame: bool = True) -> Image.Image:
    """A box of 70 rows with `text` in it."""
    picture = Image.new("L", (520, 70), 247)
    draw = ImageDraw.Draw(picture)
    draw.text((24, 35), text, fill=30, font=ImageFont.truetype(face, 42), anchor="lm")
    if frame:
        draw.rectangle((1, 1, 517, 67), outline=60, width=2)
    return picture


def pixels(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture, np.uint8).copy()


def read(recogniser, *pictures: Image.Image):
    return read_pictures([pixels(one) for one in pictures], "number", recogniser)


def test_amounts_pass_with_and_without_commas(recogniser) -> None:
    texts = ["1,250", "35", "903847", "2,480,000", "7"]
    found = read(recogniser, *(drawn(text, face) for text in texts for face in (KLEE, GOTHIC)))
    wanted = [text.replace(",", "") for text in texts for _ in (KLEE, GOTHIC)]
    assert [one.value for one in found] == wanted
    passed = [one.decision is Decision.TRUSTED for one in found]
    assert sum(passed) >= 8, [one.reasons for one in found]


def test_without_the_figures_read_alone_nothing_passes(recogniser, monkeypatch) -> None:
    """The second view is what lets a plain number pass: taken away, a person is asked."""
    monkeypatch.setattr(plain_numbers, "figures", lambda picture, ink: [])
    (found,) = read(recogniser, drawn("1,250"))
    assert found.value == "1250"
    assert found.reasons == (Reason.CELLS_UNCLEAR,)


def test_figures_that_read_otherwise_alone_ask(recogniser, monkeypatch) -> None:
    really = plain_numbers.figures
    monkeypatch.setattr(plain_numbers, "figures", lambda picture, ink: really(picture, ink)[:-1])
    (found,) = read(recogniser, drawn("90384"))
    assert Reason.CELLS_DISAGREE in found.reasons


@pytest.mark.parametrize(
    "stroke",
    [((20, 36), (190, 33)), ((60, 14), (96, 58))],
    ids=["through all", "through one"],
)
def test_what_is_struck_out_asks(recogniser, stroke) -> None:
    picture = drawn("903847")
    ImageDraw.Draw(picture).line(stroke, fill=30, width=4)
    (found,) = read(recogniser, picture)
    assert found.decision is Decision.DOUBTFUL


def test_ink_beside_the_number_asks(recogniser) -> None:
    picture = drawn("903847")
    draw = ImageDraw.Draw(picture)
    draw.text((330, 35), "円位", fill=30, font=ImageFont.truetype(GOTHIC, 42), anchor="lm")
    (found,) = read(recogniser, picture)
    assert found.decision is Decision.DOUBTFUL


def test_touching_figures_are_not_parted(recogniser) -> None:
    picture = pixels(drawn("88", GOTHIC, frame=False))
    picture[34:37, 20:110] = 30
    assert plain_numbers.figures(picture, picture < 150) == []


def test_print_and_pen_are_told_apart_by_how_figures_stand() -> None:
    from yakuba.services.reading.engine.hands import hand_of, unevenness

    def row(shifts):
        glyphs = []
        for shift in shifts:
            glyph = np.full((60, 24), 255, np.uint8)
            glyph[12 + shift : 46 + shift, 8:14] = 0
            glyphs.append(glyph)
        return glyphs

    level, uneven = unevenness(row([0, 0, 0, 0, 0])), unevenness(row([0, 4, -3, 3, -4]))
    assert level is not None
    assert uneven is not None
    assert level < 0.005
    assert uneven > 0.05
    assert unevenness(row([0, 0])) is None

    def field(value):
        evidence = fields.Evidence(uneven=value)
        return fields_reading(evidence)

    assert hand_of([field(level)]) is Hand.PRINT
    assert hand_of([field(uneven), field(None)]) is Hand.PEN
    assert hand_of([field(None)]) is Hand.UNKNOWN


def fields_reading(evidence):
    from yakuba.services.reading.contracts import FieldReading

    return FieldReading("x", "", "number", 1, "1", "1", 1.0, Decision.TRUSTED, (), "", (), evidence=evidence)
