"""Whose ink is it: what happens beside and across the boxes, on sheets drawn stroke by stroke."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageDraw

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import paper
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper
from .seen import RED, asked, coloured

pytestmark = pytest.mark.first(3)

Draw = Callable[[Paper], None]


def test_an_ordinary_sheet_asks_nothing(library: FormLibrary, bus: Paper) -> None:
    bus.comb("receipt_number", "0832714446")
    bus.date("application_date", "reiwa", "8", "10", "7")
    bus.line("kana", "ノハラ　ケーイチ")  # a stroke of one character is no strike-out
    bus.line("name", "一ノ瀬　三一ABC/XY")
    bus.comb("postal_code", "1000013")
    bus.line("address", "千代田区霞が関1-2-3ニュータワー701")
    bus.comb("phone", "09017774117")
    bus.tick(bus.mark_box("category", "disabled"))
    x, y, side, _ = bus.mark_box("routes", "loop")
    bus.stroke([(x - 3, y - 3), (x + side + 3, y + side + 3)], 4)
    bus.stroke([(x - 3, y + side + 3), (x + side + 3, y - 3)], 4)
    x, y, side, _ = bus.mark_box("delivery", "post")
    ImageDraw.Draw(bus.image).ellipse((x - 7, y - 7, x + side + 7, y + side + 7), outline=30, width=4)
    assert asked(bus, library) == {}


# Ink that no box owns ------------------------------------------------------------------------------------------


def begun_two_cells_too_far_right(paper: Paper) -> None:
    x, y, width, height = paper.box("tax_total")
    for index, digit in enumerate("5240000"):
        paper.write(digit, (x + (index + 2.5) * width / 7, y + height / 2), 40)


def begun_outside_on_the_left(paper: Paper) -> None:
    x, y, width, height = paper.box("tax_total")
    for index, digit in enumerate("5240000"):
        paper.write(digit, (x + (index - 0.5) * width / 7, y + height / 2), 40)


def a_number_beside_its_comb(paper: Paper) -> None:
    x, y, width, height = paper.box("tax_total")
    paper.write("240000", (x + width + 190, y + height / 2), 40)


def a_note_beside_the_value(paper: Paper) -> None:
    paper.comb("tax_total", " 240000")
    x, y, width, height = paper.box("tax_total")
    paper.write("訂正", (x + width + 330, y + height / 2), 30)


def a_note_in_the_margin(paper: Paper) -> None:
    paper.comb("tax_total", " 240000")
    _, y, _, height = paper.box("tax_total")
    paper.write("誤", (58, y + height / 2), 36)


def a_note_on_the_label(paper: Paper) -> None:
    paper.comb("tax_total", " 240000")
    x, y, _, height = paper.box("tax_total")
    paper.stroke([(x - 190, y + height - 4), (x - 60, y + 6)], 4)


def a_green_note(paper: Paper) -> None:
    x, y, width, height = paper.box("tax_total")
    paper.write("×", (x + width + 120, y + height / 2), 40, fill=120)


@pytest.mark.parametrize(
    "draw",
    [
        begun_two_cells_too_far_right,
        begun_outside_on_the_left,
        a_number_beside_its_comb,
        a_note_beside_the_value,
        a_note_in_the_margin,
        a_note_on_the_label,
        a_green_note,
    ],
)
def test_ink_that_no_box_owns_asks_for_the_nearest_field(
    library: FormLibrary, tax: Paper, draw: Draw
) -> None:
    draw(tax)
    found = asked(tax, library)
    assert Reason.OUTSIDE_BOX in found["tax_total"]
    assert "employee_address" not in found
    assert "change_date" not in found


def test_the_second_figure_of_a_day_beside_its_cells_asks(library: FormLibrary, bus: Paper) -> None:
    bus.date("birth", "showa", "16", "11", " 1")
    box = next(box for box in bus.template.definition.boxes if box.field == "birth")
    x, y, width, height = box.parts["day"]
    bus.write("5", (x + width + 22, y + height / 2), 40)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["birth"]


@pytest.mark.parametrize(("down", "size"), [(-4, 24), (-3, 24), (-2, 26), (60, 24), (61, 26)])
def test_a_small_figure_that_only_reaches_into_its_cells_asks(
    library: FormLibrary, nursery: Paper, down: int, size: int
) -> None:
    """Between the line of the row and the cells: 133, of which the last 3 found no cell."""
    nursery.comb("father_hours", " 13")
    x, y, _, _ = nursery.box("father_hours")
    nursery.write("3", (x + 26, y + down), size)
    assert Reason.OUTSIDE_BOX in asked(nursery, library)["father_hours"]


@pytest.mark.parametrize("rise", [-9, -6, 6, 9])
def test_figures_that_stand_high_or_low_in_their_cells_ask_nothing(
    library: FormLibrary, nursery: Paper, rise: int
) -> None:
    x, y, width, height = nursery.box("father_hours")
    for index, figure in enumerate("157"):
        nursery.write(figure, (x + (index + 0.5) * width / 3, y + height / 2 + rise), 40)
    assert "father_hours" not in asked(nursery, library)


@pytest.mark.parametrize("shift", [(58, 0), (70, 4), (-34, 0), (4, -38)])
def test_a_tick_beside_its_box_asks(library: FormLibrary, bus: Paper, shift: tuple[int, int]) -> None:
    x, y, side, _ = bus.mark_box("category", "disabled")
    bus.tick((x + shift[0], y + shift[1], side, side))
    found = asked(bus, library)["category"]
    assert found & {Reason.OUTSIDE_BOX, Reason.MARK_UNCLEAR}


@pytest.mark.parametrize(("across", "down"), [(56, 3), (57, -1), (60, -3)])
def test_a_tick_on_a_label_of_dense_characters_asks_though_print_leaves_only_pieces_of_it(
    library: FormLibrary, nursery: Paper, across: int, down: int
) -> None:
    """求職中: no piece between the strokes of these characters is as long as a stroke."""
    for field in ("father_work", "mother_work"):
        x, y, _, _ = nursery.mark_box(field, "seeking")
        points = [(x + across + 6, y + down + 18), (x + across + 15, y + down + 30)]
        nursery.stroke([*points, (x + across + 33, y + down + 5)], 4 if field == "father_work" else 5)
    found = asked(nursery, library)
    assert Reason.OUTSIDE_BOX in found["father_work"]
    assert Reason.OUTSIDE_BOX in found["mother_work"]


def test_text_between_two_rows_asks_for_both(library: FormLibrary, tax: Paper) -> None:
    x, y, _, height = tax.box("employee_name")
    tax.write("山田花子", (x + 300, y + height + 6), 34)
    found = asked(tax, library)
    assert Reason.OUTSIDE_BOX in found["employee_name"]
    assert "employee_birth" in found


def test_a_stroke_at_a_mark_may_be_the_end_of_the_line_above(library: FormLibrary, nursery: Paper) -> None:
    """三子 below 山内: the printed words of the options hid all of it but one stroke beside a mark's box."""
    nursery.line("mother_name", "山内", 32)
    left, _, width, _ = nursery.box("mother_name")
    marks = next(box.marks for box in nursery.template.definition.boxes if box.field == "mother_work")
    x, y, side, _ = next(rect for rect in marks.values() if left < rect[0] < left + width - 60)
    nursery.stroke([(x + side + 5, y + side - 4), (x + side + 25, y + side - 9)], 4)
    assert {"mother_name", "mother_work"} <= asked(nursery, library).keys()


