"""Thin and faint pens: what is lighter than ink is shown to the recogniser, and a person is asked all the same."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.kernel.values import Script
from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine import lines
from yakuba.services.reading.engine.alphabets import alphabet
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.paper import INK
from yakuba.services.reading.engine.reader import read_page
from yakuba.services.reading.engine.recognition import decode

from .conftest import Paper
from .seen import laid

NAME = "渡邊静香"


def pressed_lightly(paper: Paper, light: int) -> NDArray[np.uint8]:
    """The page with a name whose level strokes are lighter than its upright ones, by `light` grey levels."""
    x, y, _, height = paper.box("name")
    paper.line("name", NAME)
    page = paper.pixels
    box = page[y + 6 : y + height - 6, x + 6 : x + 400]
    upright = cv2.dilate(cv2.erode(255 - box, np.ones((7, 1), np.uint8)), np.ones((7, 1), np.uint8))
    box[:] = np.where((box < 200) & (upright < 100), box // 2 + light, box)
    return page


def test_strokes_too_light_for_ink_are_shown_with_the_others(recogniser: PpOcr, bus: Paper) -> None:
    page = pressed_lightly(bus, 150)
    line = lines.take(laid(bus.template, page), bus.box("name"))
    letters = alphabet(Script.NAME, recogniser.characters)
    read = [decode(found, letters).text for found in recogniser.probabilities(lines.views(line))]
    assert read == [NAME] * 4
    dark_only = lines.views(lines.Line(**{**vars(line), "drawn": line.ink}))[0]
    assert decode(recogniser.probabilities([dark_only])[0], letters).text != NAME


@pytest.mark.parametrize("fill", [165, 185])
def test_a_line_with_no_ink_at_all_is_proposed_and_asked_about(
    library: FormLibrary, recogniser: PpOcr, bus: Paper, fill: int
) -> None:
    assert fill > INK
    x, y, _, height = bus.box("name")
    bus.write(NAME, (x + 20, y + height / 2), 40, "lm", fill=fill)
    found = read_page(bus.pixels, library, recogniser).field("name")
    assert found is not None
    assert found.value == NAME
    assert (found.decision, Reason.FAINT_INK in found.reasons) == (Decision.DOUBTFUL, True)


def test_dust_is_no_writing(bus: Paper) -> None:
    x, y, _, _ = bus.box("name")
    bus.stroke([(x + 60, y + 30), (x + 64, y + 31)], 2, fill=170)
    assert lines.take(laid(bus.template, bus.pixels), bus.box("name")).empty
