"""What is nearly an entry of a list or a dictionary, and is not it, never passes as the entry."""

from __future__ import annotations

import cv2
import pytest
from PIL import Image

from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page

from .conftest import Paper, template

UNLISTED = (
    "束山保育園",
    "松凪こども園",
    "酉町保育園",
    "双菜保育園",
    "めくみ保育園",
    "つくじ保育園",
    "若葉こども園",
)
LISTED = ("東山保育園", "松風こども園")


@pytest.fixture
def wishes(library: FormLibrary) -> Paper:
    """An empty second page of the nursery's application, which has the lines for wishes."""
    found = template(library, "nursery-admission/2")
    return Paper(found, Image.fromarray(found.image.copy()))


@pytest.mark.parametrize("sigma", [0.0, 1.1])
def test_a_facility_that_is_not_on_the_list_goes_to_a_person(
    library: FormLibrary, recogniser: PpOcr, wishes: Paper, sigma: float
) -> None:
    for number, text in enumerate((*UNLISTED, *LISTED), 1):
        wishes.line(f"wish_{number}", text)
    image = cv2.GaussianBlur(wishes.pixels, (0, 0), sigma) if sigma else wishes.pixels
    page = read_page(image, library, recogniser)
    found = {reading.field: reading for reading in page.fields}
    for number in range(1, len(UNLISTED) + 1):
        reading = found[f"wish_{number}"]
        assert reading.decision is Decision.DOUBTFUL, reading.value
        assert {
            Reason.NOT_IN_LEXICON,
            Reason.READ_AS_LISTED,
            Reason.LOW_CONFIDENCE,
            Reason.VIEWS_DISAGREE,
        } & {*reading.reasons}
    for number, text in enumerate(LISTED, len(UNLISTED) + 1):
        assert found[f"wish_{number}"].value == text
        assert sigma or found[f"wish_{number}"].decision is Decision.TRUSTED


def test_what_was_read_stays_among_the_readings_offered(
    library: FormLibrary, recogniser: PpOcr, wishes: Paper
) -> None:
    wishes.line("wish_1", "松凪こども園")
    page = read_page(cv2.GaussianBlur(wishes.pixels, (0, 0), 1.1), library, recogniser)
    reading = next(one for one in page.fields if one.field == "wish_1")
    assert "松凪こども園" in (reading.value, *reading.candidates)
