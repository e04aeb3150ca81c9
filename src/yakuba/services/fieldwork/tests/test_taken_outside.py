"""Inside: an outside that somebody has taken seals and says what it likes about reports. Nobody else's is read, lost or held up
by it, and the clerk can settle all that comes."""

# ruff: noqa: F811 – the fixture of another file
from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.kernel.exchange import applicants, arriving, queue, sealing
from yakuba.kernel.exchange.models import Arrival, NumberRange
from yakuba.kernel.ledger.models import CaseValue
from yakuba.services.fieldwork.actions import checks, handling
from yakuba.services.fieldwork.actions.erasing import erase
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.contracts import NewReport
from yakuba.services.fieldwork.models import Report, ReportFromOutside, ReportRules
from yakuba.services.fieldwork.tests.conftest import photograph
from yakuba.services.fieldwork.tests.test_outside import come, handed, inside, told  # noqa: F401

NOWHERE = [b"\0" * 32, b"\1" + b"\0" * 31]  # points of small order
EMPTY = NewReport("ufo", "空を飛んでいます", "", 35.6005, 138.5005)


@pytest.mark.parametrize("public", NOWHERE)
def test_a_key_to_which_nothing_can_be_sealed_holds_nobody_else_up(inside, public) -> None:
    good = come(inside)
    bad = come(inside, sent="c" * 64, public=sealing.text_of(public))
    assert bad.state == "stuck"
    assert told(good)["state"] == "received"
    ReportFromOutside.objects.filter(key=good.key).update(
        public=sealing.text_of(public)
    )  # kept by a release of before
    other = come(inside, sent="d" * 64)
    Report.objects.update(urgent=True, state="working")
    assert told(other)["state"] == "working"


def test_the_key_of_another_report_opens_nothing_of_it(inside, clerk) -> None:
    """The outside knows the hash of every phone's key; what is told is for the hand that first sent with it."""
    victim = come(inside)
    handling.answer(Report.objects.get().pk, "お宅の前の穴を見に行きます。", actor=clerk)
    stranger = applicants.same_hand("b" * 64, "EVILEVILEVIL")
    for hand in (stranger, ""):
        foreign = come(inside, hand=hand)  # the same words, to which it is sealed is the taker's choice
        assert foreign.state == "done"
        assert told(foreign)["told"] == []
        assert told(foreign)["number"] != told(victim)["number"]
    assert len(told(victim)["told"]) == 1
    assert Report.objects.count() == 3


def test_another_report_with_an_old_key_is_not_lost(inside) -> None:
    """The outside was restored from a backup, and somebody went back to the form and wrote about another thing."""
    first = come(inside)
    photo = inside.parcel("fieldwork.photo", photograph())
    said = NewReport("road", "別の橋の穴です", "", 35.6105, 138.5105, "山田太郎", "")
    for _ in range(2):
        other = come(inside, said=said, photos=(photo,) if Report.objects.count() == 1 else ())
    assert Report.objects.count() == 2
    assert told(other)["number"] != told(first)["number"]
    assert CaseValue.objects.filter(field="description", value="別の橋の穴です").count() == 1
    assert Report.objects.order_by("pk").last().photos.count() == 1


def test_what_is_named_as_a_photograph_and_is_none_stays(inside) -> None:
    """A report that waits for a person is not settled because another one names its mark."""
    victim = come(inside, said=EMPTY)
    foreign = inside.parcel("intake.file", b"of another room")
    evil = come(inside, sent="c" * 64, photos=(victim.key, foreign))
    arriving.again(evil.pk, leave_out=True)
    arriving.take_up()
    assert Arrival.objects.get(pk=evil.pk).state == "done"
    assert Arrival.objects.get(pk=victim.pk).state == "stuck"
    assert Arrival.objects.get(key=foreign).state == "waiting"
    other = come(inside, sent="d" * 64, said=EMPTY, photos=(foreign,))
    arriving.put_aside(other.pk, "受け付けません。")
    assert Arrival.objects.get(key=foreign).state == "waiting"


