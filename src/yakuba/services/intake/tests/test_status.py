"""After it was sent: where it stands, what is asked back, and who learns nothing."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from yakuba.config.serving.bodies import APPLICANT, STRANGER, Refused
from yakuba.config.serving.door import FORM, _of_stranger
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.actions import move
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import RESIDENT, Status
from yakuba.services.intake.actions import answering
from yakuba.services.intake.models import AttachedFile, Correction, Submission
from yakuba.services.intake.pages import residents, status
from yakuba.services.intake.tests.conftest import TOWN, Resident


@pytest.fixture
def picture() -> bytes:
    made = io.BytesIO()
    Image.new("L", (40, 40), 255).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def sent(bus, resident):
    return resident.apply()


def ticket(text: str) -> str:
    return re.search(r'name="ticket" value="([^"]+)"', text)[1]


def test_both_numbers_show_where_it_stands_and_one_shows_nothing(sent):
    number, secret = sent
    stranger = Resident()
    assert "受付済" in stranger.look(number, secret).content.decode()
    wrong = stranger.look(number, "AAAA-AAAA-AAAA")
    unknown = stranger.look("0800000129", secret)
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    hide = [str(one.content).replace(number, "").replace("0800000129", "") for one in (wrong, unknown)]
    tokens = [re.sub(r'csrfmiddlewaretoken" value="\w+"', "", one).replace(secret, "").replace("AAAA-AAAA-AAAA", "") for one in hide]  # fmt: skip
    assert tokens[0] == tokens[1]


def test_whoever_has_both_numbers_may_look_as_often_as_they_like(sent):
    assert {Resident().look(*sent).status_code for _ in range(12)} == {200}


def test_guessing_ends_for_an_address_and_for_everybody_together(sent, monkeypatch):
    number, _ = sent
    guesser = Resident()
    many = [
        guesser.look(number, f"AAAA-AAAA-AA{digit:02d}", REMOTE_ADDR="192.0.2.100") for digit in range(12)
    ]
    assert [one.status_code for one in many] == [422] * 10 + [429] * 2
    monkeypatch.setattr(residents, "TRIES_OF_TOWN", residents.Limit(at_once=3, in_a_minute=0))
    all_ = [guesser.look(number, "A", REMOTE_ADDR=f"192.0.2.{digit}") for digit in range(5)]
    assert [one.status_code for one in all_] == [422] * 3 + [429] * 2


def test_a_stranger_who_knows_the_number_keeps_its_owner_out_of_nothing(sent):
    number, secret = sent
    for digit in range(60):  # from as many places as there are
        assert Resident().look(number, "AAAA-AAAA-AAAA", REMOTE_ADDR=f"192.0.2.{digit}").status_code == 422
    assert Resident().look(number, secret, REMOTE_ADDR="198.51.100.7").status_code == 200
    assert Resident().look(number, "AAAA-AAAA-AAAA", REMOTE_ADDR="198.51.100.7").status_code == 422


def test_a_correction_is_asked_answered_and_seen_by_the_office(sent, resident, clerk):
    case = Case.objects.get()
    answering.ask_correction(case, "手帳の写真が読めません。", actor=clerk)
    text = resident.look(*sent).content.decode()
    assert "訂正待ち" in text
    assert "手帳の写真が読めません。" in text
    empty = resident.client.post(f"{TOWN}status/answer/", {"ticket": ticket(text), "answer": " "})
    assert empty.status_code == 422
    done = resident.client.post(
        f"{TOWN}status/answer/", {"ticket": ticket(text), "answer": "番号は 12 です。"}
    )
    assert "返事を受け取りました" in done.content.decode()
    case.refresh_from_db()
    assert case.status == "received"
    again = resident.client.post(f"{TOWN}status/answer/", {"ticket": ticket(text), "answer": "もう一度"})
    assert again.status_code == 409
    answering.accept(case, actor=clerk)
    case.refresh_from_db()
    assert case.status == "ready"


def test_a_case_sent_back_by_the_ledgers_own_button_is_answered_too(sent, resident, clerk):
    life.take(Case.objects.get(), Status.RETURNED, actor=clerk, reason="番号が読めません。")
    text = resident.look(*sent).content.decode()
    assert "番号が読めません。" in text
    resident.client.post(f"{TOWN}status/answer/", {"ticket": ticket(text), "answer": "番号は 12 です。"})
    row = Correction.objects.get()
    assert (row.sentence, row.answer) == ("番号が読めません。", "番号は 12 です。")
    assert Case.objects.get().status == "received"


def test_an_applicant_withdraws_until_the_office_works_on_it(sent, resident, clerk):
    pass_ = ticket(resident.look(*sent).content.decode())
    asked = resident.client.post(f"{TOWN}status/withdraw/", {"ticket": pass_})
    assert "元には戻せません" in asked.content.decode()
    move(Case.objects.get(), Status.EXAMINING, user=clerk)
    late = resident.client.post(f"{TOWN}status/withdraw/", {"ticket": pass_, "sure": "1"})
    assert late.status_code == 409
    Case.objects.update(status="received")
    resident.client.post(f"{TOWN}status/withdraw/", {"ticket": pass_, "sure": "1"})
    assert Case.objects.get().status == "withdrawn"
    assert resident.client.post(f"{TOWN}status/withdraw/", {"ticket": "x", "sure": "1"}).status_code == 403


def test_every_word_for_residents_has_its_meaning():
    assert set(RESIDENT.values()) == set(status.MEANING)


def test_the_front_door_reads_photographs_where_an_application_asks_for_them_alone():
    with_files = {"CONTENT_TYPE": "multipart/form-data; boundary=x"}
    assert _of_stranger(with_files | {"PATH_INFO": "/apply/990019/bus/key/files/"}) is APPLICANT
    assert _of_stranger({"CONTENT_TYPE": FORM, "PATH_INFO": "/apply/990019/bus/key/files/"}) is STRANGER
    for path in ("/apply/990019/bus/key/1/", "/ask/990019/files/", "/apply/990019/status/"):
        with pytest.raises(Refused):
            _of_stranger(with_files | {"PATH_INFO": path})


def test_the_page_of_the_case_says_where_it_came_from_and_misses_no_paper(
    bus, resident, make_staff, yakuba_city
):
    number, _ = resident.apply()
    person = make_staff(yakuba_city, "ledger.view", "intake.view", "reading.view")
    client = Client()
    client.force_login(person)
    text = client.get(f"/cases/{Case.objects.get(receipt_number=number).pk}/").content.decode()
    assert "ウェブで届いた申請です" in text
    assert "用紙の画像はありません" not in text


def test_pictures_are_for_who_may_see_the_values_beside_them(bus, resident, make_staff, yakuba_city, picture):
    resident.apply()
    kept = store(StoredFile.Kind.UPLOAD, "手帳.png", "image/png", picture)
    row = AttachedFile.objects.create(
        submission=Submission.objects.get(), slot="card", file=kept, name="手帳.png"
    )
    address = reverse("intake:picture", args=[row.pk, 1])
    case = f"/cases/{Case.objects.get().pk}/"
    for permissions, page, image in (
        (("intake.view", "intake.edit"), 403, 403),
        (("ledger.view",), 200, 403),
        (("ledger.view", "intake.view"), 200, 200),
    ):
        client = Client()
        client.force_login(make_staff(yakuba_city, *permissions))
        shown = client.get(case)
        assert (shown.status_code, client.get(address).status_code) == (page, image)
        assert ("手帳.png" in shown.content.decode()) is (image == 200)
    seen = AuditEvent.objects.get(name="files.viewed")
    assert seen.subject == f"case:{Case.objects.get().pk}"
