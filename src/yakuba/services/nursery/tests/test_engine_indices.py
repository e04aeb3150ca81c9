"""Applications → indices: age classes, basic points, conditions, adjustments, points at one facility, the household's index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from yakuba.services.nursery.engine import preparing
from yakuba.services.nursery.engine.preparing.ages import age_class
from yakuba.services.nursery.tests.small_rules import (
    START,
    child,
    facility,
    given,
    household,
    lines,
    prepared,
    read,
)
from yakuba.services.nursery.tests.small_rules import order as ranked


def adjusted(row: str, *children, **more):
    """Points of the one adjustment row for the first child."""
    selection = prepared(household(*children), 調整指数=f"\n  出典: x\n  行:\n    - {row}", **more)
    return lines(selection, children[0].id).get("a", 0)


# Ages


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("2027-04-02", 0), ("2027-01-01", 0), ("2026-04-02", 0), ("2026-04-01", 1), ("2025-04-02", 1),
        ("2022-04-01", 5), ("2021-04-02", 5), ("2021-04-01", 6),
    ],
)  # fmt: skip
def test_age_class_is_the_age_on_april_1(birth, age):
    assert age_class(date.fromisoformat(birth), START) == age
    assert age_class(date.fromisoformat(birth), date(2028, 3, 1)) == age


# Basic points


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, {"フルタイム": 40}),
        ({"father_hours": "159"}, {"就労": 10, "フルタイム": 20}),
        ({"father_work": "seeking", "father_hours": ""}, {"求職中": 5, "フルタイム": 20}),
        ({"father_work": "自営業"}, {"フルタイム": 40}),
        ({"father_work": "", "father_hours": ""}, {"ひとり親": 15, "フルタイム": 20}),
    ],
)
def test_the_first_basic_row_that_is_met_counts_for_each_guardian(facts, points):
    assert lines(prepared(household(child("1", **facts))), "1") == points


def test_facts_may_stand_under_their_label():
    named = {"父の状況": "求職中", "父の時間": "", "father_work": "", "father_hours": ""}
    assert lines(prepared(household(child("1", **named))), "1") == {"求職中": 5, "フルタイム": 20}


def test_why_a_line_counts_is_said_in_japanese():
    index = prepared(household(child("1", mother_work="seeking"))).indices["1"]
    assert [line.because for line in index.lines] == ["父: 会社勤務、月160時間", "母: 求職中"]
    assert [line.part for line in index.lines] == ["basic", "basic"]


def test_a_guardian_whom_no_row_fits_is_a_fault_that_names_what_is_empty():
    found = preparing.look(given(household(child("1", father_hours=""), line=7)), read())[0]
    assert len(found) == 1
    assert (found[0].line, found[0].place) == (7, "受付 1")
    assert "「父の時間」が空" in found[0].reason


def test_a_guardian_whom_no_row_fits_is_described():
    parts = "\n  出典: x\n  行:\n    - {点: 20, 名前: a, 条件: {状況: 自営業, 月: 1以上}}"
    found = preparing.look(given(household(child("1", mother_work="self"))), read(基本指数=parts))[0]
    assert [one.reason.split("の")[0] for one in found] == ["父（会社勤務、月160時間）が基本指数"]


def test_a_guardian_whom_no_row_fits_may_get_points_by_rule():
    parts = "\n  出典: x\n  どれにも当たらない: 3\n  行:\n    - {点: 20, 名前: a, 条件: {月: 160以上}}"
    selection = prepared(household(child("1", father_hours="20", mother_hours="")), 基本指数=parts)
    assert selection.indices["1"].total == 6


# Conditions


@pytest.mark.parametrize(
    ("condition", "facts", "met"),
    [
        ("{収入: 300}", {"income": "300"}, True),
        ("{収入: 300円以上}", {"income": "300"}, True),
        ("{収入: 300超}", {"income": "300"}, False),
        ("{収入: 300以下}", {"income": "300"}, True),
        ("{収入: 300未満}", {"income": "300"}, False),
        ("{収入: 300から500}", {"income": "500"}, True),
        ("{収入: 300円から500円まで}", {"income": "501"}, False),
        ("{収入: '1,000以上'}", {"income": "１，０００"}, True),
        ("{収入: 空欄}", {}, True),
        ("{収入: 記入あり}", {}, False),
        ("{収入: 記入あり}", {"income": "0"}, True),
        ("{収入: 300以上}", {}, False),
        ("{父の状況: [自営業, 会社勤務]}", {}, True),
        ("{父の状況: self}", {}, False),
        ("{曜日: 土}", {"days": "mon,sat"}, True),
        ("{曜日: [土]}", {"days": "mon"}, False),
        ("{申込日: 2026-10-01以後}", {"applied": "2026-10-01"}, True),
        ("{申込日: 令和8年10月1日以前}", {"applied": "2026-10-02"}, False),
        ("{迎え: '18:30超'}", {"pick_up": "9:05"}, False),
        ("{迎え: '18:30超'}", {"pick_up": "18:31"}, True),
        ("{収入: 300以上, 曜日: 土}", {"income": "400"}, False),
        ("[{収入: 300以上}, {曜日: 土}]", {"income": "400"}, True),
        ("[{収入: 900以上}, {曜日: 土}]", {"income": "400"}, False),
        ("{年齢クラス: 1歳}", {}, True),
        ("{保護者の人数: 2人}", {}, True),
        ("{希望数: 1}", {}, True),
        ("{転園: いいえ, 多胎児: いいえ, 入所保留の希望: いいえ}", {}, True),
    ],
)
def test_conditions(condition, facts, met):
    assert adjusted(f"{{点: 1, 名前: a, 条件: {condition}}}", child("1", **facts)) == int(met)


def test_a_row_without_condition_always_counts():
    assert adjusted("{点: -3, 名前: a}", child("1")) == -3


# Adjustments


def test_of_a_group_only_the_largest_counts():
    rows = "\n  出典: x\n  行:\n" + "\n".join(
        f"    - {{点: {points}, 名前: {name}, 組: {group}}}"
        if group
        else f"    - {{点: {points}, 名前: {name}}}"
        for name, points, group in (("a", 1, "g"), ("b", 4, "g"), ("c", 4, "g"), ("d", 2, ""), ("e", -9, "h"))
    )
    found = lines(prepared(household(child("1")), 調整指数=rows), "1")
    assert found == {"フルタイム": 40, "b": 4, "d": 2, "e": -9}


def test_whose_condition_it_is():
    one, two = child("1", income="1"), child("2", income="9")
    household_row = "{点: 5, 名前: a, 対象: 世帯, 条件: {収入: 9}}"
    assert adjusted(household_row, one, two) == 5
    assert adjusted(household_row.replace("世帯", "児童"), one, two) == 0
    each = "{点: 2, 名前: a, 対象: 保護者, 条件: {状況: 会社勤務, 月: 100以上}}"
    assert adjusted(each, child("1")) == 4
    assert adjusted(each, child("1", mother_hours="90")) == 2


def test_twins_and_the_number_of_applicants():
    twins = child("1", born="2025-06-01"), child("2", born="2025-06-01")
    assert adjusted("{点: 1, 名前: a, 条件: {多胎児: はい, 申込児童数: 2人}}", *twins) == 1


# Facilities


def at(condition: str, *children, where="B", whose="児童", facilities=None, district=""):
    rows = f"\n  出典: x\n  行:\n    - {{点: 7, 名前: a, 対象: {whose}, 条件: {condition}}}"
    selection = prepared(household(*children, district=district), facilities=facilities, 施設別加点=rows)
    return lines(selection, children[0].id, where).get("a", 0)


def test_points_that_count_at_one_facility_only():
    one = child("1", "A", "B", attends="B園")
    assert at("{きょうだいの在園施設: この施設}", one) == 7
    assert at("{きょうだいの在園施設: この施設}", one, where="A") == 0
    assert at("{きょうだいの在園施設: この施設}", child("1", "A", "B", attends="A、B"), where="A") == 7
    assert at("{希望順位: 2位}", one) == 7
    assert at("{希望順位: 1位}", one) == 0


def test_points_by_what_the_facility_is():
    places = [facility("A"), facility("B", district="東", kind="小規模保育", partner="A園、C園")]
    one = child("1", "A", "B", current=None)
    assert at("{地区: この施設の地区}", one, facilities=places, district="東") == 7
    assert at("{地区: この施設の地区}", one, facilities=places, district="西") == 0
    assert at("{施設の種別: 小規模保育}", one, facilities=places) == 7
    leaver = child("1", "B", current="A")
    assert at("{今の施設: この施設の連携園}", leaver, facilities=places) == 7


def test_names_match_in_whatever_width_they_are_written():
    places = [replace(facility("A"), name="ＡＢＣ保育園"), facility("B", partner="A", district="東１")]
    assert (
        at("{きょうだいの在園施設: この施設}", child("1", attends="ABC保育園"), where="A", facilities=places)
        == 7
    )
    leaver = child("1", "B", current="A")
    assert at("{今の施設: この施設の連携園}", leaver, facilities=places) == 7
    assert at("{地区: この施設の地区}", child("1", "B"), facilities=places, district="東1") == 7
    assert at("{施設の地区: 東1}", child("1", "B"), facilities=places) == 7


def test_facility_points_because_of_a_sibling():
    one, two = child("1", "B", income="1"), child("2", "A", attends="B")
    assert at("{きょうだいの在園施設: この施設}", one, two, whose="世帯") == 7
    assert at("{きょうだいの在園施設: この施設}", one, two) == 0


def test_a_facilitys_points_move_the_child_there_only():
    rows = "\n  出典: x\n  行:\n    - {点: 7, 名前: a, 条件: {きょうだいの在園施設: この施設}}"
    selection = prepared(
        household(child("1", "A", "B")), household(child("2", "A", "B", attends="B")), 施設別加点=rows
    )
    assert ranked(selection, "A-1") == ["1", "2"]
    assert ranked(selection, "B-1") == ["2", "1"]
    assert selection.indices["2"].at("B") == 47


# The household's index


@pytest.mark.parametrize(
    ("level", "total"),
    [
        ("{単位: 世帯, まとめ方: 平均, 端数: 切り捨て}", 42),
        ("{単位: 世帯, まとめ方: 平均, 端数: 四捨五入}", 43),
        ("{単位: 世帯, まとめ方: 平均, 端数: 切り上げ}", 43),
        ("{単位: 世帯, まとめ方: 最大}", 45),
        ("{単位: 世帯, まとめ方: 最小}", 40),
    ],
)
def test_one_index_for_the_household(level, total):
    rows = "\n  出典: x\n  行:\n    - {点: 5, 名前: a, 条件: {収入: 9}}"
    selection = prepared(household(child("1", income="9"), child("2")), 調整指数=rows, 指数=level)
    assert [selection.indices[name].total for name in "12"] == [total, total]
    line = selection.indices["1"].lines[-1]
    assert "40点" in line.because
    assert line.points == total - 45
