"""Texts that rules compare with a facility's: one spelling, and told where no facility has them."""

from __future__ import annotations

import pytest

from yakuba.services.nursery.engine import preparing
from yakuba.services.nursery.tests.small_rules import child, facility, given, household, lines, prepared, read

AT = {
    "施設別加点": "\n  出典: x\n  行:\n"
    "    - {点: 3, 名前: きょうだい, 条件: {きょうだいの在園施設: この施設}}\n"
    "    - {点: 2, 名前: 地区, 条件: {地区: この施設の地区}}"
}
PLACES = [facility("A", district="東"), facility("B", district="ひがし中央 第1")]


def notes(*households, facilities=PLACES, **parts):
    problems, found = preparing.look(given(*households, facilities=facilities), read(**(parts or AT)))
    assert problems == []
    return found


@pytest.mark.parametrize("written", ["A園", "Ａ園", " A　園", "a園", "A"])
def test_a_name_is_the_facilitys_however_it_is_written(written):
    one = household(child("1", "A", "B", attends=f"よその園、{written}"), district="東")
    selection = prepared(one, facilities=PLACES, **AT)
    assert lines(selection, "1", "A") == {"きょうだい": 3, "地区": 2}
    assert lines(selection, "1", "B") == {}


@pytest.mark.parametrize("written", ["ひがし中央第１", "ひがし中央　第1", "ひがし中央 第1"])
def test_a_district_is_the_facilitys_however_it_is_written(written):
    selection = prepared(household(child("1", "A", "B"), district=written), facilities=PLACES, **AT)
    assert (lines(selection, "1", "A"), lines(selection, "1", "B")) == ({}, {"地区": 2})


@pytest.mark.parametrize("written", ["Kids Park", "KidsPark", "ｋｉｄｓ　ｐａｒｋ", "KIDS PARK"])
def test_a_blank_between_latin_letters_makes_no_other_district(written):
    places = [facility("A", district="Kids Park"), facility("B", district="北")]
    selection = prepared(household(child("1", "A", "B"), district=written), facilities=places, **AT)
    assert (lines(selection, "1", "A"), lines(selection, "1", "B")) == ({"地区": 2}, {})


def test_a_district_that_no_facility_has_is_told_with_row_and_suggestion():
    (found,) = notes(household(child("1"), district="東地区", line=7))
    assert (found.line, found.place) == (7, "受付 1")
    assert "地区「東地区」の施設はありません。「東」の間違いではありませんか。" in found.reason


def test_a_facility_whose_district_is_written_otherwise_is_told_though_another_has_it_right():
    places = [*PLACES, facility("C", district="東地区"), facility("D", district="北"), facility("E")]
    found = notes(household(child("1"), district="東"), facilities=places)
    assert [one.place for one in found] == ["施設 C園", "施設 E園"]
    assert "「東地区」の申込はありません。「東」の間違いではありませんか" in found[0].reason
    assert "空です" in found[1].reason


def test_a_sibling_at_a_nursery_outside_the_round_is_a_notice_and_no_refusal():
    found = notes(
        household(child("1", attends="A圓"), line=2), household(child("2", attends="市外園"), line=3)
    )
    assert [one.line for one in found] == [2, 3]
    assert "「A園」の間違いではありませんか" in found[0].reason
    assert "間違い" not in found[1].reason
    assert all("このままでかまいません" in one.reason for one in found)
    selection = prepared(household(child("1", attends="市外園"), line=3), facilities=PLACES, **AT)
    assert [one.line for one in selection.notes if "市外園" in one.reason] == [3]


def test_right_and_empty_texts_are_not_told():
    assert (
        notes(household(child("1", attends="A園"), district="東"), household(child("2"), district="東")) == []
    )


def test_a_district_that_some_lack_is_told_once():
    some = [
        household(child(str(number)), district="" if number > 2 else "東", line=number)
        for number in range(1, 10)
    ]
    (found,) = notes(*some)
    assert (found.line, found.place) == (3, "項目")
    assert "地区が空の申込が7件あります（受付 3、4、5、6、7など）" in found.reason


@pytest.mark.parametrize(
    "parts",
    [
        {"対象外": "\n  出典: x\n  行:\n    - {名前: x, 条件: {地区: この施設の地区}, 理由: x}"},
        {"組分け": "\n  出典: x\n  それ以外: 2\n  行:\n    - {組: 1, 名前: x, 条件: {地区: この施設の地区}}"},
        {
            "同点のとき": "\n  出典: x\n  順:\n    - {名前: x, 条件: {地区: この施設の地区}}\n"
            "    - {名前: くじ, 比べる: くじ}"
        },
        {
            "施設別加点": "\n  出典: x\n  行:\n"
            "    - {点: 1, 名前: x, 対象: 世帯, 条件: {地区: この施設の地区}}"
        },
    ],
)
def test_whatever_part_of_the_rules_compares_it_is_looked_at(parts):
    assert [one.line for one in notes(household(child("1"), district="東地区", line=4), **parts)] == [4]


def test_a_text_that_no_rule_compares_may_be_anything():
    assert notes(household(child("1", attends="どこか"), district="南"), 転園="{扱い: 申込どおり}") == []


def test_facilities_that_list_others_are_looked_at_too():
    parts = {
        "施設別加点": "\n  出典: x\n  行:\n    - {点: 5, 名前: 連携, 条件: {今の施設: この施設の連携園}}"
    }
    places = [facility("A", partner="B 園"), facility("B", partner="C圓"), facility("C")]
    (found,) = notes(household(child("1", "A", current="B")), facilities=places, **parts)
    assert found.place == "施設 B園"
    assert "連携園「C圓」" in found.reason
    assert "「C園」の間違い" in found.reason
    selection = prepared(household(child("1", "A", current="B")), facilities=places, **parts)
    assert lines(selection, "1", "A") == {"連携": 5}


def test_a_name_that_two_facilities_share_names_neither():
    twice = [facility("A"), facility("B"), facility("C")]
    twice[1] = type(twice[1])("B", "Ａ　園", twice[1].vacancies)
    problems, _ = preparing.look(given(household(child("1", "A園"), line=3), facilities=twice), read())
    assert any("第1希望「A園」" in one.reason for one in problems)
