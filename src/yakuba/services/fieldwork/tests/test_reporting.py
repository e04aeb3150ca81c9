"""A resident's report, from the phone to the ledger: once, bare of what nobody may keep, and told where it stands."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from PIL import Image

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork.actions import photos
from yakuba.services.fieldwork.models import Report, ReportEvent, ReportPhoto, Supporter
from yakuba.services.fieldwork.pages import residents
from yakuba.services.fieldwork.tests.conftest import HOLE, TOWN, Resident, numbers, photograph, uploaded


def test_a_report_is_a_case_with_a_section_a_day_and_two_numbers(resident):
    answer = resident.send()
    number, secret = numbers(answer)
    report = Report.objects.select_related("case__procedure", "section").get()
    assert (report.number, report.section.name, report.state) == (number, "建設課", "received")
    assert report.case.procedure.code == "resident-report"
    values = dict(CaseValue.objects.filter(case=report.case).values_list("field", "value"))
    assert values["description"] == HOLE["description"]
    assert report.due_at > report.received_at
    assert "受け付けました。担当の課が見ます。" in resident.look(number, secret).content.decode()


def test_a_wrong_secret_and_an_unknown_number_look_alike(resident):
    number, secret = numbers(resident.send())
    wrong, unknown = resident.look(number, "ABCD-EFGH-JKMN"), resident.look("0870000199", secret)
    assert wrong.status_code == unknown.status_code == 422
    shown = [re.sub(r'value="[0-9]*"', "", one.content.decode()) for one in (wrong, unknown)]
    assert shown[0] == shown[1]
    answers = [resident.look(number, "ABCD-EFGH-JKMN").status_code for _ in range(12)]
    assert answers[-1] == 429  # whoever guesses is stopped


def test_the_same_key_is_one_report_with_the_same_answer(resident):
    first = numbers(resident.send(key="k" * 32))
    again = numbers(resident.send(key="k" * 32))
    other = numbers(resident.send(key="m" * 32, sure="1"))
    assert first == again
    assert other != first
    assert Report.objects.count() == Case.objects.count() == 2


def test_a_photograph_is_drawn_anew_small_and_without_what_stands_beside_it(resident):
    gps = ((35.0, 36.0, 0.0), "N", (138.0, 30.0, 0.0), "E")
    sent = photograph(gps=gps, taken="2026:05:01 10:20:30")
    assert "秘密の説明".encode() in sent or b"Exif" in sent
    resident.send(photo=uploaded(sent))
    row = ReportPhoto.objects.select_related("file", "report").get()
    kept = content_of(row.file)
    picture = Image.open(io.BytesIO(kept))
    assert max(picture.size) == 1600
    assert not picture.getexif()
    assert b"Exif" not in kept
    assert b"GPS" not in kept
    assert row.taken == "2026-05-01T10:20:30"
    assert row.report is not None


@pytest.mark.parametrize("content", [b"GIF89a no picture", b"\xff\xd8\xff\xe0 broken", b"%PDF-1.4"])
def test_what_is_no_picture_is_told_and_the_rest_goes_on(resident, content):
    key = "p" * 32
    answer = resident.send(key=key, photo=uploaded(content))
    assert answer.status_code == 422
    assert "写真として開けません" in answer.content.decode()
    assert HOLE["description"] in answer.content.decode()  # nothing typed is lost
    assert not Report.objects.exists()
    assert resident.send(key=key).status_code == 200


def test_the_place_of_the_camera_counts_where_nothing_else_says_one_and_zero_never(resident):
    where = ((35.0, 36.0, 0.0), "N", (138.0, 30.0, 0.0), "E")
    words = {"category": "road", "description": "穴"}
    resident.send(words, photo=uploaded(photograph(gps=where)))
    assert (round(Report.objects.get().latitude, 3), round(Report.objects.get().longitude, 3)) == (
        35.6,
        138.5,
    )
    nowhere = ((0.0, 0.0, 0.0), "N", (0.0, 0.0, 0.0), "E")
    answer = resident.send(words, photo=uploaded(photograph(gps=nowhere)))
    assert answer.status_code == 422
    assert "場所を、地図か、ことばで伝えてください" in answer.content.decode()


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        ("0", "0", "場所を測れていません"),
        ("0.001", "-0.002", "場所を測れていません"),
        ("nan", "138.5", "場所を測れていません"),
        ("ここ", "138.5", "場所を測れていません"),
        ("43.06", "141.35", "この町の外のようです"),
        ("35.6", "", "両方を送って"),
        ("", "", "場所を、地図か、ことばで"),
    ],
)
def test_a_place_that_cannot_be_is_told_and_nothing_is_kept(resident, latitude, longitude, said):
    answer = resident.send({**HOLE, "latitude": latitude, "longitude": longitude})
    if latitude in ("ここ",):
        said = "この町の外のようです"  # 0 and 138.5: another place, and none that was measured
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Report.objects.exists()


def test_words_alone_say_where_and_a_landmark_has_a_place(resident):
    resident.send({"category": "light", "description": "消えている", "place": "緑町の橋"})
    resident.send({"category": "rubbish", "description": "ごみ", "landmark": "役場"})
    words, landmark = Report.objects.order_by("pk")
    assert words.latitude is None
    assert landmark.latitude == 35.6


def test_an_individual_number_is_masked_before_anything_is_stored(resident):
    resident.send({**HOLE, "description": "私の番号は １２３４-5678-9018 です", "name": "123456789018"})
    stored = " ".join(CaseValue.objects.values_list("value", flat=True))
    assert "5678" not in stored
    assert "個人番号のような数字は消しました" in stored


def test_near_reports_of_the_same_kind_are_asked_about_before_sending(resident):
    resident.send(photo=uploaded(photograph()))
    key = "n" * 32
    near = {**HOLE, "latitude": "35.60052"}
    asked = resident.send(near, key=key, photo=uploaded(photograph(shade=30)))
    text = asked.content.decode()
    assert asked.status_code == 409
    assert "同じ通報が、もうあるかもしれません" in text
    assert HOLE["description"] not in text.split("<form")[1]  # what the first one wrote is not told
    assert Report.objects.count() == 1
    ticket = re.search(r'name="report" value="([^"]+)"', text)[1]
    for _ in range(2):  # pressed twice it counts once
        assert resident.client.post(f"{TOWN}join/", {"report": ticket, "key": key}).status_code == 200
    assert Supporter.objects.count() == 1
    assert ReportEvent.objects.filter(kind="joined").count() == 1
    assert (
        resident.send(near, key=key, sure="1").status_code == 200
    )  # another thing after all, with its photograph
    assert ReportPhoto.objects.exclude(report=None).count() == 2
    far = {**HOLE, "latitude": "35.6105"}
    assert resident.send(far).status_code == 200
    assert resident.send({**near, "category": "light"}).status_code == 200


def test_the_program_of_the_page_gets_the_same_as_json(resident):
    received = resident.send(program=True, key="j" * 32).json()
    assert received["state"] == "received"
    assert received["number"] == Report.objects.get().number
    assert resident.send(program=True).json()["state"] == "alike"
    refused = resident.send({"category": "", "lang": "en"}, program=True)
    assert refused.status_code == 422
    assert "Please choose what it is." in refused.json()["faults"]


def test_every_language_has_every_text_and_the_page_opens_in_each(resident):
    from yakuba.services.fieldwork.engine import wording

    for texts in wording._TEXTS.values():
        assert len(texts) == len(wording.LANGUAGES)
        assert all(texts)
    for code in wording.LANGUAGES:
        page = resident.client.get(f"{TOWN}?lang={code}").content.decode()
        assert wording.texts(code)["send"] in page
    assert "Hole or bump in the road" in resident.client.get(f"{TOWN}?lang=en").content.decode()


def test_the_pages_set_no_cookie_and_the_worker_keeps_only_the_page(resident):
    answers = [
        resident.client.get(TOWN + one) for one in ("", "status/", "map/", "worker.js", "app.webmanifest")
    ]
    assert [one.status_code for one in answers] == [200] * 5
    assert not resident.client.cookies
    worker = answers[3]
    assert worker["Content-Type"].startswith("text/javascript")
    assert "status/" not in worker.content.decode()
    assert "join/" not in worker.content.decode()


def test_a_town_that_did_not_open_it_has_no_page(open_town, clerk):
    set_values({"fieldwork.public": False}, actor=clerk)
    assert Client().get(TOWN).status_code == 404
    assert Client().get("/report/990027/").status_code == 404
    assert Client().post(f"{TOWN}send/", HOLE).status_code == 404


def test_a_photograph_whose_report_never_came_goes_after_a_day(resident, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    resident.send({"category": ""}, photo=uploaded(photograph()))
    assert ReportPhoto.objects.filter(report=None).count() == 1
    assert photos.drop_waiting() == 0
    ReportPhoto.objects.update(came_at=timezone.now() - timedelta(days=2))
    assert photos.drop_waiting() == 1


def test_too_many_reports_of_one_sender_wait(resident, monkeypatch):
    monkeypatch.setattr(residents, "clock", lambda: 0.0)  # however long it takes here
    answers = [resident.send(sure="1").status_code for _ in range(22)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429
    assert Resident().client.get(TOWN).status_code == 200
