"""What would put one person's data beside another's at the counter: windows, tabs, tablets, cards and old pages."""

from __future__ import annotations

import json
import re
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.protection.actions import begin as protect
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import counter, drafts, hand_overs, opening, visits
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.models import AttachedFile, Draft, HandOver, HandOverLayout, Submission, Visit
from yakuba.services.intake.tests.conftest import BUS, CUT
from yakuba.services.intake.tests.test_counter import Counter, town
from yakuba.services.intake.tests.test_hand_overs import place  # noqa: F401
from yakuba.services.intake.tests.test_tablet import MAN, drawing, shown

__all__ = ["town"]
LAYOUT = """受け渡し: カードリーダー
コード: card-reader
種類: json
項目: {名前: name, 生年月日: birth, 住所: address, 前の住所: 前の住所, 学校: 学校}
"""
TARO = (
    '{"名前": "山田太郎", "生年月日": "1956-04-01", "住所": "やくば市本町1-1", "前の住所": "やくば市港町9"}'
)
OTHER = '{"名前": "佐藤次郎", "生年月日": "1980-02-02", "住所": "やくば市港町9"}'
CHILD = {"applicant_name": "山田太郎", "address": "やくば市本町1-1", "phone": "03-1234-5678", "school": ""}
SPOUSE = {
    "procedure": "spouse",
    "title": "配偶者の届",
    "version": 1,
    "baseline": {"minutes_per_case": 4.0, "kind": "estimated", "source": "試験"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": "applicant_name", "label": "申込者", "type": "name", "required": True},
        {"code": "spouse_birth", "label": "生年月日", "type": "date", "required": True},
        {"code": "moved_on", "label": "転入した日", "type": "date", "required": True},
    ],
}  # fmt: skip


@pytest.fixture
def desk(town, clerk):
    hand_overs.set_layout(LAYOUT, actor=clerk)
    return Counter(clerk)


def handed(content: str) -> int:
    """A card read somewhere; its number."""
    return hand_overs.take_in(HandOverLayout.objects.get(), content.encode())[0].pk


def protected(make_staff, yakuba_city, **more) -> None:
    worker = make_staff(yakuba_city, "protection.manage")
    today = timezone.localdate()
    given = {"number": "0001001", "name": "山田太郎", "reason": "試験", "begins": today, "until": today}
    protect({**given, **more}, actor=worker)


def test_a_card_of_the_window_beside_does_not_go_to_another_person(desk):
    visit = desk.begin()
    desk.choose(visit)
    other = handed(OTHER)
    answer = desk.client.post(f"{visit}hand-overs/", {"use": other}, follow=True)
    assert "違います" in answer.content.decode()
    assert HandOver.objects.filter(pk=other).exists(), "it waits for the window whose it is"
    assert visits.known(Visit.objects.get()).person["name"].value == "山田太郎"
    desk.client.post(f"{visit}hand-overs/", {"use": handed(TARO)})
    assert visits.known(Visit.objects.get()).person["name"].value == "山田太郎"
    assert HandOver.objects.count() == 1


def test_after_somebody_elses_card_nobody_is_chosen_from_the_register(desk):
    visit = desk.begin()
    desk.client.post(f"{visit}hand-overs/", {"use": handed(OTHER)})
    answer = desk.client.post(f"{visit}resident/", {"chosen": "0001001"}, follow=True)
    assert "違います" in answer.content.decode()
    assert "number" not in visits.known(Visit.objects.get()).person


def test_the_number_goes_only_with_the_person_it_is_of(desk):
    visit = desk.begin()
    desk.choose(visit)
    card = desk.add(visit, "card")
    desk.client.post(f"{card}persons/1/", {"chosen": "0001002"})
    desk.client.post(f"{card}1/", {**CHILD, "child_name": "山田三郎", "child_birth": "2020-01-01"})
    desk.client.post(f"{card}2/", {"child_name": "山田三郎", "child_birth": "2020-01-01"})
    desk.client.post(f"{card}take/", {"signing": "paper"})
    values = dict(CaseValue.objects.values_list("field", "value"))
    assert values["child_name"] == "山田三郎"
    assert not values.get("child_number"), "it is 山田花子's"


def test_what_was_mistyped_and_put_right_keeps_the_number(desk):
    visit = desk.begin()
    desk.choose(visit)
    card = desk.add(visit, "card")
    desk.client.post(f"{card}persons/1/", {"chosen": "0001002"})
    for name in ("山田花", "山田花子"):
        desk.client.post(f"{card}1/", {**CHILD, "child_name": name, "child_birth": "2019-05-05"})
        desk.client.post(f"{card}2/", {"child_name": name, "child_birth": "2019-05-05"})
    desk.client.post(f"{card}take/", {"signing": "paper"})
    assert CaseValue.objects.get(field="child_number").value == "0001002"


