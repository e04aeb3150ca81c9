"""A filled form is read back with the real reader: what passes without a person is what was entered, and nothing is silently
another value."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pypdfium2
import pytest

from yakuba.services.intake.adapters import paper_pdf
from yakuba.services.intake.engine.paper.placing import Entry, place
from yakuba.services.intake.tests import papers
from yakuba.services.reading.adapters import recognisers
from yakuba.services.reading.contracts import Decision
from yakuba.services.reading.engine.library import FormLibrary, Template
from yakuba.services.reading.engine.reader import read_page


@pytest.fixture(scope="module")
def library():
    cv2.setNumThreads(1)
    return papers.library()


@pytest.fixture(scope="module")
def recogniser():
    return recognisers.recogniser()


def pages_of(pdf: bytes) -> list[np.ndarray]:
    """As a scanner at 200 dpi sees them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [np.asarray(page.render(scale=200 / 72).to_pil().convert("L"), np.uint8) for page in document]
    finally:
        document.close()


def printed(form, code, values):
    """(pages, labels of what stands on the extra sheet)"""
    entries = {field: Entry(value) for field, value in values.items()}
    placed = place(form, papers.procedure(code), entries, papers.NUMBER, paper_pdf.draws)
    return pages_of(paper_pdf.drawn(form, placed, papers.NUMBER)), placed.beyond


@pytest.mark.parametrize(
    ("code", "values", "sure"),
    [
        ("bus-pass", papers.BUS, 11),
        ("bus-pass", papers.AWKWARD, 6),
        pytest.param("resident-tax-change", papers.TAX, 15, marks=pytest.mark.slow),
        pytest.param("nursery-admission", papers.NURSERY, 20, marks=pytest.mark.slow),
    ],
)
def test_what_passes_is_what_was_entered(library, recogniser, code, values, sure):
    pages, beyond = printed(papers.paper(library, code), code, values)
    labels = papers.procedure(code).labels
    elsewhere = {field for field, label in labels.items() if label in {one.label for one in beyond}}
    passed = 0
    for number, image in enumerate(pages[: len(pages) - bool(beyond)], start=1):
        read = read_page(image, library, recogniser)
        assert (read.form, read.page, read.receipt_number) == (code, number, papers.NUMBER)
        for one in read.fields:
            entered = values.get(one.field, "") if one.field != "receipt_number" else papers.NUMBER
            if one.field in elsewhere:
                assert one.decision is Decision.DOUBTFUL, f"{one.label} stands on the extra sheet"
            elif one.decision is Decision.TRUSTED:
                assert one.value == entered, one.label
                passed += 1
            elif one.decision is Decision.BLANK:
                assert entered == "", one.label
    assert passed >= sure


def test_what_no_box_holds_stands_whole_on_the_extra_sheet(library):
    pages, beyond = printed(papers.paper(library, "bus-pass"), "bus-pass", papers.AWKWARD)
    assert len(pages) == 2
    assert {one.label: one.text for one in beyond} == {
        "生年月日": "大正14年3月4日",
        "住所": papers.LONG,
    }


@pytest.mark.slow
def test_a_form_without_a_box_for_the_number_gets_a_code_that_the_reader_finds(library, recogniser):
    form = papers.without(papers.paper(library, "bus-pass"), "receipt_number")
    (image,), _ = printed(form, "bus-pass", papers.BUS)
    known = next(one for one in library.templates if one.form.code == "bus-pass")
    boxes = tuple(box for box in known.definition.boxes if box.field != "receipt_number")
    page = dataclasses.replace(known.definition, boxes=boxes)
    labelled = dataclasses.replace(known.form, pages=(page,), numbering="label")
    again = FormLibrary.of([labelled], [papers.procedure("bus-pass")])
    assert isinstance(again.templates[0], Template)
    read = read_page(image, again, recogniser)
    assert read.receipt_number == papers.NUMBER
    assert all(
        one.value == papers.BUS[one.field]
        for one in read.fields
        if one.decision is Decision.TRUSTED and one.field != "receipt_number"
    )


@pytest.mark.slow
def test_every_kind_of_box_says_that_its_value_stands_elsewhere(library, recogniser):
    form = papers.paper(library, "bus-pass")
    entries = {field: Entry(instead="（支援措置により非表示）") for field in papers.BUS}
    placed = place(form, papers.procedure("bus-pass"), entries, papers.NUMBER, paper_pdf.draws)
    image = pages_of(paper_pdf.drawn(form, placed, papers.NUMBER))[0]
    read = read_page(image, library, recogniser)
    passed = {one.field for one in read.fields if one.decision is not Decision.DOUBTFUL}
    assert passed == {"receipt_number"}
