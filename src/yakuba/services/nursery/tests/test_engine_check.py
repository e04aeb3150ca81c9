"""The checker's quick look against its closer look, on markets and results drawn by chance, right and wrong."""

import ast
import inspect
import json
import random
from codecs import BOM_UTF8

import pytest

from yakuba.services.nursery.engine import check
from yakuba.services.nursery.engine.matching import market_file, market_writing, solving
from yakuba.services.nursery.tests import synthetic
from yakuba.services.nursery.tests.tiny import as_file, crowded


def any_result(market, chance):
    """Each family gets a wish, its seats now, or (seldom) anything at all, also slots that do not exist."""
    current, slots = market["current"], [slot["id"] for slot in market["slots"]]
    assignment = dict(current)
    for family in market["families"]:
        children = family["children"]
        held = chance.choice([*family["wishes"], [current.get(child) for child in children]])
        if chance.random() < 0.1:
            held = [chance.choice([*slots, None]) for _ in children]
        assignment |= zip(children, held, strict=True)
    if chance.random() < 0.05:
        assignment[chance.choice(sorted(assignment))] = "nowhere"
    if chance.random() < 0.05:
        del assignment[chance.choice(sorted(assignment))]
    return assignment


def same_both_ways(market, assignment):
    quickly, closely = check.verify(market, assignment), check.verify(market, assignment, closely=True)
    assert quickly == closely
    return closely


def test_any_result_of_any_tiny_market_is_judged_the_same_at_a_quick_look():
    chance = random.Random(7)
    right = wrong = blocking = 0
    for _ in range(1000):
        market = crowded(chance)
        for _ in range(4):
            report = same_both_ways(market, any_result(market, chance))
            right, wrong = right + (not report.reasons), wrong + bool(report.reasons)
            blocking += len(report.blocking)
    assert min(right, wrong, blocking) > 500


@pytest.fixture(scope="module", params=[1, 2])
def solved(request):
    """A market of 300 children, some facilities with shared seats in the second, and its matching."""
    market = synthetic.draw(synthetic.Shape(300, 12, seed=request.param, transfers=0.1))
    raw = json.loads(market_writing.dump(market))
    if request.param == 2:
        share_seats(raw)
    _, arrays = market_file.read(as_file(raw))
    return raw, dict(solving.solve(arrays, seconds=0.0).assignment)


def share_seats(raw):
    """Ages 1 and 2 of the first eight facilities share seats: two fewer than both have, none less than taken."""
    capacity = {slot["id"]: slot["capacity"] for slot in raw["slots"]}
    for at in range(8):
        pair = (f"{at}-1", f"{at}-2")
        seated = sum(slot in pair for slot in raw["current"].values())
        seats = max(seated, sum(capacity[slot] for slot in pair) - 2)
        raw["shared"].append({"id": f"S{at}", "capacity": seats, "weights": dict.fromkeys(pair, 1)})
        ranked = [child for slot in pair for child in raw["priorities"].get(slot, [])]
        raw["priorities"][f"S{at}"] = sorted(set(ranked))


def test_a_matching_with_one_family_moved_is_judged_the_same_at_a_quick_look(solved):
    market, matching = solved
    chance = random.Random(3)
    before = same_both_ways(market, matching)
    assert before.reasons == []
    alone = together = 0
    for _ in range(80):
        family = chance.choice(market["families"])
        nothing = [None] * len(family["children"])
        moved = zip(family["children"], chance.choice([*family["wishes"], nothing]), strict=True)
        report = same_both_ways(market, matching | dict(moved))
        if report != before:
            alone, together = alone + (len(nothing) == 1), together + (len(nothing) > 1)
    assert alone > 15
    assert together > 2


def test_few_families_need_the_closer_look(solved, monkeypatch):
    market, matching = solved
    looked = []
    monkeypatch.setattr(check._Town, "visit", lambda town, family, report: looked.append(family["id"]))
    check.verify(market, matching)
    assert len(looked) < len(market["families"]) / 4


def test_each_family_with_more_than_it_may_have_or_less_is_seen(solved):
    """Every family in turn loses all it has: it blocks, unless it had nothing or wishes for nothing else."""
    market, matching = solved
    for family in market["families"][:30]:
        children = family["children"]
        held = [matching[child] for child in children]
        if any(held) and [None] * len(children) not in family["wishes"]:
            report = same_both_ways(market, matching | dict.fromkeys(children))
            assert family["id"] in report.blocking or report.reasons


def test_the_solver_is_not_imported():
    tree = ast.parse(inspect.getsource(check))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert modules.isdisjoint({"", None})
    assert not [module for module in modules if module.startswith("yakuba")]


def test_a_byte_order_mark_is_read_over():
    market = {"slots": [], "families": [], "priorities": {}}
    result = {"assignment": {}, "blocking": [], "bound": 0, "status": "stable"}
    report = check.check(BOM_UTF8 + as_file(market), BOM_UTF8 + json.dumps(result).encode())
    assert report.reasons == []
