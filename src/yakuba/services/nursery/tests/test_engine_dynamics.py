"""Dynamics and checker against every matching of tiny markets."""

import json

from hypothesis import given, settings

from yakuba.services.nursery.contracts import Status
from yakuba.services.nursery.engine import check
from yakuba.services.nursery.engine.matching import market_file, solving
from yakuba.services.nursery.tests.brute import Tiny
from yakuba.services.nursery.tests.tiny import as_file, markets


def solve(market):
    _, arrays = market_file.read(as_file(market))
    return solving.solve(arrays)


@settings(max_examples=150)
@given(markets(shared=True))
def test_what_it_says_is_what_is(market):
    tiny, matching = Tiny(market), solve(market)
    choice = [[matching.assignment[child] for child in family["children"]] for family in market["families"]]
    assert tiny.feasible(choice)
    assert [item.family for item in matching.blocking] == sorted(tiny.blocking(choice))
    assert (matching.status is Status.STABLE) == (not matching.blocking)
    report = check.check(as_file(market), json.dumps(matching.to_json()).encode())
    assert report.reasons == []


@settings(max_examples=100)
@given(markets(shared=True, most_families=3))
def test_the_checker_agrees_with_trying_all(market):
    tiny = Tiny(market)
    for choice, blocking in tiny.matchings():
        report = check.verify(market, tiny.assignment(choice))
        assert report.reasons == []
        assert sorted(report.blocking) == sorted(blocking)
