"""A choice of several with a sign in every box, one for yes and one for no, asks; one sign in all of them does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import ImageDraw

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper
from .seen import asked

Sign = Callable[[Paper, Rect], None]


def ring(paper: Paper, rect: Rect) -> None:
    x, y, side, _ = rect
    ImageDraw.Draw(paper.image).ellipse((x - 8, y - 7, x + side + 8, y + side + 7), outline=30, width=4)


def cross(paper: Paper, rect: Rect) -> None:
    x, y, side, _ = rect
    paper.stroke([(x + 1, y + 2), (x + side - 1, y + side - 2)], 4)
    paper.stroke([(x + 1, y + side - 2), (x + side - 1, y + 2)], 4)


def dash(paper: Paper, rect: Rect) -> None:
    x, y, side, _ = rect
    paper.stroke([(x + 5, y + side / 2 + 2), (x + side - 5, y + side / 2 - 1)], 4)


def slash(paper: Paper, rect: Rect) -> None:
    x, y, side, _ = rect
    paper.stroke([(x + side - 4, y + 3), (x + 4, y + side - 3)], 4)


def filled(paper: Paper, rect: Rect) -> None:
    x, y, side, _ = rect
    ImageDraw.Draw(paper.image).rectangle((x + 6, y + 6, x + side - 6, y + side - 6), fill=30)


def tick(paper: Paper, rect: Rect) -> None:
    paper.tick(rect)


@pytest.mark.parametrize(
    ("yes", "no"), [(ring, cross), (tick, cross), (tick, dash), (ring, slash), (tick, slash), (cross, dash)]
)
def test_one_sign_for_yes_and_another_for_no_ask(
    library: FormLibrary, bus: Paper, yes: Sign, no: Sign
) -> None:
    for option in ("east", "west", "south", "north", "loop"):
        (yes if option in ("east", "loop") else no)(bus, bus.mark_box("routes", option))
    assert Reason.MARK_UNCLEAR in asked(bus, library)["routes"]


@pytest.mark.parametrize("no", [cross, dash, slash])
def test_a_tick_whose_tail_fills_a_third_corner_is_none_of_them(
    library: FormLibrary, bus: Paper, no: Sign
) -> None:
    for option in ("east", "west", "south", "north", "loop"):
        box = bus.mark_box("routes", option)
        if option != "east":
            no(bus, box)
            continue
        x, y, side, _ = box
        bus.tick(box)
        bus.stroke([(x + side * 0.45, y + side * 0.85), (x + side - 5, y + side - 6)], 4)
    assert Reason.MARK_UNCLEAR in asked(bus, library)["routes"]


@pytest.mark.parametrize("sign", [ring, cross, dash, slash, tick, filled])
def test_one_sign_in_all_of_the_marked_boxes_asks_nothing(
    library: FormLibrary, bus: Paper, sign: Sign
) -> None:
    for option in ("east", "south", "loop"):
        sign(bus, bus.mark_box("routes", option))
    assert "routes" not in asked(bus, library)


def test_a_box_filled_out_is_as_good_as_a_tick(library: FormLibrary, bus: Paper) -> None:
    tick(bus, bus.mark_box("routes", "east"))
    filled(bus, bus.mark_box("routes", "loop"))
    assert "routes" not in asked(bus, library)