def test_a_birthday_of_somebody_else_is_not_filled_into_another_form(desk, clerk):
    load_procedure(SPOUSE)
    procedure = {**SPOUSE, "procedure": "ward", "title": "後見の届"}
    fields = [dict(one) for one in SPOUSE["fields"]]
    fields[2] = {**fields[2], "code": "ward_birth"}
    load_procedure({**procedure, "fields": fields})
    visit = desk.begin()
    spouse = desk.add(visit, "spouse")
    desk.client.post(
        f"{spouse}1/",
        {"applicant_name": "山田太郎", "spouse_birth": "1960-03-03", "moved_on": "2026-11-01"},
    )
    page = desk.text(desk.go(desk.add(visit, "ward")))
    assert 'value="1960' not in page, "whose it is stands in no label"
    assert 'value="昭和35年' not in page
    assert "この来庁で聞いたことから入れました" in page, "a label that says what it is serves both"


def test_an_older_signature_does_not_go_with_what_is_signed_on_paper(in_yakuba_city, clerk):
    set_values({"intake.tablet": True}, actor=clerk)
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    desk = Counter(clerk)
    draft = desk.add(desk.begin(), "bus")
    desk.client.post(f"{draft}1/", MAN)
    Client().post(shown(desk, draft), {"drawing": drawing()})
    desk.client.post(f"{draft}1/", {**MAN, "name": "山田次郎"})
    assert desk.client.post(f"{draft}take/", {"signing": "paper"}).status_code == 302
    assert not AttachedFile.objects.exists(), "he signed something else"
    assert not StoredFile.objects.exists()


def test_a_forms_own_file_is_not_taken_for_the_signature(in_yakuba_city):
    definition = load_procedure(BUS).definition
    with pytest.raises(DefinitionError):
        parse_form({**CUT, "files": [{"code": "signature", "label": "印鑑証明"}]}, definition)


def test_what_was_taken_a_moment_ago_is_not_dropped(desk, clerk):
    draft = desk.add(desk.begin(), "bus")
    desk.client.post(f"{draft}1/", MAN)
    row = counter.find(Draft.objects.get().pk, actor=clerk)  # another tab has the page before
    desk.client.post(f"{draft}take/", {"signing": "paper"})
    assert not counter.drop(row, actor=clerk)
    assert desk.client.get(f"{draft}done/").status_code == 200, "the receipt can be printed again"


def test_what_another_tab_has_typed_is_not_filled_over(desk, clerk):
    visit = desk.begin()
    draft = desk.add(visit, "bus")
    desk.choose(visit)
    stale = counter.find(Draft.objects.get().pk, actor=clerk)
    wrong = {**MAN, "name": "山田次郎", "kind": ""}  # kept, and not yet said for other forms
    assert desk.client.post(f"{draft}1/", wrong).status_code == 422
    counter.fill(stale, actor=clerk)
    assert drafts.answers(Draft.objects.get())["name"] == "山田次郎"


@pytest.mark.parametrize("content", ['{"名前": "山田太郎", "学校": "\\ud800"}', '{"名前": "山田太郎", "学校": "a\\u0000b"}'])  # fmt: skip
def test_signs_that_nothing_keeps_are_told_and_nothing_else_stops(desk, place, content):  # noqa: F811
    (place / "1.json").write_text(content, encoding="utf-8")
    (place / "2.json").write_text(TARO, encoding="utf-8")
    assert hand_overs.look() == 2
    assert HandOver.objects.filter(fault="").count() == 1
    assert HandOver.objects.exclude(fault="").count() == 1


def test_a_program_that_writes_only_rubbish_neither_fills_the_table_nor_keeps_others_out(desk, place):  # noqa: F811
    for number in range(hand_overs.MOST_WAITING + 1):
        (place / f"{number}.json").write_text("x")
    hand_overs.look()
    assert HandOver.objects.count() == hand_overs.MOST_FAULTS
    assert handed(TARO)


@pytest.mark.parametrize("field", ["住所", "名前"])
def test_an_individual_number_is_taken_in_no_column(desk, place, field):  # noqa: F811
    content = json.dumps({**json.loads(TARO), field: "本町123456789018"}, ensure_ascii=False)
    (place / "1.json").write_text(content, encoding="utf-8")
    hand_overs.look()
    assert not HandOver.objects.filter(fault="").exists()
    assert "123456789018" not in HandOver.objects.get().fault


