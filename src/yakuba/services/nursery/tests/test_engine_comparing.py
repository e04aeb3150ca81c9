"""Comparing two results, and the fairness tables, worked out again by counting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from yakuba.services.nursery.contracts import (
    Applications,
    Child,
    ChildIndex,
    Facility,
    Household,
    Market,
    PointLine,
    Selection,
    Slot,
)
from yakuba.services.nursery.engine.telling import fairness
from yakuba.services.nursery.engine.telling.comparing import compare
from yakuba.services.nursery.engine.telling.fairness import Share
from yakuba.services.nursery.tests.small_rounds import draw, some_matching


def town(children: list[Child], points: dict[str, int] | None = None, together: int = 1) -> Selection:
    """A round in which only wishes, seats of now and indices matter; `together` children a household."""
    slots = {f"{name}-1": Slot(f"{name}-1", name, 1) for name in "ABC"}
    slots["A-1*枠"] = Slot("A-1*枠", "A", 1, "枠")
    groups = [tuple(children[at : at + together]) for at in range(0, len(children), together)]
    indices = {
        child: ChildIndex(child, 1, (PointLine("basic", "就労", number, ""),), {}, ())
        for child, number in (points or {}).items()
    }
    current = {child.id: f"{child.current}-1" for child in children if child.current}
    return Selection(
        Applications(
            [Facility(name, name, {1: 1}) for name in "ABC"],
            [Household(f"f{at}", group) for at, group in enumerate(groups)],
            date(2027, 4, 1),
        ),
        Market(dict.fromkeys(slots, 1), [], [], [], current, {}),
        slots,
        indices,
        {},
        (),
    )


def child(name: str, wishes: str = "AB", current: str | None = None, month: int = 5) -> Child:
    return Child(name, f"氏名{name}", date(2025, month, 1), tuple(wishes), current)


def test_gains_and_losses_follow_the_list_then_the_seat_of_now_then_nothing():
    selection = town([child("1"), child("2"), child("3", current="C"), child("4"), child("5"), child("6")])
    before = {"1": "B-1", "2": None, "3": "C-1", "4": "A-1", "5": "A-1", "6": None}
    after = {"1": "A-1", "2": "B-1", "3": "B-1", "4": None, "5": "A-1*枠", "6": "C-1"}
    result = compare(selection.applied, before, after)
    assert [move.child for move in result.gains] == ["1", "2", "3"]
    assert [move.child for move in result.losses] == ["4"]
    unsaid = [move for move in result.moves if move.better is None]
    assert [(move.child, move.after) for move in unsaid] == [("6", "C-1")]
    assert result.same == 1  # reserved or not, it is the same nursery and class
    numbers = {move.child: (move.wish_before, move.wish_after) for move in result.moves}
    assert numbers == {"1": (2, 1), "2": (0, 2), "3": (0, 2), "4": (1, 0), "6": (0, 0)}
    assert (result.placed_before, result.placed_after) == (4, 5)


def test_a_child_missing_in_one_result_is_left_out():
    result = compare(town([child("1"), child("2")]).applied, {"1": "A-1", "2": None}, {"1": "A-1"})
    assert (result.moves, result.same, result.placed_before) == ((), 1, 1)


def test_comparing_the_other_way_round_turns_gains_into_losses():
    for seed in range(30):
        selection = draw(seed)
        one, other = (some_matching(selection, seed + n, 0.6).assignment for n in (0, 1))
        there, back = (compare(selection.applied, *pair) for pair in ((one, other), (other, one)))
        assert [move.child for move in there.gains] == [move.child for move in back.losses]
        assert there.same + len(there.moves) == len(one)


def shares(selection: Selection, assignment: dict[str, str | None]) -> dict[str, dict[str, Share]]:
    return {
        title: {share.label: share for share in rows}
        for title, rows in fairness.tables(selection.applied, assignment)
    }


def test_every_group_counts_its_children_its_places_and_its_first_wishes():
    people = [child(str(at), current="C" if at >= 30 else None, month=at % 2 + 4) for at in range(40)]
    selection = town(people, {str(at): 40 - at for at in range(40)}, together=2)
    held = {str(at): "A-1" if at < 10 else "B-1" if at < 15 else None for at in range(30)}
    held |= {str(at): "C-1" for at in range(30, 40)}
    found = shares(selection, held)
    assert found["転園"]["新規"] == Share("新規", 30, 15, 10)
    assert found["転園"]["転園"] == Share("転園", 10, 0, 0)  # a seat kept is no wish come true
    assert found["生まれ月"]["4月"] == Share("4月", 20, 8, 5)
    assert found["きょうだいの同時申込"] == {"あり": Share("あり", 40, 15, 10)}
    bands = found["指数"]
    assert next(iter(bands)) == "40〜49点"
    assert bands["30〜39点"] == Share("30〜39点", 10, 10, 9)
    assert bands["20〜29点"] == Share("20〜29点", 10, 4, 0)
    assert bands["10〜19点"].placed == 0


def test_small_groups_are_not_told_apart_nor_worked_out_from_the_total():
    one_small = [Share("甲", 50, 20, 10), Share("乙", 9, 3, 1), Share("丙", 4, 1, 1)]
    assert fairness.withheld(one_small) == [
        Share("甲", 50, 20, 10),
        Share("乙", 0, 0, 0, fairness.BESIDE),
        Share("丙", 0, 0, 0, "5人未満"),
    ]
    two_small = [Share("甲", 50, 20, 10), Share("乙", 2, 1, 1), Share("丙", 4, 1, 1)]
    assert [share.withheld for share in fairness.withheld(two_small)] == ["", "5人未満", "5人未満"]
    all_of_a_few = [Share("甲", 50, 20, 10), Share("乙", 9, 3, 1), Share("丙", 1, 1, 1), Share("丁", 3, 0, 0)]
    hidden = [share.withheld for share in fairness.withheld(all_of_a_few)]
    assert hidden == ["", fairness.BESIDE, "5人未満", "5人未満"]  # else: 4 children, one of them with a wish
    assert fairness.withheld([Share("甲", 3, 1, 1)]) == [Share("甲", 0, 0, 0, "5人未満")]


def test_children_seated_in_an_earlier_round_are_not_counted_again():
    selection = town([child(str(at)) for at in range(12)])
    frozen = replace(selection.applications, seated={"0": "A-1", "1": "B-1"})
    found = shares(replace(selection, applications=frozen), {"0": "A-1"})
    assert found["転園"]["新規"] == Share("新規", 10, 0, 0)
