"""One more stop in the middle of the day, and crews that are late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.services.fieldwork.engine.rounds.checking import broken
from yakuba.services.fieldwork.engine.rounds.improving import worth
from yakuba.services.fieldwork.engine.rounds.problem import (
    Break,
    LeftOut,
    Plan,
    Problem,
    Round,
    Shift,
    Stop,
    Ways,
)
from yakuba.services.fieldwork.engine.rounds.replanning import (
    Moved,
    Whereabouts,
    changes,
    orders_left,
    rest_of,
    squeezed_in,
)
from yakuba.services.fieldwork.engine.rounds.solving import Effort, solve
from yakuba.services.fieldwork.tests.engine.rounds_drawn import HOUR, drawn

SMALL = Effort(iterations=200)


def at_noon(problem: Problem, plan: Plan, now: int) -> tuple[set[str], dict[int, Whereabouts]]:
    """What was begun until now, and where the crews are then."""
    done, crews = set(), {}
    for round_ in plan.rounds:
        begun = [visit for visit in round_.visits if visit.begin <= now]
        done |= {visit.stop for visit in begun}
        if begun:
            last = begun[-1]
            rested = [rest for rest in round_.rests if rest.begin <= now]
            free = max([last.end, *(rest.end for rest in rested)])
            crews[round_.shift] = Whereabouts(problem.stop(last.stop).place, free, len(rested))
    return done, crews


@pytest.mark.parametrize("seed", range(5))
def test_one_more_stop_is_let_in_and_nobody_is_made_to_do_what_is_done(seed: int) -> None:
    problem = drawn(300 + seed, stops=14, shifts=2)
    new = replace(problem.stops[-1], key="新", windows=(), skills=frozenset(), demand=0, priority=1)
    problem = replace(problem, stops=problem.stops[:-1])
    plan = solve(problem, SMALL)
    now = 11 * HOUR
    done, crews = at_noon(problem, plan, now)
    rest = rest_of(problem, now, done, crews, [new])
    gentle, anew = squeezed_in(rest, plan), solve(rest, SMALL, orders_left(rest, plan))
    for after in (gentle, anew):
        assert broken(rest, after) == []
        visited = {visit.stop for round_ in after.rounds for visit in round_.visits}
        assert "新" in visited
        assert not visited & done
        assert all(round_.leave >= now for round_ in after.rounds)
    assert worth(rest, orders_left(rest, anew)) <= worth(rest, orders_left(rest, gentle))
    for standing, order in zip(orders_left(rest, plan), orders_left(rest, gentle), strict=True):
        assert [stop for stop in order if stop in standing] == [stop for stop in standing if stop in order], (
            "no order changed"
        )


def test_who_is_late_loses_the_least_urgent() -> None:
    stops = tuple(Stop(f"S{n}", n, HOUR, priority=priority) for n, priority in ((1, 2), (2, 3), (3, 1)))
    table = [[abs(one - other) * 60 for other in range(4)] for one in range(4)]
    problem = Problem(stops, (Shift("班", 0, 0, (0, 4 * HOUR)),), Ways(table, table))
    plan = solve(problem, SMALL)
    late = rest_of(problem, 2 * HOUR, {"S1"}, {0: Whereabouts(1, 2 * HOUR)})
    after = squeezed_in(late, plan)
    assert after.left_out == {"S2": LeftOut.CROWDED_OUT}
    assert [visit.stop for visit in after.rounds[0].visits] == ["S3"]


def test_a_break_that_is_owed_comes_next() -> None:
    shift = Shift("班", 0, 0, (0, 9 * HOUR), (Break((4 * HOUR, 5 * HOUR), HOUR),))
    problem = Problem((Stop("a", 0, HOUR),), (shift,), Ways([[0]], [[0]]))
    rest = rest_of(problem, 6 * HOUR, set(), {0: Whereabouts(0, 6 * HOUR)})
    (round_,) = solve(rest, SMALL).rounds
    assert [(r.begin, r.end) for r in round_.rests] == [(6 * HOUR, 7 * HOUR)]
    had = rest_of(problem, 6 * HOUR, set(), {0: Whereabouts(0, 6 * HOUR, rested=1)})
    assert solve(had, SMALL).rounds[0].rests == ()


def test_a_shift_that_is_over_takes_nothing() -> None:
    problem = Problem((Stop("a", 0, 60),), (Shift("班", 0, 0, (0, HOUR)),), Ways([[0]], [[0]]))
    rest = rest_of(problem, 2 * HOUR, set(), {})
    assert solve(rest, SMALL).left_out == {"a": LeftOut.NO_TIME}


def test_what_changes_for_whom_is_told_in_the_order_of_time() -> None:
    problem = drawn(3, stops=8, shifts=2, breaks=False, tight=0)
    before = solve(problem, SMALL)
    assert changes(before, before) == []
    first = before.rounds[0]
    without = Plan(
        (replace(first, visits=first.visits[1:]), *before.rounds[1:]),
        {first.visits[0].stop: LeftOut.CROWDED_OUT},
    )
    gone = first.visits[0]
    assert changes(before, without) == [Moved(gone.stop, (first.shift, None), (gone.begin, None))]
    assert changes(without, before) == [Moved(gone.stop, (None, first.shift), (None, gone.begin))]


def test_a_spoilt_plan_is_found_out() -> None:
    """Each condition broken by hand, so that the checker is seen to see it."""
    problem = drawn(11, stops=12, shifts=2)
    plan = solve(problem, SMALL)
    first, *others = plan.rounds
    one = first.visits[0]

    def spoilt(round_: Round) -> list[str]:
        return broken(problem, replace(plan, rounds=(round_, *others)))

    assert broken(problem, plan) == []
    assert any("2 times" in fault for fault in spoilt(replace(first, visits=(one, *first.visits))))
    assert any("forgotten" in fault for fault in spoilt(replace(first, visits=first.visits[1:])))
    early = replace(
        one, arrival=first.leave - 1, begin=first.leave - 1, end=first.leave - 1 + one.end - one.begin
    )
    assert any(
        "before the crew" in fault for fault in spoilt(replace(first, visits=(early, *first.visits[1:])))
    )
    assert any(
        "interrupted" in fault
        for fault in spoilt(replace(first, visits=(replace(one, end=one.end + 1), *first.visits[1:])))
    )
    assert any("out of hours" in fault for fault in spoilt(replace(first, back=first.back + 9 * HOUR)))
    assert any("back before" in fault for fault in spoilt(replace(first, back=first.visits[-1].end - 1)))
    assert any("are told as" in fault for fault in spoilt(replace(first, metres=first.metres + 1)))
    weak = replace(
        problem, shifts=tuple(replace(shift, skills=frozenset(), capacity=0) for shift in problem.shifts)
    )
    assert any("lacks" in fault for fault in broken(weak, plan))
    assert any("loads" in fault for fault in broken(weak, plan))


def test_two_breaks_that_are_owed_are_taken_one_after_another() -> None:
    breaks = (Break((12 * HOUR, 12 * HOUR), 1800), Break((15 * HOUR, 15 * HOUR), 600))
    shift = Shift("遅れた班", 0, 0, (8 * HOUR, 18 * HOUR), breaks, frozenset(), None)
    stop = Stop("穴", 1, 600)
    problem = Problem((stop,), (shift,), Ways([[0, 100], [100, 0]], [[0, 60], [60, 0]]))
    rest = rest_of(problem, 9 * HOUR, (), {0: Whereabouts(0, 15 * HOUR + 1800)})
    plan = squeezed_in(rest, Plan((), {}))
    assert not plan.left_out, "a crew that owes two breaks still works"
    assert broken(rest, plan) == []
    assert [one.end - one.begin for one in plan.rounds[0].rests] == [1800, 600]
