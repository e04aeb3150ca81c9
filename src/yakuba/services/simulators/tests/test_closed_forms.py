"""Every formula against numbers that were found otherwise; simulations against closed forms within their standard errors."""

from __future__ import annotations

from itertools import pairwise
from math import exp, inf, log10, sqrt

import numpy as np
import pytest

from yakuba.services.simulators.engine import chain
from yakuba.services.simulators.engine.coverage import budget, hata, tr38901
from yakuba.services.simulators.engine.coverage.models import MODELS
from yakuba.services.simulators.engine.coverage.places import distance
from yakuba.services.simulators.engine.delay.limit import crossing, largest_delay
from yakuba.services.simulators.engine.delay.response import (
    Loop,
    _exponential,
    figures,
    longest,
    step_response,
)
from yakuba.services.simulators.engine.loss.gilbert import (
    Channel,
    Count,
    count,
    fit,
    mean_burst,
    simulate,
)
from yakuba.services.simulators.engine.route.handover import (
    Rules,
    drive,
    quality,
    shadowing,
)
from yakuba.services.simulators.engine.route.handover import (
    crossing as meeting,
)


@pytest.mark.parametrize(
    ("kp", "kd", "limit"),
    [(1, 1, 0.711119), (1, 2, 0.647409), (100, 20, 0.064741), (225, 30, 0.043161)],
)
def test_the_double_integrator_bears_the_delay_of_the_closed_form(kp, kd, limit):
    assert largest_delay("double", kp, kd) == pytest.approx(limit, abs=5e-7)
    below, above = (
        figures(step_response(Loop("double", kp, kd, limit * share), 300 * limit), 1.0)
        for share in (0.9, 1.1)
    )
    assert below.settling is not None
    assert above.settling is None
    late = step_response(Loop("double", kp, kd, limit * 1.02), 400 * limit).values
    soon = step_response(Loop("double", kp, kd, limit * 0.98), 400 * limit).values
    half, end = slice(len(late) // 2 - 400, len(late) // 2), slice(-400, None)
    assert np.ptp(late[end]) > np.ptp(late[half]), "2 % above it swings more and more"
    assert np.ptp(soon[end]) < np.ptp(soon[half]), "2 % below it swings less and less"


@pytest.mark.parametrize(
    ("zeta", "product"), [(0.5, 0.7111), (0.707, 0.7361), (1, 0.6474), (2, 0.3764), (0.639, 0.7415)]
)
def test_the_limit_scales_with_the_frequency(zeta, product):
    for omega in (1, 10, 15):
        assert largest_delay("double", omega**2, 2 * zeta * omega) * omega == pytest.approx(product, abs=5e-5)


def test_fifty_milliseconds_are_stable_at_ten_radians_and_not_at_fifteen():
    assert largest_delay("double", 100, 20) > 0.05 > largest_delay("double", 225, 30)


@pytest.mark.parametrize(("kp", "kd", "limit"), [(1, 0, 1.570796), (1, 0.5, 1.813799), (2, 0.3, 0.894551)])
def test_the_single_integrator_bears_the_delay_of_the_closed_form(kp, kd, limit):
    assert largest_delay("single", kp, kd) == pytest.approx(limit, abs=5e-7)
    omega = crossing("single", kp, kd)
    assert omega is not None
    root = 1j * omega
    assert abs(root + (kp + kd * root) * np.exp(-root * largest_delay("single", kp, kd))) < 1e-12


@pytest.mark.parametrize(("kp", "kd", "t"), [(2, 0, 1), (5, 0.4, 2), (1.5, 0.1, 0.3)])
def test_at_the_limit_of_a_first_order_lag_a_root_stands_on_the_axis(kp, kd, t):
    omega = crossing("first", kp, kd, t)
    assert omega is not None
    root = 1j * omega
    value = t * root + 1 + (kp + kd * root) * np.exp(-root * largest_delay("first", kp, kd, t))
    assert abs(value) < 1e-12


def test_what_is_always_or_never_stable():
    assert largest_delay("first", 0.9, 0.1, 1.0) == inf
    assert largest_delay("single", 1, 1) == largest_delay("first", 5, 1, 1.0) == 0
    assert largest_delay("double", 1, 0) == 0


@pytest.mark.parametrize(
    ("tau", "overshoot", "settling"),
    [(0.001, 0, 0.583), (0.02, 0, 0.584), (0.05, 0.6, 0.632), (0.06, 14.3, 2.54)],
)
def test_the_step_response_of_the_facts(tau, overshoot, settling):
    """Settling counts there from when the command has arrived, here from when it was given."""
    response = step_response(Loop("double", 100, 20, tau), 6.0)
    found = figures(response, 1.0)
    assert found.overshoot == pytest.approx(overshoot, abs=0.05)
    assert found.settling is not None
    assert found.settling - tau == pytest.approx(settling, abs=0.002)
    assert response.error < 1e-9


def test_without_delay_the_response_is_that_of_the_textbook():
    response = step_response(Loop("double", 100, 20, 0.0), 2.0)
    exact = 1 - (1 + 10 * response.times) * np.exp(-10 * response.times)
    assert np.max(np.abs(response.values - exact)) < 1e-9
    lag = step_response(Loop("first", 3, 0, 0.0, 2.0), 5.0)
    assert np.max(np.abs(lag.values - 0.75 * (1 - np.exp(-2 * lag.times)))) < 1e-9


@pytest.mark.parametrize("plant", ["double", "single", "first"])
def test_the_first_blocks_are_the_polynomials_that_one_finds_by_hand(plant):
    """x is 0 until τ; then the control is Kp, and x = Kp s²/2, Kp s or Kp (1 − e^(−s/T))."""
    tau, kp = 0.2, 3.0
    response = step_response(Loop(plant, kp, 0.1, tau, 2.0), 2 * tau)
    late = np.maximum(response.times - tau, 0.0)
    exact = {"double": kp * late**2 / 2, "single": kp * late, "first": kp * (1 - np.exp(-late / 2))}[plant]
    assert np.max(np.abs(response.values - exact)) < 1e-10


@pytest.mark.parametrize(
    "loop", [Loop("double", 100, 20, 0.001), Loop("first", 2, 0.3, 0.002), Loop("double", 1, 1, 0.01)]
)
def test_the_two_ways_agree_where_both_hold(loop):
    """The exponential says of itself how far its rounded corner may be off."""
    steps, exponential = step_response(loop, 3.0), _exponential(loop, 3.0)
    apart = np.abs(np.interp(steps.times, exponential.times, exponential.values) - steps.values)
    assert np.max(apart) <= exponential.error + 1e-5
    assert np.max(apart[steps.times > 20 * loop.tau]) < 1e-4


def test_too_many_blocks_are_told_before():
    assert longest(Loop("double", 100, 20, 0.01)) == 60
    assert longest(Loop("double", 100, 20, 0.0001)) > 400


def test_a_kick_on_the_error_starts_with_the_speed_of_the_kick():
    response = step_response(Loop("double", 100, 20, 0.1, 1.0, True), 0.2)
    late = np.maximum(response.times - 0.1, 0)
    assert np.max(np.abs(response.values - (20 * late + 50 * late**2))) < 1e-9


@pytest.mark.parametrize(("f", "d", "loss"), [(900, 1, 91.525), (4700, 1, 105.882), (28000, 0.1, 101.383)])
def test_free_space(f, d, loss):
    assert hata.free_space(f, d) == pytest.approx(loss, abs=5e-4)


@pytest.mark.parametrize(
    ("area", "d", "loss"),
    [("small", 1, 126.403), ("suburban", 1, 116.461), ("open", 1, 97.897), ("small", 5, 151.024)],
)
def test_okumura_hata(area, d, loss):
    assert hata.hata(900, 30, 1.5, d, area) == pytest.approx(loss, abs=5e-4)


def test_hata_of_large_cities_differs_by_its_correction_alone():
    for f, large in ((900, 3.2 * log10(11.75 * 1.5) ** 2 - 4.97), (200, 8.29 * log10(1.54 * 1.5) ** 2 - 1.1)):
        small = (1.1 * log10(f) - 0.7) * 1.5 - (1.56 * log10(f) - 0.8)
        apart = hata.hata(f, 30, 1.5, 2, "large") - hata.hata(f, 30, 1.5, 2, "small")
        assert apart == pytest.approx(small - large, abs=1e-9)


def test_cost_231():
    assert hata.cost231(1800, 30, 1.5, 1, metropolitan=False) == pytest.approx(136.197, abs=5e-4)
    assert hata.cost231(1800, 30, 1.5, 2, metropolitan=True) == pytest.approx(149.801, abs=5e-4)


@pytest.mark.parametrize(
    ("scenario", "fc", "d", "hbs", "sight", "hidden"),
    [
        ("umi", 4.7, 100, 10, 87.875, 107.371),
        ("umi", 4.7, 500, 10, 107.245, 131.992),
        ("umi", 28, 50, 10, 97.151, 113.416),
        ("uma", 4.7, 500, 25, 100.830, 132.476),
    ],
)
def test_tr_38_901(scenario, fc, d, hbs, sight, hidden):
    assert tr38901.line_of_sight(scenario, fc, d, hbs, 1.5) == pytest.approx(sight, abs=5e-4)
    assert tr38901.no_line_of_sight(scenario, fc, d, hbs, 1.5) == pytest.approx(hidden, abs=5e-4)


def test_break_point_and_chance_of_sight():
    assert tr38901.break_point("umi", 4.7, 10, 1.5) == pytest.approx(282)
    assert tr38901.chance_of_sight("umi", 100) == pytest.approx(0.231, abs=5e-4)
    assert tr38901.chance_of_sight("uma", 100) == pytest.approx(18 / 100 + exp(-100 / 63) * 0.82)
    assert tr38901.chance_of_sight("rma", 1010) == pytest.approx(exp(-1))


def test_the_rural_model_by_hand():
    """TR 38.901 table 7.4.1-1, RMa, fc = 2 GHz, hBS 35, hUT 1.5, h 5, W 20, at d3D = 1,000 m."""
    d2d = sqrt(1000**2 - 33.5**2)
    sight = (
        20 * log10(40 * np.pi * 1000 * 2 / 3) + 0.03 * 5**1.72 * 3 - 0.044 * 5**1.72 + 0.002 * log10(5) * 1000
    )
    hidden = 161.04 - 7.1 * log10(20) + 7.5 * log10(5) - (24.37 - 3.7 * (5 / 35) ** 2) * log10(35)
    hidden += 20 * log10(2) - (3.2 * log10(11.75 * 1.5) ** 2 - 4.97)
    assert tr38901.line_of_sight("rma", 2, d2d, 35, 1.5) == pytest.approx(sight, abs=1e-9)
    assert tr38901.no_line_of_sight("rma", 2, d2d, 35, 1.5) == pytest.approx(hidden, abs=1e-9)
    far = tr38901.break_point("rma", 2, 35, 1.5)
    before, behind = (tr38901.line_of_sight("rma", 2, far * share, 35, 1.5) for share in (1 - 1e-9, 1 + 1e-9))
    assert before == pytest.approx(behind, abs=1e-6), "no step at the break point"


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_loss_grows_with_distance_over_the_whole_range(model):
    f, hb, hm = (ends[0] for ends in (model.frequencies, model.stations, model.mobiles))
    low, high = model.distances
    losses = [model.loss(f, hb, hm, float(d)) for d in np.geomspace(low, high, 300)]
    assert all(b >= a - 0.05 for a, b in pairwise(losses))


def test_link_budget_margin_radius_and_hexagons():
    assert budget.sensitivity(100, 9, 0) == pytest.approx(-85.0)
    assert budget.margin(7.82, 90) == pytest.approx(1.2815516 * 7.82)
    assert budget.margin(8, 50) == pytest.approx(0)
    assert budget.radius(lambda d: hata.free_space(900, d), 91.525, 0.001, 100) == pytest.approx(
        1.0, abs=1e-4
    )
    assert budget.radius(lambda d: hata.free_space(900, d), 10, 0.001, 100) is None
    assert budget.radius(lambda d: hata.free_space(900, d), 500, 0.001, 100) == 100
    assert budget.hexagon(1) == pytest.approx(2.598076)
    assert budget.stations(2 * budget.hexagon(0.5), 0.5) == 2
    assert budget.stations(100, 1) == 39


@pytest.mark.parametrize(
    ("sigma", "edge", "exponent"), [(8, 75, 4), (7.82, 90, 3.53), (4, 50, 2), (20, 50, 0.3), (20, 60, 0.1)]
)
def test_the_share_of_the_area_is_the_integral_over_the_cell(sigma, edge, exponent):
    from statistics import NormalDist

    places = (np.arange(20_000) + 0.5) / 20_000  # of the radius
    above = budget.margin(sigma, edge) - 10 * exponent * np.log10(places)
    served = [NormalDist().cdf(value / sigma) for value in above]
    assert budget.within_cell(sigma, edge, exponent) == pytest.approx(
        200 * float(np.mean(places * served)), abs=1e-3
    )


def test_a_degree_of_latitude():
    assert distance((35, 139), (36, 139)) == pytest.approx(111.195, abs=1e-3)


STEPS = [chain.Step("甲", 10, 5, 3), chain.Step("乙", 0, 20, 4)]


def test_the_chain_adds_means_and_variances():
    assert chain.mean(STEPS) == 35
    assert chain.deviation(STEPS) == 5
    assert chain.independent(STEPS, 97.72498680518208) == pytest.approx(35 + 2 * 5)
    assert chain.together(STEPS, 97.72498680518208) == pytest.approx(35 + 2 * 7)
    assert chain.at_most(STEPS, 80) == pytest.approx(35 + 2 * 7), "√(.8/.2) = 2"


@pytest.mark.parametrize("percent", [50, 90, 99])
def test_drawn_sums_of_exponential_steps_are_erlang(percent):
    """Steps with sd = mean are exponential; five alike make an Erlang distribution. Tolerance: four standard errors of a quantile."""
    from scipy.stats import gamma

    steps = [chain.Step(str(at), 2, 10, 10) for at in range(5)]
    exact = 10 + gamma.ppf(percent / 100, 5, scale=10)
    density = gamma.pdf(exact - 10, 5, scale=10)
    error = sqrt(percent / 100 * (1 - percent / 100) / chain.DRAWS) / density
    value, told = chain.drawn(steps, percent)
    assert abs(value - exact) < 4 * error
    assert told == pytest.approx(error, rel=0.5)


CHANNEL = Channel(0.01, 0.2, 0.001, 0.5)


def test_the_figures_of_a_channel():
    assert CHANNEL.bad == pytest.approx(0.047619, abs=5e-7)
    assert CHANNEL.loss == pytest.approx(0.024762, abs=5e-7)
    assert CHANNEL.stay == 5
    assert CHANNEL.deviation(1000) == pytest.approx(10.426, abs=5e-4)
    assert CHANNEL.independent(1000) == pytest.approx(4.91, abs=5e-3)
    assert mean_burst(Channel(0.01, 0.2, 0, 1)) == pytest.approx(5), "of the simple channel 1/r"


def test_the_variance_by_the_sum_itself():
    for channel in (CHANNEL, Channel(1e-5, 1e-5, 0, 1), Channel(0.9, 0.8, 0.1, 0.9)):
        n, k = 500, np.arange(1, 500)
        share = (channel.b - channel.g) ** 2 * channel.bad * (1 - channel.bad)
        exact = n * channel.loss * (1 - channel.loss) + 2 * share * np.sum((n - k) * channel.memory**k)
        assert channel.deviation(n) == pytest.approx(sqrt(exact), rel=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "channel", [CHANNEL, Channel(0.3, 0.6, 0, 1), Channel(0.002, 0.02, 0, 1), Channel(1, 1, 0, 1)]
)
def test_a_simulated_channel_loses_what_the_formula_says(channel, seed):
    """Tolerance: four standard deviations of the number lost, from the closed form."""
    packets = 200_000
    lost = simulate(channel, packets, seed)
    assert len(lost) == packets
    assert abs(int(lost.sum()) - packets * channel.loss) <= 4 * channel.deviation(packets) + 1
    found, burst = count(lost), mean_burst(channel)
    assert burst is not None
    if found.bursts > 100:  # bursts of the simple channel are geometric: sd √(1 − 1/m) m
        assert found.lost / found.bursts == pytest.approx(burst, abs=4 * burst / sqrt(found.bursts) + 1e-9)
    assert (simulate(channel, packets, seed) == lost).all(), "the same seed, the same packets"


def test_the_spread_of_windows_is_that_of_the_closed_form():
    lost = simulate(CHANNEL, 2_000_000, 7)
    sums = lost.reshape(-1, 1000).sum(axis=1)
    assert float(np.std(sums)) == pytest.approx(10.426, abs=4 * 10.426 / sqrt(2 * 1999))


def test_a_fit_finds_the_channel_again():
    truth = Channel(0.01, 0.2, 0, 1)
    found = fit(count(simulate(truth, 200_000, 5)))
    bursts = 200_000 * truth.bad * truth.r
    assert found.r == pytest.approx(0.2, abs=4 * 0.2 * sqrt(0.8 / bursts))
    assert found.p == pytest.approx(0.01, abs=4 * sqrt(0.01 * 0.99 / (200_000 * 0.95)))
    assert fit(Count(100, 20, 5)) == Channel(0.25 * 0.2 / 0.8, 0.25, 0, 1)
    for nothing in (Count(100, 0, 0), Count(100, 100, 1)):
        with pytest.raises(ValueError, match="fit"):
            fit(nothing)


def _straight(aside: float, hysteresis: float, trigger: float, speed: float = 10.0, step: float = 0.01):
    """Two stations 1,000 m apart, free space, no shadowing."""
    xs = np.arange(0, 1000, speed * step)
    away = np.hypot(xs[:, None] - np.array([0.0, 1000.0]), aside)
    levels = -20 * np.log10(np.maximum(away, 1e-3))
    rules = Rules(hysteresis, trigger, 0.05, -1e3, -1e3, 1.0, 0.5, step)
    (one,) = drive(levels, levels, rules).handovers
    return one[0] * speed * step


@pytest.mark.parametrize("aside", [0.0, 30.0, 200.0])
@pytest.mark.parametrize(("hysteresis", "trigger"), [(0, 0), (3, 0.256), (6, 1.28)])
def test_two_stations_hand_over_where_the_closed_form_says(aside, hysteresis, trigger):
    """Midpoint, delayed by the hysteresis and by speed × time to trigger; tolerance: two steps of 0.1 m."""
    place = meeting(1000, aside, 2.0, hysteresis)
    assert place is not None
    assert _straight(aside, hysteresis, trigger) == pytest.approx(place + 10 * trigger, abs=0.2)
    if aside == 0:
        assert place == pytest.approx(1000 / (1 + 10 ** (-hysteresis / 20)))


def test_a_station_far_off_the_road_is_never_that_much_above():
    assert meeting(100, 500, 2.0, 6) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_shadowing_has_its_spread_and_its_correlation(seed):
    """σ 6 dB, 2 m a step, 10 m: ρ = e^(−0.2). Of n correlated samples n (1 − ρ²)/(1 + ρ²) count for a variance; four standard errors."""
    steps, rho = 40_000, exp(-0.2)
    noise = shadowing(np.full(steps - 1, 2.0), 3, 6.0, 10.0, np.random.default_rng(seed))
    counted = 3 * steps * (1 - rho**2) / (1 + rho**2)
    assert float(np.std(noise)) == pytest.approx(6, abs=4 * 6 / sqrt(2 * counted))
    pairs = float(np.mean(noise[1:] * noise[:-1])) / 36
    assert pairs == pytest.approx(rho, abs=4 * 2 / sqrt(counted))
    assert abs(float(np.mean(noise[:, 0] * noise[:, 1]))) / 36 < 4 / sqrt(counted / 3), (
        "stations by themselves"
    )


def test_signal_to_noise_without_and_with_others():
    levels = np.array([[-70.0, -80.0]])
    assert quality(levels, -100, 0)[0] == pytest.approx([30, 20])
    assert quality(levels, -100, 1)[0, 0] == pytest.approx(-70 - 10 * log10(10**-10 + 10**-8))


def test_a_link_that_stays_bad_fails_after_t310_and_comes_back():
    levels = np.full((400, 2), -80.0)
    levels[:, 1] = -200
    sinr = np.full((400, 2), 10.0)
    sinr[100:300] = -20
    rules = Rules(3, 0.256, 0.05, -8, -6, 1.0, 0.5, 0.01)
    driven = drive(levels, sinr, rules)
    assert driven.failures == [199], "T310 is 1 s after step 100"
    (first, *_) = driven.gaps(0.01)
    assert first == pytest.approx(2.0, abs=0.02), "1 s bad, 0.5 s to connect, and bad again until step 300"
    assert not driven.handovers


def test_between_q_out_and_q_in_a_link_that_was_good_stays_good():
    levels, sinr = np.full((200, 1), -80.0), np.full((200, 1), -7.0)
    rules = Rules(3, 0.256, 0.05, -8, -6, 10.0, 0.5, 0.01)
    assert not drive(levels, sinr, rules).down.any()
    sinr[50] = -9
    assert drive(levels, sinr, rules).down[50:].all(), "once out it needs Q_in"


def test_there_and_back_within_a_second_is_a_ping_pong():
    levels = np.full((300, 2), -80.0)
    levels[50:90, 1] += 10
    levels[90:, 1] -= 10
    driven = drive(levels, np.full((300, 2), 10.0), Rules(3, 0.1, 0.0, -8, -6, 1.0, 0.5, 0.01))
    assert [(a, b) for _, a, b in driven.handovers] == [(0, 1), (1, 0)]
    assert driven.ping_pongs == 1
