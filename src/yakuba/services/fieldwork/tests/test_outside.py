"""Reports where the residents' part is an installation of its own: outside nothing of them stays, inside nothing is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.utils import timezone

from yakuba.kernel.exchange import applicants, arriving, queue, sealing, standings
from yakuba.kernel.exchange.models import Arrival, Parcel, Standing
from yakuba.kernel.exchange.ranges import written, year_of
from yakuba.kernel.exchange.tests.halves import other
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy.models import Department
from yakuba.services.fieldwork import facade
from yakuba.services.fieldwork.actions import checks, handling, photos, posting, publishing, reporting
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.contracts import NewReport
from yakuba.services.fieldwork.engine.handed_in import HandedReport
from yakuba.services.fieldwork.models import (
    PostedReport,
    Report,
    ReportFromOutside,
    ReportPhoto,
    ReportRules,
    Supporter,
    ToldReport,
)
from yakuba.services.fieldwork.tests.conftest import HOLE, TOWN, Resident, numbers, photograph, uploaded

SECRET = "0123456789AB"
KEY = "a-key-that-a-phone-made-1"
GIVEN = NewReport("road", HOLE["description"], "", float(HOLE["latitude"]), float(HOLE["longitude"]))


@pytest.fixture
def inside(open_town, monkeypatch):
    """This half is the inside and has let the other one a range of numbers."""
    monkeypatch.setattr(settings.YAKUBA, "part", "inside")
    NUMBERS.ranges()
    return other()


@pytest.fixture
def outside(open_town, clerk, monkeypatch):
    """This half is the outside, and knows what the inside has published."""
    facade.report(NewReport("road", "別の穴です", latitude=35.61, longitude=138.51), "another-key-of-a-phone")
    told = publishing.collected() | {"ranges": {str(year_of(timezone.localdate())): [[710_001, 710_003]]}}
    Report.objects.all().delete()
    Case.objects.all().delete()
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    half = other()
    publishing.take(json.loads(json.dumps(told)))
    return half


def parcels() -> list[str]:
    return [row.kind for row in Parcel.objects.order_by("number")]


def test_outside_a_number_at_once_and_no_word_stays(outside) -> None:
    resident = Resident()
    given = {"name": "秘密川桜子", "contact": "090-0000-0000"}
    first = numbers(resident.send(key=KEY, photo=uploaded(photograph()), **given))
    assert first[0][2:8] == "710001"
    assert numbers(resident.send(key=KEY, **given)) == first  # sent again after a lost answer
    assert parcels() == ["fieldwork.photo", "fieldwork.report"]
    assert [model.objects.count() for model in (Report, Case, ReportPhoto)] == [0, 0, 0]
    assert not StoredFile.objects.filter(media_type="image/jpeg").exists()
    row = PostedReport.objects.get()
    assert "秘密川" not in str(vars(row))
    assert "橋のたもと" not in str(vars(row))
    page = resident.look(*first)
    assert "受け付けました" in page.content.decode()
    assert resident.look(first[0], "0" * 12).status_code == 422


def test_outside_another_thing_with_an_old_key_is_another_report(outside) -> None:
    resident = Resident()
    one = numbers(resident.send(key=KEY))
    two = numbers(resident.send(key=KEY, sure="1", description="もう1つ、別の穴です"))
    assert one != two
    assert numbers(resident.send(key=KEY, sure="1", description="もう1つ、別の穴です")) == two
    assert numbers(resident.send(key=KEY)) == one
    assert PostedReport.objects.count() == 2


def test_outside_without_a_number_nothing_is_sent_and_the_phone_keeps_it(outside) -> None:
    resident = Resident()
    for number in range(3):
        assert resident.send(key=f"{KEY}{number}", sure="1").status_code == 200
    answer = resident.send(key=f"{KEY}9", sure="1", program=True)
    assert answer.status_code == 409
    assert "まだ送っていません" in answer.json()["faults"][0]
    assert answer.json()["state"] == "later"  # nothing is wrong with it: the phone sends it again by itself
    assert PostedReport.objects.count() == 3


def test_outside_what_is_near_is_asked_about_and_joined_by_number(outside) -> None:
    resident = Resident()
    there = HOLE | {"latitude": "35.61003", "longitude": "138.51003"}
    asked = resident.send(there, key=KEY, program=True)
    assert asked.status_code == 409
    (alike,) = asked.json()["alike"]
    assert alike["text"] == ""  # nobody has released it
    joined = resident.client.post(f"{TOWN}join/", {"report": alike["report"], "key": KEY})
    assert joined.status_code == 200
    assert parcels() == ["fieldwork.joined"]
    assert not Supporter.objects.exists()


def test_outside_shows_the_map_without_photographs(outside) -> None:
    ToldReport.objects.update(public_text="橋の穴", released_at=timezone.now())
    page = Resident().client.get(f"{TOWN}map/").content.decode()
    assert "橋の穴" in page
    assert Resident().client.get(f"{TOWN}map/photos/1/").status_code == 404
    assert "橋の穴" in Resident().client.get(f"{TOWN}map/reports.geojson").content.decode()


def test_outside_a_reporter_reads_what_only_the_secret_opens_and_asks_once_more(outside) -> None:
    resident = Resident()
    number, secret = numbers(resident.send(key=KEY))
    row = PostedReport.objects.get()
    told = {"at": timezone.now().isoformat(), "kind": "done", "text": "穴を埋めました"}
    facts = {
        "number": "0871000199", "state": "done", "due_at": row.due_at.isoformat(), "told": [told], "reopenings": 0, "notice": "",
    }  # fmt: skip
    public = sealing.public_of(applicants.opening_key(row.key, codes.read(secret)))
    sealed = sealing.seal(json.dumps(facts).encode(), public, standings.info_of(row.key))
    plain = {
        "number": number, "secret": row.secret, "category_label": "道路", "sent_at": row.sent_at.isoformat(),
        "due_at": row.due_at.isoformat(),
    }  # fmt: skip
    posting.take_standing(row.key, plain, sealed)
    page = resident.look(number, secret).content.decode()
    assert "穴を埋めました" in page
    assert "0871000199" in page  # the number that it has inside
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    for _ in range(2):  # pressed twice
        answer = resident.client.post(f"{TOWN}reopen/", {"ticket": ticket, "text": "まだ穴があります"})
        assert "もう一度の連絡を受け取りました" in answer.content.decode()
    assert parcels() == ["fieldwork.report", "fieldwork.reopened"]
    assert resident.client.post(f"{TOWN}reopen/", {"ticket": "x", "text": "y"}).status_code == 403
    posting.take_standing(row.key, {}, b"")
    assert resident.look(number, secret).status_code == 422


def test_outside_a_status_of_a_later_release_is_read_as_far_as_it_goes(outside) -> None:
    resident = Resident()
    number, secret = numbers(resident.send(key=KEY))
    row = PostedReport.objects.get()
    facts = {
        "number": number, "state": "postponed", "due_at": row.due_at.isoformat(), "reopenings": 0, "notice": "",
        "told": [{"at": row.sent_at.isoformat(), "kind": "looked_at", "text": "見てきました"}],
    }  # fmt: skip
    public = sealing.public_of(applicants.opening_key(row.key, codes.read(secret)))
    PostedReport.objects.update(
        sealed=sealing.seal(json.dumps(facts).encode(), public, standings.info_of(row.key))
    )
    page = resident.look(number, secret).content.decode()
    assert "見てきました" in page
    assert "役場で確かめています" in page


def test_outside_notices_are_read_in_the_readers_language(outside) -> None:
    resident = Resident()
    number, secret = numbers(resident.send(key=KEY))
    row = PostedReport.objects.get()
    facts = {
        "number": number, "state": "closed", "due_at": row.due_at.isoformat(), "reopenings": 0, "told": [],
        "notice": "終わってから90日がたちました。新しく通報してください。",
    }  # fmt: skip
    public = sealing.public_of(applicants.opening_key(row.key, codes.read(secret)))
    PostedReport.objects.update(
        sealed=sealing.seal(json.dumps(facts).encode(), public, standings.info_of(row.key))
    )
    asked = {"number": number, "secret": secret, "lang": "vi"}
    assert "Hãy gửi báo cáo mới" in resident.client.post(f"{TOWN}status/", asked).content.decode()
    for one in range(3):
        resident.send(key=f"{KEY}{one}", sure="1")
    answer = resident.send(key=f"{KEY}9", sure="1", program=True, lang="en")
    assert "Not sent yet" in answer.json()["faults"][0]


def test_outside_two_at_once_leave_no_picture_behind(outside, monkeypatch) -> None:
    """The second came while the first was handed in, and brought its picture anew."""
    resident, real = Resident(), NUMBERS.next_number
    first = []

    def meanwhile(self, today):
        if not first:
            first.append(None)
            first[0] = posting.take(reporting.cleaned(GIVEN), KEY)
            photos.add(reporting.hashed_key(KEY), BytesIO(photograph()), 1)
        return real(today)

    monkeypatch.setattr(type(NUMBERS), "next_number", meanwhile)
    number, _ = numbers(resident.send(key=KEY, photo=uploaded(photograph())))
    assert number == first[0].report.number
    assert not ReportPhoto.objects.exists()
    assert parcels() == ["fieldwork.photo", "fieldwork.report"]


def test_outside_the_self_check_asks_for_no_sections(outside) -> None:
    Department.objects.all().delete()
    assert [one for one in checks.self_check() if not one.ok] == []


def test_outside_what_is_published_takes_the_place_of_what_was(outside) -> None:
    told = publishing.collected() | {"ranges": {}, "reports": []}
    publishing.take(told)
    assert not ToldReport.objects.exists()
    assert ReportRules.objects.count() == 1
    publishing.take(told | {"rules": "", "public": True})
    assert Resident().client.get(TOWN).status_code == 404  # a town without rules takes none


def test_protected_reports_are_told_to_nobody(open_town, monkeypatch) -> None:
    number, _, _ = facade.report(NewReport("road", "穴です", latitude=35.61, longitude=138.51), KEY)
    assert len(publishing.collected()["reports"]) == 1
    case = Report.objects.get(pk=number).case_id
    monkeypatch.setattr("yakuba.services.fieldwork.queries.published.under_protection", lambda: [case])
    assert publishing.collected()["reports"] == []


# Inside.


def handed(key: str, **more) -> HandedReport:
    public = applicants.public_of(key, SECRET)
    row = NumberOf.first()
    now = timezone.now()
    due = (now + timedelta(days=14)).isoformat()
    said = NewReport("road", "橋のたもとに穴があります", "", 35.6005, 138.5005, "山田太郎", "")
    whole = HandedReport(
        said, "道路の穴・段差", "ja", row, "a" * 64, "b" * 64, public, now.isoformat(), due, ()
    )
    made = replace(whole, **more)
    return made if "hand" in more else replace(made, hand=applicants.same_hand(made.sent, SECRET))


class NumberOf:
    """Numbers that the outside may give."""

    @staticmethod
    def first(place: int = 0) -> str:
        year = year_of(timezone.localdate())
        return written(year, NUMBERS.ranges()[str(year)][0][0] + place)


def come(inside, **more) -> Arrival:
    key = queue.new_key()
    inside.parcel("fieldwork.report", handed(key, **more).written(), key)
    inside.told()
    arriving.take_up()
    return Arrival.objects.get(key=key)


def told(arrival: Arrival) -> dict:
    standings.renew()
    row = Standing.objects.get(key=arrival.key)
    private = applicants.opening_key(arrival.key, SECRET)
    return json.loads(sealing.unseal(bytes(row.sealed), private, standings.info_of(arrival.key)))


def test_inside_it_is_a_report_whose_reporter_is_told(inside, clerk) -> None:
    photo = inside.parcel("fieldwork.photo", photograph())
    sent = timezone.now() - timedelta(hours=5)
    arrival = come(inside, photos=(photo,), sent_at=sent.isoformat())
    assert arrival.state == "done", arrival.reason
    report = Report.objects.get()
    assert (report.number, report.category, report.photos.count()) == (NumberOf.first(), "road", 1)
    assert report.received_at > sent  # it came here now; when it was sent outside stands in its first event
    assert "外の設備に送られた日時" in report.events.get().text
    assert CaseValue.objects.get(field="description").value == "橋のたもとに穴があります"
    assert told(arrival)["state"] == "received"
    handling.finish(report.pk, "穴を埋めました。", actor=clerk)
    now = told(arrival)
    assert (now["state"], now["told"][0]["text"]) == ("done", "穴を埋めました。")
    reopened = {"report": arrival.key, "times": 1, "text": "まだ穴があります"}
    inside.parcel("fieldwork.reopened", json.dumps(reopened).encode())
    inside.parcel("fieldwork.reopened", json.dumps(reopened | {"times": 2}).encode())
    inside.told()
    assert arriving.take_up() == 2
    now = told(arrival)
    assert (now["state"], now["reopenings"]) == ("working", 2)
    assert "まだ終わっていません" in now["notice"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"said": NewReport("ufo", "空を飛んでいます", "", 35.6005, 138.5005)}, "何があったかを選んで"),
        ({"said": NewReport("road", "穴です", "", 48.85, 2.35)}, "町の外"),
        ({"said": NewReport("road", "穴です", "", float("nan"), 138.5)}, "場所を測れていません"),
        ({"said": NewReport("road", "", "役場")}, "写真を付けるか"),
        ({"said": NewReport("road", "穴" * 2_001, "役場")}, "2,000字まで"),
    ],
)
def test_inside_what_does_not_fit_waits_for_a_person_and_its_reporter_reads_so(inside, more, reason) -> None:
    arrival = come(inside, **more)
    assert arrival.state == "stuck"
    assert reason in arrival.reason
    assert not Report.objects.exists()
    assert told(arrival)["state"] == "waiting"
    arriving.put_aside(arrival.pk, "別の窓口で受け付けました。")
    now = told(arrival)
    assert (now["state"], now["notice"]) == ("closed", "別の窓口で受け付けました。")


def test_inside_nonsense_waits_for_a_person(inside) -> None:
    kinds = ("fieldwork.report", "fieldwork.joined", "fieldwork.reopened")
    for kind in kinds:
        for content in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"said": 1}', b'{"number": 1}'):
            inside.parcel(kind, content)
    inside.told()
    assert arriving.take_up() == 0
    assert set(Arrival.objects.values_list("state", flat=True)) == {"stuck"}


def test_inside_a_photograph_that_is_none_is_told_and_left_out_by_a_person(inside) -> None:
    good = inside.parcel("fieldwork.photo", photograph())
    bad = inside.parcel("fieldwork.photo", b"MZ" + b"\0" * 500)
    arrival = come(inside, photos=(good, bad))
    assert arrival.state == "stuck"
    assert "写真2枚目" in arrival.reason
    arriving.again(arrival.pk, leave_out=True)
    arriving.take_up()
    assert Arrival.objects.get(pk=arrival.pk).state == "done"
    assert ReportPhoto.objects.filter(report=Report.objects.get()).count() == 1
    assert not Arrival.objects.exclude(content=None).exists()


def test_inside_numbers_that_are_taken_or_foreign_are_replaced_and_one_key_is_one_report(inside) -> None:
    first = come(inside)
    again = come(inside)  # the outside was restored, and the phone sent it once more
    assert Report.objects.count() == 1
    assert told(again)["number"] == told(first)["number"]
    twice = come(inside, sent="c" * 64)
    foreign = come(inside, sent="d" * 64, number=written(8, 77))
    assert len({told(one)["number"] for one in (first, twice, foreign)}) == 3
    assert not NUMBERS.is_outsides(told(twice)["number"])


def test_inside_who_saw_the_same_counts_once_and_after_it_was_closed(inside, clerk) -> None:
    come(inside)
    report = Report.objects.get()
    handling.close(report.pk, "町の道ではありません。", actor=clerk)
    for sent in ("e" * 64, "e" * 64, "f" * 64):
        inside.parcel("fieldwork.joined", json.dumps({"number": report.number, "sent": sent}).encode())
    inside.parcel("fieldwork.joined", json.dumps({"number": "0899999999", "sent": "e" * 64}).encode())
    inside.told()
    assert arriving.take_up() == 4
    assert Supporter.objects.filter(report=report).count() == 2


def test_inside_individual_numbers_are_taken_out_again(inside) -> None:
    come(inside, said=NewReport("road", "穴です 123456789018", "役場"))
    assert "123456789018" not in CaseValue.objects.get(field="description").value


def test_inside_the_residents_pages_are_not_there(inside, client, clerk) -> None:
    assert client.get(TOWN).status_code == 404
    client.force_login(clerk)
    page = client.get("/fieldwork/").content.decode()
    assert f'href="{TOWN}"' not in page


def test_erasing_a_report_ends_what_its_reporter_is_told(inside) -> None:
    arrival = come(inside)
    assert told(arrival)
    report = Report.objects.get()
    from yakuba.services.fieldwork.actions.erasing import erase

    erase([report.case_id])
    assert not ReportFromOutside.objects.exists()
    standings.renew()
    assert bytes(Standing.objects.get(key=arrival.key).sealed) == b""
