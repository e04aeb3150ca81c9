"""支援措置 in the ledger: whoever has not opened it sees nowhere where somebody under protection lives."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions, letters
from yakuba.kernel.ledger.models import Case, CaseEvent
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection import actions as protecting
from yakuba.kernel.protection import policy
from yakuba.kernel.protection.models import Covered, Opening, Protection
from yakuba.kernel.protection.policy import HIDDEN, PlaceHidden
from yakuba.kernel.search import finding, indexing
from yakuba.kernel.ui.today import todays_work

PLACE, POST, PHONE = "やくば市隠里町9丁目8番7号", "9998887", "0398765432"
DOCUMENT = {
    "procedure": "visits",
    "title": "訪問の申請",
    "version": 1,
    "baseline": {"minutes_per_case": 1.0, "kind": "estimated", "source": "試験"},
    "fields": [
        {"code": "person_number", "label": "宛名番号", "type": "digits"},
        {"code": "name", "label": "氏名", "type": "name"},
        {"code": "birth", "label": "生年月日", "type": "date"},
        {"code": "postal_code", "label": "郵便番号", "type": "postal_code"},
        {"code": "address", "label": "住所", "type": "address"},
        {"code": "phone", "label": "電話", "type": "phone"},
        {"code": "wish", "label": "希望", "type": "text"},
    ],
}
VALUES = {
    "name": "見本花子",
    "birth": "1990-04-01",
    "postal_code": POST,
    "address": PLACE,
    "phone": PHONE,
    "wish": "午前",
}
SAID = (PLACE, POST, "999-8887", PHONE, "03-9876-5432", "隠里町")


@pytest.fixture
def procedure(in_yakuba_city):
    return actions.load_procedure(DOCUMENT)


def opened(procedure, number="0800000129", **values) -> Case:
    case = actions.open_case(procedure, number)
    for field, value in (VALUES | values).items():
        actions.record_value(case, field, value, trusted=False, source={})
    return case


def protect(clerk, **given) -> Protection:
    today = timezone.localdate()
    usual = {
        "name": "見本花子", "birth": date(1990, 4, 1), "address": PLACE, "household": True, "reason": "申出",
        "begins": today, "until": today + timedelta(days=365),
    }  # fmt: skip
    return protecting.begin(usual | given, actor=clerk)


def open_it(case, clerk):
    return protecting.open_place(
        "ledger.case", str(case.pk), "申請者から電話", password="yakuba-test-word", actor=clerk
    )


def text_of(answer) -> str:
    return b"".join(answer).decode(errors="replace")


def assert_hidden(text: str) -> None:
    for said in SAID:
        assert said not in text, said


def test_the_page_hides_where_the_person_lives_until_it_is_opened(procedure, clerk, client):
    case = opened(procedure)
    actions.confirm_value(
        case, "address", "やくば市隠里町1", actor=clerk, seconds=1, reason=f"{PLACE}ではない"
    )
    actions.confirm_value(case, "address", PLACE, actor=clerk, seconds=1)
    client.force_login(clerk)
    page = reverse("ledger:case", args=[case.pk])
    assert PLACE in text_of(client.get(page))
    protect(clerk)
    text = text_of(client.get(page))
    assert_hidden(text)
    assert HIDDEN in text
    assert "見本花子" in text
    assert "午前" in text

    answer = client.post(
        reverse("protection:open", args=["ledger.case", case.pk]),
        {"reason": "申請者から電話", "password": "違う"},
    )
    assert "パスワードが違います" in text_of(answer)
    assert_hidden(text_of(client.get(page)))
    client.post(
        reverse("protection:open", args=["ledger.case", case.pk]),
        {"reason": "申請者から電話", "password": "yakuba-test-word"},
    )
    assert PLACE in text_of(client.get(page))
    event = AuditEvent.objects.get(name="protection.opened")
    assert (event.subject, event.actor, event.details["reason"]) == (
        f"case:{case.pk}",
        clerk,
        "申請者から電話",
    )
    Opening.objects.update(until=timezone.now())
    assert_hidden(text_of(client.get(page)))


def test_an_opening_is_an_alarm_for_somebody_else_in_charge(procedure, clerk, make_staff, yakuba_city):
    officer = make_staff(yakuba_city, "protection.manage")
    case = opened(procedure)
    protect(clerk)
    opening = open_it(case, clerk)

    def alarms(user):
        return [row["count"] for row in todays_work(user)["queues"] if "開かれた" in row["label"]]

    assert (alarms(officer), alarms(clerk)) == ([1], [0])
    with pytest.raises(Exception, match="本人は"):
        protecting.note_seen(opening, actor=clerk)
    protecting.note_seen(opening, actor=officer)
    assert alarms(officer) == [0]


def test_who_lacks_the_permission_cannot_open(procedure, clerk, make_staff, yakuba_city, client):
    viewer = make_staff(yakuba_city, "ledger.view")
    case = opened(procedure)
    protect(clerk)
    client.force_login(viewer)
    assert_hidden(text_of(client.get(reverse("ledger:case", args=[case.pk]))))
    assert client.get(reverse("protection:open", args=["ledger.case", case.pk])).status_code == 403
    open_it(case, clerk)
    assert_hidden(text_of(client.get(reverse("ledger:case", args=[case.pk]))))


def test_no_list_and_no_search_finds_the_case_by_where_the_person_lives(procedure, clerk, client):
    opened(procedure)
    protect(clerk)
    client.force_login(clerk)
    for word in (PLACE, POST, PHONE, "隠里町"):
        assert "0800000129" not in text_of(client.get(reverse("ledger:cases"), {"text": word}))
    assert "0800000129" in text_of(client.get(reverse("ledger:cases"), {"text": "見本花子"}))
    indexing.rebuild("ledger.cases")
    assert not finding.find("ledger.cases", clerk, "隠里町").hits
    assert finding.find("ledger.cases", clerk, "見本花子").hits
    assert_hidden(text_of(client.get(reverse("search"), {"q": "隠里町"})).replace('value="隠里町"', ""))


def test_what_was_in_the_index_before_leaves_it(procedure, clerk):
    opened(procedure)
    indexing.rebuild("ledger.cases")
    assert finding.find("ledger.cases", clerk, "隠里町").hits
    protect(clerk)
    indexing.take_in("ledger.cases")
    assert not finding.find("ledger.cases", clerk, "隠里町").hits


@pytest.mark.parametrize("form", ["utf-8", "cp932", "json"])
def test_no_file_holds_it_without_a_second_person(procedure, clerk, make_staff, yakuba_city, client, form):
    case = opened(procedure)
    protect(clerk)
    client.force_login(clerk)

    def taken() -> str:
        answer = client.get(reverse("ledger:export"), {"form": form})
        return b"".join(answer).decode("cp932" if form == "cp932" else "utf-8")

    assert_hidden(taken())
    open_it(case, clerk)
    assert_hidden(taken())  # opened on a page is not taken along
    asked = protecting.ask_release("ledger.case", str(case.pk), "裁判所への提出", actor=clerk)
    assert_hidden(taken())
    with pytest.raises(approvals.ApprovalRefused, match="本人"):
        approvals.approve(asked, actor=clerk)
    approvals.approve(asked, actor=make_staff(yakuba_city, "protection.approve"))
    assert PLACE in taken()


def test_no_letter_is_made_or_taken_without_a_second_person(
    procedure, clerk, make_staff, yakuba_city, client
):
    case = opened(procedure)
    for status in (Status.CONFIRMING, Status.RETURNED):
        actions.move(case, status, reason="印がない")
    protect(clerk)
    client.force_login(clerk)
    page = reverse("ledger:letter", args=[case.pk])
    assert_hidden(text_of(client.get(page)))
    given = {"name": "見本花子", "address": PLACE, "day": "2027-02-01", "text": "印がありません。"}
    assert "承認" in text_of(client.post(page, given))
    assert not case.letters.exists()
    asked = protecting.ask_release("ledger.case", str(case.pk), "補正のため", actor=clerk)
    approvals.approve(asked, actor=make_staff(yakuba_city, "protection.approve"))
    assert client.post(page, given).status_code == 302
    taking = reverse("ledger:letter_pdf", args=[case.letters.get().pk])
    assert client.get(taking).status_code == 200
    other = make_staff(yakuba_city, "ledger.letters")
    client.force_login(other)
    assert client.get(taking).status_code == 403


def test_it_ends_by_a_second_person_alone_and_never_by_itself(
    procedure, clerk, make_staff, yakuba_city, client
):
    case = opened(procedure)
    row = protect(clerk)
    Protection.objects.update(until=timezone.localdate() - timedelta(days=1))
    client.force_login(clerk)
    page = reverse("ledger:case", args=[case.pk])
    assert_hidden(text_of(client.get(page)))  # the period has passed
    due = [
        one["count"]
        for one in todays_work(clerk)["queues"]
        if "支援措置" in one["label"] and "期限" in one["label"]
    ]
    assert due == [1]
    asked = protecting.ask_end(row, "申出の取下げ", actor=clerk)
    assert_hidden(text_of(client.get(page)))
    with pytest.raises(approvals.ApprovalRefused, match="本人"):
        approvals.approve(asked, actor=clerk)
    approvals.approve(asked, actor=make_staff(yakuba_city, "protection.approve"))
    assert PLACE in text_of(client.get(page))


def test_another_year_from_the_last_month_on(procedure, clerk):
    row = protect(clerk)
    with pytest.raises(Exception, match="1か月前"):
        protecting.renew(row, "継続", actor=clerk)
    end = timezone.localdate() + timedelta(days=20)
    Protection.objects.update(until=end)
    assert protecting.renew(row, "継続", actor=clerk).until.year == end.year + 1


def test_a_case_that_comes_later_is_hidden_as_soon_as_it_says_who_it_is_about(procedure, clerk):
    protect(clerk)
    case = opened(procedure)
    assert policy.is_hidden(clerk, "ledger.case", case.pk)
    assert Covered.objects.get(kind="ledger.case").state == "certain"


def test_the_number_alone_is_enough_and_another_person_is_none(procedure, clerk):
    protect(clerk, number="00012345", address="", household=False)
    same = opened(procedure, person_number="00012345", name="別名一郎", birth="1950-01-01")
    other = opened(procedure, "0800000226", birth="1991-12-31")
    assert policy.is_hidden(clerk, "ledger.case", same.pk)
    assert not policy.is_hidden(clerk, "ledger.case", other.pk)


def test_what_is_not_certain_is_hidden_until_a_person_says_no(procedure, clerk, client):
    case = opened(procedure, address="やくば市旧町1番地")  # the same name and birth date, at another address
    protect(clerk)
    row = Covered.objects.get(kind="ledger.case")
    assert row.state == "asked"
    assert policy.is_hidden(clerk, "ledger.case", case.pk)
    asked = [one["count"] for one in todays_work(clerk)["queues"] if "かどうか" in one["label"]]
    assert asked == [1]
    client.force_login(clerk)
    client.post(reverse("protection:decide", args=[row.pk]), {"other": "1"})
    assert not policy.is_hidden(clerk, "ledger.case", case.pk)
    actions.confirm_value(case, "name", "見本花子", actor=clerk, seconds=1)
    assert not policy.is_hidden(clerk, "ledger.case", case.pk)  # what a person said stays


def test_the_household_is_hidden_where_the_protection_says_so(procedure, clerk):
    brother = opened(procedure, name="見本太郎", birth="1992-02-02", address="やくば市隠里町9-8-7")
    protect(clerk)
    assert policy.is_hidden(clerk, "ledger.case", brother.pk)


def test_a_program_and_the_command_line_see_nothing(procedure, clerk):
    case = opened(procedure)
    protect(clerk)
    assert policy.is_hidden(None, "ledger.case", case.pk)
    with pytest.raises(PlaceHidden):
        letters.require_released(None, "ledger.case", case.pk)


def test_events_keep_what_was_but_do_not_show_it(procedure, clerk):
    case = opened(procedure)
    actions.record_value(case, "address", "やくば市新町2", trusted=False, source={})
    assert PLACE in json.dumps([one.details for one in CaseEvent.objects.all()], ensure_ascii=False)


def test_the_town_names_further_fields(procedure, clerk, client):
    from yakuba.kernel.townsettings import actions as settings

    case = opened(procedure)
    protect(clerk)
    settings.set_values({"protection.fields": "希望"}, actor=clerk)
    client.force_login(clerk)
    assert "午前" not in text_of(client.get(reverse("ledger:case", args=[case.pk])))
