"""What strangers, residents in a hurry, programs and broken sensors do to reports, traps and bounties."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.registry import permission_names
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.actions import bounties, handling, wildlife
from yakuba.services.fieldwork.models import Report, ReportEvent, ReportPhoto, Supporter, TrapDay
from yakuba.services.fieldwork.pages import residents
from yakuba.services.fieldwork.queries import proving, published
from yakuba.services.fieldwork.queries import wildlife as queries
from yakuba.services.fieldwork.tests.conftest import HOLE, TOWN, numbers, photograph, uploaded

V2 = "/open311/990019/v2/requests.json"
GIVEN = {"service_code": "road", "lat": "35.6", "long": "138.5", "description": "穴"}
LIGHT = {"category": "light", "description": "消えている", "place": "緑町の橋"}


@pytest.fixture
def api(open_town, clerk):
    """Sends as a program: (more fields, the sender's own key) → the answer."""
    token = ApiToken.issue(clerk, "x", ["fieldwork.send"])[1]

    def send(more=None, own=""):
        headers = {"Idempotency-Key": own} if own else {}
        return Client().post(V2, {**GIVEN, "api_key": token, **(more or {})}, headers=headers)

    return send


@pytest.fixture
def trap(open_town):
    """With a sensor."""
    old = timezone.localdate() - timedelta(days=30)
    return wildlife.set_trap("A-1", "box", 35.6, 138.5, old, entity_id="trap-a1", attribute="shut")


def says(value):
    cityhub.bring([{"id": "trap-a1", "type": "Trap", "shut": {"type": "Number", "value": value}}])
    wildlife.look()


def picture(size, mode="RGB", form="PNG", **more):
    out = BytesIO()
    Image.new(mode, size).save(out, form, **more)
    return out.getvalue()


def test_a_form_that_somebody_goes_back_to_brings_a_second_report(resident):
    first = numbers(resident.send(key="k" * 32))
    seconds = [numbers(resident.send(LIGHT, key="k" * 32)) for _ in range(2)]  # pressed twice
    assert seconds[0] == seconds[1] != first
    assert numbers(resident.send(key="k" * 32)) == first
    assert [row.category for row in Report.objects.order_by("pk")] == ["road", "light"]


def test_a_report_with_three_photographs_is_sent_again_with_them(resident):
    resident.send()

    def send(**more):
        sent = [uploaded(photograph(shade=number * 40)) for number in range(3)]
        return resident.send({**HOLE, "photo": sent}, key="n" * 32, program=True, **more).json()

    assert send()["state"] == "alike"
    assert send()["state"] == "alike"  # the answer was lost
    assert send(sure="1")["state"] == "received"
    assert ReportPhoto.objects.filter(report__number=send()["number"]).count() == 3
    assert ReportPhoto.objects.count() == 3


def test_nobody_is_counted_with_a_report_that_is_over(resident, clerk):
    resident.send()
    (alike,) = resident.send(key="n" * 32, program=True).json()["alike"]
    handling.close(Report.objects.get().pk, "私道です", actor=clerk)
    answer = resident.client.post(f"{TOWN}join/", {"report": alike["report"], "key": "n" * 32})
    assert answer.status_code == 409
    assert "もう終わっています" in answer.content.decode()
    assert not Supporter.objects.exists()


def test_who_sends_too_fast_is_told_to_wait_and_not_to_put_something_right(resident, monkeypatch):
    monkeypatch.setattr(residents, "clock", lambda: 0.0)  # however long it takes here
    answers = [resident.send(sure="1", program=True) for _ in range(22)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["state"] == "later"


def test_what_is_too_long_is_told_and_never_cut(resident, api):
    answer = resident.send({**HOLE, "description": "😀" * 20_000})
    assert answer.status_code == 422
    assert "「内容」は2,000字までです（いま20,000字）" in answer.content.decode()
    assert api({"description": "穴" * 1_990, "attribute[size]": "30 cm"}).status_code == 400
    assert not Report.objects.exists()
    lines = (
        "あ" * 998 + "\r\n" + "い" * 1_001
    )  # two thousand characters and one as a browser sends the end of a line
    assert resident.send({**HOLE, "description": lines}).status_code == 200


def test_an_individual_number_at_the_edge_is_no_half_number(resident):
    assert resident.send({**HOLE, "description": "あ" * 1_990 + "123456789018"}).status_code == 422
    resident.send({**HOLE, "description": "あ" * 1_980 + "123456789018"})
    assert not any("12345" in one for one in CaseValue.objects.values_list("value", flat=True))


def test_characters_that_no_database_holds_are_left_out(resident, api, clerk):
    resident.send({**HOLE, "description": "穴\x0bが\x07ある", "name": "見本\x1b"})
    texts = list(CaseValue.objects.values_list("value", flat=True))
    assert "穴がある" in texts
    assert "見本" in texts
    report = Report.objects.get()
    handling.answer(report.pk, "見ます\x07", actor=clerk)
    assert ReportEvent.objects.get(kind="answered").text == "見ます"
    for query in ({"service_request_id": "1\0"}, {"service_code": "road\0"}):
        assert Client().get(V2, query).status_code in (200, 400)


def test_what_a_program_calls_its_report_opens_it_for_nobody_else(resident, api, clerk):
    assert api(own="1").status_code == 201
    guessed = resident.send(LIGHT, key=f"api:{clerk.pk}:1000000000000000", program=True).json()
    assert guessed["number"] != Report.objects.earliest("pk").number
    for own in ("10", "1" * 70 + "a", "1" * 70 + "b", "1" * 70 + "b"):  # alike in the beginning
        assert api(own=own).status_code == 201
    assert Report.objects.filter(source="api").count() == 4


def test_the_place_of_the_camera_stays_when_something_else_is_put_right(resident):
    where = ((35.0, 36.0, 0.0), "N", (138.0, 30.0, 0.0), "E")
    words = {"category": "", "description": "穴"}
    asked = resident.send(words, key="q" * 32, photo=uploaded(photograph(gps=where))).content.decode()
    kept = {one: re.search(f'name="{one}" value="([^"]*)"', asked)[1] for one in ("latitude", "longitude")}
    assert resident.send({**words, **kept, "category": "road"}, key="q" * 32).status_code == 200
    assert round(Report.objects.get().latitude, 3) == 35.6
    far = ((48.0, 51.0, 0.0), "N", (2.0, 21.0, 0.0), "E")
    refused = resident.send({**words, "category": "road"}, photo=uploaded(photograph(gps=far)))
    assert "この町の外のようです" in refused.content.decode()
    assert 'name="latitude" value=""' in refused.content.decode()  # words can still say where


def test_a_landmark_with_words_behind_it_keeps_its_place(resident):
    resident.send({"category": "rubbish", "description": "ごみ", "landmark": "役場", "place": "裏の道"})
    resident.send({**LIGHT, "place": "役場通りの東"})
    landmark, other = Report.objects.order_by("pk")
    assert landmark.latitude == 35.6
    assert other.latitude is None


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (picture((20_000, 20_000), "1"), 422),
        (picture((7_700, 7_700), "L"), 200),
        (picture((1, 5_000)), 200),
        (picture((300, 300), "LA"), 200),
        (picture((300, 300), "CMYK", "JPEG"), 200),
        (picture((50, 50), save_all=True, append_images=[Image.new("RGB", (50, 50), "red")]), 200),
    ],
    ids=["bomb", "large", "thin", "clear", "print", "moving"],
)
def test_odd_photographs_are_kept_as_plain_ones_or_told(resident, content, status):
    assert resident.send(photo=uploaded(content)).status_code == status


