"""The words beside the boxes: other words are noticed, whatever happens to the right ones is not."""

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
from yakuba.services.reading.engine.definitions import Box, Rect
from yakuba.services.reading.engine.fineprint import Comparison
from yakuba.services.reading.engine.labels import changed_fields, windows
from yakuba.services.reading.engine.library import FormLibrary, Template
from yakuba.services.reading.engine.reader import read_page

from .conftest import GOTHIC, Paper, Scan, template

NAMES = ("bus-pass/1", "nursery-admission/1", "nursery-admission/2", "resident-tax-change/1")
PAGE = (400, 1000)


def found(image: NDArray[np.uint8], library: FormLibrary) -> frozenset[str]:
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    fit = align(np.ascontiguousarray(grey), library)
    assert isinstance(fit, Alignment)
    sheet = lay_on_form(np.ascontiguousarray(image), fit)
    return changed_fields(fit.template.labels, Comparison(sheet.grey, sheet.form))


def head(known: Template, field: str) -> Rect:
    """The rectangle around the words left of a field's boxes."""
    box = next(box for box in known.definition.boxes if box.field == field)
    left = min(rect[0] for rect in (*box.marks.values(), *box.parts.values(), box.box))
    words = [one.rect for one in known.labels if field in one.fields and one.rect[0] < left]
    x, y = min(rect[0] for rect in words), min(rect[1] for rect in words)
    right = max(rect[0] + rect[2] for rect in words)
    return x, y, right - x, max(rect[3] for rect in words)


def exchanged(image: NDArray[np.uint8], one: Rect, other: Rect) -> None:
    """Two pieces of print change places, each centred where the other was."""
    pieces = [image[y : y + height, x : x + width].copy() for x, y, width, height in (one, other)]
    for x, y, width, height in (one, other):
        image[y : y + height, x : x + width] = image[y, x]
    for piece, (x, y, width, height) in zip(reversed(pieces), (one, other), strict=True):
        left, top = x + (width - piece.shape[1]) // 2, y + (height - piece.shape[0]) // 2
        image[top : top + piece.shape[0], left : left + piece.shape[1]] = piece


@pytest.mark.parametrize("code_readable", [True, False])
def test_two_dates_whose_labels_were_exchanged_do_not_pass(
    library: FormLibrary, recogniser: PpOcr, bus: Paper, code_readable: bool
) -> None:
    bus.date("application_date", "reiwa", "8", "11", "1")
    image = bus.pixels
    exchanged(image, head(bus.template, "application_date"), head(bus.template, "start_date"))
    if not code_readable:
        image[2090:2280, 1360:1600] = 255
    page = read_page(image, library, recogniser)
    written, blank = page.field("application_date"), page.field("start_date")
    assert written is not None
    assert blank is not None
    assert (written.decision, blank.decision) == (Decision.DOUBTFUL, Decision.DOUBTFUL)
    assert Reason.LABEL_DIFFERS in written.reasons
    assert Reason.LABEL_DIFFERS in blank.reasons
    assert "用紙の版を確かめてください。" in written.message
    assert [one.field for one in page.fields if Reason.LABEL_DIFFERS in one.reasons] == [
        "application_date",
        "start_date",
    ]


def test_options_eras_and_units_are_part_of_the_label(library: FormLibrary, tax: Paper) -> None:
    known, image = tax.template, tax.pixels
    boxes = {box.field: box for box in known.definition.boxes}
    eras = boxes["employee_birth"].marks
    ordinary, lump = (boxes["collection_after"].marks[code] for code in ("ordinary", "lump"))
    words = [(x + 42, y, 80, 36) for x, y, _, _ in (eras["showa"], eras["heisei"])]
    exchanged(image, words[0], words[1])
    words = [(x + 42, y, 118, 36) for x, y, _, _ in (ordinary, lump)]
    exchanged(image, words[0], words[1])
    x, y, width, _ = boxes["tax_total"].box
    picture = Image.fromarray(image)
    ImageDraw.Draw(picture).rectangle((x + width + 5, y, x + width + 60, y + 50), fill=255)
    font = ImageFont.truetype(GOTHIC, 26)
    ImageDraw.Draw(picture).text((x + width + 12, y + 16), "千円", fill=20, font=font)
    assert found(np.asarray(picture), library) == {"employee_birth", "collection_after", "tax_total"}


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_words_beside_its_boxes_and_they_are_found_on_the_form(
    library: FormLibrary, name: str
) -> None:
    known = template(library, name)
    fields = {field for one in known.labels for field in one.fields}
    assert fields == {box.field for box in known.definition.boxes}
    assert changed_fields(known.labels, Comparison(known.image, known.image)) == frozenset()


