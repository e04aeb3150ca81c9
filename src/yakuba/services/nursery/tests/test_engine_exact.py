"""The whole solver against every matching of tiny markets, and what must hold whatever the market."""

import json
import random
from collections import Counter

import pytest

from yakuba.services.nursery.contracts import Status
from yakuba.services.nursery.engine import check
from yakuba.services.nursery.engine.matching import (
    dynamics,
    exact,
    market_file,
    market_writing,
    residual,
    solving,
)
from yakuba.services.nursery.engine.matching.board import board_of
from yakuba.services.nursery.tests import synthetic
from yakuba.services.nursery.tests.brute import Tiny
from yakuba.services.nursery.tests.tiny import as_file, crowded, shuffled

pytestmark = pytest.mark.first(4)


def solve(market, **options):
    _, arrays = market_file.read(as_file(market))
    return solving.solve(arrays, **({"seat_tries": solving.MANY_TRIES, "seconds": 3600} | options))


@pytest.mark.parametrize("hundred", range(24))
def test_no_matching_has_fewer_blocking_families_or_as_few_and_more_seats(hundred):
    kinds = Counter()
    for seed in range(100 * hundred, 100 * hundred + 100):
        market = crowded(random.Random(seed))
        matching = solve(market)
        rows = [(choice, len(blocking)) for choice, blocking in Tiny(market).matchings()]
        fewest = min(count for _, count in rows)
        assert len(matching.blocking) == matching.bound == fewest, seed
        assert matching.status is (Status.MINIMUM if fewest else Status.STABLE)
        assert matching.seats_proved, seed
        most = max(_seated(market, choice) for choice, count in rows if count == fewest)
        assert matching.seated == most, seed
        report = check.check(as_file(market), json.dumps(matching.to_json()).encode())
        assert report.reasons == [], seed
        kinds[matching.status] += 1
    assert kinds[Status.MINIMUM], "the markets try the proof"
    assert kinds[Status.STABLE]


@pytest.mark.slow
def test_cp_sat_settles_what_the_search_leaves(monkeypatch):
    """Every question with anything to try goes to CP-SAT at once; brute force must still be right."""
    asked = Counter()
    matching_of = residual.matching

    def counted(*args):
        held = matching_of(*args)
        asked[held is not None] += 1
        return held

    monkeypatch.setattr(residual, "matching", counted)
    monkeypatch.setattr(exact, "SEARCH_TRIES", 0)
    for seed in range(5000, 6500):
        market = crowded(random.Random(seed))
        matching = solve(market)
        rows = [(choice, len(blocking)) for choice, blocking in Tiny(market).matchings()]
        fewest = min(count for _, count in rows)
        assert len(matching.blocking) == matching.bound == fewest, seed
        most = max(_seated(market, choice) for choice, count in rows if count == fewest)
        assert (matching.seats_proved, matching.seated) == (True, most), seed
    assert asked[True] > 20, "found what there is"
    assert asked[False] > 20, "refuted what there is not"


def test_what_was_proved_before_the_time_ended_counts(monkeypatch):
    def ended(_):
        raise exact.OutOfTime

    monkeypatch.setattr(exact.Proof, "raise_bound", ended)
    bounds = Counter()
    for seed in range(600):
        market = crowded(random.Random(seed))
        matching = solve(market)
        fewest = min(len(blocking) for _, blocking in Tiny(market).matchings())
        assert matching.bound <= fewest, seed
        bounds[fewest, matching.bound] += 1
    assert bounds[1, 1]
    assert not bounds[1, 0], "the first core says as much"


def _seated(market, choice):
    return sum(slot is not None for slot in Tiny(market).assignment(choice).values())


def test_the_order_of_the_file_says_nothing():
    for seed in range(300):
        chance = random.Random(seed)
        market = crowded(chance)
        once, again = solve(market), solve(shuffled(market, chance))
        assert once.assignment == again.assignment, seed
        assert (once.status, once.bound) == (again.status, again.bound)