def test_the_worker_keeps_the_page_in_each_language_and_no_other_address(resident):
    worker = resident.client.get(f"{TOWN}worker.js").content.decode()
    assert all(f'"{one}"' in worker for one in ("ja", "easy", "en", "zh", "ko", "vi", "pt"))
    assert "PAGES.includes(address.pathname + address.search)" in worker


def test_times_of_the_report_itself_are_compared_with_the_audit_record(resident, clerk, staff):
    resident.send()
    report = Report.objects.get()
    handling.set_due(report.pk, timezone.localdate() + timedelta(days=90), "部品待ち", actor=clerk)
    handling.finish(report.pk, "直した", actor=clerk)
    events = list(ReportEvent.objects.order_by("pk"))
    fresh = Report.objects.get()
    assert proving.disagreements(fresh, events) == []
    for name in ("received_at", "due_at", "done_at"):
        before = getattr(fresh, name)
        Report.objects.update(**{name: before - timedelta(days=3)})
        assert len(proving.disagreements(Report.objects.get(), events)) == 1
        page = staff.get(reverse("fieldwork:report", args=[report.pk])).content.decode()
        assert "監査記録と合いません" in page
        Report.objects.update(**{name: before})
    handling.reopen(report.pk, "また穴", actor=clerk)
    assert proving.disagreements(Report.objects.get(), list(ReportEvent.objects.order_by("pk"))) == []


