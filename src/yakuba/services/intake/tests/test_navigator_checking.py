"""The check sees each seeded fault, shows answers that lead to it, and is quiet about a good table."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest

from yakuba.services.intake.engine.navigator.checking import MOST_COMBINATIONS, check
from yakuba.services.intake.engine.navigator.event import Event, Question, Row, Task, When
from yakuba.services.intake.engine.navigator.reading import parse_event
from yakuba.services.intake.tests.test_navigator_reading import GOOD

TODAY = date(2026, 11, 29)


def told(text: str, today: date = TODAY) -> list[str]:
    return [one.message for one in check(parse_event(text), today).findings]


def changed(before: str, after: str) -> list[str]:
    assert before in GOOD
    return told(GOOD.replace(before, after, 1))


def test_a_good_table_has_no_findings():
    checked = check(parse_event(GOOD), TODAY)
    assert checked.findings == ()
    assert checked.combinations == 4  # 国内 × 3, 国外


@pytest.mark.parametrize(
    ("before", "after", "sentence", "witness"),
    [
        # nowhere: only who has children is led anywhere
        (
            "  - {届出: [転入届]}",
            "  - {とき: {子ども: はい}, 届出: [転入届]}",
            "何も案内されない答えが2通り",
            "どこから＝国内、子ども＝いいえ",
        ),
        # a task in no row
        ("届出: [児童手当]", "案内: 窓口へ", "届出「児童手当」：どの答えでも案内されません", ""),
        # an answer that nobody uses
        (
            "  - {とき: {子ども: [はい, わからない]}, 届出: [児童手当]}",
            "  - {とき: {どこから: 国内}, 届出: [児童手当]}",
            "質問「子ども」：答えがどこにも使われていません",
            "",
        ),
        # a row that never holds
        (
            "{子ども: [はい, わからない]}",
            "{どこから: 国外, 子ども: はい}",
            "表の2行目：当てはまる答えがありません",
            "",
        ),
        # a duplicate
        (
            "  - {届出: [転入届]}",
            "  - {届出: [転入届]}\n  - {届出: [転入届]}",
            "17行目の行と同じです",
            "どこから＝国内、子ども＝はい",
        ),
        # a shadowed row
        (
            "  - {届出: [転入届]}",
            "  - {届出: [転入届]}\n  - {とき: {どこから: 国外}, 届出: [転入届]}",
            "なくても変わりません",
            "どこから＝国外",
        ),
        # a contradiction
        (
            "  - {届出: [転入届]}",
            "  - {届出: [転入届]}\n  - {とき: {子ども: わからない}, 要らない: [児童手当]}",
            "19行目の行は同じ答えで案内しています",
            "どこから＝国内、子ども＝わからない",
        ),
        ("    根拠: 住民基本台帳法22条\n", "", "「根拠」がありません", ""),
        ("    確認日: 2026-11-29\n  -", "  -", "「確認日」がありません", ""),
        ("    確認日: 2026-11-29\n  -", "    確認日: 2026-11-30\n  -", "先の日付です", ""),
    ],
)
def test_each_seeded_fault_is_found_with_its_witness(before, after, sentence, witness):
    found = [one for one in changed(before, after) if sentence in one]
    assert found
    assert witness in found[0]


def test_an_old_date_of_checking_is_a_warning_and_no_fault():
    checked = check(parse_event(GOOD), date(2027, 11, 30))
    assert {one.grave for one in checked.findings} == {False}
    assert len(checked.findings) == 2
    assert not checked.faults


def test_a_question_that_nobody_is_asked():
    text = GOOD.replace(
        "届出:\n",
        "  - {名: 旅券, 質問: 旅券がありますか, 答え: [はい, いいえ], 聞くとき: {どこから: 国外, 子ども: はい}}\n届出:\n",
        1,
    )
    assert any("質問「旅券」：だれにも聞かれません" in one for one in told(text))


def test_what_of_a_task_nobody_sees():
    text = GOOD.replace(
        "{物: パスポート, とき: {どこから: 国外}}", "{物: 券, とき: {どこから: 国外, 子ども: はい}}"
    )
    assert any("持ち物「券」は、どの答えでも示されません" in one for one in told(text))


def test_deadlines_are_tried_in_their_order():
    one = "{起点: 住み始めた日, 日数: 14, 初日: 数えない, 閉庁日: 次の開庁日, 過ぎると: 過料のことがあります}"
    later = one.replace("{", "{とき: {どこから: 国外}, ")
    assert any("使われません" in x for x in changed(f"期限: {one}", f"期限: [{one}, {later}]"))
    found = [x for x in changed(f"期限: {one}", f"期限: [{later}]") if "期限の決まらない答え" in x]
    assert "どこから＝国内" in found[0]


def grid(questions: int, answers: int, rows: int) -> Event:
    """Questions that all are asked, and rows that each name two of them."""
    asked = tuple(
        Question(f"q{n}", "?", tuple(f"a{m}" for m in range(answers)), line=n) for n in range(questions)
    )
    tasks = tuple(Task(f"t{n}", "課", source="法", checked_on=TODAY) for n in range(rows))
    whens = [
        When(
            (
                (f"q{n % questions}", frozenset([f"a{n % answers}"])),
                (f"q{(n + 1) % questions}", frozenset(["a0"])),
            )
        )
        for n in range(rows)
    ]
    return Event(
        "grid", "表", "", (), asked, tasks, tuple(Row(when, (f"t{n}",)) for n, when in enumerate(whens))
    )


def test_too_many_combinations_are_told_in_a_sentence_and_not_tried():
    checked = check(grid(15, 2, 20), TODAY)  # 32,768
    assert checked.faults[0].reason.startswith("答えの組み合わせが10,000通りを超える")
    assert checked.combinations == 0
    endless = check(replace(grid(20, 12, 1)), TODAY)
    assert f"{MOST_COMBINATIONS:,}通り" in endless.faults[0].reason


def test_a_table_of_4608_by_60_is_tried_whole():
    event = grid(9, 2, 60)
    wide = replace(event, questions=(*event.questions, Question("q9", "?", tuple("abcdefghi"), line=9)))
    checked = check(wide, TODAY)
    assert checked.combinations == 4608
    assert any("q9" in one.place for one in checked.findings)


def test_the_check_agrees_with_trying_every_answer_by_hand():
    event = grid(4, 3, 9)
    checked = check(event, TODAY)
    left = [one for one in checked.findings if "何も案内されない" in one.reason]
    answers = dict(left[0].witness)
    assert not any(row.when.holds(answers) for row in event.rows)
    everything = [
        dict(zip([one.name for one in event.questions], found, strict=True))
        for found in itertools.product(*(one.answers for one in event.questions))
    ]
    nowhere = sum(not any(row.when.holds(found) for row in event.rows) for found in everything)
    assert f"答えが{nowhere}通り" in left[0].reason