def test_of_a_protected_persons_card_no_window_sees_or_uses_the_place(desk, make_staff, yakuba_city):
    protected(make_staff, yakuba_city)
    number = handed(TARO)
    visit = desk.begin()
    page = desk.text(f"{visit}hand-overs/")
    assert "山田太郎" in page
    assert "本町" not in page
    assert "港町" not in page
    desk.client.post(f"{visit}hand-overs/", {"use": number})
    assert "本町" not in desk.text(visit)
    assert "本町" not in str(visits.known(Visit.objects.get()))
    assert "港町" not in str(visits.known(Visit.objects.get()))


def test_the_place_of_a_card_goes_once_it_is_known_that_it_is_protected(desk, make_staff, yakuba_city):
    visit = desk.begin()
    desk.client.post(f"{visit}hand-overs/", {"use": handed(TARO)})
    assert "本町" in desk.text(visit)
    protected(make_staff, yakuba_city)
    desk.choose(visit)
    assert "本町" not in desk.text(visit)


def test_no_trace_says_where_a_protected_person_lives(desk, make_staff, yakuba_city, caplog):
    protected(make_staff, yakuba_city)
    visit = desk.begin()
    desk.client.post(f"{visit}hand-overs/", {"use": handed(TARO)})
    desk.choose(visit)
    draft = desk.add(visit, "card")
    desk.client.post(f"{draft}1/", CHILD | {"child_name": "", "child_birth": ""})
    desk.client.post(f"{draft}take/", {"signing": "paper"})
    desk.client.post(f"{visit}end/")
    told = " ".join(str(row) for row in AuditEvent.objects.values_list("name", "subject", "details"))
    assert "本町" not in told + caplog.text
    assert "山田" not in told + caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite writers take turns")
def test_taking_and_ending_at_the_same_moment_wait_for_each_other(yakuba_city, make_staff):
    """In two tabs: taken or thrown away, and neither ends in the other's lock."""
    with active_municipality(yakuba_city):
        clerk = make_staff(yakuba_city, "intake.counter", "intake.edit")
        opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    troubles: list[BaseException] = []

    def press(together, what) -> None:
        try:
            with active_municipality(yakuba_city):
                together.wait()
                what()
        except Refused:
            pass
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()

    for turn in range(12):
        with active_municipality(yakuba_city):
            visit = visits.begin(f"once-of-the-turn-{turn:04d}", actor=clerk)
            draft = counter.add_form(visit, load_procedure(BUS), actor=clerk)
            drafts.keep(draft, {"name": "山田太郎", "birth": "1956-04-01", "kind": "old"})
        together = threading.Barrier(3)
        presses = [
            lambda draft=draft: counter.take(draft, "paper", actor=clerk),
            lambda visit=visit: counter.end(visit, actor=clerk),
            lambda draft=draft: counter.fill(draft, actor=clerk),
        ]
        threads = [threading.Thread(target=press, args=[together, one]) for one in presses]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert troubles == []
    with active_municipality(yakuba_city):
        assert Submission.objects.count() == Case.objects.count()
        assert not Draft.objects.filter(sent=False).exists()


def test_an_old_address_of_a_tablet_ends_with_the_visit(in_yakuba_city, clerk):
    set_values({"intake.tablet": True}, actor=clerk)
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    desk = Counter(clerk)
    visit = desk.begin()
    draft = desk.add(visit, "bus")
    desk.client.post(f"{draft}1/", MAN)
    where = shown(desk, draft)
    desk.client.post(f"{visit}end/")
    for answer in (Client().get(where), Client().post(where, {"drawing": drawing()})):
        assert answer.status_code == 404
        assert "山田" not in answer.content.decode()
    assert not AttachedFile.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_tablet_shows_what_was_seen_and_lets_go_of_it_when_its_time_is_over(in_yakuba_city, clerk):
    set_values({"intake.tablet": True}, actor=clerk)
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    desk = Counter(clerk)
    draft = desk.add(desk.begin(), "bus")
    desk.client.post(f"{draft}1/", {**MAN, "kind": "student"})
    desk.client.post(f"{draft}2/", {"school": "中央高校"})
    desk.client.post(f"{draft}files/", {"seen": "card"})
    where = shown(desk, draft)
    page = Client().get(where)
    assert "原本を確かめた" in page.content.decode()
    (left,) = re.findall(r'http-equiv="refresh" content="(\d+); url=([^"]+)"', page.content.decode())
    assert 0 < int(left[0]) <= 15 * 60 + 1
    assert left[1] == where
    assert "no-store" in page["Cache-Control"], "the button back finds nothing"
