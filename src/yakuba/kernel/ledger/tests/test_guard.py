"""Nothing is stored that the procedure does not know or its types refuse, whoever writes; changes stay visible."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yakuba.kernel.ledger import actions, guard, workflow
from yakuba.kernel.ledger.display import change_label
from yakuba.kernel.ledger.models import CaseEvent, CaseValue
from yakuba.kernel.ledger.sight import Sight
from yakuba.kernel.ledger.workflow import FOLLOWING, LABELS, RESIDENT, STATUS_KINDS, Status, WrongTransition
from yakuba.kernel.values import ValueRefused

FIELDS = [
    {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
    {"code": "name", "label": "氏名", "type": "name"},
    {"code": "birth", "label": "生年月日", "type": "date", "range": ["1926-12-25", "2020-04-01"]},
    {"code": "moved", "label": "転入日", "type": "date", "after": "birth"},
    {"code": "nursery", "label": "希望", "type": "text", "lexicon": "nurseries"},
    {"code": "mark", "label": "記号", "type": "digits", "length": 3},
    {"code": "all", "label": "合計", "type": "number", "sum_of": ["one", "two"]},
    {"code": "one", "label": "甲", "type": "number"},
    {"code": "two", "label": "乙", "type": "number"},
    {"code": "kinds", "label": "区分", "type": "choices", "options": {"a": "甲", "b": "乙"}},
    {"code": "number", "label": "個人番号", "type": "my_number"},
]
DOCUMENT = {
    "procedure": "moving",
    "title": "転入届",
    "version": 1,
    "baseline": {"minutes_per_case": 4, "kind": "estimated"},
    "fields": FIELDS,
    "lexicons": {"nurseries": ["中央保育園"]},
}


@pytest.fixture
def case(in_yakuba_city):
    return actions.open_case(actions.load_procedure(DOCUMENT), "0800000129")


@pytest.fixture
def clerk(yakuba_city, make_staff):
    return make_staff(yakuba_city, "ledger.view")


def machine(case, field, value, trusted=True):
    return actions.record_value(case, field, value, trusted=trusted, source={})


WRONG = [
    ("season", "令和三年の春", "ありません"),  # a field that the procedure does not know
    ("birth", "令和三年の春", "日付として読めません"),
    ("birth", "令和3年4月1日", "決まった形"),
    ("name", "山田 太郎", "決まった形"),
    ("kinds", "b,a", "決まった形"),
    ("kinds", "c", "いずれか"),
    ("receipt_number", "0800000142", "検査数字"),
]


@pytest.mark.parametrize(("field", "value", "words"), WRONG)
def test_whoever_writes_only_known_fields_and_canonical_values_are_stored(case, clerk, field, value, words):
    writers = [
        lambda: machine(case, field, value),
        lambda: machine(case, field, value, trusted=False),
        lambda: actions.confirm_value(case, field, value, actor=clerk, seconds=1),
        lambda: actions.confirm_value(case, field, value, actor=clerk, seconds=1, insist=True),
        lambda: CaseValue(case=case, field=field, value=value).save(),
    ]
    for write in writers:
        with pytest.raises(ValueRefused, match=words):
            write()
    assert not CaseValue.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("birth", "2021-04-01", "大正15|昭和元年"), ("nursery", "東保育園", "一覧"), ("mark", "12", "3文字")],
)
def test_what_the_rules_do_not_hold_for_possible_waits_for_a_persons_word(case, clerk, field, value, words):
    with pytest.raises(ValueRefused, match=words):
        machine(case, field, value)
    with pytest.raises(ValueRefused, match=words):
        actions.confirm_value(case, field, value, actor=clerk, seconds=1)
    assert machine(case, field, value, trusted=False).value == value
    assert actions.confirm_value(case, field, value, actor=clerk, seconds=1, insist=True).trusted


@pytest.mark.parametrize(
    "values", [{"all": "5", "one": "1", "two": "2"}, {"birth": "2000-01-02", "moved": "2000-01-01"}]
)
def test_values_that_contradict_each_other_are_not_ready_until_a_person_was_asked(case, clerk, values):
    for field, value in values.items():
        machine(case, field, value)
    with pytest.raises(ValueRefused, match=r"合いません|より前"):
        actions.move(case, Status.READY)
    field = next(iter(values))
    actions.confirm_value(case, field, values[field], actor=clerk, seconds=1)
    assert actions.move(case, Status.READY).status == Status.READY


def test_a_number_that_is_none_opens_no_case(case):
    with pytest.raises(ValueRefused, match="検査数字"):
        actions.open_case(case.procedure, "0800000142")
    assert actions.open_case(case.procedure, "0800000129-2").receipt_number == "0800000129-2"


def test_every_change_and_its_reason_stay_in_the_history(case, clerk, client):
    machine(case, "name", "山目太郎")
    machine(case, "name", "山口太郎")
    actions.confirm_value(case, "name", "山田太郎", actor=clerk, seconds=1)
    actions.confirm_value(case, "name", "山田次郎", actor=clerk, seconds=1, reason="申請者から電話")
    events = CaseEvent.objects.filter(case=case).exclude(kind="ledger.opened").order_by("pk")
    changes = [change_label(event, case.procedure.definition, Sight(hidden=False)) for event in events]
    assert changes == ["山目太郎 → 山口太郎", "山口太郎 → 山田太郎", "山田太郎 → 山田次郎"]
    client.force_login(clerk)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "山田太郎 → 山田次郎" in page
    assert "申請者から電話" in page


def test_a_masked_value_is_hidden_from_who_may_not_see_it(case, clerk, client, make_staff, yakuba_city):
    machine(case, "number", "123456789018")
    actions.confirm_value(case, "number", "123456789018", actor=clerk, seconds=1)
    client.force_login(clerk)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "************" in page
    assert not re.search("1234 ?5678 ?9018", page)
    assert "0800000129" not in client.get("/cases/", {"text": "123456789018"}).content.decode()
    keeper = make_staff(yakuba_city, "ledger.view", "ledger.reveal")
    client.force_login(keeper)
    assert "1234 5678 9018" in client.get(f"/cases/{case.pk}/").content.decode()


def test_no_event_keeps_a_masked_value(case, clerk):
    machine(case, "number", "123456789018")
    actions.confirm_value(case, "number", "000000000000", actor=clerk, seconds=1, reason="写し間違い")
    assert "123456789018" not in str(list(CaseEvent.objects.values_list("details", flat=True)))


def test_the_table_knows_every_status_and_residents_read_six_words():
    assert set(FOLLOWING) == set(LABELS) == set(STATUS_KINDS) == set(RESIDENT) == set(Status)
    assert set(RESIDENT.values()) == {"受付済", "確認中", "訂正待ち", "審査中", "決定", "取下げ"}


def test_a_case_lives_from_its_receipt_to_its_end(case):
    whole = actions.open_case(case.procedure, "0800000226", Status.RECEIVED)
    steps = [
        "confirming",
        "returned",
        "received",
        "examining",
        "ready",
        "entering",
        "entered",
        "decided",
        "done",
    ]
    for step in steps:
        actions.move(whole, Status(step), reason="押印もれ" if step == "returned" else "")
    assert [event.kind for event in whole.events.order_by("pk")] == [
        "ledger.opened",
        *(f"ledger.{step}" for step in steps),
    ]
    assert whole.events.get(kind="ledger.returned").details["reason"] == "押印もれ"


@pytest.mark.parametrize("target", ["returned", "refused", "withdrawn"])
def test_what_ends_or_sends_back_a_case_needs_a_reason(target):
    with pytest.raises(WrongTransition, match="理由"):
        workflow.check("examining", target, " ")
    workflow.check("examining", target, "要件に合わない")


def test_what_was_stored_before_the_guard_is_still_shown_and_can_be_put_right(case, clerk, client):
    CaseValue.objects.bulk_create([CaseValue(case=case, field="birth", value="令和三年の春", trusted=True)])
    client.force_login(clerk)
    assert "令和三年の春" in client.get(f"/cases/{case.pk}/").content.decode()
    actions.confirm_value(case, "birth", "2000-01-01", actor=clerk, seconds=1, reason="点検")
    assert CaseValue.objects.get(case=case, field="birth").value == "2000-01-01"


def test_nobody_writes_values_past_the_guard():
    """`bulk_create` and `update` do not pass `save`; only tests may use them on values."""
    source = Path(guard.__file__).parents[3]
    past = re.compile(r"CaseValue\.objects[^\n]*\.(bulk_create|bulk_update|update|update_or_create|create)\(")
    files = [path for path in source.rglob("*.py") if "tests" not in path.parts]
    assert [path.name for path in files if past.search(path.read_text(encoding="utf-8"))] == []


def test_a_robot_that_stops_gives_its_case_back_whatever_the_rules_say_by_now(case):
    actions.move(case, Status.READY)
    for field, value in {"all": "5", "one": "1", "two": "2"}.items():
        machine(case, field, value)
    actions.move(case, Status.ENTERING)
    assert actions.move(case, Status.READY).status == Status.READY


@pytest.mark.parametrize("who", ["machine", "person"])
def test_what_is_being_entered_elsewhere_does_not_change_meanwhile(case, clerk, who):
    """Seen: a value put right while the case stood in a file for the core system; the file went on saying the other."""
    machine(case, "name", "山田太郎")
    for status in (Status.READY, Status.ENTERING):
        actions.move(case, status)
    with pytest.raises(ValueRefused, match="入力の途中"):
        if who == "machine":
            machine(case, "name", "山田次郎")
        else:
            actions.confirm_value(case, "name", "山田次郎", actor=clerk, seconds=0.0)
    assert CaseValue.objects.get(case=case, field="name").value == "山田太郎"
