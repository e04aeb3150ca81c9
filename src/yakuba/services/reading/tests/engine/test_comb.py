"""The figures in the cells of a comb: two in one, one across a line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import apart, comb
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper
from .seen import asked, laid

pytestmark = pytest.mark.first(3)


def test_a_figure_squeezed_beside_another_asks(library: FormLibrary, bus: Paper) -> None:
    bus.comb("phone", "09012 45678")
    x, y, _, height = bus.box("phone")
    for figure, across in (("3", 13), ("7", 34)):
        bus.write(figure, (x + 5 * 46 + across, y + height / 2), 28)
    assert Reason.CELLS_UNCLEAR in asked(bus, library)["phone"]


@pytest.mark.parametrize("size", [14, 18, 22, 26])
@pytest.mark.parametrize(("across", "down"), [(2, -14), (2, 14), (43, -14), (43, 14)])
def test_a_small_figure_on_the_line_beside_another_asks(
    library: FormLibrary, bus: Paper, size: int, across: int, down: int
) -> None:
    """The line between the cells is taken out, and of the small figure only pieces are left."""
    bus.comb("phone", "09012145678")
    x, y, _, height = bus.box("phone")
    bus.write("3", (x + 5 * 46 + across, y + height / 2 + down), size)
    assert Reason.CELLS_UNCLEAR in asked(bus, library)["phone"]


@pytest.mark.parametrize(
    ("text", "small", "across"), [("640700", "9", 6), ("30462", "7", 40), ("8680051", "2", 5)]
)
def test_a_small_figure_that_touches_another_asks(
    library: FormLibrary, tax: Paper, text: str, small: str, across: int
) -> None:
    tax.comb("tax_total", text.rjust(7))
    assert "tax_total" not in asked(tax, library)
    x, y, _, height = tax.box("tax_total")
    tax.write(small, (x + (7 - len(text) + 2) * 46 + across, y + height / 2 + 10), 22)
    assert Reason.CELLS_UNCLEAR in asked(tax, library)["tax_total"]


def test_a_7_among_ones_is_no_wider_than_it_should_be() -> None:
    ones = {cell: (46 * cell + 18, 8, 30) for cell in range(4)}
    seven = ones | {2: (106, 20, 30)}
    assert not comb._touched(seven, seven, seven)
    wide = {cell: (46 * cell + 12, 20, 30) for cell in range(4)}
    assert not comb._touched(wide, wide, wide)
    assert comb._touched(
        wide, wide | {1: (50, 28, 30)}, wide | {1: (50, 28, 30)}
    )  # its paler side is 8 pixels
    assert not comb._touched(wide, wide | {1: (57, 23, 30)}, wide | {1: (57, 23, 30)})


def test_what_broke_off_a_figure_is_no_other_one() -> None:
    """x, y, width, height, pixels. Of a thin stamp on a coarse scan: a serif, and the halves of a 0."""
    serif = [[303, 23, 11, 31, 116], [296, 24, 4, 5, 13]], [[396, 24, 12, 33, 141], [390, 25, 5, 6, 18]]
    halves = [[19, 21, 8, 31, 93], [30, 21, 8, 31, 91]]
    for pieces in (*serif, halves):
        assert not comb._apart_from_figure(np.array(pieces, np.int32))
    beside = [[206, 20, 18, 32, 251], [229, 40, 6, 12, 21]], [[33, 15, 18, 31, 137], [22, 8, 4, 7, 11]]
    for pieces in beside:
        assert comb._apart_from_figure(np.array(pieces, np.int32))


@pytest.mark.parametrize("grey", [110, 160, 180])
def test_a_paler_small_figure_beside_another_asks(library: FormLibrary, bus: Paper, grey: int) -> None:
    bus.comb("phone", "09012145678")
    x, y, _, height = bus.box("phone")
    bus.write("3", (x + 5 * 46 + 8, y + height / 2 + 14), 20, fill=grey)
    assert Reason.CELLS_UNCLEAR in asked(bus, library)["phone"]


@pytest.mark.parametrize("figure", ["0", "3", "8"])
@pytest.mark.parametrize(("across", "down"), [(4, -14), (4, 14), (39, 14), (12, -27), (34, -27)])
def test_a_small_figure_too_pale_to_be_ink_or_on_the_frame_asks(
    library: FormLibrary, bus: Paper, figure: str, across: int, down: int
) -> None:
    """What is left of it is no part of a figure, however little."""
    bus.comb("phone", "09012145678", 36)
    assert "phone" not in asked(bus, library)
    x, y, _, height = bus.box("phone")
    bus.write(figure, (x + 5 * 46 + across, y + height / 2 + down), 18, fill=205)
    assert Reason.CELLS_UNCLEAR in asked(bus, library)["phone"]


def test_dust_beside_a_figure_is_no_figure(library: FormLibrary, bus: Paper) -> None:
    bus.comb("phone", "09012145678", 36)
    x, y, _, height = bus.box("phone")
    ImageDraw.Draw(bus.image).rectangle(
        (x + 5 * 46 + 6, y + height // 2 + 14, x + 5 * 46 + 8, y + height // 2 + 16), fill=60
    )
    assert "phone" not in asked(bus, library)


def test_a_serif_that_broke_off_is_no_ink_apart() -> None:
    """x, y, width, height, pixels: the foot of a printed 2 on a coarse scan, and what is left of a figure below one."""
    figure = (290, 20, 20, 38)
    assert apart._broke_off(np.array([297, 25, 6, 8, 32]), figure)
    assert not apart._broke_off(np.array([297, 57, 6, 5, 14]), figure)
    assert not apart._broke_off(np.array([312, 22, 7, 14, 42]), figure)


@pytest.mark.parametrize("face", ["ipaexfont-mincho/ipaexm.ttf", "noto/NotoSerifCJK-Regular.ttc"])
def test_the_pale_hairlines_of_a_stamped_number_are_its_own(
    library: FormLibrary, bus: Paper, face: str
) -> None:
    """Of Mincho figures a soft scan leaves the level strokes paler than ink: they are no small figures beside others."""
    box = next(box for box in bus.template.definition.boxes if box.field == "receipt_number")
    x, y, width, height = box.box
    layer = Image.new("L", bus.image.size, 255)
    font = ImageFont.truetype(f"/usr/share/fonts/opentype/{face}", 42)
    for number, figure in enumerate("0832714252"):
        middle = (x + (number + 0.5) * width / 10, y + height / 2)
        ImageDraw.Draw(layer).text(middle, figure, fill=60, font=font, anchor="mm")
    soft = cv2.GaussianBlur(np.asarray(layer), (0, 0), 1.1)
    assert "receipt_number" not in asked(bus, library, np.minimum(bus.pixels, soft))


@pytest.mark.parametrize("figures", ["15", "51", "38"])
def test_two_figures_one_above_the_other_in_a_cell_ask(
    library: FormLibrary, bus: Paper, figures: str
) -> None:
    bus.comb("phone", "09012 45678")
    x, y, _, height = bus.box("phone")
    for figure, down in zip(figures, (0.25, 0.75), strict=True):
        bus.write(figure, (x + 5.5 * 46, y + down * height), 28)
    assert Reason.CELLS_UNCLEAR in asked(bus, library)["phone"]


def test_two_small_values_one_above_the_other_ask(library: FormLibrary, bus: Paper) -> None:
    """A 1 of thin small writing is lower than a figure, but no figure has so much white across it."""
    x, y, _, height = bus.box("phone")
    for figure, down in (("1", -12), ("5", 10)):
        bus.write(figure, (x + 5.5 * 46, y + height / 2 + down), 16)
    assert Reason.CELLS_UNCLEAR in asked(bus, library)["phone"]


def test_a_figure_that_fell_into_two_touching_pieces_is_one() -> None:
    """Of a printed 5 whose thin stem a scan has lost: x, y, width, height, pixels."""
    assert not comb._two_figures(np.array([[300, 21, 13, 16, 67], [308, 34, 7, 16, 48]], np.int32))
    assert comb._two_figures(np.array([[300, 21, 13, 16, 67], [308, 40, 7, 16, 48]], np.int32))


@pytest.mark.parametrize("bolder", [2, 3])
def test_bold_scans_ask_about_no_line_between_cells(library: FormLibrary, tax: Paper, bolder: int) -> None:
    tax.comb("tax_total", " 240000")
    bold = cv2.erode(tax.pixels, np.ones((bolder, bolder), np.uint8))
    sheet = laid(tax.template, bold)
    for box in tax.template.definition.boxes:
        if box.kind == "comb":
            assert not comb._stroke_on_separator(sheet, box.box, box.cells), box.field


def test_a_one_on_the_line_between_cells_asks_on_a_bold_scan_too(library: FormLibrary, tax: Paper) -> None:
    x, y, width, height = tax.box("tax_total")
    tax.stroke([(x + width / 7, y + 10), (x + width / 7, y + height - 10)], 5)
    for bolder in (1, 2):
        sheet = laid(tax.template, cv2.erode(tax.pixels, np.ones((bolder, bolder), np.uint8)))
        assert comb._stroke_on_separator(sheet, tax.box("tax_total"), 7)
