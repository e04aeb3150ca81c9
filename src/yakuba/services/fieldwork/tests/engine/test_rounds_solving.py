"""Plans: every condition kept, the best found where all can be tried, and reasons for what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.services.fieldwork.engine.rounds.checking import broken
from yakuba.services.fieldwork.engine.rounds.improving import cheapest, worth
from yakuba.services.fieldwork.engine.rounds.problem import NO_WAY, LeftOut, Plan, Problem, Shift, Stop, Ways
from yakuba.services.fieldwork.engine.rounds.replanning import orders_left
from yakuba.services.fieldwork.engine.rounds.solving import Effort, solve
from yakuba.services.fieldwork.tests.engine.rounds_drawn import HOUR, best, drawn

SMALL = Effort(iterations=300)


def value(problem: Problem, plan: Plan) -> tuple[int, ...]:
    return worth(problem, orders_left(problem, plan))


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_of_a_few_stops_the_plan_is_the_best_there_is(seed: int, breaks: bool) -> None:
    problem = drawn(seed, stops=5, breaks=breaks, tight=0.8)
    plan = solve(problem, SMALL)
    assert broken(problem, plan) == []
    assert value(problem, plan) == best(problem)


@pytest.mark.parametrize("seed", range(101, 109))
def test_a_plan_keeps_every_condition(seed: int) -> None:
    """Forty stops, three crews, one or two days; more than fits in, so that some are left out."""
    problem = drawn(seed, stops=40, shifts=3, days=1 + seed % 2)
    plan = solve(problem, SMALL)
    assert broken(problem, plan) == []
    assert len(plan.left_out) < 40
    orders = orders_left(problem, plan)
    crowded_out = [stop for stop in problem.stops if plan.left_out.get(stop.key) == LeftOut.CROWDED_OUT]
    assert not any(cheapest(problem, orders, stop) for stop in crowded_out), "what fits is let in"


def test_the_less_urgent_is_left_out() -> None:
    stops = tuple(Stop(f"S{n}", 1, HOUR, priority=priority) for n, priority in enumerate((3, 1, 2, 1)))
    problem = Problem(
        stops, (Shift("班", 0, 0, (0, 3 * HOUR + 200)),), Ways([[0, 100], [100, 0]], [[0, 100], [100, 0]])
    )
    assert solve(problem, SMALL).left_out == {"S0": LeftOut.CROWDED_OUT}


def test_each_stop_that_is_left_out_has_its_reason() -> None:
    metres = [[0, 100, NO_WAY], [100, 0, NO_WAY], [NO_WAY, NO_WAY, 0]]
    stops = (
        Stop("できる", 1, 60),
        Stop("資格", 1, 60, skills=frozenset({"潜水"})),
        Stop("島", 2, 60),
        Stop("重い", 1, 60, demand=9),
        Stop("遅い", 1, 60, windows=((0, 50),)),
    )
    problem = Problem(stops, (Shift("班", 0, 0, (0, HOUR), capacity=8),), Ways(metres, metres))
    plan = solve(problem, SMALL)
    assert plan.left_out == {
        "資格": LeftOut.NO_SKILL,
        "島": LeftOut.NO_WAY,
        "重い": LeftOut.TOO_MUCH,
        "遅い": LeftOut.NO_TIME,
    }
    assert [visit.stop for round_ in plan.rounds for visit in round_.visits] == ["できる"]


def test_nothing_asked_is_an_empty_plan() -> None:
    problem = Problem((), (Shift("班", 0, 0, (0, HOUR)),), Ways([[0]], [[0]]))
    assert solve(problem, SMALL) == Plan((), {})
    assert solve(replace(problem, stops=(Stop("a", 0, 1),), shifts=()), SMALL).left_out == {
        "a": LeftOut.NO_SKILL
    }


def test_the_same_seed_gives_the_same_plan_and_a_plan_that_stands_is_never_made_worse() -> None:
    problem = drawn(7, stops=25, shifts=2)
    plan = solve(problem, SMALL)
    assert plan == solve(problem, SMALL)
    again = solve(problem, Effort(iterations=20), orders_left(problem, plan))
    assert value(problem, again) <= value(problem, plan)


def test_an_effort_without_an_end_is_none() -> None:
    with pytest.raises(ValueError):
        Effort()
