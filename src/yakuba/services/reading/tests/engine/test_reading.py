"""A page from image to decisions: with the real model, on sheets filled in by the test and by the generator."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision, PageReading, PageStatus, Reason
from yakuba.services.reading.engine.assemble import read_cases
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page

from .conftest import Paper, Scan


def filled(bus: Paper) -> Paper:
    """A complete, clearly written application."""
    bus.comb("receipt_number", "0832714446")
    bus.date("application_date", "reiwa", "8", "10", "7")
    bus.line("kana", "ヤマダ　ハナコ")
    bus.line("name", "山田　花子")
    bus.date("birth", "showa", "16", "11", "20")
    bus.comb("postal_code", "1000013")
    bus.line("address", "千代田区霞が関1-2-3")
    bus.comb("phone", "09012345678")
    bus.tick(bus.mark_box("category", "elderly"))
    bus.tick(bus.mark_box("routes", "east"))
    bus.tick(bus.mark_box("routes", "loop"))
    bus.tick(bus.mark_box("period", "month6"))
    bus.date("start_date", "reiwa", "8", "11", "1")
    bus.tick(bus.mark_box("delivery", "post"))
    return bus


VALUES = {
    "receipt_number": "0832714446",
    "application_date": "2026-10-07",
    "kana": "ヤマダハナコ",
    "name": "山田花子",
    "birth": "1941-11-20",
    "postal_code": "1000013",
    "address": "千代田区霞が関1-2-3",
    "phone": "09012345678",
    "category": "elderly",
    "routes": "east,loop",
    "period": "month6",
    "start_date": "2026-11-01",
    "delivery": "post",
}


def test_a_clear_sheet_passes_without_a_person(library: FormLibrary, recogniser: PpOcr, bus: Paper) -> None:
    page = read_page(filled(bus).pixels, library, recogniser)
    assert (page.status, page.form, page.page, page.procedure) == (PageStatus.READ, "bus-pass", 1, "bus-pass")
    assert {reading.field: reading.value for reading in page.fields} == VALUES
    doubtful = {r.field: r.reasons for r in page.fields if r.decision is not Decision.TRUSTED}
    assert doubtful == {}
    assert page.receipt_number == "0832714446"
    assert PageReading.from_json(json.loads(json.dumps(page.to_json()))) == page


def test_the_corners_lie_on_the_scan_as_it_was_given(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    upside_down = cv2.rotate(filled(bus).pixels, cv2.ROTATE_180)
    page = read_page(upside_down, library, recogniser)
    assert page.rotation == pytest.approx(180, abs=0.1)
    reading = page.field("phone")
    assert reading is not None
    assert reading.value == VALUES["phone"]
    x, y, width, height = bus.box("phone")
    rows, columns = upside_down.shape
    wanted = [
        (columns - x, rows - y),
        (columns - x - width, rows - y),
        (columns - x - width, rows - y - height),
    ]
    assert np.abs(np.array(reading.corners[:3]) - wanted).max() < 2


def test_what_is_missing_wrong_or_changed_goes_to_a_person(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    bus.comb("receipt_number", "0832714447")  # check digits
    bus.date("application_date", "reiwa", "8", "2", "30")  # no such day
    bus.line("kana", "スズキ　ハナコ")  # another person
    bus.line("name", "髙橋　花子")  # an old form of a kanji
    bus.date("birth", "showa", "16", "11", "20")
    bus.comb("postal_code", "1000013")
    bus.line("address", "札幌市中央区北1条西2丁目")  # not the postal code's town
    bus.comb("phone", "0901234567")
    x, y, width, height = bus.box("phone")
    bus.stroke([(x, y + height / 2), (x + width, y + height / 2 - 3)], 4)  # crossed out
    bus.tick(bus.mark_box("category", "elderly"))
    bus.tick(bus.mark_box("category", "student"))  # two of one
    mark = bus.mark_box("period", "month1")
    bus.tick(mark)
    bus.stroke([(mark[0] - 8, mark[1] + 15), (mark[0] + 130, mark[1] + 17)], 3)  # ticked and crossed out
    bus.stroke([(mark[0] - 8, mark[1] + 24), (mark[0] + 130, mark[1] + 25)], 3)
    page = read_page(bus.pixels, library, recogniser)
    found = {reading.field: set(reading.reasons) for reading in page.fields}
    expected = {
        "receipt_number": Reason.BAD_FORMAT,
        "application_date": Reason.BAD_FORMAT,
        "kana": Reason.KANA_MISMATCH,
        "name": Reason.KANA_MISMATCH,
        "postal_code": Reason.POSTAL_MISMATCH,
        "address": Reason.POSTAL_MISMATCH,
        "phone": Reason.STRUCK_OUT,
        "category": Reason.SEVERAL_MARKS,
        "routes": Reason.REQUIRED_BLANK,
        "period": Reason.STRUCK_OUT,
        "start_date": Reason.REQUIRED_BLANK,
    }
    assert {field: reason in found[field] for field, reason in expected.items()} == dict.fromkeys(
        expected, True
    )
    assert found["birth"] == set()
    for reading in page.fields:
        assert (reading.decision is Decision.DOUBTFUL) == bool(reading.reasons)
        assert bool(reading.message) == bool(reading.reasons)


def test_faint_and_hidden_writing_is_not_taken_for_blank(
    library: FormLibrary, recogniser: PpOcr, tax: Paper
) -> None:
    x, y, _, height = tax.box("employee_number")
    tax.write("1", (x + 20, y + height / 2), 40, fill=190)  # pencil, hardly there
    x, y, width, _ = tax.box("tax_total")
    tax.comb("tax_total", "  12300")
    line = x + 2 * width / 7
    tax.stroke([(line, y + 8), (line, y + 48)], 4)  # a 1 right on the line between two cells
    page = read_page(tax.pixels, library, recogniser)
    number, total = page.field("employee_number"), page.field("tax_total")
    assert number is not None
    assert total is not None
    assert number.reasons == (Reason.FAINT_INK,)
    assert total.decision is Decision.DOUBTFUL


def test_red_over_a_field_asks_and_a_seal_in_its_place_does_not(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    colour = cv2.cvtColor(filled(bus).pixels, cv2.COLOR_GRAY2RGB)
    x, y, width, height = bus.template.definition.free[0]
    cv2.circle(colour, (x + width // 2, y + height // 2), 38, (210, 60, 70), 4)
    x, y, _, _ = bus.box("phone")
    cv2.putText(colour, "1", (x + 100, y + 40), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (200, 30, 40), 4)
    x, y, _, height = bus.box("kana")
    cv2.circle(colour, (x + 235, y + height // 2), 30, (210, 60, 70), 4)  # round like a seal
    page = read_page(colour, library, recogniser)
    name, phone, kana = page.field("name"), page.field("phone"), page.field("kana")
    assert name is not None
    assert phone is not None
    assert kana is not None
    assert (name.value, name.decision) == ("山田花子", Decision.TRUSTED)
    assert Reason.COLOURED_INK in phone.reasons
    assert kana.value == "ヤマダハナコ"
    assert Reason.COLOURED_INK in kana.reasons


def test_a_slip_of_paper_over_the_form_is_noticed(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    image = filled(bus).pixels
    image[820:920, 60:1500] = 255
    page = read_page(image, library, recogniser)
    postal = page.field("postal_code")
    assert postal is not None
    assert Reason.PRINT_MISSING in postal.reasons


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((1, 1), np.uint8),
        np.zeros((0, 0), np.uint8),
        np.full((5000, 310), 255, np.uint8),
        np.zeros((2339, 1654, 4), np.uint8),
        np.zeros((100, 100), np.float32),
        np.zeros((1200, 900, 3), np.uint8),
        np.full((1200, 900, 3), 255, np.uint8),
        np.random.default_rng(0).integers(0, 255, (1200, 900, 3), dtype=np.uint8),
        np.tile(np.arange(900, dtype=np.uint8), (1200, 1)),
        np.kron(np.indices((60, 45)).sum(axis=0) % 2, np.full((20, 20), 255)).astype(np.uint8),
    ],
    ids=["dot", "nothing", "ribbon", "alpha", "float", "black", "white", "noise", "gradient", "chess"],
)
def test_hostile_images_get_a_reason(library: FormLibrary, recogniser: PpOcr, image: np.ndarray) -> None:
    page = read_page(image, library, recogniser)
    assert page.status in {PageStatus.BAD_IMAGE, PageStatus.UNKNOWN_FORM, PageStatus.BLANK}
    assert page.message.endswith("。")
    assert page.fields == ()


def test_generated_sheets_have_no_silent_error(
    library: FormLibrary, recogniser: PpOcr, pile: list[Scan]
) -> None:
    pages = [read_page(scan.image, library, recogniser) for scan in pile]
    assert [(page.form, page.page) for page in pages] == [(scan.form, scan.page) for scan in pile]
    cases = read_cases(pages, library)
    passed, wrong, total = 0, [], 0
    for case in cases:
        truth = pile[case.pages[0]].values
        for reading in case.fields:
            total += 1
            if reading.decision is Decision.DOUBTFUL:
                continue
            passed += 1
            if reading.value != truth[reading.field]:
                wrong.append((reading.field, truth[reading.field], reading.value))
    assert wrong == []
    assert total > 100
    assert passed / total > 0.7
