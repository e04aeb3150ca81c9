"""Applications → who stands where: tie keys, the lottery, groups."""

from __future__ import annotations

from yakuba.services.nursery.engine import preparing
from yakuba.services.nursery.engine.preparing.ranking import lot
from yakuba.services.nursery.tests.small_rules import (
    child,
    given,
    household,
    prepared,
    read,
)
from yakuba.services.nursery.tests.small_rules import order as ranked


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
    found = preparing.look(given(household(child("1"), line=3)), read(同点のとき=keys))[0]
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