def test_what_is_under_protection_is_not_released_and_not_shown_any_more(resident, clerk, monkeypatch):
    resident.send(photo=uploaded(photograph()))
    report, photo = Report.objects.get(), ReportPhoto.objects.get()
    handling.release(report.pk, "道の穴", [photo.pk], actor=clerk)
    assert resident.client.get(f"{TOWN}map/photos/{photo.pk}/").status_code == 200
    covered = frozenset({str(report.case_id)})
    monkeypatch.setattr("yakuba.kernel.protection.policy.under", lambda kind, keys=None: covered)
    assert resident.client.get(f"{TOWN}map/photos/{photo.pk}/").status_code == 404
    assert "道の穴" not in resident.client.get(f"{TOWN}map/").content.decode()
    assert not published.released().exists()
    with pytest.raises(Conflict, match="支援措置"):
        handling.release(report.pk, "道の穴", [], actor=clerk)


def test_a_trap_that_was_seen_to_is_no_alarm_any_more(trap, clerk):
    says(1)
    assert queries.standings([trap])[0].state == "作動した：見に行く"
    wildlife.visit_trap(trap.pk, "caught", "deer", 1, actor=clerk)
    says(0)  # it was set again and is heard
    assert queries.standings([trap])[0].state == "開いている"
    says(1)
    assert queries.standings([trap])[0].state == "作動した：見に行く"


@pytest.mark.parametrize("years", [-50, 70])
def test_a_sensor_with_a_wrong_clock_stays_silent(trap, monkeypatch, years):
    says(0)
    at = (timezone.now() + timedelta(days=365 * years)).timestamp()
    wrong = cityhub.last_values()[0]
    monkeypatch.setattr(cityhub, "last_values", lambda: [type(wrong)(*_changed(wrong, at))])
    wildlife.look()
    assert TrapDay.objects.get().day == timezone.localdate()
    TrapDay.objects.update(heard_at=timezone.now() - timedelta(days=2))
    assert queries.standings([trap])[0].state == "1日より長く届かない"


def _changed(value, at):
    return value.entity_id, value.attribute, value.number, value.unit, at


@pytest.mark.parametrize(
    ("seen_at", "status"),
    [
        ("2026-05-01T10:00:00", 201),  # without a zone: as clocks go here
        ("0001-01-01T00:00:00+09:00", 422),
        ("9999-12-31T23:59:59-09:00", 422),
    ],
)
def test_moments_of_programs_are_taken_or_told(open_town, clerk, client, seen_at, status):
    token = ApiToken.issue(clerk, "x", ["fieldwork.wildlife"])[1]
    body = {"species": "deer", "latitude": 35.6, "longitude": 138.5, "seen_at": seen_at}
    answer = client.post(
        "/api/v1/fieldwork/sightings",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == status
    if status == 201:
        assert answer.json()["seen_at"] == "2026-05-01T10:00:00+09:00"


def test_one_sighting_or_two_far_apart_find_next_traps(open_town, clerk, staff):
    asked = {"number": "5", "reach": "50", "species": ""}
    for north in (35.6, 35.68):
        wildlife.add_sighting("boar", 1, north, 138.5, timezone.now(), actor=clerk)
        assert staff.get(reverse("fieldwork:next_traps"), asked).status_code == 200


def test_nobody_pays_a_claim_of_their_own_and_one_refused_can_be_put_right(open_town, clerk, make_staff):
    other = make_staff(open_town, *permission_names())
    sent = photograph((400, 300))

    def claim(number):
        return bounties.claim(number, "見本", "boar", timezone.localdate(), [BytesIO(sent)], actor=clerk)

    first = claim("1")
    with pytest.raises(Conflict, match="別の職員"):
        bounties.decide(first.pk, True, "", actor=clerk)
    bounties.decide(first.pk, False, "書類が足りません", actor=clerk)
    with pytest.raises(Conflict, match="決まっています"):
        bounties.decide(first.pk, True, "", actor=other)
    again, twice = claim("2"), claim("3")
    for row in (again, twice):
        for one in queries.comparisons(row):
            bounties.judge(one.pk, True, "同じ写真", actor=other)
    bounties.decide(again.pk, True, "", actor=other)
    with pytest.raises(Conflict, match="同じ個体"):
        bounties.decide(twice.pk, True, "", actor=other)
