"""The counter that needs no writing: what is known is filled in, only the rest is asked, and nothing is taken twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import effort as effort_of
from yakuba.kernel.persons import loading
from yakuba.kernel.protection.actions import begin as protect
from yakuba.services.intake.actions import counter, opening, visits
from yakuba.services.intake.models import Draft, Submission, Visit
from yakuba.services.intake.tests.conftest import BUS, CUT
from yakuba.services.queue import actions as tickets
from yakuba.services.queue.models import Service, Ticket

REGISTER = (
    "宛名番号,氏名,フリガナ,生年月日,住所\n"
    "0001001,山田太郎,ヤマダタロウ,1956-04-01,やくば市本町1-1\n"
    "0001002,山田花子,ヤマダハナコ,2019-05-05,やくば市本町1-1\n"
)
CARD = {
    "procedure": "card",
    "title": "駐輪場の利用",
    "version": 1,
    "baseline": {"minutes_per_case": 4.0, "kind": "estimated", "source": "試験"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": "applicant_name", "label": "申込者", "type": "name", "required": True},
        {"code": "address", "label": "住所", "type": "address", "required": True},
        {"code": "phone", "label": "電話番号", "type": "phone", "required": True},
        {"code": "school", "label": "学校", "type": "text"},
        {"code": "child_name", "label": "子の氏名", "type": "name"},
        {"code": "child_birth", "label": "子の生年月日", "type": "date"},
        {"code": "child_number", "label": "子の宛名番号", "type": "digits", "person": {"name": "child_name", "birth": "child_birth"}},
    ],
}  # fmt: skip


@pytest.fixture
def town(in_yakuba_city, clerk, tmp_path):
    """Two procedures, nothing open to residents, and a register."""
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    load_procedure(CARD)
    path = tmp_path / "atena.csv"
    path.write_text(REGISTER, encoding="utf-8")
    loading.load(path, actor=clerk)


class Counter:
    """A clerk with a browser."""

    def __init__(self, person):
        self.client = Client()
        self.client.force_login(person)

    def begin(self) -> str:
        """A new visit; its address."""
        once = re.search(r'name="once" value="([^"]+)"', self.text("/intake/counter/"))[1]
        return self.client.post("/intake/counter/begin/", {"once": once})["Location"]

    def choose(self, visit: str, number: str = "0001001"):
        """Whom it is about."""
        return self.client.post(f"{visit}resident/", {"chosen": number})

    def add(self, visit: str, procedure: str) -> str:
        """An application; its address."""
        return self.client.post(f"{visit}add/", {"procedure": procedure})["Location"]

    def go(self, draft: str) -> str:
        """Where the asking goes on."""
        return self.client.get(draft)["Location"]

    def text(self, url: str) -> str:
        """A page."""
        answer = self.client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.content.decode()


@pytest.fixture
def desk(town, clerk):
    return Counter(clerk)


def test_the_register_fills_and_only_the_rest_is_asked(desk, clerk):
    visit = desk.begin()
    found = desk.client.post(f"{visit}resident/", {"name": "山田太郎"}).content.decode()
    assert "本町1-1" in found
    desk.choose(visit)
    draft = desk.add(visit, "bus")
    first = desk.go(draft)
    page = desk.text(first)
    assert 'value="山田太郎"' in page
    assert "宛名の登録簿から入れました" in page
    answer = desk.client.post(first, {"name": "山田太郎", "birth": "1956-04-01", "kind": "old"})
    assert answer["Location"] == f"{draft}check/", "the page for students is not asked"
    assert "1956" in desk.text(f"{draft}check/") or "昭和31年" in desk.text(f"{draft}check/")
    answer = desk.client.post(f"{draft}take/", {"signing": "paper"})
    assert answer["Location"] == f"{draft}done/"
    case = Case.objects.get()
    values = {row.field: row for row in CaseValue.objects.filter(case=case)}
    assert values["name"].origin == "register"
    assert (values["kind"].origin, values["kind"].confirmed_by) == ("person", clerk)
    assert values["day"].value == timezone.localdate().isoformat()
    assert case.receipt_number in desk.text(f"{draft}done/")
    submission = Submission.objects.get()
    assert (submission.door, submission.taken_by, submission.signing) == ("counter", clerk, "paper")
    assert case.status == "received", "it waits for the signed paper"
    desk.client.post(f"{draft}signed/")
    desk.client.post(f"{draft}signed/")
    case.refresh_from_db()
    assert case.status == "ready"
    event = CaseEvent.objects.get(kind="intake.taken")
    assert (event.user, event.details["signing"]) == (clerk, "paper")


def test_a_value_that_was_changed_is_the_clerks(desk):
    visit = desk.begin()
    desk.choose(visit)
    draft = desk.add(visit, "bus")
    desk.client.post(desk.go(draft), {"name": "山田次郎", "birth": "1956-04-01", "kind": "old"})
    desk.client.post(f"{draft}take/", {"signing": "paper"})
    assert dict(CaseValue.objects.values_list("field", "origin"))["name"] == "person"


def test_what_two_procedures_share_is_asked_once(desk):
    visit = desk.begin()
    desk.choose(visit)
    bus, card = desk.add(visit, "bus"), desk.add(visit, "card")
    desk.client.post(f"{bus}1/", {"name": "山田太郎", "birth": "1956-04-01", "kind": "student"})
    desk.client.post(f"{bus}2/", {"school": "中央高校"})
    page = desk.text(desk.go(card))
    assert 'value="中央高校"' in page, "the same label of the same type"
    assert 'value="山田太郎"' in page, "who stands there is the applicant of both"
    assert "この来庁で聞いたことから入れました" in page
    assert 'name="phone" value="0' not in page


def test_the_child_comes_from_the_register_with_its_number(desk):
    visit = desk.begin()
    desk.choose(visit)
    card = desk.add(visit, "card")
    assert "対象の人を宛名からさがす" in desk.text(f"{card}2/") + desk.text(f"{card}1/")
    assert desk.client.post(f"{card}persons/1/", {"chosen": "0001002"})["Location"] == card
    desk.client.post(f"{card}1/", {"applicant_name": "山田太郎", "address": "やくば市本町1-1", "phone": "03-1234-5678", "school": "", "child_name": "山田花子", "child_birth": "2019-05-05"})  # fmt: skip
    desk.client.post(f"{card}2/", {"child_name": "山田花子", "child_birth": "2019-05-05"})
    desk.client.post(f"{card}take/", {"signing": "paper"})
    values = {row.field: row for row in CaseValue.objects.all()}
    assert (values["child_number"].value, values["child_number"].origin) == ("0001002", "register")
    assert values["child_name"].origin == "register"


def test_taken_twice_it_is_one_case(desk):
    visit = desk.begin()
    draft = desk.add(visit, "bus")
    desk.client.post(f"{draft}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
    for _ in range(3):
        assert desk.client.post(f"{draft}take/", {"signing": "paper"})["Location"] == f"{draft}done/"
    assert desk.client.post(f"{draft}1/", {"name": "別の名"})["Location"] == f"{draft}done/", (
        "Back changes nothing"
    )
    assert Case.objects.count() == 1
    assert CaseEvent.objects.filter(kind="intake.taken").count() == 1


def test_a_button_pressed_twice_begins_one_visit_and_one_form(desk):
    once = re.search(r'name="once" value="([^"]+)"', desk.text("/intake/counter/"))[1]
    places = {desk.client.post("/intake/counter/begin/", {"once": once})["Location"] for _ in range(2)}
    assert len(places) == 1
    (visit,) = places
    assert desk.add(visit, "bus") == desk.add(visit, "bus")
    assert (Visit.objects.count(), Draft.objects.count()) == (1, 1)


def test_the_same_person_at_two_windows_is_told_and_taken_again_only_on_purpose(desk, town, clerk):
    for _ in range(2):
        visit = desk.begin()
        desk.choose(visit)
        draft = desk.add(visit, "bus")
        desk.client.post(f"{draft}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
        answer = desk.client.post(f"{draft}take/", {"signing": "paper"})
    assert answer.status_code == 422
    assert Case.objects.get().receipt_number in answer.content.decode()
    assert desk.client.post(f"{draft}take/", {"signing": "paper", "again": "1"}).status_code == 302
    assert Case.objects.count() == 2


def test_a_colleague_takes_the_visit_over_before_typing_in_it(desk, make_staff, yakuba_city, clerk):
    visit = desk.begin()
    draft = desk.add(visit, "bus")
    colleague = Counter(make_staff(yakuba_city, "intake.counter"))
    for url in (visit, draft, f"{draft}1/"):
        assert colleague.client.get(url).status_code == 409
    assert colleague.client.post(f"{draft}1/", {"name": "山田太郎"}).status_code in (302, 409)
    assert Draft.objects.get().version <= 1
    colleague.client.post(f"{visit}take-over/")
    assert colleague.client.get(visit).status_code == 200
    assert desk.client.get(visit).status_code == 409


def test_who_may_not_look_into_the_register_does_not(town, make_staff, yakuba_city):
    colleague = Counter(make_staff(yakuba_city, "intake.counter"))
    visit = colleague.begin()
    assert "宛名からさがす" not in colleague.text(visit)
    assert colleague.choose(visit).status_code == 403


def test_of_a_protected_person_the_place_is_never_filled_in(desk, town, make_staff, yakuba_city):
    worker = make_staff(yakuba_city, "protection.manage")
    today = timezone.localdate()
    given = {"number": "0001001", "name": "山田太郎", "reason": "試験", "begins": today, "until": today}
    protect(given, actor=worker)
    visit = desk.begin()
    assert "本町1-1" not in desk.client.post(f"{visit}resident/", {"name": "山田太郎"}).content.decode()
    assert (
        "支援措置"
        in desk.client.post(f"{visit}resident/", {"chosen": "0001001"}, follow=True).content.decode()
    )
    page = desk.text(desk.go(desk.add(visit, "card")))
    assert 'value="山田太郎"' in page
    assert "本町" not in page


def test_without_signing_nothing_is_taken_and_what_is_wrong_is_told(desk):
    draft = desk.add(desk.begin(), "bus")
    answer = desk.client.post(f"{draft}take/", {"signing": "paper"})
    assert answer.status_code == 422
    assert "氏名を入力してください" in answer.content.decode()
    desk.client.post(f"{draft}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
    for signing in ("", "none", "drawn", "x"):
        assert desk.client.post(f"{draft}take/", {"signing": signing}).status_code == 422
    assert not Case.objects.exists()


def test_where_the_form_asks_no_signature_it_goes_on_at_once(desk, clerk):
    opening.set_form(
        Draft.objects.none().first() or load_procedure(BUS), {**CUT, "signature": False}, actor=clerk
    )
    draft = desk.add(desk.begin(), "bus")
    desk.client.post(f"{draft}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
    desk.client.post(f"{draft}take/", {"signing": "none"})
    assert Case.objects.get().status == "ready"


def test_after_the_visit_nothing_said_is_left(desk, clerk):
    visit = desk.begin()
    desk.choose(visit)
    sent, begun = desk.add(visit, "bus"), desk.add(visit, "card")
    desk.client.post(f"{sent}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
    desk.client.post(f"{sent}take/", {"signing": "paper"})
    desk.client.post(f"{visit}end/")
    row = Visit.objects.get()
    assert bytes(row.sealed) == b""
    assert desk.client.get(begun).status_code == 404
    assert desk.client.get(visit).status_code == 409
    assert CaseEvent.objects.filter(kind="intake.served").count() == 1
    assert AuditEvent.objects.filter(name="intake.visit_ended").exists()


def test_a_visit_that_nobody_ended_ends_with_its_day(desk, clerk):
    visit = desk.begin()
    desk.choose(visit)
    assert visits.forget_old() == 0
    Visit.objects.update(opened_at=timezone.now() - timedelta(days=1))
    assert visits.forget_old() == 1
    assert bytes(Visit.objects.get().sealed) == b""


def test_the_seconds_of_a_visit_go_to_its_applications(desk, clerk):
    visit = desk.begin()
    draft = desk.add(visit, "bus")
    desk.client.post(f"{draft}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
    Visit.objects.update(measured_from=timezone.now() - timedelta(seconds=300))
    desk.client.post(f"{draft}take/", {"signing": "paper"})
    Visit.objects.update(measured_from=timezone.now() - timedelta(seconds=60))
    desk.client.post(f"{visit}end/")
    seconds = dict(
        CaseEvent.objects.filter(kind__in=("intake.taken", "intake.served")).values_list("kind", "seconds")
    )
    assert 300 <= seconds["intake.taken"] < 330
    assert 60 <= seconds["intake.served"] < 90


def test_another_person_needs_another_visit(desk):
    visit = desk.begin()
    desk.choose(visit)
    desk.add(visit, "bus")
    assert (
        "別の人で始めています"
        in desk.client.post(
            f"{visit}resident/",
            {"chosen": "0001002"},
            follow=True,
            headers={"referer": f"http://testserver{visit}"},
        ).content.decode()
    )
    assert counter.others({}) == {}


def test_a_visit_of_a_called_ticket_is_measured_from_the_call_and_ends_it(desk, clerk):
    tickets.set_category("A", "手続", actor=clerk)
    tickets.sit("1番", [], actor=clerk)
    tickets.issue("A", "key-of-a-ticket-00000001")
    row = tickets.call_next(0, actor=clerk)
    Ticket.objects.update(called_at=timezone.now() - timedelta(seconds=240))
    assert "A001" in desk.text("/intake/counter/")
    visit = desk.begin()
    draft = desk.add(visit, "bus")
    desk.client.post(f"{draft}1/", {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"})
    desk.client.post(f"{draft}take/", {"signing": "paper"})
    desk.client.post(f"{visit}end/")
    row.refresh_from_db()
    assert row.state == "done"
    assert 240 <= CaseEvent.objects.get(kind="intake.taken").seconds < 270
    assert Service.objects.get().seconds is not None
    measured = effort_of("bus")
    assert measured.person == 0, "the effect counts a case once the core system has it"
    Case.objects.update(status="entered")
    measured = effort_of("bus")
    assert 240 <= measured.person < 300
    assert measured.assumed == 0
