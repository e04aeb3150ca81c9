"""What is said of the time to wait, and when nothing is said."""

from __future__ import annotations

import random

import pytest

from yakuba.services.queue.engine.waiting import LEAST_MEASURED, Interval, interval

TOOK = [300.0, 360.0, 240.0, 420.0, 300.0, 330.0, 270.0, 390.0, 310.0, 290.0]


@pytest.mark.parametrize(
    ("served", "busy", "ahead"),
    [(TOOK[: LEAST_MEASURED - 1], [0.0], 1), (TOOK, [], 1), (TOOK, [0.0], -1)],
)
def test_where_it_cannot_be_known_nothing_is_said(served, busy, ahead):
    assert interval(served, busy, ahead) is None


def test_more_people_take_longer_and_more_counters_shorter():
    one = interval(TOOK, [60.0], 6)
    assert one.least >= 20
    assert one.most <= 45
    two = interval(TOOK, [60.0, 60.0], 6)
    assert two.most < one.most
    assert interval(TOOK, [0.0], 0) == Interval(0, 5), "a free counter"
    assert interval(TOOK, [60.0], 6) == one, "the same queue, the same words"


def test_the_interval_holds_what_it_is_drawn_from():
    luck, held = random.Random(7), 0
    for run in range(200):
        told = interval(TOOK, [1.0, 1.0], 5, seed=run)
        free = [luck.choice(TOOK), luck.choice(TOOK)]
        for _ in range(5):
            free[free.index(min(free))] += luck.choice(TOOK)
        held += told.least <= min(free) / 60 <= told.most
    assert held >= 180


@pytest.mark.parametrize(
    ("least", "most", "words"), [(0, 5, "5分以内"), (0, 15, "15分以内"), (10, 25, "10〜25分")]
)
def test_in_words(least, most, words):
    assert Interval(least, most).shown() == words
