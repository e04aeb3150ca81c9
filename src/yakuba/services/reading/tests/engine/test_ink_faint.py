"""Ink of every colour, faint ink, folds, and small signs beside a mark or a line: seen, or told from what is no ink."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import ImageDraw

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine.fields import Work, conclude
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.recognition import Decoded

from .conftest import Paper, template
from .seen import asked, coloured, works

pytestmark = pytest.mark.first(3)


@pytest.mark.parametrize("colour", [(30, 130, 60), (40, 60, 160), (230, 130, 40)])
def test_ink_of_any_colour_is_ink(library: FormLibrary, bus: Paper, colour: tuple[int, int, int]) -> None:
    image, pen = coloured(bus)
    x, y, width, height = bus.box("phone")
    pen.line((x + width + 240, y + 10, x + width + 290, y + height - 10), fill=colour, width=5)
    assert "phone" in asked(bus, library, np.asarray(image))


@pytest.mark.parametrize("grey", [175, 190, 205])
def test_a_ring_in_pencil_around_a_box_is_never_blank(library: FormLibrary, tax: Paper, grey: int) -> None:
    x, y, side, _ = tax.mark_box("change_reason", "retired")
    ring = (x - 8, y - 8, x + side + 8, y + side + 8)
    ImageDraw.Draw(tax.image).ellipse(ring, outline=grey, width=3)
    assert Reason.MARK_UNCLEAR in asked(tax, library)["change_reason"]


@pytest.mark.parametrize("grey", [175, 195, 210])
@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_a_faint_pencil_is_never_blank(library: FormLibrary, tax: Paper, grey: int, noise: float) -> None:
    x, y, _, height = tax.box("employee_name")
    tax.write("山田花子", (x + 200, y + height / 2), 44, fill=grey)
    x, y, width, height = tax.box("tax_total")
    for cell, digit in enumerate("17"):
        tax.write(digit, (x + (cell + 3.5) * width / 7, y + height / 2), 40, fill=grey)
    x, y, side, _ = tax.mark_box("change_reason", "leave")
    tax.stroke([(x + 6, y + 18), (x + 15, y + 30), (x + side - 3, y + 5)], 3, fill=grey)
    random = np.random.default_rng(3)
    image = np.clip(tax.pixels + random.normal(0, noise, tax.pixels.shape), 0, 255).astype(np.uint8)
    found = works(tax, library, image)
    for field in ("employee_name", "tax_total", "change_reason"):
        work = found[field]
        assert work.flags or not work.settled or work.value, field


@pytest.mark.parametrize(("across", "down"), [(-18, 18), (18, -12), (46, 50)])
def test_a_question_mark_beside_a_mark_asks(library: FormLibrary, bus: Paper, across: int, down: int) -> None:
    x, y, side, _ = bus.mark_box("delivery", "counter")
    bus.tick((x, y, side, side))
    assert "delivery" not in asked(bus, library)
    bus.write("?", (x + across, y + down), 26)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["delivery"]


def test_a_small_cross_above_a_mark_asks_and_the_tip_of_a_tick_does_not(
    library: FormLibrary, bus: Paper
) -> None:
    x, y, side, _ = bus.mark_box("delivery", "counter")
    bus.tick((x, y, side, side))
    bus.stroke([(x + side + 3, y - 1), (x + side + 9, y - 9)])
    assert "delivery" not in asked(bus, library)
    bus.stroke([(x + 3, y - 18), (x + 13, y - 8)], 2)
    bus.stroke([(x + 3, y - 8), (x + 13, y - 18)], 2)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["delivery"]


def test_a_small_cross_right_above_the_tip_of_a_tick_is_no_part_of_it(
    library: FormLibrary, bus: Paper
) -> None:
    x, y, side, _ = bus.mark_box("delivery", "counter")
    bus.stroke([(x + 5, y + 11), (x + 14, y + 29), (x + side - 3, y + 4)], 5)
    assert "delivery" not in asked(bus, library)
    bus.stroke([(x + 4, y - 11), (x + 12, y - 4)], 2)
    bus.stroke([(x + 4, y - 4), (x + 12, y - 11)], 2)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["delivery"]


@pytest.mark.parametrize("fill", [110, 150])
def test_a_fold_through_a_box_is_no_mark_in_it(library: FormLibrary, bus: Paper, fill: int) -> None:
    x, _, side, _ = bus.mark_box("delivery", "counter")
    bus.stroke([(x + side / 2, 0), (x + side / 2 + 3, bus.image.height)], 4, fill=fill)
    image = cv2.GaussianBlur(bus.pixels, (0, 0), 0.8)
    work = works(bus, library, np.asarray(image, np.uint8))["delivery"]
    assert Reason.MARK_UNCLEAR in work.flags
    assert work.value == ""


def test_a_ring_that_print_and_a_poor_scan_have_parted_is_no_note_beside_a_mark(
    library: FormLibrary, bus: Paper
) -> None:
    x, y, side, _ = bus.mark_box("delivery", "counter")
    ring = (x - 8, y - 8, x + side + 8, y + side + 8)
    for start in (10, 100, 190, 280):
        ImageDraw.Draw(bus.image).arc(ring, start, start + 70, fill=30, width=4)
    assert "delivery" not in asked(bus, library)


@pytest.mark.parametrize("down", [-14, 6])
def test_a_sign_for_a_note_behind_a_line_is_seen(library: FormLibrary, bus: Paper, down: int) -> None:
    bus.line("name", "山田太郎")
    assert not works(bus, library)["name"].noted
    x, y, _, height = bus.box("name")
    bus.write("*", (x + 20 + 4 * 40 + 6, y + height / 2 + down), 22, "lm")
    assert works(bus, library)["name"].noted


def test_and_sends_the_line_to_a_person_but_for_a_kana_whose_dots_stand_apart(
    library: FormLibrary,
) -> None:
    read = Decoded("山田太郎", 0.99, (0.99,) * 4)
    definition = library.fields("bus-pass")["name"]
    box = next(box for box in template(library, "bus-pass/1").definition.boxes if box.field == "name")
    for text, reasons in (("山田太郎", (Reason.SEVERAL_LINES,)), ("山田パ", ())):
        work = Work(box, definition, definition.kind.script, noted=True)
        work.read_views = [replace(read, text=text)] * 4
        assert conclude(work).evidence.flags == reasons


@pytest.mark.parametrize(
    ("sign", "across", "down"), [("?", -22, 14), ("?", 16, 56), ("取消", 16, -14), ("×", 0, -13)]
)
@pytest.mark.parametrize("ticked", ["check", "ring"])
def test_a_sign_beside_a_tick_or_a_ring_asks_also_where_it_touches(
    library: FormLibrary, bus: Paper, sign: str, across: int, down: int, ticked: str
) -> None:
    x, y, side, _ = bus.mark_box("delivery", "counter")
    if ticked == "ring":
        ImageDraw.Draw(bus.image).ellipse((x - 8, y - 6, x + side + 8, y + side + 6), outline=30, width=4)
    else:
        bus.tick((x, y, side, side))
    assert "delivery" not in asked(bus, library)
    bus.write(sign, (x + across, y + down), 24)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["delivery"]