@pytest.mark.slow
def test_ordinary_scans_are_no_other_form(library: FormLibrary, pile: list[Scan]) -> None:
    assert [found(scan.image, library) for scan in pile] == [frozenset()] * len(pile)


def test_pen_and_seal_over_a_label_and_a_light_copy_are_no_other_form(
    library: FormLibrary, bus: Paper
) -> None:
    x, y, width, height = head(bus.template, "phone")
    bus.stroke([(x, y + 10), (x + width, y + 18)], 4)
    bus.stroke([(x, y + 20), (x + width, y + 26)], 4)
    light = (255 - (255 - bus.pixels.astype(np.int16)) * 0.6).astype(np.uint8)
    colour = cv2.cvtColor(light, cv2.COLOR_GRAY2RGB)
    x, y, width, height = head(bus.template, "name")
    cv2.circle(colour, (x + width // 2, y + height // 2), 38, (210, 60, 70), 4)
    assert found(colour, library) == frozenset()


def drawn(*texts: tuple[str, int, int]) -> NDArray[np.uint8]:
    picture = Image.new("L", PAGE[::-1], 255)
    for text, x, y in texts:
        ImageDraw.Draw(picture).text((x, y), text, fill=20, font=ImageFont.truetype(GOTHIC, 28))
    return np.asarray(picture)


def test_words_above_a_box_count_where_none_stand_beside_it() -> None:
    boxes = [
        Box("moved_in", "line", (60, 100, 300, 60)),
        Box("moved_out", "line", (500, 100, 300, 60)),
    ]
    form = drawn(("転入日", 80, 60), ("転出日", 520, 60))
    words = windows(form, boxes)
    assert {one.fields for one in words} == {("moved_in",), ("moved_out",)}
    assert changed_fields(words, Comparison(form, form)) == frozenset()
    assert changed_fields(words, Comparison(np.roll(form, (2, -2), (0, 1)), form)) == frozenset()
    same = drawn(("転出日", 80, 60), ("転出日", 520, 60))
    assert changed_fields(words, Comparison(same, form)) == {"moved_in"}


def test_a_form_without_words_has_nothing_to_compare() -> None:
    form = drawn()
    assert (
        changed_fields(windows(form, [Box("alone", "line", (60, 100, 300, 60))]), Comparison(form, form))
        == frozenset()
    )


@pytest.mark.parametrize(("x", "y"), [(-5, 6), (-6, -4), (0, 9)])
def test_a_small_stroke_added_to_a_character_of_a_label_is_another_character(
    library: FormLibrary, bus: Paper, x: int, y: int
) -> None:
    """日 becomes 目 or 甲 becomes 申 by a stroke that stays within the character."""
    left, top, width, height = head(bus.template, "address")
    middle = left + width - 14 + x, top + height / 2 + y
    bus.stroke([(middle[0], middle[1]), (middle[0] + 12, middle[1] + 4)], 3)
    assert "address" in found(bus.pixels, library)


def test_a_thin_line_ruled_over_a_label_is_no_other_form(library: FormLibrary, bus: Paper) -> None:
    left, top, width, height = head(bus.template, "address")
    middle = top + height / 2 + 3
    bus.stroke([(left - 12, middle), (left + width + 14, middle + 2)], 2)
    assert found(bus.pixels, library) == frozenset()
