"""Inside: what came from the outside is not believed."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image

from yakuba.kernel.exchange import applicants, arriving, queue, sealing, standings
from yakuba.kernel.exchange.models import Arrival, NumberRange, Standing
from yakuba.kernel.exchange.ranges import written, year_of
from yakuba.kernel.exchange.tests.halves import other
from yakuba.kernel.ledger.models import Case
from yakuba.services.intake.actions import answering, opening
from yakuba.services.intake.actions.numbers import NUMBERS
from yakuba.services.intake.engine.handed_in import HandedFile, HandedIn
from yakuba.services.intake.models import AttachedFile, FromOutside, Submission

SECRET = "0123456789AB"


@pytest.fixture
def outside(bus, monkeypatch):
    """The other half, to which this one has let a range of numbers."""
    monkeypatch.setattr(settings.YAKUBA, "part", "inside")
    NUMBERS.ranges()
    return other()


def number(place: int = 0) -> str:
    row = NumberRange.objects.first()
    return written(row.year, row.first + place)


def handed(key: str, **more) -> HandedIn:
    public = sealing.text_of(sealing.public_of(applicants.opening_key(key, SECRET)))
    values = {"day": "2026-11-30", "name": "山田太郎", "birth": "1956-04-01", "kind": "old"}
    whole = HandedIn("bus", "バス乗車券", 1, number(), "a" * 64, public, timezone.now().isoformat(), values)
    return replace(whole, **more)


def come(outside, **more) -> Arrival:
    key = queue.new_key()
    outside.parcel("intake.application", handed(key, **more).written(), key)
    outside.told()
    arriving.take_up()
    return Arrival.objects.get(key=key)


def told(arrival: Arrival) -> dict:
    standings.renew()
    row = Standing.objects.get(key=arrival.key)
    private = applicants.opening_key(arrival.key, SECRET)
    return json.loads(sealing.unseal(bytes(row.sealed), private, standings.info_of(arrival.key)))


def picture(kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("L", (60, 40), 200).save(content, kind)
    return content.getvalue()


def test_it_becomes_a_case_whose_applicant_is_told(outside) -> None:
    arrival = come(outside)
    assert arrival.state == "done", arrival.reason
    case = Case.objects.get()
    assert case.receipt_number == number()
    assert told(arrival)["word"] == "受付済"
    first = Standing.objects.get().revision
    assert standings.renew() == 0
    answering.ask_correction(case, "生年月日を確かめてください。", actor=None)
    now = told(arrival)
    assert (now["word"], now["corrections"][0]["sentence"]) == ("訂正待ち", "生年月日を確かめてください。")
    assert Standing.objects.get().revision > first
    outside.parcel(
        "intake.answer",
        json.dumps({"application": arrival.key, "question": now["open"], "text": "確かめました"}).encode(),
    )
    outside.parcel("intake.withdrawal", json.dumps({"application": arrival.key, "times": 1}).encode())
    outside.told()
    assert arriving.take_up() == 2
    assert told(arrival) | {"corrections": []} == {
        "word": "取下げ", "number": number(), "corrections": [], "open": "", "may_withdraw": False, "withdrawals": 1, "notice": "",
    }  # fmt: skip
    assert told(arrival)["corrections"][0]["answer"] == "確かめました"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"values": {"name": "山田太郎", "shoe_size": "26"}}, "shoe_size"),
        ({"values": {"receipt_number": "0850000177"}}, "ウェブで受け付けられません"),
        ({"values": {"birth": "yesterday"}}, "生年月日"),
        ({"procedure": "ship"}, "この設備にありません"),
        ({"values": {"kind": "young"}}, "区分"),
    ],
)
def test_what_does_not_fit_waits_for_a_person_and_its_applicant_reads_so(outside, more, reason) -> None:
    arrival = come(outside, **more)
    assert arrival.state == "stuck"
    assert reason in arrival.reason
    assert not Case.objects.exists()
    assert told(arrival)["word"] == "確認中"
    arriving.put_aside(arrival.pk, "窓口で受け付け直しました。")
    now = told(arrival)
    assert (now["word"], now["notice"]) == ("取下げ", "窓口で受け付け直しました。")


def test_nonsense_waits_for_a_person(outside) -> None:
    for content in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"procedure": 1}'):
        outside.parcel("intake.application", content)
    outside.told()
    assert arriving.take_up() == 0
    assert set(Arrival.objects.values_list("state", flat=True)) == {"stuck"}


def test_files_are_made_safe_here_whatever_was_said_outside(outside) -> None:
    good = outside.parcel("intake.file", picture())
    bad = outside.parcel("intake.file", b"MZ" + b"\0" * 500)
    files = (HandedFile(good, "card", "../../手帳.png"), HandedFile(bad, "card", "手帳2.png"))
    arrival = come(outside, files=files)
    assert arrival.state == "stuck"
    assert "手帳2.png" in arrival.reason
    assert not AttachedFile.objects.exists()
    arriving.again(arrival.pk, leave_out=True)
    arriving.take_up()
    assert Arrival.objects.get(pk=arrival.pk).state == "done"
    (kept,) = AttachedFile.objects.select_related("file")
    assert (kept.name, kept.file.media_type) == ("手帳.png", "image/png")
    assert not Arrival.objects.exclude(content=None).exists()


def test_it_waits_for_its_files_in_whichever_order_they_come(outside) -> None:
    late = queue.new_key()
    arrival = come(outside, files=(HandedFile(late, "card", "手帳.png"),))
    assert arrival.state == "waiting"
    outside.parcel("intake.file", picture("JPEG"), late)
    outside.told()
    arriving.take_up()
    assert Arrival.objects.get(pk=arrival.pk).state == "done"


def test_a_number_that_is_taken_or_was_never_let_out_is_replaced(outside) -> None:
    first = come(outside)
    twice = come(outside)
    foreign = come(outside, number=written(8, 77))
    assert told(first)["number"] == number()
    assert len({told(one)["number"] for one in (first, twice, foreign)}) == 3
    assert not NUMBERS.is_outsides(told(twice)["number"])
    assert Submission.objects.count() == 3


def test_both_halves_give_numbers_and_none_twice(outside) -> None:
    row = NumberRange.objects.get(year=year_of(timezone.localdate()))
    given = [NUMBERS.next_number(timezone.localdate()) for _ in range(5)]
    assert not any(NUMBERS.is_outsides(one) for one in given)
    NUMBERS.take_report({"ranges": [[row.year, row.first, row.last, row.last - 10]]})
    assert len(NUMBERS.ranges()[str(row.year)]) == 2
    # A range that was let out behind the backup that this installation was restored from stays the outside's.
    beyond = NumberRange.objects.order_by("-last").filter(year=row.year).first().last + 1
    NUMBERS.take_report({"ranges": [[row.year, beyond, beyond + 1_999, beyond + 3]]})
    assert int(NUMBERS.next_number(timezone.localdate())[2:8]) > beyond + 1_999


def test_taken_back_too_late_is_told(outside) -> None:
    arrival = come(outside)
    case = Case.objects.get()
    answering.accept(case, actor=None)
    outside.parcel("intake.withdrawal", json.dumps({"application": arrival.key, "times": 1}).encode())
    outside.told()
    arriving.take_up()
    now = told(arrival)
    assert (now["word"], now["withdrawals"]) == ("審査中", 1)
    assert "取り下げられません" in now["notice"]


def test_taken_back_before_it_was_taken_up(outside) -> None:
    arrival = come(outside, procedure="ship")
    outside.parcel("intake.withdrawal", json.dumps({"application": arrival.key, "times": 1}).encode())
    outside.told()
    arriving.take_up()
    assert told(arrival)["word"] == "取下げ"
    assert FromOutside.objects.get().closed


def test_a_clerk_sees_why_and_what_and_tries_again(outside, clerk, bus) -> None:
    arrival = come(outside, values={"name": "山田太郎", "shoe_size": "26"})
    client = Client()
    client.force_login(clerk)
    page = client.get("/exchange/").content.decode()
    assert "shoe_size" in page
    page = client.get(f"/exchange/arrivals/{arrival.pk}/").content.decode()
    assert "山田太郎" in page
    assert client.post(f"/exchange/arrivals/{arrival.pk}/put-aside/", {"sentence": ""}).status_code == 422
    assert client.post(f"/exchange/arrivals/{arrival.pk}/again/").status_code == 302
    arriving.take_up()
    assert (
        client.post(
            f"/exchange/arrivals/{arrival.pk}/put-aside/", {"sentence": "窓口で受け付けました。"}
        ).status_code
        == 302
    )
    assert client.get(f"/exchange/arrivals/{arrival.pk}/").status_code == 404


def test_a_form_above_the_internet_zone_is_not_published(outside, clerk) -> None:
    from yakuba.kernel.ledger.actions import load_procedure
    from yakuba.services.intake.queries.published import published
    from yakuba.services.intake.tests.conftest import BUS

    field = {"code": "person", "label": "宛名番号", "type": "digits", "required": False}
    procedure = load_procedure({**BUS, "procedure": "higher", "fields": [*BUS["fields"], field]})
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    assert [one["code"] for one in published()["forms"]] == ["bus"]