@pytest.mark.parametrize(
    "more", [{"label": "\ud800"}, {"language": "\ud800"}, {"said": NewReport("road", "\ud800", "役場")}]
)
def test_half_a_character_is_refused_with_a_sentence_and_its_page_opens(inside, client, clerk, more) -> None:
    key = queue.new_key()
    inside.parcel("fieldwork.report", json.dumps(asdict(handed(key, **more))).encode(), key)
    inside.parcel("fieldwork.joined", json.dumps({"number": "\ud800", "sent": "a" * 64}).encode())
    inside.told()
    arriving.take_up()
    assert {row.reason[:11] for row in Arrival.objects.all()} == {"届いたものの書き方が正"}
    client.force_login(clerk)
    for row in Arrival.objects.all():
        assert client.get(f"/exchange/arrivals/{row.pk}/").status_code == 200


def test_whatever_waits_for_a_person_can_be_put_aside(inside, client, clerk) -> None:
    key = inside.parcel("fieldwork.joined", json.dumps({"number": 7}).encode())
    inside.told()
    arriving.take_up()
    row = Arrival.objects.get(key=key)
    assert row.state == "stuck"
    client.force_login(clerk)
    page = client.get(f"/exchange/arrivals/{row.pk}/").content.decode()
    assert f'action="/exchange/arrivals/{row.pk}/put-aside/"' in page
    assert "だれにも伝わりません" in page
    client.post(f"/exchange/arrivals/{row.pk}/put-aside/", {"sentence": "いたずらです。"})
    row.refresh_from_db()
    assert (row.state, row.content) == ("set_aside", None)


def asked_again(inside, arrival, times: int) -> None:
    inside.parcel(
        "fieldwork.reopened", json.dumps({"report": arrival.key, "times": times, "text": "まだです"}).encode()
    )
    inside.told()
    arriving.take_up()


@pytest.mark.parametrize("times", [1_000, 10**30])
def test_a_count_far_too_high_does_not_end_a_reporters_line(inside, times) -> None:
    arrival = come(inside)
    asked_again(inside, arrival, times)
    there = told(arrival)["reopenings"]
    assert there < 1_000
    asked_again(inside, arrival, there + 1)  # as the outside, set up anew, counts on
    assert told(arrival)["reopenings"] == there + 1


def test_who_asks_again_of_what_was_put_aside_still_reads_why(inside) -> None:
    arrival = come(inside, said=EMPTY)
    arriving.put_aside(arrival.pk, "窓口で受け付けました。")
    for times in (1, 2):
        asked_again(inside, arrival, times)
    now = told(arrival)
    assert (now["state"], now["reopenings"]) == ("closed", 2)
    assert now["notice"].startswith("窓口で受け付けました。 受け付けていない通報なので")
    assert now["notice"].count("受け付けていない通報なので") == 1


def test_who_asks_again_of_what_was_erased_leaves_nothing_for_a_person(inside) -> None:
    arrival = come(inside)
    erase([Report.objects.get().case_id])
    asked_again(inside, arrival, 1)
    assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}


def test_reports_wait_for_rules_that_cannot_be_read(inside) -> None:
    good = ReportRules.objects.get().text
    ReportRules.objects.create(text="rules of another release")
    arrival = come(inside)
    assert arrival.state == "waiting"
    assert told(arrival)["state"] == "waiting"
    Arrival.objects.update(came_at=timezone.now() - timedelta(days=3))
    arriving.take_up()
    assert Arrival.objects.get().state == "waiting"
    ReportRules.objects.create(text=good)
    arriving.take_up()
    assert Report.objects.count() == 1


def test_the_cameras_time_comes_along(inside) -> None:
    photos = tuple(inside.parcel("fieldwork.photo", photograph(shade=shade)) for shade in (0, 90))
    come(inside, photos=photos, taken=("2026-04-01T10:20:30",))
    assert [one.taken for one in Report.objects.get().photos.order_by("pk")] == ["2026-04-01T10:20:30", ""]
    assert come(inside, sent=secrets.token_hex(32), taken=("yesterday",)).state == "stuck"


def test_numbers_that_are_withheld_are_told(inside) -> None:
    assert [one.ok for one in checks.self_check()][-1]
    for _ in range(12):
        NumberRange.objects.update(next=10**6)
        NUMBERS.ranges()
    assert not checks.self_check()[-1].ok
