"""What-ifs about seats against the changed market itself."""

import json
import random

import pytest

from yakuba.services.nursery.engine import check
from yakuba.services.nursery.engine.matching import dynamics, market_file
from yakuba.services.nursery.engine.matching.what_ifs import what_ifs
from yakuba.services.nursery.tests import synthetic
from yakuba.services.nursery.tests.tiny import as_file, crowded


def test_each_is_a_result_of_the_changed_market():
    """The checker, which knows nothing of how it came about, finds the same number of blocking families."""
    for seed in range(100):
        chance = random.Random(seed)
        market = crowded(chance)
        _, arrays = market_file.read(as_file(market))
        plan = arrays.plan
        held, _ = dynamics.run(plan)
        load = [list(market["current"].values()).count(slot["id"]) for slot in market["slots"]]
        changes = []
        for slot, seated in zip(market["slots"], load, strict=True):
            changes.append({slot["id"]: chance.randint(seated - slot["capacity"], 2)})
        for change, result in zip(changes, what_ifs(arrays, held, changes), strict=True):
            slots = [
                slot | {"capacity": slot["capacity"] + change.get(slot["id"], 0)} for slot in market["slots"]
            ]
            changed = json.loads(json.dumps(market | {"slots": slots}))
            report = check.verify(changed, dynamics.assignment_of(arrays, result.held))
            assert report.reasons == [], seed
            assert len(report.blocking) == result.blocking, seed


def test_more_seats_without_siblings_leave_nobody_blocking_and_nobody_worse():
    market = synthetic.draw(synthetic.Shape(400, 12, seed=3, siblings=0.0))
    arrays = market_file.checked(market)
    plan = arrays.plan
    held, fewest = dynamics.run(plan)
    assert fewest == 0
    for result in what_ifs(arrays, held, [{slot: 5} for slot in arrays.slot_ids[::7]]):
        assert result.blocking == 0
        assert (result.held <= held).all()


def test_seats_of_those_who_have_one_cannot_be_taken():
    market = synthetic.draw(synthetic.Shape(200, 8, seed=3, transfers=0.3))
    arrays = market_file.checked(market)
    plan = arrays.plan
    held, _ = dynamics.run(plan)
    slot = next(iter(market.current.values()))
    with pytest.raises(ValueError, match="今いる児童より少なく"):
        list(what_ifs(arrays, held, [{slot: -market.capacity[slot]}]))
    with pytest.raises(KeyError):
        list(what_ifs(arrays, held, [{"?": 1}]))