def test_an_arrow_from_one_wish_to_another_asks_for_both(library: FormLibrary, nursery: Paper) -> None:
    nursery.line("wish_1", "中央保育園", 32)
    nursery.line("wish_3", "双葉保育園", 32)
    (x, y, width, _), (_, below, _, _) = nursery.box("wish_1"), nursery.box("wish_3")
    nursery.stroke([(x + width - 60, y + 30), (x + width - 40, y + 65), (x + width - 60, below + 30)], 3)
    found = asked(nursery, library)
    assert {"wish_1", "wish_3"} <= found.keys()
    assert "wish_7" not in found


def test_a_sign_half_way_between_two_fields_of_a_row_asks_for_both(
    library: FormLibrary, nursery: Paper
) -> None:
    for left, right in (("wish_3", "wish_4"), ("father_employer", "father_hours")):
        (x, y, width, height), (to, *_) = nursery.box(left), nursery.box(right)
        nursery.write("×", ((x + width + to) / 2, y + height - 14), 30)
    assert asked(nursery, library).keys() == {"wish_3", "wish_4", "father_employer", "father_hours"}


def test_an_arrow_beside_the_wishes_asks_for_both(library: FormLibrary, nursery: Paper) -> None:
    (x, y, _, _), (_, below, _, _) = nursery.box("wish_1"), nursery.box("wish_3")
    nursery.stroke([(x - 30, y + 20), (x - 60, (y + below) / 2 + 20), (x - 30, below + 30)], 3)
    found = asked(nursery, library)
    assert {"wish_1", "wish_3"} <= found.keys()


