"""The times of a round: against a search that tries every second, and what a person would expect."""

from __future__ import annotations

import itertools
import random

import pytest

from yakuba.services.fieldwork.engine.rounds.problem import NO_WAY, Break, Problem, Rest, Shift, Stop, Ways
from yakuba.services.fieldwork.engine.rounds.timetable import timetable


def on_a_line(stops: list[Stop], shift: Shift, places: list[int]) -> Problem:
    """Places on a line, one second a metre."""
    table = [[abs(one - other) for other in places] for one in places]
    return Problem(tuple(stops), (shift,), Ways(table, table))


def tried(problem: Problem) -> int | None:
    """The earliest return with the stops in their order, by trying in every second to wait, drive, rest or work."""
    shift = problem.shifts[0]
    places = [shift.start, *(stop.place for stop in problem.stops), shift.end]
    legs = [problem.ways.seconds[one][other] for one, other in itertools.pairwise(places)]
    states = {(0, 0, 0)}  # stops done, breaks taken, seconds driven to the next place
    later: dict[int, set[tuple[int, int, int]]] = {}
    for now in range(shift.hours[0], shift.hours[1] + 1):
        states |= later.pop(now, set())
        reached: set[tuple[int, int, int]] = set()
        queue = list(states)
        while queue:
            state = queue.pop()
            if state in reached:
                continue
            reached.add(state)
            done, taken, driven = state
            there = driven == legs[done]
            if there and done == len(problem.stops):
                if all(now <= rest.window[1] for rest in shift.breaks[taken:]):
                    return now
                continue
            if there:
                stop = problem.stops[done]
                if not stop.windows or any(early <= now <= late for early, late in stop.windows):
                    if stop.service:
                        later.setdefault(now + stop.service, set()).add((done + 1, taken, 0))
                    else:
                        queue.append((done + 1, taken, 0))
            if taken < len(shift.breaks):
                rest = shift.breaks[taken]
                if rest.window[0] <= now <= rest.window[1]:
                    later.setdefault(now + rest.length, set()).add((done, taken + 1, driven))
        states = {(done, taken, min(driven + 1, legs[done])) for done, taken, driven in reached}
        states |= {state for state in reached if state[2] < legs[state[0]]}
    return None


def small(seed: int) -> Problem:
    draw = random.Random(seed)
    places = [draw.randrange(12) for _ in range(4)]
    breaks, begin = [], 0
    for _ in range(draw.randrange(3)):
        begin += draw.randrange(3, 12)
        breaks.append(Break((begin, begin + draw.randrange(5)), draw.randrange(1, 5)))
        begin = breaks[-1].window[1] + breaks[-1].length - 3
    stops = [
        Stop(
            f"S{number}",
            number,
            draw.randrange(5),
            tuple(
                (early, early + draw.randrange(8))
                for early in (draw.randrange(30) for _ in range(draw.choice((0, 1, 1, 2))))
            ),
        )
        for number in range(1, draw.randrange(2, 5))
    ]
    return on_a_line(stops, Shift("班", 0, 0, (0, draw.randrange(20, 60)), tuple(breaks)), places)


@pytest.mark.parametrize("part", range(4))
def test_the_earliest_return_is_what_trying_every_second_finds(part: int) -> None:
    """600 small rounds a part with up to two breaks and stops with up to two windows, more than a fourth of them possible."""
    possible = 0
    for seed in range(part * 600, part * 600 + 600):
        problem = small(seed)
        round_ = timetable(problem, 0, problem.stops)
        assert (round_ and round_.back) == tried(problem), seed
        possible += round_ is not None
    assert possible > 150


def test_a_break_is_taken_on_the_way() -> None:
    shift = Shift("班", 0, 0, (0, 1000), (Break((50, 60), 30),))
    round_ = timetable(on_a_line([Stop("橋", 1, 10)], shift, [0, 100]), 0, [Stop("橋", 1, 10)])
    assert round_
    assert round_.rests == (Rest(50, 80),)
    assert round_.visits[0].arrival == 130


def test_work_is_not_interrupted_by_a_break() -> None:
    shift = Shift("班", 0, 0, (0, 1000), (Break((50, 60), 30),))
    stop = Stop("橋", 1, 100)
    round_ = timetable(on_a_line([stop], shift, [0, 10]), 0, [stop])
    assert round_
    assert round_.visits[0].begin == 80, "the break first, since after the work it would be too late"


def test_who_is_back_before_the_break_rests_at_home() -> None:
    shift = Shift("班", 0, 0, (0, 1000), (Break((500, 600), 30),))
    round_ = timetable(on_a_line([Stop("橋", 1, 10)], shift, [0, 10]), 0, [Stop("橋", 1, 10)])
    assert round_
    assert (round_.rests, round_.back) == ((), 30)


def test_what_a_crew_cannot_is_no_round() -> None:
    shift = Shift("班", 0, 0, (0, 1000), skills=frozenset({"電気"}), capacity=3)
    heavy, skilled = Stop("砂", 1, 10, demand=4), Stop("灯", 1, 10, skills=frozenset({"高所"}))
    late = Stop("早", 1, 10, windows=((0, 5),))
    problem = on_a_line([heavy, skilled, late], shift, [0, 10])
    assert [timetable(problem, 0, [stop]) for stop in problem.stops] == [None, None, None]
    cut = Problem((Stop("島", 1, 1),), (shift,), Ways([[0, NO_WAY], [NO_WAY, 0]], [[0, NO_WAY], [NO_WAY, 0]]))
    assert timetable(cut, 0, cut.stops) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Stop("a", 0, -1),
        lambda: Stop("a", 0, 1, windows=((5, 4),)),
        lambda: Stop("a", 0, 1, priority=4),
        lambda: Shift("班", 0, 0, (5, 4)),
        lambda: Shift("班", 0, 0, (0, 9), (Break((5, 6), 3), Break((1, 7), 1))),
        lambda: Problem((Stop("a", 0, 1), Stop("a", 0, 1)), (), Ways([[0]], [[0]])),
    ],
)
def test_what_makes_no_sense_is_no_problem(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]
