"""Individual numbers on the desk: asked of nobody, and in no picture, without the permission to see them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger import actions as ledger
from yakuba.services.reading.actions.questions import take_next
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus
from yakuba.services.reading.models import Batch, BatchFile, Question, Sheet
from yakuba.services.reading.queries.questions import open_questions

NUMBER = "123456789018"
CORNERS = ((100.0, 100.0), (500.0, 100.0), (500.0, 160.0), (100.0, 160.0))
DOCUMENT = {
    "procedure": "p",
    "title": "見本",
    "version": 1,
    "baseline": {"minutes_per_case": 1, "kind": "estimated"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
        {"code": "number", "label": "個人番号", "type": "my_number"},
    ],
}


@pytest.fixture
def asked(in_yakuba_city, clerk) -> Question:
    """A doubtful individual number on a white page."""
    field = FieldReading(
        "number", "個人番号", "my_number", 1, NUMBER, NUMBER, 0.5, Decision.DOUBTFUL, (), "", CORNERS
    )
    reading = PageReading(
        PageStatus.READ, "", form="p", form_version=1, page=1, corners=CORNERS, fields=(field,)
    )
    white = io.BytesIO()
    Image.new("L", (700, 900), 255).save(white, "PNG")
    image = store(StoredFile.Kind.PAGE, "page.png", "image/png", white.getvalue(), actor=clerk)
    case = ledger.open_case(ledger.load_procedure(DOCUMENT), "0800000129")
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", stored=image, pages=1, state="split")
    sheet = Sheet.objects.create(
        batch=batch,
        file=file,
        index=0,
        image=image,
        page=1,
        case=case,
        state="placed",
        reading=reading.to_json(),
    )
    source = {"sheet": sheet.pk, "page": 1, "corners": [list(point) for point in CORNERS]}
    ledger.record_value(case, "number", NUMBER, trusted=False, source=source)
    ledger.move(case, "confirming")
    return Question.objects.create(
        case=case, sheet=sheet, field="number", type="my_number", value=NUMBER, candidates=[NUMBER]
    )


@pytest.fixture
def reader(make_staff, yakuba_city):
    return make_staff(yakuba_city, "reading.view", "reading.confirm", "ledger.view")


def test_it_is_asked_only_of_who_may_see_it(asked, clerk, reader, client):
    assert take_next(reader) is None
    client.force_login(reader)
    assert client.get(f"/reading/confirm/{asked.pk}/").status_code == 403
    assert take_next(clerk) == asked
    client.force_login(clerk)
    page = client.get(f"/reading/confirm/{asked.pk}/")
    assert page.status_code == 200
    assert NUMBER not in page.content.decode()  # typed anew from the picture


def test_lists_hold_no_digit_of_it(asked):
    (one,) = open_questions()
    assert (one.value, one.candidates) == ("*" * 12, ())


def test_pictures_show_it_only_to_who_may_see_it(asked, clerk, reader, client):
    whole, own = f"/reading/sheets/{asked.sheet_id}/page.png", f"/reading/cases/{asked.case_id}/number.png"

    def middle(content: bytes) -> int:
        return int(np.asarray(Image.open(io.BytesIO(content)).convert("L"))[130, 300])

    client.force_login(reader)
    assert client.get(own).status_code == 403
    assert middle(client.get(whole).content) == 0
    client.force_login(clerk)
    assert client.get(own).status_code == 200
    assert middle(client.get(whole).content) == 255