def test_a_value_that_goes_on_below_its_box_asks(library: FormLibrary, bus: Paper) -> None:
    x, y, _, height = bus.box("address")
    bus.write("千代田区霞が関", (x + 300, y + height / 2), 36)
    bus.write("1-2-3", (x + 300, y + height + 12), 30)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["address"]


def test_a_value_that_goes_on_in_the_next_lines_box_asks_for_both(library: FormLibrary, tax: Paper) -> None:
    x, y, _, height = tax.box("employer_address")
    tax.write("日置市伊集院町上神殿", (x + 500, y + height / 2), 38)
    tax.write("1591-9", (x + 500, y + height + 18), 26)
    found = asked(tax, library)
    assert {"employer_address", "employer_name"} <= found.keys()


def test_one_stroke_over_two_marks_asks(library: FormLibrary, bus: Paper) -> None:
    x, y, _, _ = bus.mark_box("routes", "east")
    to, _, _, _ = bus.mark_box("routes", "west")
    bus.stroke([(x + 6, y + 16), (x + 15, y + 31), (to + 20, y + 8)], 4)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["routes"]


def test_a_ring_around_the_word_instead_of_its_box_asks(library: FormLibrary, bus: Paper) -> None:
    x, y, side, _ = bus.mark_box("routes", "west")
    ImageDraw.Draw(bus.image).ellipse(
        (x + side + 2, y - 8, x + side + 110, y + side + 8), outline=30, width=4
    )
    assert Reason.OUTSIDE_BOX in asked(bus, library)["routes"]


def test_a_value_that_goes_on_among_the_marks_of_the_next_row_asks(library: FormLibrary, bus: Paper) -> None:
    found = next(box for box in bus.template.definition.boxes if box.field == "birth")
    x, y, _, height = bus.box("name")
    bus.write("山田", (x + 1000, y + height / 2), 36)
    bus.write("花子", (x + 950, found.box[1] + 30), 30)
    assert Reason.OUTSIDE_BOX in asked(bus, library)["name"]


def test_a_character_put_in_above_the_line_asks(library: FormLibrary, bus: Paper) -> None:
    x, y, _, height = bus.box("address")
    bus.write("千代田霞が関1-2-3", (x + 300, y + height * 0.68), 40)
    bus.write("区", (x + 270, y + 16), 26)
    assert Reason.SEVERAL_LINES in asked(bus, library)["address"]


# Free areas, and what the paper itself does --------------------------------------------------------------------


def test_a_free_area_is_of_no_concern(library: FormLibrary, bus: Paper) -> None:
    x, y, _, height = bus.template.definition.free[-1]
    bus.write("受付済　第12号", (x + 300, y + height - 60), 40)
    image, pen = coloured(bus)
    pen.ellipse((x + 100, y + 20, x + 236, y + 156), outline=RED, width=4)
    x, y, _, _ = bus.template.definition.free[0]  # the place of the seal
    pen.ellipse((x + 2, y + 12, x + 84, y + 94), outline=RED, width=4)
    assert asked(bus, library, np.asarray(image)) == {}


def of_the_paper(image: NDArray[np.uint8], random: np.random.Generator, kind: str) -> NDArray[np.uint8]:
    rows, columns = image.shape
    if kind == "holes":
        for y in (rows // 2 - 315, rows // 2 + 315):
            cv2.circle(image, (46, y), 23, (110,), -1)
    elif kind == "edge":
        image[:, :14] = 60
    elif kind == "fold":
        image[778:781] = np.minimum(image[778:781], 205)
    elif kind == "noise":
        image = np.clip(image + random.normal(0, 9, image.shape), 0, 255).astype(np.uint8)
    elif kind == "shadow":
        image = (image * np.linspace(0.72, 1, columns)[None]).astype(np.uint8)
    elif kind == "jpeg":
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 0)
    elif kind == "other side":
        back = cv2.GaussianBlur(cv2.flip(image, 1), (0, 0), 2).astype(np.float32)
        image = np.clip(image - (255 - back) * 0.07, 0, 255).astype(np.uint8)
    elif kind == "dust":
        for x, y in random.integers(0, (columns - 3, rows - 3), (150, 2)):
            image[y : y + 2, x : x + 2] = 60
    elif kind == "bolder":
        image = cv2.erode(image, np.ones((2, 2), np.uint8))
    elif kind == "beside":
        image = np.roll(image, (1, 1), (0, 1))
    return image


