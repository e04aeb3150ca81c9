"""The delayed loop at the ends of what is taken: no delay, tiny delays, neutral type, swings quicker than the picture."""

from __future__ import annotations

from math import exp, pi, sqrt

import numpy as np
import pytest

from yakuba.services.simulators.engine import CALCULATORS
from yakuba.services.simulators.engine.delay.limit import stable
from yakuba.services.simulators.engine.delay.response import Loop, figures, longest, step_response


@pytest.mark.parametrize(
    "loop",
    [Loop("first", 0.5, 0, 0.09, 0.001), Loop("single", 1, 0.999, 0.002), Loop("first", 5, 0, 1e-4, 0.001)],
)
def test_a_delay_is_short_only_beside_the_quickest_motion(loop):
    """A pole of 1/T = 1,000 rad/s makes 90 ms long, whatever the gain is."""
    assert longest(loop) <= 6_000 * loop.tau + 1e-9


@pytest.mark.parametrize("duration", [0.5, 6, 60, 99])
def test_how_long_one_looks_does_not_change_overshoot_and_settling(duration):
    """ω0 = 100, ζ = 0.1: the textbook's e^(−πζ/√(1−ζ²)) = 72.92 %, not what a coarse row of points meets by chance."""
    loop = Loop("double", 10_000, 20, 0.0)
    found = figures(step_response(loop, duration), 1.0)
    assert found.overshoot == pytest.approx(100 * exp(-pi * 0.1 / sqrt(0.99)), abs=0.05)
    assert found.settling == pytest.approx(0.374, abs=0.02)
    assert longest(loop) == pytest.approx(99, abs=0.1)


def test_a_delay_of_zero_is_stable_where_any_above_zero_is_not():
    for plant in ("single", "first"):
        assert stable(plant, 2, 1.5, 1.0, 0.0)
        assert not stable(plant, 2, 1.5, 1.0, 1e-9)
        found = figures(step_response(Loop(plant, 2, 1.5, 0.0), 20.0), Loop(plant, 2, 1.5, 0.0).final)
        assert found.overshoot < 1e-6
        assert found.settling is not None
    assert not stable("double", 2, 0, 1.0, 0.0)


@pytest.mark.parametrize("kd", [1, 1.0001, 1.5, 1000])
@pytest.mark.parametrize("tau", [1e-9, 1e-6, 1e-4])
def test_an_answer_of_neutral_type_is_finite_however_short_the_delay_is(kd, tau):
    with np.errstate(all="raise", under="ignore"):
        loop = Loop("single", 10_000, kd, tau)
        response = step_response(loop, min(600.0, longest(loop)))
    assert np.all(np.isfinite(response.values))
    assert len(response.values) > 1


def test_a_swing_quicker_than_the_picture_keeps_its_height():
    outcome = CALCULATORS["delay"].calculate(
        CALCULATORS["delay"].initial | {"kp": 10_000.0, "kd": 1.0, "near": 0.0, "far": 0.0, "duration": 10.0}
    )
    curve = outcome.pictures[0].curves["遅れ0ミリ秒"]
    assert max(y for x, y in curve if 1 < x < 1.5) - 1 == pytest.approx(exp(-0.5 * 1.08), abs=0.1)


def _by_euler(plant, kp, kd, tau, t, duration, steps):
    """An integrator of another kind: Heun's method on a grid that the delay is a multiple of."""
    h = duration / steps
    late = round(tau / h)
    x, v, push = np.zeros(steps + 1), np.zeros(steps + 1), np.zeros(steps + 1)
    for at in range(steps):
        push[at] = kp * (1 - x[at]) - kd * v[at] if plant != "single" else kp * (1 - x[at])
        now = push[at - late] if at >= late else 0.0
        soon = push[at - late + 1] if at >= late and late > 1 else now if at + 1 >= late else 0.0
        mean = (now + soon) / 2
        if plant == "double":
            v[at + 1] = v[at] + h * mean
            x[at + 1] = x[at] + h * (v[at] + v[at + 1]) / 2
        else:
            a = 1 / t if plant == "first" else 0.0
            slope = mean / t - a * x[at]
            x[at + 1] = x[at] + h * (slope + mean / t - a * (x[at] + h * slope)) / 2
    return x


@pytest.mark.parametrize(
    ("plant", "kp", "kd", "tau", "t"),
    [
        ("double", 100, 20, 0.05, 1.0),
        ("double", 225, 30, 0.05, 1.0),
        ("single", 2, 0, 0.5, 1.0),
        ("first", 3, 0, 0.25, 0.5),
    ],
)
def test_another_integrator_finds_the_same_response(plant, kp, kd, tau, t):
    response = step_response(Loop(plant, kp, kd, tau, t), 2.0)
    other = _by_euler(plant, kp, kd, tau, t, 2.0, 40_000)
    found = np.interp(np.linspace(0, 2.0, 40_001), response.times, response.values)
    assert np.max(np.abs(found - other)) < 3e-3 * max(1.0, np.max(np.abs(other)))
