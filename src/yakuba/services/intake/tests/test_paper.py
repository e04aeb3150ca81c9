"""The filled paper form as residents and staff take it along, and what is not on it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.protection.models import Covered, Protection
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.intake.pages import paper
from yakuba.services.intake.tests.conftest import TOWN, Resident, numbers
from yakuba.services.reading.facade import load_form

ANSWERS = (
    {"name": "佐藤次郎", "kana": "サトウジロウ", "birth": "S26.5.3", "phone": "090-0000-0001"},
    {"postal_code": "1000001", "address": "東京都千代田区千代田1-1"},
    {"category": "elderly", "routes": ["east", "loop"], "period": "month6", "start_date": "R8.12.1", "delivery": "post"},
)  # fmt: skip


@pytest.fixture
def open_bus(in_yakuba_city, clerk):
    """The sample's procedure with its paper form and its web form."""
    for limit in (paper.PAPERS, paper.PAPERS_OF_TOWN):
        limit.forget()
    samples = Path(settings.YAKUBA.samples_dir)
    set_values({"intake.public": True}, actor=clerk)
    procedure = load_procedure(read_document(samples / "procedures/bus-pass.yaml"))
    load_form(samples / "forms/bus-pass")
    opening.set_form(procedure, read_document(samples / "intake/bus-pass.yaml"), actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    return procedure


def sent(resident: Resident) -> tuple[str, str, str]:
    """(address of the draft, receipt number, secret)"""
    draft = resident.client.post(f"{TOWN}bus-pass/")["Location"].removesuffix("1/")
    for step, answers in enumerate(ANSWERS, start=1):
        assert resident.client.post(f"{draft}{step}/", answers).status_code == 302
    text = resident.client.post(f"{draft}send/", follow=True).content.decode()
    return draft, *numbers(text)


def text_of(answer) -> list[str]:
    """The letters of each page of a PDF."""
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    document = pypdfium2.PdfDocument(b"".join(answer) if answer.streaming else answer.content)
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "") for page in document]
    finally:
        document.close()


def at_status(resident: Resident, number: str, secret: str):
    """The PDF by the status page's button."""
    page = resident.look(number, secret).content.decode()
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    return resident.client.post(f"{TOWN}status/paper/", {"ticket": ticket})


def test_receipt_and_status_page_give_the_applicant_the_filled_form(open_bus, resident):
    draft, number, secret = sent(resident)
    assert f"{draft}paper/" in resident.client.get(f"{draft}done/").content.decode()
    (page,) = text_of(resident.client.get(f"{draft}paper/"))
    assert "佐藤次郎" in page
    assert "東京都千代田区千代田1-1" in page
    assert number in "".join(one for one in page if one.isdigit())
    assert text_of(at_status(Resident(), number, secret)) == [page]
    taken = AuditEvent.objects.filter(name="intake.paper_taken")
    assert [event.subject for event in taken] == [f"case:{Case.objects.get().pk}"] * 2


def test_nobody_else_gets_it(open_bus, resident, newcomer, neighbour, client):
    draft, _, _ = sent(resident)
    assert Client().get(f"{draft}paper/").status_code == 404
    assert Client().post(f"{TOWN}status/paper/", {"ticket": "x"}).status_code == 403
    begun = resident.client.post(f"{TOWN}bus-pass/")["Location"].removesuffix("1/")
    assert resident.client.get(f"{begun}paper/")["Location"] == f"{begun}check/", "not sent yet"
    where = f"/intake/cases/{Case.objects.get().pk}/paper/"
    for person in (newcomer, neighbour):
        client.force_login(person)
        assert client.get(where).status_code in (403, 404)


def test_what_the_office_changed_is_not_told_to_the_applicant(open_bus, resident):
    draft, _, _ = sent(resident)
    CaseValue.objects.filter(field="address").update(value="別の町2-2", origin="person")
    first, more = text_of(resident.client.get(f"{draft}paper/"))
    assert "別の町" not in first + more
    assert "ここには入れていません" in more


def test_staff_have_it_for_a_case_that_came_on_paper_too(open_bus, clerk, client):
    case = Case.objects.create(procedure=open_bus, receipt_number="0832714446")
    CaseValue.objects.create(case=case, field="name", value="佐藤次郎", origin="person", trusted=True)
    CaseValue.objects.create(case=case, field="kana", value="サトウジロウ")
    client.force_login(clerk)
    where = f"/intake/cases/{case.pk}/paper/"
    assert where in client.get(f"/cases/{case.pk}/").content.decode()
    first, more = text_of(client.get(where))
    assert "佐藤次郎" in first
    assert "サトウジロウ" not in first
    assert "サトウジロウ（未確認）" in more


def test_under_protection_no_place_is_on_anybodys_paper(open_bus, resident, clerk, client):
    draft, number, secret = sent(resident)
    case, today = Case.objects.get(), timezone.localdate()
    protection = Protection.objects.create(
        name="佐藤次郎", reason="試験", begins=today, until=today, begun_by=clerk
    )
    Covered.objects.create(
        protection=protection, kind="ledger.case", key=str(case.pk), state=Covered.State.YES
    )
    client.force_login(clerk)
    for answer in (client.get(f"/intake/cases/{case.pk}/paper/"), resident.client.get(f"{draft}paper/")):
        pages = "".join(text_of(answer))
        assert "千代田" not in pages
        assert "佐藤次郎" in pages
    told = "".join(text_of(at_status(Resident(), number, secret)))
    assert "支援措置" not in told, "whoever has the two numbers does not learn of it"


def test_who_may_not_see_the_ledger_gets_no_form(open_bus, resident, make_staff, yakuba_city, client):
    sent(resident)
    client.force_login(make_staff(yakuba_city, "intake.view"))
    assert client.get(f"/intake/cases/{Case.objects.get().pk}/paper/").status_code == 403


def test_what_a_form_no_longer_asks_stays_on_the_applicants_paper(open_bus, resident, clerk):
    draft, _, _ = sent(resident)
    opening.set_form(open_bus, {"pages": [{"title": "名前", "fields": ["name"]}]}, actor=clerk)
    assert "東京都千代田区千代田1-1" in "".join(text_of(resident.client.get(f"{draft}paper/")))
