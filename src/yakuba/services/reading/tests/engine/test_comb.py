"""The figures in the cells of a comb: two in one, one across a line, one written over another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import comb
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper
from .seen import asked, laid, works


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


def figures(text: str) -> list[comb.Figure]:
    """Ordinary figures of one hand."""
    return [comb.Figure(100 * comb.INK_OF_FIGURE[one], 2 * comb.BLOB_OF_FIGURE[one], 33) for one in text]


@pytest.mark.parametrize(
    ("ink", "blob", "height"),
    [
        pytest.param(1.6, 1.0, 1.0, id="a 1 under the 2"),
        pytest.param(1.0, 1.0, 1.4, id="a small figure on top of it"),
        pytest.param(1.4, 1.6, 1.0, id="a short line through it"),
    ],
)
def test_a_figure_that_holds_more_than_it_should_was_written_over(
    ink: float, blob: float, height: float
) -> None:
    seen = figures("5100224")
    assert not comb.overwritten("5100224", seen)
    seen[4] = comb.Figure(seen[4].ink * ink, seen[4].blob * blob, round(seen[4].height * height))
    assert comb.overwritten("5100224", seen)


def test_a_figure_is_compared_with_the_same_figure_of_the_row() -> None:
    seen = figures("0523705")
    seen[5] = comb.Figure(
        seen[5].ink * 1.35, seen[5].blob * 1.5, seen[5].height
    )  # an 8 made of it, read as 0
    assert comb.overwritten("0523705", seen)


def slashed(text: str, which: list[int]) -> list[comb.Figure]:
    """Figures of a hand, some with a stroke through them."""
    return [
        comb.Figure(one.ink * 1.6, one.blob * 1.4, one.height) if at in which else one
        for at, one in enumerate(figures(text))
    ]


def test_a_hand_that_puts_a_stroke_through_each_0_has_written_over_none() -> None:
    assert not comb.overwritten("0007765922", slashed("0007765922", [0, 1, 2]))
    assert comb.overwritten("0007765922", slashed("0007765922", [1]))
    assert comb.overwritten("0007765922", slashed("0007765922", [3, 4]))  # no hand does so to each 7


def test_few_figures_do_not_tell_what_one_should_hold() -> None:
    assert not comb.overwritten("51", [comb.Figure(57.0, 2.0, 33), comb.Figure(140.0, 2.0, 33)])


def test_a_figure_written_over_another_encloses_more_than_it_should() -> None:
    """A 7 over an 8 shares half of its strokes: its ink is hardly more, but the strokes cross."""

    def drawn(*figures: str) -> comb.Figure:
        cell = np.full((60, 46), 255, np.uint8)
        for figure in figures:
            cv2.putText(cell, figure, (8, 46), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 0, 1, cv2.LINE_AA)
        return comb.Figure.of(cell)

    assert all(drawn(figure).holes <= comb.HOLES[figure] for figure in "0123456789")
    assert drawn("8").holes == 2
    plain = [drawn(figure) for figure in "8660054"]
    assert not comb.overwritten("8660054", plain)
    assert comb.overwritten("8660054", [drawn("8", "7"), *plain[1:]])


@pytest.mark.parametrize(("figure", "small"), [("5", "0"), ("3", "1"), ("9", "1"), ("4", "7")])
def test_a_figure_alone_is_not_as_broad_as_two_that_touch(figure: str, small: str) -> None:
    """In combs of one to three cells there is no row to compare it with."""

    def drawn(*figures: tuple[str, int, int, float]) -> comb.Figure:
        cell = np.full((60, 80), 255, np.uint8)
        for text, across, foot, size in figures:
            cv2.putText(cell, text, (across, foot), cv2.FONT_HERSHEY_SIMPLEX, size, 0, 2, cv2.LINE_AA)
        return comb.Figure.of(cell)

    alone = (figure, 20, 46, 1.3)
    assert not comb.overwritten(figure, [drawn(alone)])
    assert comb.overwritten(figure, [drawn(alone, (small, 40, 46, 0.8))])


def test_a_figure_struck_with_the_right_one_squeezed_in_above_it_is_taller_than_its_neighbours(
    library: FormLibrary, bus: Paper
) -> None:
    bus.comb("phone", "09012845678")
    x, y, _, height = bus.box("phone")
    left = x + 5 * 46
    bus.stroke([(left + 9, y + height / 2 - 9), (left + 37, y + height / 2 + 9)], 3)
    bus.write("5", (left + 18, y + 12), 24)
    seen = works(bus, library)["phone"].figures
    assert comb.overwritten("09012845678", seen)
