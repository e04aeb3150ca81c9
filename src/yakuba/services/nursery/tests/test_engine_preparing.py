"""From applications to a selection: each part of the rule language by what it must give."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from yakuba.services.nursery.contracts import Applications, MarketRefused, SharedAges
from yakuba.services.nursery.engine import check, market_file, preparing, rules, solving, tables
from yakuba.services.nursery.engine.preparing.ages import age_class
from yakuba.services.nursery.engine.preparing.ranking import lot, order
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

SAMPLES = Path(__file__).parents[5] / "samples"


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
    found = preparing.faults(given(household(child("1", father_hours=""), line=7)), read())
    assert len(found) == 1
    assert (found[0].line, found[0].place) == (7, "受付 1")
    assert "「父の時間」が空" in found[0].reason


def test_a_guardian_whom_no_row_fits_is_described():
    parts = "\n  出典: x\n  行:\n    - {点: 20, 名前: a, 条件: {状況: 自営業, 月: 1以上}}"
    found = preparing.faults(given(household(child("1", mother_work="self"))), read(基本指数=parts))
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


# Ties and groups


def test_tie_keys_in_order():
    keys = """
  出典: x
  順:
    - {名前: 医療的ケア, 条件: {医療的ケア: あり}}
    - {名前: 収入, 比べる: 収入, 順: 小さい順, 空欄: 最後}
    - {名前: 申込日, 比べる: 申込日, 順: 大きい順, 空欄: 最初}
    - {名前: 番号, 比べる: 受付番号}"""
    children = [
        child("1"), child("2", income="500"), child("3", income="300", applied="2026-10-01"),
        child("4", income="300", applied="2026-10-02"), child("5", income="300"),
        child("6", income="900", care="yes"), child("7"),
    ]  # fmt: skip
    selection = prepared(*(household(one) for one in children), 同点のとき=keys)
    assert ranked(selection, "A-1") == ["6", "5", "4", "3", "2", "1", "7"]
    best = selection.standings["A-1"][0]
    assert [(key.rule, key.shown) for key in best.keys] == [
        ("医療的ケア", "当たる"), ("収入", "900円"), ("申込日", "空欄"), ("番号", "6"),
    ]  # fmt: skip


def test_a_key_that_must_not_be_empty():
    keys = (
        "\n  出典: x\n  順:\n    - {名前: k, 比べる: 収入, 順: 小さい順}\n    - {名前: r, 比べる: 受付番号}"
    )
    found = preparing.faults(given(household(child("1"), line=3)), read(同点のとき=keys))
    assert [str(one)[:11] for one in found] == ["3行目 受付 1: 「"]
    assert "収入" in found[0].reason


def test_keys_that_differ_by_facility():
    keys = """
  出典: x
  順:
    - {名前: 希望順位, 比べる: 希望順位, 順: 小さい順}
    - {名前: 番号, 比べる: 受付番号}"""
    selection = prepared(household(child("1", "A", "B")), household(child("2", "B", "A")), 同点のとき=keys)
    assert (ranked(selection, "A-1"), ranked(selection, "B-1")) == (["1", "2"], ["2", "1"])
    assert [key.rule for key in selection.indices["1"].keys] == ["番号"]


def test_the_lottery_can_be_computed_by_anybody_and_differs_by_round():
    keys = "\n  出典: x\n  順:\n    - {名前: 世帯, 比べる: 世帯くじ}\n    - {名前: k, 比べる: くじ}\n  くじの言葉: 令和9年"
    homes = [household(child(f"{number}"), child(f"{number}b")) for number in range(8)]
    selection = prepared(*homes, 同点のとき=keys)
    names = sorted(range(8), key=lambda number: lot("令和9年", 1, f"世帯{number}"))
    assert ranked(selection, "A-1")[::2] == [
        min((f"{n}", f"{n}b"), key=lambda name: lot("令和9年", 1, name)) for n in names
    ]
    again = prepared(*homes, 同点のとき=keys, number=2)
    assert ranked(again, "A-1") != ranked(selection, "A-1")


def test_groups_come_before_the_index():
    groups = (
        "\n  出典: x\n  それ以外: 2\n  行:\n"
        "    - {組: 9, 名前: 保留, 条件: {入所保留の希望: はい}}\n"
        "    - {組: 1, 名前: 連携, 条件: {きょうだいの在園施設: この施設}}"
    )
    children = [
        child("1", hold=True),
        child("2", father_hours="1"),
        child("3", attends="A", father_hours="1"),
    ]
    selection = prepared(*(household(one) for one in children), 組分け=groups)
    assert ranked(selection, "A-1") == ["3", "2", "1"]
    assert [one.group for one in selection.standings["A-1"]] == [1, 2, 9]


# Who takes part


def test_exclusions_at_all_and_at_a_facility():
    rows = """
  出典: x
  行:
    - {名前: 57日, 条件: {入所日の日齢: 57日未満}, 理由: 早すぎます。}
    - {名前: 土曜, 条件: {曜日: 土, 施設の土曜開所: なし}, 理由: 土曜は休みです。}
    - {名前: 受入, 条件: {入所日の日齢: この施設の受入日齢未満}, 理由: 月齢が足りません。}
    - {名前: 迎え, 条件: {迎え: この施設の閉所超}, 理由: 閉まっています。}"""
    places = [
        facility("A", saturday="no", closes="18:00"),
        facility("B", saturday="yes", from_days="90"),
        facility("C"),
    ]
    selection = prepared(
        household(child("1", "A", "B", born="2027-02-10")),
        household(child("2", "A", "B", born="2027-02-03")),
        household(child("3", "A", "B", "C", days="sat")),
        household(child("4", "A", "B", pick_up="18:30")),
        facilities=places,
        対象外=rows,
    )
    refused = {(one.child, one.facility): one.reason for one in selection.not_eligible}
    assert refused == {
        ("1", ""): "早すぎます。", ("2", "B"): "月齢が足りません。",
        ("3", "A"): "土曜は休みです。", ("4", "A"): "閉まっています。",
    }  # fmt: skip
    assert ranked(selection, "A-0") == ["2"]
    assert ranked(selection, "B-1") == ["3", "4"]
    assert dict(zip(selection.market.family_ids, selection.market.wishes, strict=True)) == {
        "f-1": [], "f-2": [("A-0",)], "f-3": [("B-1",), ("C-1",)], "f-4": [("B-1",)],
    }  # fmt: skip


def test_too_old_and_an_age_that_is_not_taken_in():
    places = [facility("A"), facility("B", ages=range(3))]
    selection = prepared(
        household(child("1", "A", born="2021-04-01")),
        household(child("2", "B", "A", born="2023-05-01")),
        facilities=places,
    )
    refused = {(one.child, one.facility): one.reason for one in selection.not_eligible}
    assert "6歳" in refused["1", ""]
    assert "B園は3歳児を受け入れていません" in refused["2", "B"]


# Transfers


def test_a_transfer_keeps_its_seat_or_gives_it_up():
    keeps = household(child("1", "B", current="A"))
    selection = prepared(keeps, 転園="{扱い: 申込どおり}")
    assert selection.market.current == {"1": "A-1"}
    assert selection.market.capacity["A-1"] == 2
    gone = prepared(household(child("1", "B", current="A", gives_up=True)), 転園="{扱い: 申込どおり}")
    assert gone.market.current == {}
    assert gone.market.capacity["A-1"] == 2
    assert prepared(keeps, 転園="{扱い: 今の席を空ける}").market.current == {}
    kept = prepared(household(child("1", "B", current="A", gives_up=True)), 転園="{扱い: 今の席を残す}")
    assert kept.market.current == {"1": "A-1"}


def test_transfers_can_be_refused_in_a_round():
    selection = prepared(household(child("1", "B", current="A")), 転園="{扱い: 受け付けない}")
    assert selection.market.current == {"1": "A-1"}
    assert selection.market.wishes == [[]]
    assert "転園の申込を受け付けていません" in selection.not_eligible[0].reason


def test_who_grows_out_of_a_small_nursery_has_no_seat_to_keep():
    places = [facility("A"), facility("S", ages=range(3), kind="小規模保育")]
    selection = prepared(household(child("1", "A", born="2023-05-01", current="S")), facilities=places)
    assert selection.market.current == {}


def test_a_child_ranks_nowhere_at_its_own_seat():
    selection = prepared(household(child("1", "B", "A", "C", current="A")))
    assert selection.market.wishes == [[("B-1",)]]
    assert ranked(selection, "A-1") == []


# Siblings


def wishes(*children, mode="", limit=100, how="希望順位の合計", stages="[同じ施設, 全員]", facilities=None):
    parts = f"\n  標準: x\n  並べ方: {how}\n  上限: {limit}\n  方法:\n    x: {{名前: x, 段: {stages}}}"
    selection = prepared(household(*children, mode=mode), きょうだい=parts, facilities=facilities)
    return [" ".join((slot or "-") for slot in wish) for wish in selection.market.wishes[0]], selection


ELDER, YOUNGER = {"born": "2024-05-01"}, {"born": "2025-05-01"}


def test_together_then_apart_in_the_published_order():
    two = child("1", "A", "B", **ELDER), child("2", "A", "B", **YOUNGER)
    assert wishes(*two)[0] == ["A-2 A-1", "B-2 B-1", "A-2 B-1", "B-2 A-1"]
    assert wishes(*two, stages="[同じ施設]")[0] == ["A-2 A-1", "B-2 B-1"]
    assert wishes(*two, stages="[全員]")[0] == ["A-2 A-1", "A-2 B-1", "B-2 A-1", "B-2 B-1"]


def test_one_alone():
    two = child("1", "A", "B", **ELDER), child("2", "B", **YOUNGER)
    assert wishes(*two, stages="[上の子だけ]")[0] == ["A-2 -", "B-2 -"]
    assert wishes(*two, stages="[下の子だけ]")[0] == ["- B-1"]
    assert wishes(*two, stages="[誰か一人]")[0] == ["A-2 -", "- B-1", "B-2 -"]
    assert wishes(*two, stages="[できるだけ多く]")[0] == ["A-2 B-1", "B-2 B-1", "A-2 -", "- B-1", "B-2 -"]


def test_the_orders_of_joint_wishes():
    two = child("1", "A", "B", "C", **ELDER), child("2", "A", "B", "C", **YOUNGER)
    assert wishes(*two, stages="[全員]", how="上の子の希望順位")[0][:4] == [
        "A-2 A-1",
        "A-2 B-1",
        "A-2 C-1",
        "B-2 A-1",
    ]
    assert wishes(*two, stages="[全員]", how="悪いほうの希望順位")[0][3:6] == [
        "B-2 B-1",
        "A-2 C-1",
        "C-2 A-1",
    ]
    assert wishes(*two, stages="[全員]")[0][3:6] == ["B-2 B-1", "A-2 C-1", "C-2 A-1"]


def test_the_limit_cuts_and_says_so():
    two = child("1", "A", "B", "C", **ELDER), child("2", "A", "B", "C", **YOUNGER)
    found, selection = wishes(*two, limit=4)
    assert len(found) == 4
    assert "はじめの4組まで" in selection.notes[-1].reason
    assert len(wishes(child("1", "A", "B", "C"), limit=1)[0]) == 3  # an only child's wishes are never cut


def test_an_elder_who_may_stay_where_it_is():
    two = child("1", "B", current="A", **ELDER), child("2", "A", "B", **YOUNGER)
    found, selection = wishes(*two)
    assert found == ["B-2 B-1", "A-2 A-1", "B-2 A-1", "A-2 B-1"]
    assert selection.market.current == {"1": "A-2"}
    assert wishes(*two, stages="[下の子だけ]")[0] == ["A-2 A-1", "A-2 B-1"]


def test_the_mode_is_named_or_found_by_its_condition():
    parts = """
  標準: wait
  方法:
    wait: {名前: 待つ, 段: [同じ施設]}
    many: {名前: 多く, 条件: {収入: 9}, 段: [全員]}"""
    two = child("1", "A", **ELDER), child("2", "B", **YOUNGER)
    rich = child("1", "A", income="9", **ELDER), child("2", "B", **YOUNGER)
    found = [
        prepared(household(*members, mode=mode), きょうだい=parts).market.wishes[0]
        for members, mode in ((two, ""), (rich, ""), (two, "many"), (two, "多く"), (rich, "wait"))
    ]
    assert found == [[], [("A-2", "B-1")], [("A-2", "B-1")], [("A-2", "B-1")], []]


def test_a_child_who_takes_no_part_does_not_hold_back_its_siblings():
    two = child("1", "A", born="2020-01-01"), child("2", "A", **YOUNGER)
    assert wishes(*two, stages="[同じ施設]")[0] == ["- A-1"]


@settings(max_examples=40, deadline=None)
@drawn(st.data())
def test_joint_wishes_are_complete_and_in_order(data):
    """Against the plain way: all tuples, sorted."""
    members = []
    for number in range(data.draw(st.integers(2, 3))):
        picked = data.draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True))
        members.append(child(str(number), *picked, born=f"202{4 - number}-05-01"))
    members.sort(key=lambda one: one.birth)
    found, _ = wishes(*members, stages="[全員]", limit=200)
    ages = [age_class(one.birth, START) for one in members]
    tuples: list[tuple[int, ...]] = [()]
    for one in members:
        tuples = [(*row, at) for row in tuples for at in range(len(one.wishes))]
    tuples.sort(key=lambda row: (sum(row), max(row), row))
    shown = [
        " ".join(f"{one.wishes[at]}-{age}" for one, at, age in zip(members, row, ages, strict=True))
        for row in tuples
    ]
    assert found == shown


# Reserved and shared seats


def reserved(first: str, released: str):
    parts = f"\n  - {{名前: 医療枠, 条件: {{医療的ケア: あり}}, 先に使う席: {first}, 空いた席: {released}}}"
    places = [facility("A", **{"医療枠1歳": "2"}), facility("B")]
    return prepared(
        household(child("1", "A", "B", care="yes", father_hours="1")), household(child("2", "A", "B")),
        facilities=places, 優先枠=parts,
    )  # fmt: skip


def test_reserved_seats():
    kept = reserved("優先枠", "空けておく")
    assert kept.market.capacity["A-1*医療枠"] == 2
    assert kept.slots["A-1*医療枠"].reserved == "医療枠"
    assert kept.market.wishes == [[("A-1*医療枠",), ("A-1",), ("B-1",)], [("A-1",), ("B-1",)]]
    assert ranked(kept, "A-1*医療枠") == ["1"]
    free = reserved("一般", "一般に回す")
    assert free.market.wishes[0] == [("A-1",), ("A-1*医療枠",), ("B-1",)]
    assert free.market.wishes[1] == [("A-1",), ("A-1*医療枠",), ("B-1",)]
    assert ranked(free, "A-1") == ["2", "1"]
    assert ranked(free, "A-1*医療枠") == ["1", "2"]


def test_ages_that_share_seats_or_teachers():
    shared = (SharedAges("3-5歳", (3, 4, 5), seats=4), SharedAges("0-1歳", (0, 1), teachers=2))
    places = [facility("A", 5, shared=shared), facility("B")]
    selection = prepared(
        household(child("1", "A")), household(child("2", "A", born="2022-05-01", mother_hours="1")),
        household(child("3", "A", born="2023-05-01")), household(child("4", "B", current="A")),
        facilities=places, 配置基準="{3歳: 15}",
    )  # fmt: skip
    seats = {one.id: one for one in selection.market.shared}
    assert (seats["A/3-5歳"].capacity, dict(seats["A/3-5歳"].weights)) == (4, {"A-3": 1, "A-4": 1, "A-5": 1})
    teachers = seats["A/0-1歳/保育士"]
    assert dict(teachers.weights) == {"A-0": 10, "A-1": 5}
    assert teachers.capacity == 2 * 30 + 5  # the transfer brings its share along
    assert ranked(selection, "A/3-5歳") == ["3", "2"]


# Rounds


def test_those_seated_before_take_no_part_and_their_siblings_know_where_they_are():
    two = household(child("1", "A", "B", **ELDER), child("2", "A", "B", **YOUNGER))
    rows = "\n  出典: x\n  行:\n    - {点: 7, 名前: a, 条件: {きょうだいの決定施設: この施設}}"
    selection = prepared(two, number=2, seated={"1": "B-2"}, 施設別加点=rows)
    assert selection.market.children == [["2"]]
    assert lines(selection, "2", "B") == {"a": 7}
    assert lines(selection, "2", "A") == {}


def test_the_rules_of_the_round_are_taken():
    selection = prepared(
        household(child("1", "B", current="A")), number=2, 選考回="{2: {転園: {扱い: 受け付けない}}}"
    )
    assert selection.market.wishes == [[]]


# Faults


@pytest.mark.parametrize(
    ("households", "places", "words"),
    [
        ([household(child("1"), line=2), household(child("1", born="2024-05-01"), line=5)], None, ["5行目", "同じ受付番号が2行目"]),
        ([household(child("1"), line=2), replace(household(child("2"), line=4), id="f-1")], None, ["4行目", "同じ世帯番号"]),
        ([household(child("1"), line=2), household(replace(child("2"), name="1"), line=3)], None, ["3行目", "2行目", "別人確認"]),
        ([household(child("1", "Z"), line=2)], None, ["2行目 受付 1", "第1希望「Z」", "書けるのは A園"]),
        ([household(child("1", "A国"), line=2)], None, ["「A園」の間違い"]),
        ([household(child("1", current="Z"), line=2)], None, ["今の施設「Z」"]),
        ([household(replace(child("1"), wishes=()), line=2)], None, ["希望する施設が1つもありません"]),
        ([household(child("1", gives_up=True), line=2)], None, ["今の施設が書かれていません"]),
        ([household(child("1"), mode="?", line=2)], None, ["きょうだいの希望「?」", "別々でもよい（apart）"]),
        ([household(child("1", current="2"), line=2), household(child("2", current="1"), line=3)], None, ["循環しています（1→2→1）"]),
        ([household(child("1", born="1985-05-01"), line=2)], None, ["生年月日が1985-05-01"]),
        ([household(child("1", income="多い"), line=2)], None, ["2行目 受付 1", "「収入」", "多い"]),
        ([household(child("1", care="不明"), line=2)], None, ["「医療的ケア」", "あり（yes）"]),
        ([household(child("1"))], [facility("A", -1)], ["施設 A園", "0歳の空きが-1人"]),
        ([household(child("1"))], [facility("A"), facility("A")], ["施設番号「A」の施設が二つ"]),
        ([household(child("1"))], [facility("A", ages=[7]), facility("B")], ["7歳の空き"]),
        ([household(child("1"))], [facility("A", shared=(SharedAges("s", (3,), 2),), ages=[1])], ["共用枠「s」の3歳"]),
        ([household(child("1"))], [facility("A", closes="夕方")], ["施設 A園", "閉所」", "夕方"]),
        ([household(*(child(str(n)) for n in range(9)))], None, ["児童が9人"]),
    ],
)  # fmt: skip
def test_faults_are_told_by_line_before_anything_runs(households, places, words):
    applications = given(*households, facilities=places)
    found = preparing.faults(applications, read())
    assert any(all(word in str(one) for word in words) for one in found), [str(one) for one in found]
    with pytest.raises(MarketRefused) as refused:
        preparing.prepare(applications, read())
    assert len(refused.value.problems) == len(found)


def test_every_fault_is_told_at_once():
    homes = [household(child("1", "Z"), line=2), household(child("2", income="x", father_hours=""), line=3)]
    assert [one.line for one in preparing.faults(given(*homes), read())] == [2, 3, 3]


def test_a_namesake_who_was_looked_at_is_no_fault():
    other = replace(child("2", 別人確認="はい"), name="1")
    assert preparing.faults(given(household(child("1")), household(other)), read()) == []


def test_fields_that_nobody_filled_in_are_noted():
    row = "{点: 1, 名前: a, 条件: {収入: 1, 曜日: 月, 迎え: 記入あり}}"
    selection = prepared(household(child("1", income="1")), 調整指数=f"\n  出典: x\n  行:\n    - {row}")
    assert "（曜日、申込日、迎え）" in selection.notes[0].reason  # 申込日 makes the households


def test_facilities_may_be_named():
    selection = prepared(household(child("1", "B園", "A")))
    assert selection.market.wishes == [[("B-1",), ("A-1",)]]
    assert selection.applications.households[0].children[0].wishes == ("B", "A")


def test_the_same_wish_twice_is_noted():
    selection = prepared(household(child("1", "A", "A園", "B"), line=4))
    assert selection.market.wishes == [[("A-1",), ("B-1",)]]
    assert "第2希望のA園" in str(selection.notes[-1])


# Whole rounds


@pytest.fixture(scope="module")
def round_of_the_town():
    places, _ = tables.read_facilities((SAMPLES / "nursery-round/facilities.csv").read_bytes())
    homes, _ = tables.read_households((SAMPLES / "nursery-round/applications.csv").read_bytes())
    return Applications(places, homes, START)


def example(name: str) -> rules.Rules:
    return rules.read((SAMPLES / f"nursery-rules/{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["yakuba-city", "yakuba-town", "yakuba-staff"])
def test_the_whole_chain_holds(round_of_the_town, name):
    selection = preparing.prepare(round_of_the_town, example(name))
    data = market_file.dump(selection.market)
    matching = solving.solve(market_file.checked(selection.market), seconds=20)
    report = check.check(data, json.dumps(matching.to_json()).encode())
    assert report.reasons == []
    assert matching.seated > 200
    assert set(matching.assignment) == {one.id for _, one in round_of_the_town.children()}


def test_the_order_of_rows_makes_no_difference(round_of_the_town):
    chance = random.Random(1)
    homes = [
        replace(home, children=tuple(chance.sample(home.children, len(home.children))))
        for home in chance.sample(round_of_the_town.households, len(round_of_the_town.households))
    ]
    places = chance.sample(round_of_the_town.facilities, len(round_of_the_town.facilities))
    mixed = replace(round_of_the_town, households=homes, facilities=places)
    one, two = (preparing.prepare(round_, example("yakuba-staff")) for round_ in (round_of_the_town, mixed))
    assert one.market == two.market
    assert one.standings == two.standings
    assert {name: index.total for name, index in one.indices.items()} == {
        name: index.total for name, index in two.indices.items()
    }


HOURS = st.sampled_from(["", "0", "20", "64", "100", "140", "160", "200"])
WORKS = st.sampled_from(["employed", "self", "leave", "seeking", "student", "illness"])
YES = st.sampled_from(["", "yes", "no"])


@st.composite
def random_homes(draw):
    homes = []
    for number in range(draw(st.integers(1, 5))):
        common = {
            "household_income": str(draw(st.integers(0, 3))),
            "application_date": f"2026-10-0{draw(st.integers(1, 3))}",
            "sibling_attends": draw(st.sampled_from(["", "A", "B園", "A、C"])),
        }
        for parent in ("father", "mother"):
            work = draw(WORKS)
            needs_hours = work in ("employed", "self", "leave")
            hours = draw(HOURS.filter(bool)) if needs_hours else ""
            common |= {f"{parent}_work": work, f"{parent}_hours": hours, f"{parent}_teacher": draw(YES)}
        members = []
        for at in range(draw(st.integers(1, 3))):
            picked = draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True))
            facts = common | {"welfare": draw(st.sampled_from(["", "yes", "no"])), "medical_care": draw(YES)}
            born = draw(st.dates(date(2021, 4, 1), date(2027, 3, 31)))
            current = draw(st.sampled_from([None, None, None, "A", "C"]))
            members.append(
                child(
                    f"{number}{at}",
                    *picked,
                    born=born.isoformat(),
                    current=current,
                    hold=draw(st.booleans()),
                    **facts,
                )
            )
        homes.append(household(*members, mode=draw(st.sampled_from(["", "together", "apart", "anyone"]))))
    return homes


@settings(max_examples=25, deadline=None)
@drawn(random_homes(), st.sampled_from(["yakuba-city", "yakuba-town", "yakuba-staff"]))
def test_indices_are_the_sum_of_their_lines_and_orders_are_strict_and_complete(homes, name):
    places = [
        facility("A", 1, kind="保育所", open_saturday="no", **{"医療的ケア児枠1歳": "1"}),
        facility(
            "B",
            2,
            shared=(SharedAges("3-5歳", (3, 4, 5), seats=2), SharedAges("0-2歳", (0, 1, 2), teachers=1)),
        ),
        facility("C", 1, ages=range(3), kind="小規模保育"),
    ]
    selection = preparing.prepare(given(*homes, facilities=places), EXAMPLES[name])
    market = selection.market
    for one in selection.indices.values():
        assert one.total == sum(line.points for line in one.lines)
        for where in "ABC":
            extra = sum(line.points for line in one.at_facility.get(where, ()))
            assert one.at(where) == one.total + extra
    for slot, rows in selection.standings.items():
        keys = [order(row) for row in rows]
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys)
        assert list(market.priorities[slot]) == [row.child for row in rows]
        if slot in selection.slots:
            for row in rows:
                assert row.index == selection.indices[row.child].at(selection.slots[slot].facility)
    everyone = {one.id for home in homes for one in home.children}
    assert {name for row in market.children for name in row} == everyone
    arrays = market_file.checked(market)  # refuses a wish for a slot where the child is not ranked
    matching = solving.solve(arrays, seconds=5)
    assert check.check(market_file.dump(market), json.dumps(matching.to_json()).encode()).reasons == []


EXAMPLES = {name: example(name) for name in ("yakuba-city", "yakuba-town", "yakuba-staff")}
