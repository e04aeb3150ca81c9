"""Applications → wishes and seats: who takes part, transfers, siblings, shared seats, later rounds."""

from __future__ import annotations

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from yakuba.services.nursery.contracts import SharedAges
from yakuba.services.nursery.engine.preparing.ages import age_class
from yakuba.services.nursery.tests.small_rules import (
    START,
    child,
    facility,
    household,
    lines,
    prepared,
)
from yakuba.services.nursery.tests.small_rules import order as ranked

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


@settings(max_examples=40)
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


# Later rounds


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
