"""The print that belongs to no field: another heading or instruction is another form for the fields it speaks of."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine.alignment import Alignment, align
from yakuba.services.reading.engine.crops import lay_on_form
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.fineprint import Comparison
from yakuba.services.reading.engine.headings import changed_below
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page

from .conftest import GOTHIC, Paper, Scan, template

UPPER = {"receipt_number", "application_date", "name", "kana", "birth", "postal_code", "address", "phone"}
LOWER = {"category", "routes", "period", "start_date", "delivery"}


def found(image: NDArray[np.uint8], library: FormLibrary) -> frozenset[str]:
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    fit = align(np.ascontiguousarray(grey), library)
    assert isinstance(fit, Alignment)
    sheet = lay_on_form(np.ascontiguousarray(image), fit)
    return changed_below(fit.template.headings, Comparison(sheet.grey, sheet.form))


def reprinted(paper: Paper, place: Rect, text: str, size: int, *, light: bool = False) -> NDArray[np.uint8]:
    """The page with other words at a place."""
    x, y, width, height = place
    pen = ImageDraw.Draw(paper.image)
    pen.rectangle((x, y, x + width, y + height), fill=20 if light else 255)
    font = ImageFont.truetype(GOTHIC, size)
    pen.text((x, y + height / 2), text, fill=255 if light else 20, font=font, anchor="lm")
    return paper.pixels


def heading_over(paper: Paper, field: str) -> Rect:
    """The heading that stands next above a field's row."""
    top = paper.box(field)[1]
    lines = [one.windows for one in paper.template.headings if one.windows[0][1] < top]
    line = max(lines, key=lambda windows: windows[0][1])
    x, y, _, height = line[0]
    return x, y, line[-1][0] + line[-1][2] - x, height


def test_another_heading_asks_the_fields_below_it(library: FormLibrary, bus: Paper) -> None:
    place = heading_over(bus, "category")
    assert found(reprinted(bus, place, "変更前の乗車券", 27, light=True), library) == LOWER


def test_another_instruction_below_all_fields_asks_them_all(library: FormLibrary, bus: Paper) -> None:
    lines = [one for one in bus.template.headings if one.fields == UPPER | LOWER]
    x, y, _, height = lines[-1].windows[0]
    image = reprinted(bus, (x, y, 700, height), "住所の欄には、本籍を記入してください。", 26)
    assert found(image, library) == UPPER | LOWER


@pytest.mark.parametrize("name", ["bus-pass/1", "nursery-admission/1", "nursery-admission/2"])
def test_headings_in_bars_are_known_and_fields_and_the_mark_are_not_among_them(
    library: FormLibrary, name: str
) -> None:
    known = template(library, name)
    places = [rect for box in known.definition.boxes for rect in box.rects]
    middles = [(x + w / 2, y + h / 2) for one in known.headings for x, y, w, h in one.windows]
    assert not [
        (x, y) for x, y in middles for left, top, w, h in places if left < x < left + w and top < y < top + h
    ]
    assert not [(x, y) for x, y in middles if x > 1400 and y > 2090]
    dark = [
        one for one in known.headings if np.median([known.image[y, x] for x, y, _, _ in one.windows]) < 100
    ]
    assert len(dark) >= 2
    assert changed_below(known.headings, Comparison(known.image, known.image)) == frozenset()


@pytest.mark.slow
def test_ordinary_scans_have_the_headings_of_their_form(library: FormLibrary, pile: list[Scan]) -> None:
    assert [found(scan.image, library) for scan in pile] == [frozenset()] * len(pile)


def test_pen_over_a_heading_a_fold_and_a_smudged_mark_are_no_other_form(
    library: FormLibrary, bus: Paper
) -> None:
    x, y, width, height = heading_over(bus, "application_date")
    bus.stroke([(x, y + 8), (x + width, y + height)], 4)
    image = bus.pixels
    image[2110:2200, 1400:1560] = np.maximum(image[2110:2200, 1400:1560], 210)
    image[y + 5 : y + 8] //= 2
    assert found(image, library) == frozenset()


def test_a_word_added_to_an_option_goes_to_a_person(library: FormLibrary, recogniser: PpOcr) -> None:
    """自営業 → 自営業者: no window of the label changes, but nobody owns the ink."""
    known = template(library, "nursery-admission/2")
    paper = Paper(known, Image.fromarray(known.image.copy()))
    x, y, _, height = paper.mark_box("father_work", "leave")
    paper.tick(paper.mark_box("father_work", "self"))
    paper.write("者", (x - 14, y + height / 2), 26, fill=20)
    page = read_page(paper.pixels, library, recogniser)
    reading = page.field("father_work")
    assert reading is not None
    assert reading.decision is Decision.DOUBTFUL
    assert {Reason.OUTSIDE_BOX, Reason.MARK_UNCLEAR, Reason.LABEL_DIFFERS} & {*reading.reasons}
