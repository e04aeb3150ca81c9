"""What a file about a life event may say, and how it is told what it may not."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.intake.engine.navigator.event import Online, Unit
from yakuba.services.intake.engine.navigator.reading import parse_event

GOOD = """出来事: 引っ越してきた
コード: moving-in
日付: [住み始めた日]
質問:
  - {名: どこから, 質問: どこから来ましたか, 答え: [国内, 国外]}
  - {名: 子ども, 質問: お子さんがいますか, 答え: [はい, いいえ, わからない], 聞くとき: {どこから: 国内}}
届出:
  - 名: 転入届
    窓口: ｛住民登録の窓口｝
    持ち物: [本人確認書類, {物: パスポート, とき: {どこから: 国外}}]
    期限: {起点: 住み始めた日, 日数: 14, 初日: 数えない, 閉庁日: 次の開庁日, 過ぎると: 過料のことがあります}
    オンライン: できない
    根拠: 住民基本台帳法22条
    確認日: 2026-11-29
  - {名: 児童手当, 窓口: 子ども課, 根拠: 児童手当法7条, 確認日: 2026-11-29}
表:
  - {届出: [転入届]}
  - {とき: {子ども: [はい, わからない]}, 届出: [児童手当]}
"""


def faults(text: str) -> str:
    with pytest.raises(DefinitionRefused) as refused:
        parse_event(text)
    return str(refused.value)


def test_a_file_says_questions_tasks_and_rows():
    event = parse_event(GOOD)
    assert [one.name for one in event.questions] == ["どこから", "子ども"]
    task = event.by_task["転入届"]
    rule = task.deadlines[0]
    assert (rule.number, rule.unit, rule.first_counts, rule.start) == (14, Unit.DAYS, False, "住み始めた日")
    assert task.online is Online.NO
    assert task.checked_on == date(2026, 11, 29)
    assert [thing.when.holds({"どこから": "国外"}) for thing in task.things] == [True, True]
    assert event.next_question({"どこから": "国外"}) is None


@pytest.mark.parametrize(
    ("before", "after", "line", "sentence"),
    [
        ("コード: moving-in", "コード: ../x", 2, "英小文字"),
        ("コード: moving-in", "コド: moving-in", 2, "「コード」の間違いではありませんか"),
        ("届出: [児童手当]", "届出: [児童手当て]", 18, "「児童手当」の間違いではありませんか"),
        ("{子ども: [はい, わからない]}", "{子供: はい}", 18, "書けるのは どこから、子ども です"),
        ("{子ども: [はい, わからない]}", "{子ども: たぶん}", 18, "書けるのは はい、いいえ、わからない です"),
        ("聞くとき: {どこから: 国内}", "聞くとき: {子ども: はい}", 6, "前に聞く質問ではありません"),
        ("答え: [国内, 国外]", "答え: [国内, 国外], 聞くとき: {子ども: はい}", 5, "順を入れ替えてください"),
        ("答え: [国内, 国外]", "答え: [国内]", 5, "2個から12個まで"),
        ("答え: [国内, 国外]", "答え: [国内, 国内]", 5, "「国内」が二つあります"),
        ("根拠: 住民基本台帳法22条", "根拠: 法<script>alert(1)</script>", 13, "HTMLは書けません"),
        ("確認日: 2026-11-29\n  -", "確認日: 2026-02-30\n  -", 14, "日付として読めません"),
        ("日数: 14", "日数: -1", 11, "1から3660までの整数"),
        ("日数: 14", "日数: 1, 月数: 2", 11, "すべて書いてください"),
        ("初日: 数えない, ", "", 11, "「初日」"),
        ("起点: 住み始めた日", "起点: 生まれた日", 11, "使えません"),
        ("オンライン: できない", "オンライン: 多分", 12, "できる、一部できる、できない、町による"),
        ("  - {届出: [転入届]}", "  - {とき: {どこから: 国内}}", 17, "どれもありません"),
        ("  - {届出: [転入届]}", "  - {届出: [転入届], 要らない: [転入届]}", 17, "出すとも要らないとも"),
        ("名: 児童手当, ", "名: 転入届, ", 15, "同じ名の届出が二つ"),
        ("名: 児童手当, ", f"名: {'長' * 61}, ", 15, "60文字まで"),
    ],
)
def test_every_fault_is_told_with_its_line(before, after, line, sentence):
    assert before in GOOD
    told = faults(GOOD.replace(before, after, 1)).splitlines()
    assert any(one.startswith(f"{line}行目") and sentence in one for one in told), told


@pytest.mark.parametrize(
    "text", ["", "出来事: [", "a", "- 1", "出来事: &a 1", "{}", "\0", "届出: {a: {}}\n表: 1"]
)
def test_what_is_no_such_file_is_refused_with_a_sentence(text):
    assert "。" in faults(text)


def test_a_condition_in_a_task_may_not_be_the_word_alone():
    assert "「項目: 値」の形" in faults(GOOD.replace("とき: {どこから: 国外}", "とき: 国外"))


def test_many_faults_hide_none():
    told = faults(GOOD.replace("答え: [国内, 国外]", "答え: [国内]").replace("日数: 14", "日数: 0"))
    assert "5行目" in told
    assert "11行目" in told
