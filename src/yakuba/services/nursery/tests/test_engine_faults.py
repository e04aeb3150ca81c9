"""Applications → faults, told by line before anything runs, and notes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.services.nursery.contracts import MarketRefused, SharedAges
from yakuba.services.nursery.engine import preparing
from yakuba.services.nursery.tests.small_rules import (
    child,
    facility,
    given,
    household,
    prepared,
    read,
)


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
        ([household(child("1"))], [facility("A", shared=(SharedAges("s", (1, 2), 2), SharedAges("t", (2, 1), 3)))], ["同じ年齢", "席が二つ"]),
        ([household(child("1"))], [facility("A", closes="夕方")], ["施設 A園", "閉所」", "夕方"]),
        ([household(*(child(str(n)) for n in range(9)))], None, ["児童が9人"]),
    ],
)  # fmt: skip
def test_faults_are_told_by_line_before_anything_runs(households, places, words):
    applications = given(*households, facilities=places)
    found = preparing.look(applications, read())[0]
    assert any(all(word in str(one) for word in words) for one in found), [str(one) for one in found]
    with pytest.raises(MarketRefused) as refused:
        preparing.prepare(applications, read())
    assert len(refused.value.problems) == len(found)


def test_every_fault_is_told_at_once():
    homes = [household(child("1", "Z"), line=2), household(child("2", income="x", father_hours=""), line=3)]
    assert [one.line for one in preparing.look(given(*homes), read())[0]] == [2, 3, 3]


def test_a_namesake_who_was_looked_at_is_no_fault():
    other = replace(child("2", 別人確認="はい"), name="1")
    assert preparing.look(given(household(child("1")), household(other)), read())[0] == []


def test_names_that_differ_by_a_compatibility_kanji_are_two_and_by_width_one():
    def told(one, other):
        homes = [household(replace(child(str(n)), name=name)) for n, name in enumerate((one, other), 1)]
        return bool(preparing.look(given(*homes), read())[0])

    assert not told("\ufa19谷花子", "神谷花子")
    assert told("神谷　花子", "神谷花子")
    assert told("ﾏﾘｱ", "マリア")


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


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("600001", "0600001 ではありませんか"),
        ("12", "0000012 ではありませんか"),
        ("6.00E+05", "7けたの数字ではありません"),
        ("060-000l", "7けたの数字ではありません"),
    ],
)
def test_a_postal_code_that_a_spreadsheet_changed_is_told_before_a_letter_goes_there(code, words):
    homes = [
        household(child("1", 郵便番号=code), line=4),
        household(child("2", 郵便番号="〒０６０－０００１")),
    ]
    problems, notes = preparing.look(given(*homes), read())
    assert problems == []
    assert [(one.line, one.place) for one in notes] == [(4, "受付 1")]
    assert words in notes[0].reason
