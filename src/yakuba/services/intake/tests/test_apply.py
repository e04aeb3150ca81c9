"""The way of a resident: what becomes of an application, and what nobody else gets to see."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.demo import applications, town
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.values import canonical
from yakuba.services.intake.actions import drafts, opening, sending
from yakuba.services.intake.models import Draft, Submission
from yakuba.services.intake.tests.conftest import CUT, TOWN, YAMADA, Resident


def test_an_application_becomes_a_case_with_a_number_and_a_secret(bus, resident):
    assert "バス乗車券" in resident.client.get(TOWN).content.decode()
    draft = resident.begin()
    assert resident.fill(draft)["Location"] == f"{draft}check/", "the school is asked of students only"
    shown = resident.client.get(f"{draft}check/").content.decode()
    assert "山田太郎" in shown
    assert "昭和31年4月1日" in shown
    number, secret = resident.send(draft)
    case = Case.objects.get()
    assert (case.status, case.receipt_number) == ("received", number)
    assert canonical("receipt_number", number) == number
    today = timezone.localdate().isoformat()
    kept = {"receipt_number": number, "day": today, "name": "山田太郎", "birth": "1956-04-01", "kind": "old"}
    assert values_of(case) == kept
    assert {value.origin for value in case.values.all()} == {"applicant"}
    assert secret.replace("-", "") not in str(Submission.objects.values()), "it is not stored"
    assert Draft.objects.get().sealed == b""


def test_sent_again_in_another_tab_or_after_a_lost_answer_it_is_one_case(bus, resident):
    draft = resident.begin()
    resident.fill(draft)
    first = resident.send(draft)
    assert resident.send(draft) == first
    assert resident.client.get(f"{draft}1/", follow=True).redirect_chain[-1][0] == f"{draft}done/"
    assert resident.fill(draft, YAMADA | {"name": "別人"}).status_code == 302
    assert values_of(Case.objects.get())["name"] == "山田太郎"


def test_what_is_wrong_is_told_on_top_and_at_the_field_and_nothing_is_lost(bus, resident):
    draft = resident.begin()
    answer = resident.fill(draft, {"name": "山田太郎", "birth": "きのう", "kind": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#f_birth">' in text
    assert '<a href="#f_kind_0">' in text
    assert 'value="きのう"' in text
    assert 'aria-describedby="f_birth_helptext f_birth_error"' in text
    assert "まだ送れません" in resident.client.get(f"{draft}check/").content.decode()
    resident.client.post(f"{draft}send/")
    assert not Case.objects.exists()


def test_a_code_opens_exactly_the_saved_draft_and_ends_on_its_day(bus, resident):
    draft = resident.begin()
    other = resident.begin()
    saved = resident.client.post(
        f"{draft}1/", YAMADA | {"birth": "きのう", "draft:save": "1"}
    ).content.decode()
    code = saved.split('<dd class="number">')[1].split("<")[0]
    resident.fill(other, YAMADA | {"name": "佐藤花子"})
    phone = Resident()
    answer = phone.client.post(f"{TOWN}resume/", {"code": code.lower()}, follow=True)
    assert "山田太郎" in answer.content.decode()
    assert "佐藤花子" not in answer.content.decode()
    assert "きのう" in answer.content.decode(), "saving keeps what is wrong"
    assert resident.client.get(f"{draft}1/").status_code == 404, "it is open where it was opened last"
    Draft.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert Resident().client.post(f"{TOWN}resume/", {"code": code}).status_code == 422
    assert drafts.throw_away_old() == 2


def test_an_address_alone_opens_nothing(bus, resident):
    draft = resident.begin()
    resident.fill(draft)
    stranger = Client()
    answers = [stranger.get(f"{draft}{page}/") for page in ("1", "check", "done")]
    answers.append(stranger.post(f"{draft}send/"))
    assert {answer.status_code for answer in answers} == {404}
    assert not any("山田" in answer.content.decode() for answer in answers)
    assert not Case.objects.exists()


def test_a_shared_computer_forgets(bus, resident):
    draft = resident.begin()
    resident.fill(draft)
    resident.client.post(f"{draft}forget/")
    assert resident.client.get(f"{draft}1/").status_code == 404
    assert not Draft.objects.exists()


def test_answers_are_kept_under_the_towns_key(bus, resident):
    resident.fill(resident.begin())
    assert "山田".encode() not in bytes(Draft.objects.get().sealed)
    assert drafts.answers(Draft.objects.get())["name"] == "山田太郎"


def test_a_form_is_there_only_while_it_is_open(bus, resident, clerk, neighbour_town):
    draft = resident.begin()
    resident.fill(draft)
    opening.close_form(bus, actor=clerk)
    assert resident.client.get(f"{TOWN}bus/").status_code == 410
    assert resident.client.post(f"{draft}send/").status_code == 409
    assert "受付が終わりました" in resident.client.get(f"{draft}check/").content.decode()
    opening.open_form(bus, timezone.localdate() + timedelta(days=1), actor=clerk)
    assert "から、ウェブで申請できます" in resident.client.get(f"{TOWN}bus/").content.decode()
    assert resident.client.get(f"{TOWN}nothing/").status_code == 404
    with active_municipality(neighbour_town):
        assert resident.client.get("/apply/990027/").status_code == 404, "that town has opened nothing"


def test_no_page_is_kept_and_no_form_is_taken_from_elsewhere(bus, resident):
    draft = resident.begin()
    answer = resident.client.get(f"{draft}1/")
    assert "no-store" in answer["Cache-Control"]
    cookie = next(one for name, one in resident.client.cookies.items() if name.startswith("apply-"))
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (draft, True, "Lax")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{TOWN}bus/").status_code == 403


def test_numbers_go_on_over_what_paper_has(bus, resident, monkeypatch):
    first, _ = resident.apply()
    second, _ = Resident().apply()
    assert int(second[:8]) == int(first[:8]) + 1
    assert sending.next_number(timezone.localdate().replace(year=2027, month=3))[:2] == "08"


@pytest.mark.parametrize("changed", [CUT | {"files": []}, {}])
def test_a_form_that_was_changed_meanwhile_asks_what_it_asks_now(bus, resident, clerk, changed):
    draft = resident.begin()
    resident.fill(draft)
    opening.set_form(bus, changed, actor=clerk)
    assert resident.client.get(f"{draft}check/").status_code == 200


def test_the_demo_towns_applications_are_received(in_yakuba_city, clerk, monkeypatch, settings):
    load_procedure(read_document(Path(settings.YAKUBA.samples_dir) / "procedures/bus-pass.yaml"))
    monkeypatch.setattr(town, "user", lambda name: clerk)
    applications.load()
    applications.load()
    assert sorted(case.status for case in Case.objects.all()) == ["received", "received", "returned"]
