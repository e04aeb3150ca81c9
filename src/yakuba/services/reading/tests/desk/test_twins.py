"""A sheet scanned twice, of a form without printed numbers: a person is asked, and nothing is thrown away."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from django.urls import reverse

from yakuba.kernel.files.uploads import PageImage
from yakuba.kernel.ledger.models import Case
from yakuba.services.reading.actions import designing_publish as publishing
from yakuba.services.reading.actions import reader, sheets, sheets_decided
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.engine import twins
from yakuba.services.reading.models import Batch, BatchFile, FormPage, Sheet
from yakuba.services.reading.queries.pictures import pixels
from yakuba.services.reading.tests.desk.drawn import small_form
from yakuba.services.reading.tests.desk.test_designer import draft

pytestmark = pytest.mark.django_db
CORNERS = ((0.0, 0.0), (1654.0, 0.0), (1654.0, 2339.0), (0.0, 2339.0))


def filled(seed: int, *, same_address: bool = False) -> np.ndarray:
    """The blank form with strokes of that seed."""
    page = np.asarray(small_form().image.convert("L")).copy()
    for row in range(6):
        rng = np.random.default_rng(7 if same_address and row > 1 else seed * 100 + row)
        for letter in range(12):
            at = np.array([430 + letter * 60, 330 + row * 90])
            points = at + rng.integers(0, 46, (5, 2))
            cv2.polylines(page, [points.astype(np.int32)], False, 60, 4, cv2.LINE_AA)
    return page


def scanned(page: np.ndarray, seed: int) -> np.ndarray:
    """Once more over the glass: another place by a pixel or two, paler, with noise."""
    rng = np.random.default_rng(seed)
    moved = cv2.warpAffine(page, np.float32([[1, 0, 1.4], [0, 1, -0.8]]), page.shape[::-1], borderValue=255)
    pale = 255 - (255 - moved.astype(np.float32)) * 0.75 + rng.normal(0, 4, moved.shape)
    return cv2.GaussianBlur(np.clip(pale, 0, 255).astype(np.uint8), (0, 0), 0.8)


class Pile:
    """Sheets that come in one after the other; what the engine says of each is given."""

    def __init__(self, desk, monkeypatch):
        self.desk = desk
        row = draft(desk)
        self.form = publishing.publish(row, row.revision, actor=desk.person)
        self.batch = Batch.objects.create(name="束")
        self.file = BatchFile.objects.create(batch=self.batch, name="束.pdf", pages=9, state="split")
        read = PageReading(PageStatus.READ, "", form=self.form.code, form_version=1, page=1, corners=CORNERS)
        monkeypatch.setattr(reader, "read_image", lambda *given: read)

    def put(self, page: np.ndarray) -> Sheet:
        data = cv2.imencode(".png", page)[1].tobytes()
        sheets.add_sheet(self.file, PageImage(self.file.sheets.count(), "image/png", data), 0.1)
        self.desk.work()
        return Sheet.objects.order_by("-pk").first()

    def cases(self) -> int:
        return Case.objects.filter(procedure=self.form.procedure).count()


@pytest.fixture
def pile(desk, monkeypatch):
    return Pile(desk, monkeypatch)


def test_a_second_scan_is_shown_beside_the_first_and_put_aside_by_a_person(pile, client):
    first, second = pile.put(filled(1)), pile.put(scanned(filled(1), 5))
    assert (first.state, second.state, second.problem) == ("placed", "problem", "twin")
    assert second.twin == first
    assert pile.cases() == 1
    client.force_login(pile.desk.person)
    page = client.get(reverse("reading:sheet", args=[second.pk])).content.decode()
    assert "同じもの" in page
    assert "別のもの" in page
    assert page.count("page.png") == 2
    client.post(reverse("reading:same", args=[second.pk]))
    second.refresh_from_db()
    assert second.state == "aside"
    assert first.place_in_file in second.aside_reason
    assert sheets_decided.take_back(second, actor=pile.desk.person).problem == "twin", "nothing is lost"


def test_another_application_that_looks_alike_gets_a_number_of_its_own(pile, client):
    pile.put(filled(1))
    second = pile.put(scanned(filled(1), 5))
    client.force_login(pile.desk.person)
    client.post(reverse("reading:apart", args=[second.pk]))
    second.refresh_from_db()
    assert second.state == "placed"
    assert pile.cases() == 2


def test_different_sheets_are_not_asked_about(pile):
    for seed in (1, 2, 3):
        assert pile.put(filled(seed)).state == "placed"
    assert pile.cases() == 3


def test_nearly_blank_sheets_are_not_asked_about(pile):
    blank = np.asarray(small_form().image.convert("L"))
    assert pile.put(blank).state == pile.put(blank).state == "placed"


def test_strokes_of_two_scans_cover_each_other_and_of_two_sheets_do_not(pile):
    blank = pixels_of(pile)
    one = twins.strokes(filled(1), CORNERS, blank)
    again = twins.strokes(scanned(filled(1), 3), CORNERS, blank)
    other = twins.strokes(filled(2), CORNERS, blank)
    assert twins.alike(one, again) >= twins.ALIKE
    assert twins.alike(one, other) < twins.ALIKE
    assert twins.nearest(twins.look(one), [(1, twins.look(again)), (2, b"")]) == [1]


def pixels_of(pile):
    from yakuba.kernel.files.storage import content_of

    return pixels(content_of(FormPage.objects.get(form=pile.form).image), grey=True)
