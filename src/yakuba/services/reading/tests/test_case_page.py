"""The page of a case, for whoever works at the desk: the picture beside each value, the way to put it right, and what comes
next, from before the first look until after the entry."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus
from yakuba.services.reading.models import Batch, BatchFile, Question, Sheet

CORNERS = ((100.0, 100.0), (500.0, 100.0), (500.0, 160.0), (100.0, 160.0))
VALUES = {"name": ("name", "渡辺静"), "kana": ("kana", "ワタナベシズカ"), "note": ("text", "なし")}
DOCUMENT = {
    "procedure": "p",
    "title": "見本",
    "version": 1,
    "baseline": {"minutes_per_case": 1, "kind": "estimated"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
        *({"code": code, "label": code, "type": kind} for code, (kind, _) in VALUES.items()),
    ],
}


@pytest.fixture
def case(in_yakuba_city, clerk, client) -> Case:
    """A case of one sheet, all of it read, with the clerk logged in."""
    client.force_login(clerk)
    fields = tuple(
        FieldReading(code, code, kind, 1, value, value, 0.9, Decision.TRUSTED, (), "", CORNERS)
        for code, (kind, value) in VALUES.items()
    )
    reading = PageReading(
        PageStatus.READ, "", form="p", form_version=1, page=1, corners=CORNERS, fields=fields
    )
    paper = io.BytesIO()
    Image.new("L", (700, 900), 255).save(paper, "PNG")
    image = store(StoredFile.Kind.PAGE, "page.png", "image/png", paper.getvalue(), actor=clerk)
    case = ledger.open_case(ledger.load_procedure(DOCUMENT), "0800000129")
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", stored=image, pages=1, state="split")
    sheet = Sheet.objects.create(
        batch=batch, file=file, index=0, image=image, page=1, case=case, state="placed",
        reading=reading.to_json(),
    )  # fmt: skip
    source = {"sheet": sheet.pk, "page": 1, "corners": [list(point) for point in CORNERS]}
    for code, (_, value) in VALUES.items():
        ledger.record_value(case, code, value, trusted=True, source=source)
    return ledger.move(case, Status.READY)


def page_of(client, case) -> str:
    return client.get(reverse("ledger:case", args=[case.pk])).content.decode()


@pytest.mark.parametrize("field", VALUES)
def test_every_value_stands_beside_its_picture_and_can_be_put_right(case, client, field):
    page, picture = page_of(client, case), reverse("reading:field_picture", args=[case.pk, field])
    assert f'src="{picture}?s=' in page
    assert client.get(picture).status_code == 200
    again = reverse("reading:ask_again", args=[case.pk, field])
    assert f'action="{again}"' in page
    assert "直す" in page
    answer = client.post(again)
    asked = Question.objects.get(case=case, field=field)
    assert answer["Location"] == reverse("reading:question", args=[asked.pk])


def test_what_comes_next_is_a_button(case, client):
    client.post(reverse("reading:ask_again", args=[case.pk, "kana"]))
    asked = reverse("reading:question", args=[Question.objects.get(case=case).pk])
    page = page_of(client, case)
    _, _, behind = page.partition("次にすること")
    assert behind
    assert "値を確認する" in behind.partition("</section>")[0]
    assert f'href="{asked}"' in behind.partition("</section>")[0]
    assert f'href="{asked}"' in behind.partition("<tbody>")[2], "and beside the value itself"


def test_after_the_entry_a_correction_takes_the_place_of_putting_it_right(case, client):
    ledger.move(case, Status.ENTERING)
    ledger.move(case, Status.ENTERED, target_number="K-17")
    page = page_of(client, case)
    assert reverse("reading:ask_again", args=[case.pk, "name"]) not in page
    assert f'href="{reverse("reading:correct", args=[case.pk, "name"])}"' in page


def test_the_rooms_own_address_of_a_case_leads_there(case, client):
    answer = client.get(reverse("reading:case", args=[case.pk]))
    assert answer["Location"] == reverse("ledger:case", args=[case.pk])


def test_who_only_looks_sees_the_pictures_and_is_offered_nothing_that_is_refused(
    case, client, make_staff, yakuba_city
):
    client.force_login(make_staff(yakuba_city, "ledger.view", "reading.view"))
    page = page_of(client, case)
    assert reverse("reading:field_picture", args=[case.pk, "name"]) in page
    assert "直す" not in page
    assert "次にすること" not in page