@pytest.mark.parametrize(
    "kind",
    ["holes", "edge", "fold", "noise", "shadow", "jpeg", "other side", "dust", "bolder", "beside"],
)
def test_what_is_no_ink_asks_nothing(library: FormLibrary, bus: Paper, kind: str) -> None:
    random = np.random.default_rng(4)
    assert asked(bus, library, of_the_paper(bus.pixels, random, kind)) == {}


def test_lines_on_half_the_page_above_and_below_each_other_are_no_fold() -> None:
    drawn = np.zeros((600, 600), np.bool_)
    drawn[300, :200] = drawn[320, 400:] = True
    paper._drop_folds(drawn, np.ones_like(drawn), 2)
    assert drawn.sum() == 400


@pytest.mark.parametrize("field", ["name", "phone", "birth"])
def test_print_that_was_covered_asks(library: FormLibrary, bus: Paper, field: str) -> None:
    x, y, _, height = bus.box(field)
    pen = ImageDraw.Draw(bus.image)
    at = 440 if field == "birth" else 20
    pen.rectangle((x + at, y - 12, x + at + 40, y + height // 2), fill=250)
    assert Reason.PRINT_MISSING in asked(bus, library)[field]


def whitened(paper: Paper, rects: Iterable[Rect], inset: int = 4) -> None:
    """The inside of combs painted over: the lines between the cells are gone, the frames stand."""
    for x, y, width, height in rects:
        inside = (x + inset, y + inset, x + width - inset, y + height - inset)
        ImageDraw.Draw(paper.image).rectangle(inside, fill=252)


@pytest.mark.parametrize("field", ["employee_number", "tax_total", "contact_phone"])
def test_lines_between_cells_that_were_covered_ask(library: FormLibrary, tax: Paper, field: str) -> None:
    whitened(tax, [tax.box(field)])
    assert asked(tax, library) == {field: {Reason.PRINT_MISSING}}


def test_thin_lines_that_the_whole_scan_lost_say_nothing(library: FormLibrary, tax: Paper) -> None:
    for box in tax.template.definition.boxes:
        if box.kind in ("comb", "date") and not box.field.endswith("postal_code"):  # it has a thick line
            whitened(tax, box.parts.values() or [box.box])
    assert asked(tax, library) == {}


# Red -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["ring", "cross", "line", "seal", "small seal", "tick"])
@pytest.mark.parametrize("field", ["name", "phone", "birth", "category"])
def test_red_over_a_field_asks_whatever_its_shape(
    library: FormLibrary, bus: Paper, shape: str, field: str
) -> None:
    image, pen = coloured(bus)
    x, y, _, height = bus.box(field)
    at, middle, side = x + 10, y + height // 2, 44
    if shape == "ring":
        pen.ellipse((at, middle - side, at + 2 * side, middle + side), outline=RED, width=4)
    elif shape == "cross":
        pen.line((at, middle - 30, at + 60, middle + 30), fill=RED, width=4)
        pen.line((at, middle + 30, at + 60, middle - 30), fill=RED, width=4)
    elif shape == "line":
        pen.line((at, middle, at + 200, middle + 4), fill=RED, width=3)
    elif shape == "tick":
        pen.line(((at, middle), (at + 10, middle + 14), (at + 34, middle - 14)), fill=RED, width=4)
    else:
        half = 39 if shape == "seal" else 23
        pen.ellipse((at, middle - half, at + 2 * half, middle + half), outline=RED, width=4)
        pen.line((at + half, middle - half + 14, at + half, middle + half - 14), fill=RED, width=4)
    assert Reason.COLOURED_INK in asked(bus, library, np.asarray(image))[field]


def test_red_beside_a_field_asks_for_it_too(library: FormLibrary, bus: Paper) -> None:
    image, pen = coloured(bus)
    x, y, width, height = bus.box("phone")
    pen.line((x + width + 140, y + 8, x + width + 176, y + height - 8), fill=RED, width=4)
    pen.line((x + width + 140, y + height - 8, x + width + 176, y + 8), fill=RED, width=4)
    found = asked(bus, library, np.asarray(image))
    assert found["phone"] == {Reason.COLOURED_INK}
    assert set(found) <= {"phone", "address"}, "and at most the row above, which is as near"


# Faint ---------------------------------------------------------------------------------------------------------
