"""A value found wrong after it was entered: what to change, both registrations, and every value with the same cause."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.models import Correction

BUS = "bus-pass"

pytestmark = pytest.mark.xdist_group("reading_desk")


@pytest.fixture
def entered(desk):
    """A bus pass case that was entered with 髙 read as 高, without anybody having looked."""
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    case = desk.case(BUS)
    source = CaseValue.objects.get(case=case, field="name").source
    CaseValue.objects.filter(case=case, field="name").update(
        value="高橋花子", trusted=True, origin="reading", confirmed_by=None, confirmed_at=None,
        source=source | {"decision": "trusted", "confirmed_by": ["kana"]},
    )  # fmt: skip
    CaseValue.objects.filter(case=case, field="kana").update(value="タカハシハナコ")
    ledger.move(case, Status.ENTERING)
    return ledger.move(case, Status.ENTERED, target_number="K-17")


def neighbour_case(case, number, name, **source):
    other = ledger.open_case(case.procedure, number)
    ledger.record_value(other, "name", name, trusted=True, source={"decision": "trusted"} | source)
    return other


def corrected(client, case, value, **more):
    url = reverse("reading:correct", args=[case.pk, "name"])
    return client.post(url, {"value": value, "reason": "申請者からの連絡", "shown": ""} | more)


def text_of(answer):
    return answer.content.decode()


def test_from_the_case_to_the_core_system_and_back(desk, entered, client, clerk):
    client.force_login(clerk)
    page = text_of(client.get(reverse("ledger:case", args=[entered.pk])))
    link = re.search(rf'href="(/reading/cases/{entered.pk}/name/correct/)"', page).group(1)
    assert "field_picture" not in page
    assert "高橋花子" in text_of(client.get(link))
    answer = corrected(client, entered, "髙橋花子")
    row = Correction.objects.get()
    assert answer["Location"] == reverse("reading:correction", args=[row.pk])
    assert (row.was, row.right, row.origin, row.opened_by) == ("高橋花子", "髙橋花子", "reading", clerk)
    assert values_of(entered)["name"] == "髙橋花子", "the ledger is right at once"
    page = re.sub(r"\s+", " ", text_of(client.get(answer["Location"])))
    assert "登録番号 <strong>K-17</strong>" in page
    assert "<strong>高橋花子</strong> から <strong>髙橋花子</strong>" in page
    assert page.count('label="直す"') + page.count("</svg>直す</span>") == 1, (
        "one field differs of the whole registration"
    )
    assert "基幹システムで直す値" in text_of(client.get("/"))
    client.post(reverse("reading:correction_done", args=[row.pk]))
    row.refresh_from_db()
    assert (row.done_by, row.done_at is None) == (clerk, False)
    left = client.get(reverse("reading:corrections") + "?state=open")
    assert "該当する訂正はありません" in text_of(left)
    assert "直した" in text_of(client.get(reverse("reading:corrections") + "?state="))
    kinds = list(CaseEvent.objects.filter(case=entered).order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["ledger.value_confirmed", "reading.correction_opened", "reading.corrected"]
    event = CaseEvent.objects.filter(kind="ledger.value_confirmed", details__passed=True).get()
    assert event.details == {
        "field": "name",
        "changed": True,
        "passed": True,  # it is counted as found wrong
        "before": "高橋花子",
        "after": "髙橋花子",
        "reason": "申請者からの連絡",
    }


@pytest.mark.slow
def test_every_value_with_the_same_cause_is_listed_and_can_be_checked_off(desk, entered, client, clerk):
    client.force_login(clerk)
    same_way = neighbour_case(entered, "0800000226", "佐藤一郎", confirmed_by=["kana"])
    same_letter = neighbour_case(entered, "0800000323", "高田二郎", confirmed_by=["lexicon"])
    other = neighbour_case(entered, "0800000420", "鈴木三郎", confirmed_by=["lexicon"])
    corrected(client, entered, "髙橋花子")
    url = reverse("reading:correction", args=[Correction.objects.get().pk])
    page = text_of(client.get(url))
    assert same_way.receipt_number in page
    assert same_letter.receipt_number in page
    assert other.receipt_number not in page
    ledger.move(same_way, Status.READY)
    ledger.move(same_way, Status.ENTERED)
    back = {"correction": Correction.objects.get().pk}
    answer = client.post(reverse("reading:found_right", args=[same_way.pk, "name"]), back)
    assert answer["Location"] == url
    assert same_way.receipt_number not in text_of(client.get(url))
    assert CaseEvent.objects.get(case=same_way, details__passed=True).details["changed"] is False


def test_a_persons_slip_lists_what_that_person_confirmed_that_day(
    desk, entered, client, clerk, make_staff, yakuba_city
):
    client.force_login(clerk)
    ledger.confirm_value(entered, "name", "高橋花子", actor=clerk, seconds=1)
    other = ledger.open_case(entered.procedure, "0800000226")
    ledger.confirm_value(other, "name", "佐藤一郎", actor=clerk, seconds=1)
    colleague = make_staff(yakuba_city, "reading.confirm")
    elses = ledger.open_case(entered.procedure, "0800000323")
    ledger.confirm_value(elses, "name", "鈴木三郎", actor=colleague, seconds=1)
    earlier = ledger.open_case(entered.procedure, "0800000420")
    ledger.confirm_value(earlier, "name", "田中四郎", actor=clerk, seconds=1)
    CaseValue.objects.filter(case=earlier).update(confirmed_at=timezone.now() - timedelta(days=2))
    corrected(client, entered, "髙橋花子")
    page = text_of(client.get(reverse("reading:correction", args=[Correction.objects.get().pk])))
    assert "職員が同じ日に確認した" in page
    assert other.receipt_number in page
    assert elses.receipt_number not in page
    assert earlier.receipt_number not in page


def test_the_day_of_a_slip_is_that_of_the_clock_on_the_wall(desk, entered, client, clerk):
    client.force_login(clerk)
    ledger.confirm_value(entered, "name", "高橋花子", actor=clerk, seconds=1)
    other = ledger.open_case(entered.procedure, "0800000226")
    ledger.confirm_value(other, "name", "佐藤一郎", actor=clerk, seconds=1)
    early, noon = (datetime(2026, 11, 27, hour, 30, tzinfo=ZoneInfo("Asia/Tokyo")) for hour in (8, 12))
    CaseValue.objects.filter(case=entered, field="name").update(
        confirmed_at=early
    )  # the day before in London
    CaseValue.objects.filter(case=other, field="name").update(confirmed_at=noon)
    corrected(client, entered, "髙橋花子")
    page = text_of(client.get(reverse("reading:correction", args=[Correction.objects.get().pk])))
    assert other.receipt_number in page


def test_what_is_no_correction_is_refused_and_loses_nothing(desk, entered, client, clerk):
    client.force_login(clerk)
    answer = corrected(client, entered, "高橋花子")
    assert answer.status_code == 422
    assert "いまの値と同じです" in text_of(answer)
    answer = corrected(client, entered, "申請者に電話して聞く")
    assert 'name="insist" value="申請者に電話して聞く"' in text_of(answer)
    assert 'value="申請者からの連絡"' in text_of(answer)
    assert not Correction.objects.exists()
    corrected(client, entered, "髙橋花子")
    corrected(client, entered, "髙橋華子")
    row = Correction.objects.get()
    assert (row.was, row.right) == ("高橋花子", "髙橋華子"), "the core system still holds what was entered"
    corrected(client, entered, "高橋花子")
    row.refresh_from_db()
    assert row.done_at is not None, "it was right after all"


def test_a_case_that_is_not_entered_is_put_right_by_the_usual_way(desk, client, clerk):
    client.force_login(clerk)
    desk.read((BUS, 1))
    case = desk.case(BUS)
    answer = corrected(client, case, "髙橋花子", insist="髙橋花子")
    assert answer["Location"] == reverse("ledger:case", args=[case.pk])
    assert not Correction.objects.exists()
