"""What is said of the time to wait, and when nothing is said."""

from __future__ import annotations

import random

import pytest

from yakuba.services.queue.engine.waiting import LEAST_MEASURED, Interval, interval

TOOK = [300.0, 360.0, 240.0, 420.0, 300.0, 330.0, 270.0, 390.0, 310.0, 290.0]


FEW = TOOK[: LEAST_MEASURED - 1]


@pytest.mark.parametrize(("ahead", "busy"), [([TOOK, FEW], [(0.0, [])]), ([TOOK], []), ([], [(60.0, FEW)])])
def test_where_it_cannot_be_known_nothing_is_said(ahead, busy):
    assert interval(ahead, busy) is None


def test_more_people_take_longer_and_more_counters_shorter():
    one = interval([TOOK] * 6, [(60.0, TOOK)])
    assert one.least >= 20
    assert one.most <= 45
    two = interval([TOOK] * 6, [(60.0, TOOK)] * 2)
    assert two.most < one.most
    assert interval([], [(0.0, [])]) == Interval(0, 5), "a free counter"
    assert interval([TOOK] * 6, [(60.0, TOOK)]) == one, "the same queue, the same words"


def test_each_one_ahead_takes_as_long_as_those_of_the_own_category():
    slow = [4 * seconds for seconds in TOOK]
    assert interval([TOOK] * 4, [(0.0, [])]).most < interval([slow] * 4, [(0.0, [])]).least


def test_the_interval_holds_what_it_is_drawn_from():
    luck, held = random.Random(7), 0
    for run in range(200):
        told = interval([TOOK] * 5, [(1.0, TOOK)] * 2, seed=run)
        free = [luck.choice(TOOK), luck.choice(TOOK)]
        for _ in range(5):
            free[free.index(min(free))] += luck.choice(TOOK)
        held += told.least <= min(free) / 60 <= told.most
    assert held >= 180


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(0, 5, "5分以内"), (0, 15, "15分以内"), (10, 25, "10〜25分"), (120, 300, "2時間以上")],
)
def test_in_words(least, most, words):
    assert Interval(least, most).shown() == words
