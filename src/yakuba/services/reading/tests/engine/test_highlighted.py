"""A highlighter over an option's word says that this one is meant, though it is too light to be ink."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper
from .seen import asked, coloured

Colour = tuple[int, int, int]


def highlighted(paper: Paper, area: Rect, colour: Colour) -> NDArray[np.uint8]:
    """The page in colour, with a rectangle darkened by the light colour of a highlighter."""
    image = np.array(coloured(paper)[0], np.uint16)
    x, y, width, height = area
    part = image[y : y + height, x : x + width]
    part[:] = part * np.array(colour, np.uint16) // 255
    return image.astype(np.uint8)


@pytest.mark.parametrize("colour", [(255, 250, 90), (190, 255, 170), (255, 160, 210), (150, 225, 255)])
def test_a_highlighter_over_an_options_word_asks(library: FormLibrary, bus: Paper, colour: Colour) -> None:
    x, y, side, _ = bus.mark_box("category", "disabled")
    found = asked(bus, library, highlighted(bus, (x + side + 8, y + 4, 150, 26), colour))
    assert Reason.OUTSIDE_BOX in found["category"]
    assert not {"phone", "period", "start_date"} & set(found)


def test_a_highlighter_over_an_era_asks_and_over_a_written_value_says_to_look(
    library: FormLibrary, bus: Paper
) -> None:
    bus.comb("phone", "09017774117")
    x, y, side, _ = bus.mark_box("birth", "heisei")
    era = asked(bus, library, highlighted(bus, (x + side + 8, y + 4, 60, 26), (255, 250, 90)))
    assert Reason.OUTSIDE_BOX in era["birth"]
    x, y, width, height = bus.box("phone")
    value = asked(bus, library, highlighted(bus, (x, y + 10, width, height - 20), (255, 250, 90)))
    assert "phone" not in value


@pytest.mark.parametrize("paper", [(255, 245, 215), (255, 225, 235)])
def test_coloured_paper_is_no_highlighter(library: FormLibrary, bus: Paper, paper: Colour) -> None:
    bus.tick(bus.mark_box("category", "disabled"))
    height, width = bus.pixels.shape
    assert asked(bus, library, highlighted(bus, (0, 0, width, height), paper)) == {}