def test_who_has_a_seat_keeps_one_unless_it_is_given_up():
    for seed in range(300):
        market = crowded(random.Random(seed))
        matching = solve(market)
        for family in market["families"]:
            given_up = any(
                wish[at] is None for wish in family["wishes"] for at in range(len(family["children"]))
            )
            for child in family["children"]:
                if child in market["current"] and not given_up:
                    assert matching.assignment[child] is not None, (seed, child)


@pytest.mark.parametrize("seed", range(6))
def test_without_siblings_it_is_deferred_acceptance(seed):
    market = synthetic.draw(synthetic.Shape(400, 12, seed=seed, siblings=0.0, transfers=0.1))
    arrays = market_file.checked(market)
    matching = solving.solve(arrays)
    assert matching.assignment == deferred_acceptance(market)
    assert matching.status is Status.STABLE
    assert matching.seats_proved
    held, blocking = dynamics.run(arrays.plan)
    assert (dynamics.assignment_of(arrays, held), blocking) == (matching.assignment, 0)
    report = check.check(market_writing.dump(market), json.dumps(matching.to_json()).encode())
    assert report.reasons == []


def deferred_acceptance(market):
    """Children apply in turn, best wish first; a slot lets the lowest ranked go when it is full."""
    lists = {
        children[0]: [wish[0] for wish in wishes]
        for children, wishes in zip(market.children, market.wishes, strict=True)
    }
    for child, slot in market.current.items():
        lists[child] = [*lists[child], slot]
    rank = {slot: {child: at for at, child in enumerate(row)} for slot, row in market.priorities.items()}
    for child, slot in market.current.items():
        rank[slot][child] = -1
    inside, waiting = {slot: [] for slot in market.capacity}, list(lists)
    while waiting:
        child = waiting.pop()
        if not lists[child]:
            continue
        slot = lists[child].pop(0)
        inside[slot].append(child)
        if len(inside[slot]) > market.capacity[slot]:
            last = max(inside[slot], key=rank[slot].__getitem__)
            inside[slot].remove(last)
            waiting.append(last)
    placed = {child: slot for slot, children in inside.items() for child in children}
    return {child: placed.get(child) for child in lists}


def test_without_time_nothing_is_claimed_that_was_not_proved():
    unstable = [seed for seed in range(200) if solve(crowded(random.Random(seed))).blocking]
    for seed in unstable:
        matching = solve(crowded(random.Random(seed)), seconds=0.0)
        assert matching.status is Status.NOT_PROVEN
        assert matching.bound == 0 < len(matching.blocking)
    assert unstable


def test_what_is_told_may_stop_the_work():
    class Stop(Exception):
        pass

    def stop(step, share):
        assert step
        assert 0 <= share <= 1
        raise Stop

    with pytest.raises(Stop):
        solve(crowded(random.Random(1)), told=stop)


def test_a_larger_market_where_the_dynamics_go_in_a_circle():
    """A city's corner (3 families, 2 slots) without a stable matching beside an ordinary market."""
    market = synthetic.draw(synthetic.Shape(300, 12, seed=1))
    _add_circle(market)
    arrays = market_file.checked(market)
    matching = solving.solve(arrays)
    assert (matching.status, matching.bound, len(matching.blocking)) == (Status.MINIMUM, 1, 1)
    plan = arrays.plan
    held, _ = dynamics.run(plan)
    proof = exact.prove(plan, held, solving._seats(arrays), exact.Clock(10.0), {}, 100)
    assert (proof.fewest, proof.bound) == (1, 1)
    assert (board_of(plan, proof.held).load <= arrays.capacity).all()


def _add_circle(market):
    """A couple and a single child who push each other out for ever (Roth 1984)."""
    market.capacity["X-1"] = market.capacity["Y-1"] = 1
    market.family_ids.extend(["couple", "single"])
    market.children.extend([["k1", "k2"], ["k3"]])
    market.wishes.extend([[["X-1", "Y-1"]], [["X-1"], ["Y-1"]]])
    market.priorities["X-1"] = ["k1", "k3"]
    market.priorities["Y-1"] = ["k3", "k2"]
