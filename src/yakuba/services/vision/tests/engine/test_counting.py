"""Counts in a picture and over a line."""

from __future__ import annotations

import numpy as np

from yakuba.services.vision.engine.counting import count, crossings
from yakuba.services.vision.engine.findings import Box
from yakuba.services.vision.tests.engine.examples import box

LINE = (
    (100.0, 0.0),
    (100.0, 200.0),
)  # downwards: its right side, as one looks down it on a screen, is at x < 100


def person(x: float, y: float = 80.0, label: str = "person") -> Box:
    return box(x - 10, y - 40, x + 10, y, label)


def test_counts_groups_and_leaves_out_the_rest() -> None:
    seen = [person(0), person(50), box(0, 0, 9, 9, "bus"), box(0, 0, 9, 9, "truck"), box(0, 0, 9, 9, "cup")]
    assert count(seen) == {"人": 2, "自転車": 0, "車": 2}
    assert count([]) == {"人": 0, "自転車": 0, "車": 0}


def test_two_people_who_pass_each_other_are_one_each_way() -> None:
    frames = [[person(20 + 8 * at, 70), person(180 - 8 * at, 150)] for at in range(20)]
    found = crossings(frames, LINE)
    assert (found.forward["人"], found.back["人"], found.frames) == (1, 1, 20)
    turned = crossings(frames, (LINE[1], LINE[0]))
    assert (turned.forward["人"], turned.back["人"]) == (1, 1)
    only_right = [[frame[0]] for frame in frames]
    one = crossings(only_right, LINE)
    assert one.forward["人"] + one.back["人"] == 1
    other = crossings(only_right, (LINE[1], LINE[0]))
    assert (one.forward["人"], one.back["人"]) == (other.back["人"], other.forward["人"])


def test_who_is_hidden_for_some_frames_is_still_one() -> None:
    frames = [[] if 8 <= at <= 11 else [person(20 + 8 * at)] for at in range(20)]
    found = crossings(frames, LINE)
    assert found.forward["人"] + found.back["人"] == 1


def test_nobody_counts_who_flickers_trembles_or_passes_beside_the_line() -> None:
    once = crossings([[person(80)], [], [], [], [], [], [person(130)]], LINE)
    trembling = crossings([[person(100 + (3 if at % 2 else -3))] for at in range(30)], LINE)
    beside = crossings([[person(20 + 8 * at, 400)] for at in range(20)], LINE)
    no_line = crossings([[person(20 + 8 * at)] for at in range(20)], ((5.0, 5.0), (5.0, 5.0)))
    for found in (once, trembling, beside, no_line, crossings([], LINE)):
        assert sum(found.forward.values()) + sum(found.back.values()) == 0


def test_there_and_back_counts_both_ways() -> None:
    xs = [*range(40, 170, 8), *range(160, 30, -8)]
    found = crossings([[person(float(x))] for x in xs], LINE)
    assert (found.forward["人"], found.back["人"]) == (1, 1)


def test_a_crowd_is_counted_roughly() -> None:
    rng = np.random.default_rng(4)
    starts = [(int(rng.integers(0, 60)), 20.0 + 18 * at) for at in range(10)]
    frames = [
        [person(20 + 6.0 * (at - start) + rng.normal(0, 1), y) for start, y in starts if 0 <= at - start < 30]
        for at in range(90)
    ]
    found = crossings(frames, LINE)
    assert sum(found.forward.values()) + sum(found.back.values()) == 10
