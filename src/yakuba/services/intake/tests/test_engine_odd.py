"""Answers and files that nobody should write, without a database."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.values.my_numbers import check_digit, likely_in
from yakuba.services.intake.engine.answering import MY_NUMBER, Checked, check
from yakuba.services.intake.engine.conditions import parse_condition
from yakuba.services.intake.engine.form import Page, Question
from yakuba.services.intake.engine.navigator import checking
from yakuba.services.intake.engine.navigator.reading import MOST_NAMED, parse_event
from yakuba.services.intake.forms import typed
from yakuba.services.intake.pages import offers
from yakuba.services.intake.queries.forms import has_address

ELEVEN = "12345678901"
NUMBER = ELEVEN + check_digit(ELEVEN)


def field(code: str, type_: str, **more) -> FieldDefinition:
    return FieldDefinition(code=code, label=code, type=type_, **more)


@pytest.mark.parametrize("operator", ["at_least", "at_most", "is", "filled"])
@pytest.mark.parametrize(("type_", "limit"), [("number", "3"), ("date", "2000-01-01")])
def test_nothing_follows_from_an_answer_that_is_none(operator, type_, limit):
    known = {"n": field("n", type_)}
    condition = parse_condition({"field": "n", operator: limit}, known, "試験")
    assert not condition.holds({"n": "きのう"})
    assert condition.holds({"n": limit})


@pytest.mark.parametrize("shown", [NUMBER, f"{NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}", f"{NUMBER[:6]}・{NUMBER[6:]}"])  # fmt: skip
def test_a_my_number_in_a_field_of_words_is_not_taken(shown):
    wide = shown.translate({ord("0") + n: ord("０") + n for n in range(10)})
    for written in (shown, wide):
        assert check(Question(field("t", "text")), f"私のは{written}です")[1] == MY_NUMBER
        assert likely_in(written)
    assert not likely_in(NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10))
    assert check(Question(field("d", "digits")), NUMBER) == (NUMBER, "")


@pytest.mark.parametrize(
    "said", ["伝票番号：", "お問い合わせ番号は", "お客様番号 ", "契約No.", "供給地点特定番号「"]
)
def test_a_number_that_is_said_to_be_another_is_taken(said):
    assert check(Question(field("t", "text")), f"ゆうびんの{said}{NUMBER}です")[1] == ""
    assert likely_in(f"{said}{NUMBER}と{NUMBER}"), "the second one is said to be nothing"
    assert likely_in(f"マイナンバーは書きません。{said}{NUMBER}"), "it is spoken of"
    assert likely_in(f"{said}わかりません。{NUMBER}"), "something else stands between"


@pytest.mark.parametrize(
    "said", ["", "番号", "私の番号は", "個人番号", "夫の番号：", "マイナンバーカード番号 "]
)
def test_and_one_that_is_not_is_not(said):
    assert check(Question(field("t", "text")), f"{said}{NUMBER}")[1] == MY_NUMBER


def test_what_an_old_page_did_not_ask_stays():
    questions = tuple(map(Question, (field("a", "text"), field("b", "text"), field("c", "choices", options={"x": "甲"}))))  # fmt: skip
    before = {"a": "前の", "b": "前の", "c": "x"}
    assert typed(Page(1, "", questions), QueryDict("a="), before) == {"a": "", "b": "前の", "c": ""}


def test_what_was_offered_and_taken_out_again_is_not_offered_again(monkeypatch):
    monkeypatch.setattr(offers, "reading", lambda name: "グエン")
    page = Page(1, "", (Question(field("name", "name")), Question(field("kana", "kana", reading_of="name"))))
    left_empty = Checked({"name": "阮", "kana": ""}, {})
    offered = offers.with_offers(page, left_empty, {})
    assert offered.values["kana"] == "グエン"
    assert not offers.with_offers(page, left_empty, offered.values).faults


@pytest.mark.parametrize(("code", "can"), [("bus-pass_2", True), ("a.b", False), ("児童手当", False), ("a b", False), ("a/b", False)])  # fmt: skip
def test_only_a_code_that_an_address_can_hold_is_opened(code, can):
    assert has_address(Procedure(code=code)) is can


def table(tasks: int, rows: int) -> str:
    names = [f"届{number}" for number in range(tasks)]
    told = "".join(f"  - {{名: {name}, 窓口: 窓口}}\n" for name in names)
    asked = f"  - {{届出: [{', '.join(names)}]}}\n" * rows + f"  - {{要らない: [{names[0]}]}}\n"
    return f"出来事: 試験\nコード: test\n届出:\n{told}表:\n{asked}"


def test_a_table_is_no_larger_than_it_can_be_checked():
    with pytest.raises(DefinitionRefused, match="2,000個"):
        parse_event(table(50, MOST_NAMED // 50 + 1))
    found = checking.check(parse_event(table(2, 40)), date(2026, 11, 29)).findings
    assert sum("要らないとしていますが" in one.reason for one in found) == 1
