"""Rows that residents add and take away, and values that are calculated: on the pages, in the ledger, in files, on paper."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.ledger import exporting
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.lists import Wanted
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import drafts, opening
from yakuba.services.intake.engine.answering import check_all
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.models import Draft
from yakuba.services.intake.tests.conftest import TOWN


def row(number: int) -> list[dict[str, object]]:
    return [
        {"code": f"child_{number}_name", "label": f"子{number}の氏名", "type": "name"},
        {"code": f"child_{number}_birth", "label": f"子{number}の生年月日", "type": "date"},
        {"code": f"child_{number}_cost", "label": f"子{number}の費用", "type": "number"},
    ]


CARE = {
    "procedure": "care",
    "title": "一時保育の申込み",
    "version": 1,
    "baseline": {"minutes_per_case": 4.0, "kind": "estimated", "source": "試験"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": "name", "label": "氏名", "type": "name", "required": True},
        {"code": "birth", "label": "生年月日", "type": "date", "required": True},
        {"code": "first", "label": "始める日", "type": "date", "required": True},
        {"code": "last", "label": "終える日", "type": "date", "required": True},
        *row(1),
        *row(2),
        *row(3),
        {"code": "children", "label": "子の人数", "type": "number", "range": ["0", "2"]},
        {"code": "age", "label": "年齢", "type": "number"},
        {"code": "days", "label": "日数", "type": "number"},
        {"code": "cost", "label": "費用の合計", "type": "number"},
        {"code": "licence", "label": "免許", "type": "text"},
    ],
    "repeats": [{"code": "child", "label": "お子さん", "least": 1, "needs": ["name"]}],
}
FORM = {
    "pages": [
        {"title": "あなた", "fields": ["name", "birth", "first", "last"]},
        {"title": "お子さん", "fields": ["child"]},
        {"title": "免許", "fields": ["licence"], "when": {"field": "age", "at_least": "18"}},
    ],
    "calculated": [
        {"field": "children", "count": "child"},
        {"field": "age", "age": "birth", "on": "first"},
        {"field": "days", "days": ["first", "last"]},
        {"field": "cost", "sum": [{"rows": "child", "part": "cost"}, 500, {"sum": ["days"]}]},
    ],
}
WHO = {"name": "佐藤花子", "birth": "H20.12.2", "first": "R8.12.1", "last": "R8.12.8"}


def one_row(number: int, name: str, cost: str = "") -> dict[str, str]:
    return {f"child_{number}_name": name, f"child_{number}_birth": "R3.4.1", f"child_{number}_cost": cost}


@pytest.fixture
def care(in_yakuba_city, clerk):
    set_values({"intake.public": True}, actor=clerk)
    procedure = load_procedure(CARE)
    opening.set_form(procedure, FORM, actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    return procedure


@pytest.fixture
def draft(care, resident):
    """The address of a draft whose first page is filled in."""
    where = resident.client.post(f"{TOWN}care/")["Location"].removesuffix("1/")
    assert resident.client.post(f"{where}1/", WHO)["Location"] == f"{where}2/"
    return where


def kept() -> dict[str, str]:
    return drafts.answers(Draft.objects.get())


def test_rows_are_added_and_taken_away_and_nothing_typed_is_lost(draft, resident):
    page = resident.client.get(f"{draft}2/").content.decode()
    assert page.count('role="group"') == 1, "one there always is"
    assert "draft:remove" not in page, "the last that must be there is not taken away"
    added = resident.client.post(f"{draft}2/", one_row(1, "一郎") | {"draft:add": "child"})
    assert added["Location"] == f"{draft}2/#row_child_2"
    two = one_row(1, "一郎") | one_row(2, "きのう") | {"child_2_birth": "きのう", "draft:add": "child"}
    resident.client.post(f"{draft}2/", two)
    page = resident.client.get(f"{draft}2/").content.decode()
    assert page.count('role="group"') == 3
    assert 'value="きのう"' in page, "what is no date is kept too"
    assert "draft:add" not in page, "three is the most"
    three = one_row(1, "一郎") | one_row(2, "二郎") | one_row(3, "三郎")
    gone = resident.client.post(f"{draft}2/", three | {"draft:remove": "child:1"})
    assert gone["Location"] == f"{draft}2/#group_child"
    said = kept()
    assert (said["child_1_name"], said["child_2_name"], said["child_3_name"]) == ("二郎", "三郎", "")
    assert said["#child"] == "2"


@pytest.mark.parametrize("pressed", ["other", "child:9", "child:x", "child:", "", "child:0"])
def test_a_button_that_is_none_changes_no_row(draft, resident, pressed):
    for name in ("draft:add", "draft:remove"):
        resident.client.post(f"{draft}2/", one_row(1, "一郎") | {name: pressed})
        assert kept()["child_1_name"] == "一郎"
        assert kept().get("#child", "1") in ("1", "2")


def test_a_row_that_is_there_needs_its_name_and_what_is_sent_is_calculated(draft, resident, clerk):
    resident.client.post(f"{draft}2/", one_row(1, "一郎", "1000") | {"draft:add": "child"})
    empty = resident.client.post(f"{draft}2/", one_row(1, "一郎", "1000") | one_row(2, ""))
    assert empty.status_code == 422
    assert "子2の氏名を入力してください" in empty.content.decode()
    both = one_row(1, "一郎", "1000") | one_row(2, "二郎", "200")
    onward = resident.client.post(f"{draft}2/", both)
    assert onward["Location"] == f"{draft}check/", "the licence is asked from 18 on: 17 years, eleven months"
    check = resident.client.get(f"{draft}check/").content.decode()
    assert "自動で計算した値" in check
    assert "1,707" in check
    resident.client.post(f"{draft}send/", {"children": "9", "cost": "1"})
    case = Case.objects.get()
    said = values_of(case)
    assert {code: said[code] for code in ("children", "age", "days", "cost")} == {
        "children": "2",
        "age": "17",
        "days": "7",
        "cost": "1707",
    }
    assert (said["child_1_name"], said["child_2_name"]) == ("一郎", "二郎")
    assert "child_3_name" not in said
    assert {one.field for one in case.values.filter(origin="calculated")} == {
        "children",
        "age",
        "days",
        "cost",
    }
    file = exporting.export(Wanted(), "cp932", accept=False, actor=clerk)
    text = b"".join(file.pieces()).decode("cp932", "replace")
    assert "子2の氏名" in text
    assert "二郎" in text


def test_a_calculated_value_out_of_its_range_is_told_and_not_sent(draft, resident):
    for _ in range(2):
        resident.client.post(f"{draft}2/", one_row(1, "一") | {"draft:add": "child"})
    three = one_row(1, "一郎") | one_row(2, "二郎") | one_row(3, "三郎")
    resident.client.post(f"{draft}2/", three)
    checked = check_all(parse_form(FORM, parse_procedure(CARE, "x")), kept())
    assert checked.values["children"] == "3"
    assert "まだ送れません" in resident.client.get(f"{draft}check/").content.decode()
    resident.client.post(f"{draft}send/")
    assert not Case.objects.exists()


def test_a_condition_may_ask_what_is_calculated_before(care, resident):
    where = resident.client.post(f"{TOWN}care/")["Location"].removesuffix("1/")
    resident.client.post(f"{where}1/", WHO | {"birth": "H20.12.1"})
    assert resident.client.post(f"{where}2/", one_row(1, "一郎"))["Location"] == f"{where}3/"


def test_answers_without_a_count_say_how_many_rows_there_are():
    form = parse_form(FORM, parse_procedure(CARE, "x"))
    _, answers = form.asked({"child_2_name": "二郎", "birth": "2008-12-02", "first": "2026-12-01"})
    assert (answers["#child"], answers["children"]) == ("2", "2")
    assert answers["age"] == "17"
    assert answers["days"] == "", "the last day was not given"


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2008-02-29", "2026-02-28", "17"),
        ("2008-02-29", "2026-03-01", "18"),
        ("2026-12-02", "2026-12-01", ""),
    ],
)
def test_an_age_changes_on_the_birthday(born, on, age):
    form = parse_form(FORM, parse_procedure(CARE, "x"))
    assert form.asked({"birth": born, "first": on})[1]["age"] == age


def test_without_a_day_an_age_is_that_of_today():
    form = parse_form(
        FORM | {"calculated": [{"field": "age", "age": "birth"}], "pages": FORM["pages"][:2]},
        parse_procedure(CARE, "x"),
    )
    assert form.asked({"birth": f"{date.today().year - 30}-01-01"})[1]["age"] == "30"


@pytest.mark.parametrize(
    "wrong",
    [
        {"field": "licence", "count": "child"},
        {"field": "name", "sum": [1]},
        {"field": "children", "count": "name"},
        {"field": "children", "sum": ["name"]},
        {"field": "children", "sum": ["nothing"]},
        {"field": "children", "age": "name"},
        {"field": "children", "days": ["first"]},
        {"field": "children", "sum": [1], "count": "child"},
        {"field": "children", "product": [1, 2]},
        {"field": "children", "sum": [{"sum": [{"sum": [{"sum": [{"sum": [1]}]}]}]}]},
        {"field": "children", "sum": [{"rows": "child", "part": "hair"}]},
        {"field": "child_1_cost", "sum": [1]},
        {"field": "children", "sum": ["cost"]},
    ],
)  # fmt: skip
def test_a_calculation_that_means_nothing_is_refused(wrong):
    with pytest.raises(DefinitionError):
        parse_form(FORM | {"calculated": [wrong]}, parse_procedure(CARE, "x"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "pet", "label": "ペット"},
        {"code": "child", "label": "子", "least": 4},
        {"code": "child", "label": "子", "needs": ["hair"]},
        {"code": "child", "label": "子", "colour": 1},
    ],
)
def test_a_group_that_the_fields_do_not_bear_out_is_refused(wrong):
    with pytest.raises(DefinitionError):
        parse_procedure(CARE | {"repeats": [wrong]}, "x")


def test_rows_that_differ_are_refused():
    fields = [one for one in CARE["fields"] if one["code"] != "child_2_cost"]
    with pytest.raises(DefinitionError, match="同じ項目"):
        parse_procedure(CARE | {"fields": fields}, "x")
