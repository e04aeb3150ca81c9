"""What went wrong once: pages that broke, answers that were lost, and what was told to the wrong person."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.sight import Sight
from yakuba.kernel.localwords import queries as localwords
from yakuba.kernel.refusals import Refused
from yakuba.services.intake.actions import answering, drafts, files, opening
from yakuba.services.intake.models import AttachedFile, Correction, Draft, LifeEvent, Submission, WebForm
from yakuba.services.intake.pages import case_part, status
from yakuba.services.intake.queries import forms
from yakuba.services.intake.tests.conftest import BUS, TOWN, YAMADA, Resident

STUDENT = YAMADA | {"kind": "student"}


def test_looking_at_a_page_takes_nothing_away(bus, resident):
    draft = resident.begin()
    resident.fill(draft)
    resident.client.head(f"{draft}1/")
    assert drafts.answers(Draft.objects.get())["name"] == "山田太郎"


def test_a_procedure_that_lost_a_field_ends_no_page(bus, resident, clerk):
    Resident().apply()
    draft = resident.begin()
    resident.fill(draft)
    load_procedure(BUS | {"version": 2, "fields": [one for one in BUS["fields"] if one["code"] != "school"]})
    answers = [resident.client.get(f"{TOWN}bus/"), resident.client.get(f"{draft}1/"), resident.client.post(f"{draft}send/")]  # fmt: skip
    assert {one.status_code for one in answers} == {503}
    assert all("フォームを直しています" in one.content.decode() for one in answers)
    assert drafts.answers(Draft.objects.get(sent=False))["name"] == "山田太郎"
    staff = Client()
    staff.force_login(clerk)
    assert staff.get(reverse("ledger:case", args=[Case.objects.get().pk])).status_code == 200
    assert "手続が変わったため" in staff.get(reverse("intake:form", args=["bus"])).content.decode()


def test_what_is_refused_is_told_on_a_page_for_residents(bus, resident, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_OPEN", 0)
    answer = resident.client.post(f"{TOWN}bus/", headers={"referer": f"http://testserver{TOWN}bus/"})
    assert answer.status_code == 409
    assert "混み合っている" in answer.content.decode()
    assert "messages" not in resident.client.cookies, "nor to whoever signs in next"


def test_drafts_that_nobody_can_open_any_more_keep_nobody_out(bus, resident, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_OPEN", 1)
    resident.begin()
    assert resident.client.post(f"{TOWN}bus/").status_code == 409
    Draft.objects.update(changed_at=timezone.now() - drafts.FORGOTTEN_AFTER)
    assert resident.client.post(f"{TOWN}bus/").status_code == 302


@pytest.mark.parametrize("key", ["%3B%20x", "a%0D%0Ab", "%E3%81%82", "a=b"])
def test_a_key_that_is_none_opens_and_forgets_nothing(bus, resident, key):
    assert resident.client.post(f"{TOWN}bus/{key}/forget/").status_code == 404


def test_a_receipt_of_what_was_let_go_is_not_there(bus, resident):
    draft = resident.begin()
    resident.fill(draft)
    resident.send(draft)
    Submission.objects.all().delete()
    assert resident.client.get(f"{draft}done/").status_code == 404
    assert resident.client.post(f"{draft}send/").status_code == 409


def test_sent_twice_an_answer_and_a_withdrawal_are_one(bus, resident, clerk):
    resident.apply()
    answering.ask_correction(Case.objects.get(), "手帳が読めません。", actor=clerk)
    ticket = {"ticket": _ticket()}
    answer = ticket | {"answer": "番号は 12 です。"}
    sent = [resident.client.post(f"{TOWN}status/answer/", answer) for _ in range(2)]
    assert [one.status_code for one in sent] == [200, 200]
    assert Correction.objects.count() == 1
    hidden = ticket | {"answer": "1234 5678 9018"}
    assert "個人番号" in resident.client.post(f"{TOWN}status/answer/", hidden).content.decode()
    taken = [resident.client.post(f"{TOWN}status/withdraw/", ticket | {"sure": "1"}) for _ in range(2)]
    assert [one.status_code for one in taken] == [200, 200]


def test_an_answer_is_hidden_where_the_cases_places_are(bus, resident, clerk, monkeypatch):
    resident.apply()
    case = Case.objects.get()
    answering.ask_correction(case, "住所を書いてください。", actor=clerk)
    answering.answer(Submission.objects.get(), "緑町1番地です。")
    request = RequestFactory().get("/")
    request.user = clerk
    for hidden in (True, False):
        monkeypatch.setattr(case_part, "sight", lambda user, case, hidden=hidden: Sight(hidden=hidden))
        (html,) = case_part._panels(request, case, Submission.objects.get())
        assert ("緑町" in html) is not hidden


def test_of_too_many_files_none_is_looked_into(bus, resident, monkeypatch):
    looked = []
    monkeypatch.setattr(files, "add", lambda *given: looked.append(given))
    draft = resident.begin()
    resident.fill(draft, STUDENT)
    cards = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(30)]
    answer = resident.client.post(f"{draft}files/", {"card": cards, "add": "1"})
    assert answer.status_code == 422
    assert "一度に選べるのは5つまで" in answer.content.decode()
    assert looked == []


def test_a_field_may_be_called_like_a_button(bus, clerk):
    procedure = load_procedure(BUS | {"procedure": "sv", "fields": [*BUS["fields"], {"code": "save", "label": "貯金", "type": "text"}]})  # fmt: skip
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    client = Client()
    page = client.post(f"{TOWN}sv/")["Location"]
    given = YAMADA | {"school": "緑", "save": "百円"}
    assert client.post(page, given)["Location"].endswith("/check/")


def test_an_event_that_cannot_be_read_leaves_the_words_of_the_others(in_yakuba_city):
    LifeEvent.objects.create(code="old", title="古い", text="出来事: [", told="")
    LifeEvent.objects.create(code="new", title="新しい", text="出来事: ｛町｝\nコード: new\n届出: [{名: 届, 窓口: 窓口}]\n表: [{届出: [届]}]\n")  # fmt: skip
    assert [one.name for one in localwords.standings()] == ["町"]


def test_what_another_clerk_asked_a_moment_ago_is_not_passed_over(bus, resident, clerk):
    resident.apply()
    seen = Case.objects.get()
    answering.ask_correction(Case.objects.get(), "手帳が読めません。", actor=clerk)
    with pytest.raises(answering.NotPossible):
        answering.accept(seen, actor=clerk)
    with pytest.raises(answering.NotPossible):
        answering.ask_correction(seen, "もう一度", actor=clerk)
    assert (Case.objects.get().status, Correction.objects.count()) == ("returned", 1)


def test_who_opens_a_form_keeps_the_pages_that_another_clerk_sets_meanwhile(bus, clerk, monkeypatch):
    real = WebForm.objects.get_or_create

    def first_read(**given):
        found = real(**given)
        WebForm.objects.update(document={"pages": [{"fields": ["name"]}]}, version=9)
        return found

    monkeypatch.setattr(WebForm.objects, "get_or_create", first_read)
    opening.open_form(bus, timezone.localdate(), note="新しい", actor=clerk)
    form = WebForm.objects.get()
    assert (form.note, form.version, form.document) == ("新しい", 9, {"pages": [{"fields": ["name"]}]})


def test_the_name_of_a_file_is_kept_like_an_answer_until_it_is_sent(bus, resident):
    draft = resident.begin()
    resident.fill(draft, STUDENT)
    resident.client.post(f"{draft}2/", {"school": "緑"})
    resident.client.post(f"{draft}files/", {"card": picture("銀杏花子の学生証.jpg"), "add": "1"})
    for page in ("files", "check"):
        assert "銀杏花子の学生証.jpg" in resident.client.get(f"{draft}{page}/").content.decode()
    for model in apps.get_models():
        assert "銀杏" not in str(list(model._base_manager.values())), model
    resident.send(draft)
    assert AttachedFile.objects.get().name == "銀杏花子の学生証.jpg"
    assert StoredFile.objects.get().name == files.KEPT_AS


@pytest.mark.parametrize("meanwhile", ["sent", "thrown away", "another"])
def test_a_file_that_comes_too_late_is_told_and_not_kept(bus, resident, monkeypatch, meanwhile):
    draft = resident.begin()
    resident.fill(draft, STUDENT)
    resident.client.post(f"{draft}2/", {"school": "緑"})
    if meanwhile == "sent":
        resident.client.post(f"{draft}files/", {"card": picture("a.jpg"), "add": "1"})
    question = forms.parsed(WebForm.objects.get()).files["card"]
    question = replace(question, most=2 if meanwhile == "sent" else 1)
    real, row = files.take_upload, Draft.objects.get()

    def looking(*given, **named):
        taken = real(*given, **named)
        monkeypatch.setattr(files, "take_upload", real)
        if meanwhile == "sent":
            resident.send(draft)
        elif meanwhile == "thrown away":
            drafts.throw_away(row)
        else:
            files.add(row, question, "first.jpg", io.BytesIO(jpeg()), 100)
        return taken

    monkeypatch.setattr(files, "take_upload", looking)
    with pytest.raises(Refused, match="1つまで" if meanwhile == "another" else "付いていません"):
        files.add(row, question, "late.jpg", io.BytesIO(jpeg()), 100)
    assert StoredFile.objects.count() == AttachedFile.objects.count() == (meanwhile != "thrown away")


def test_all_drafts_that_are_over_go_at_once(bus, resident, monkeypatch):
    monkeypatch.setattr(drafts, "AT_ONCE", 2)
    form = WebForm.objects.get()
    for _ in range(5):
        drafts.begin(form)
    Draft.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    kept = drafts.begin(form).draft
    assert drafts.throw_away_old() == 5
    assert list(Draft.objects.all()) == [kept]


def _ticket() -> str:
    return status._ticket(Submission.objects.get())


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("L", (40, 40), 255).save(made, "JPEG")
    return made.getvalue()


def picture(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(), "image/jpeg")
