"""What-ifs and explanations on rounds made ready by rule files: other seats, other levels, other rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yakuba.services.nursery.contracts import Applications, MarketRefused, Outcome, SharedAges
from yakuba.services.nursery.engine import rules
from yakuba.services.nursery.engine.matching.arrays import build
from yakuba.services.nursery.engine.matching.solving import solve
from yakuba.services.nursery.engine.preparing import prepare, tables, what_if
from yakuba.services.nursery.engine.telling.comparing import compare
from yakuba.services.nursery.engine.telling.explaining import explain
from yakuba.services.nursery.tests.definition import Definition
from yakuba.services.nursery.tests.small_rules import child, facility, given, household, read, text

SAMPLES = Path(__file__).parents[5] / "samples"
RESERVED = """
  - {名前: 医療的ケア児枠, 条件: {医療的ケア: あり}, 先に使う席: 優先枠, 空いた席: 一般に回す}"""


def result(selection):
    return solve(build(selection.market)).assignment


def rivals():
    """Three children of age 1 for the one seat at A; the first two have a second wish."""
    return given(
        household(child("1", "A", "B")),
        household(child("2", "A", "B", father_hours="100")),
        household(child("3", "A", father_work="seeking")),
    )


def test_a_seat_more_moves_the_next_one_up_and_only_that():
    applications, rule = rivals(), read()
    before = what_if.selection(applications, rule, {})
    after = what_if.selection(applications, rule, {"A-1": 1})
    assert after.market.capacity == {**before.market.capacity, "A-1": 2}
    found = compare(before.applied, result(before), result(after))
    assert [(move.child, move.wish_before, move.wish_after) for move in found.gains] == [("2", 2, 1)]
    assert found.losses == ()
    assert applications.facilities[0].vacancies[1] == 1  # what was given is left alone


def test_an_age_that_was_not_taken_in_can_be_opened():
    places = [facility("A", ages=[1]), facility("B")]
    applications = given(household(child("1", "A", born="2026-06-01")), facilities=places)
    opened = what_if.selection(applications, read(), {"A-0": 1})
    assert result(opened)["1"] == "A-0"


def test_seats_that_cannot_be_are_refused_by_name():
    with pytest.raises(MarketRefused) as refused:
        what_if.selection(rivals(), read(), {"A-1": -2, "X-1": 1, "A-9": 1, "A": 1})
    places = [problem.place for problem in refused.value.problems]
    assert places == ["枠 A-1", "枠 X-1", "枠 A-9", "枠 A"]
    assert "空き枠は1" in refused.value.problems[0].reason


def test_other_rules_and_another_level_take_the_place_of_the_rounds_own():
    brothers = household(
        child("1", "A", born="2025-06-01"), child("2", "A", born="2024-06-01", applied="2026-10-01")
    )
    extra = "\n  出典: 別表2\n  行:\n    - {点: 7, 名前: 早い申込, 条件: {申込日: 2026-10-31以前}}"
    other = rules.read(text(調整指数=extra))
    by_child = what_if.selection(given(brothers), other, {})
    assert {name: index.total for name, index in by_child.indices.items()} == {"1": 40, "2": 47}
    together = what_if.selection(given(brothers), other, {}, "household")
    assert {name: index.total for name, index in together.indices.items()} == {"1": 43, "2": 43}


def sample(name: str = "yakuba-city"):
    """The sample round of やくば市 by one of the example rules."""
    places, _ = tables.read_facilities((SAMPLES / "nursery-round/facilities.csv").read_bytes())
    homes, _ = tables.read_households((SAMPLES / "nursery-round/applications.csv").read_bytes())
    rule = rules.read((SAMPLES / f"nursery-rules/{name}.yaml").read_text(encoding="utf-8"))
    return Applications(places, homes, date(2027, 4, 1)), rule


@pytest.mark.parametrize("name", sorted(path.stem for path in (SAMPLES / "nursery-rules").glob("*.yaml")))
def test_the_sample_rounds_explanations_hold_by_definition(name):
    selection = prepare(*sample(name))
    matching = solve(build(selection.market))
    truth = Definition(selection, matching)
    said = explain(selection, matching)
    assert len(said) == 300
    outcomes = [row.outcome for one in said.values() for row in one.wishes]
    assert set(outcomes) >= {Outcome.PLACED, Outcome.BEHIND, Outcome.SIBLINGS, Outcome.NOT_ELIGIBLE}
    for child_id, one in said.items():
        assert one.held == matching.assignment[child_id]
        for row in one.wishes:
            if row.outcome is Outcome.BEHIND:
                assert not truth.fits([child_id], [row.slot])
                assert row.distance is None or row.distance >= 0
            elif row.outcome is Outcome.SIBLINGS:
                assert not row.waiting_place or truth.fits([child_id], [row.slot])
            elif row.outcome is Outcome.NOT_NEEDED:
                assert not truth.wants(child_id, row.slot)
    kept = [one for one in said.values() if one.held and not one.wish]
    assert kept or name == "yakuba-staff"  # by those rules nobody is left with a seat of now
    assert all("引き続き通えます" in one.summary for one in kept)


def test_five_more_seats_in_the_sample_round_place_five_more_children():
    before = prepare(*sample())
    after = what_if.selection(*sample(), {"N01-1": 5})
    found = compare(before.applied, result(before), result(after))
    assert len(found.gains) >= 5
    assert found.placed_after == found.placed_before + 5


def test_shared_seats_and_reserved_seats_can_be_tried_too():
    places = [facility("A", 0, shared=(SharedAges("S", (1, 2), seats=1),), **{"医療的ケア児枠1歳": "1"})]
    ill = household(child("1", "A", care="yes"), line=1)
    other = household(child("2", "A", care="yes"), line=2)
    applications = given(ill, other, facilities=places)
    rule = read(優先枠=RESERVED)
    before = what_if.selection(applications, rule, {})
    assert sorted(filter(None, result(before).values())) == ["A-1*医療的ケア児枠"]
    after = what_if.selection(applications, rule, {"A-1*医療的ケア児枠": 1})
    assert set(result(after).values()) == {"A-1*医療的ケア児枠"}
