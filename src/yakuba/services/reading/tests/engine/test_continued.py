"""A value that goes on where its box does not reach: the line that it began in asks, too."""

from __future__ import annotations

import pytest
from PIL import ImageDraw

from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine import continued
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page

from .conftest import Paper
from .seen import laid, works


def test_a_line_above_a_comb_that_holds_its_rest_too_asks(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    bus.comb("postal_code", "1000013")
    bus.line("address", "千代田区霞が関1-2")
    bus.comb("phone", "09012345678")
    x, y, _, _ = bus.box("phone")
    bus.write("-3クニタチハイツ301", (x + 160, y + 20), 28, "lm")
    page = read_page(bus.pixels, library, recogniser)
    address, name = page.field("address"), page.field("kana")
    assert address is not None
    assert name is not None
    assert address.decision is Decision.DOUBTFUL
    assert Reason.OUTSIDE_BOX in address.reasons
    assert Reason.OUTSIDE_BOX not in name.reasons


@pytest.mark.parametrize(("gap", "several"), [(60, False), (150, False), (420, True)])
def test_two_writings_far_apart_in_one_line_ask(
    library: FormLibrary, bus: Paper, gap: int, several: bool
) -> None:
    bus.line("kana", "ヤマダ", 40)
    x, y, _, height = bus.box("kana")
    bus.write("ハナコ", (x + 150 + gap, y + height / 2), 40, "lm")
    assert (Reason.SEVERAL_LINES in works(bus, library)["kana"].flags) is several


def test_an_empty_line_whose_value_stands_in_brackets_below_it_is_not_blank(
    library: FormLibrary, recogniser: PpOcr, nursery: Paper
) -> None:
    nursery.line("wish_1", "つくし保育園", 34)
    nursery.line("wish_4", "松風こども園（めぐみ保育園）", 34)
    page = read_page(nursery.pixels, library, recogniser)
    empty, other = page.field("wish_2"), page.field("wish_6")
    assert empty is not None
    assert other is not None
    assert (empty.decision, other.decision) == (Decision.DOUBTFUL, Decision.BLANK)


def test_an_empty_line_above_a_name_that_is_too_long_for_one_is_not_blank(
    library: FormLibrary, recogniser: PpOcr, nursery: Paper
) -> None:
    nursery.line("mother_name", "山田花子（有限会社新谷印刷）", 34)
    page = read_page(nursery.pixels, library, recogniser)
    above = continued.lines_above(nursery.template.definition, ["mother_name"])
    assert above == {"father_employer"}
    assert all((one := page.field(field)) and one.decision is Decision.DOUBTFUL for field in above)


@pytest.mark.parametrize(("field", "above"), [("phone", {"address"}), ("routes", set()), ("kana", set())])
def test_the_line_above_is_the_next_one_up_and_marks_have_none(
    bus: Paper, field: str, above: set[str]
) -> None:
    assert continued.lines_above(bus.template.definition, [field]) == above


def test_writing_where_the_seal_goes_asks_for_its_line(tax: Paper) -> None:
    left, top, width, height = tax.template.definition.free[0]
    tax.write("物産", (left + width / 2, top + height / 2), 30)
    sheet = laid(tax.template, tax.pixels)
    assert continued.in_seals_place(sheet, tax.template.definition) == {"employer_name"}


@pytest.mark.parametrize("shade", [60, 175, 225])
def test_a_seal_however_pale_asks_nothing(tax: Paper, shade: int) -> None:
    left, top, width, height = tax.template.definition.free[0]
    middle = left + width / 2, top + height / 2
    ring = (middle[0] - 37, middle[1] - 37, middle[0] + 37, middle[1] + 37)
    ImageDraw.Draw(tax.image).ellipse(ring, outline=shade, width=4)
    tax.write("島", (middle[0], middle[1] - 14), 24, fill=min(shade, 150))
    tax.write("田", (middle[0], middle[1] + 14), 24, fill=shade)
    sheet = laid(tax.template, tax.pixels)
    assert continued.in_seals_place(sheet, tax.template.definition) == frozenset()
