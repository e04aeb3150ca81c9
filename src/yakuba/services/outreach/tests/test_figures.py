"""What is said is as true as it looks: no certainty from nothing, no value made of what was not written."""

from __future__ import annotations

import math

import numpy as np
import pytest

from yakuba.services.outreach.engine import effects, forecasts, pressure, risk, segments
from yakuba.services.outreach.engine.assignment import REST
from yakuba.services.outreach.engine.columns import read_number
from yakuba.services.outreach.tests.test_pressure_and_care import means


@pytest.mark.parametrize("events", [0, 1, 4, 396, 400])
def test_hardly_any_or_hardly_no_events_give_no_narrow_interval(events):
    outcomes, treated = np.arange(400) < events, np.arange(400) % 2
    codes, labels = np.arange(400) // 2 % 2, [{"性別": "女"}, {"性別": "男"}]
    found = effects.estimates(outcomes.astype(int), treated, codes, labels)
    assert [one.is_there for one in found] == [False, False, False, True]
    assert found[3].low < 0 < found[3].high
    arms = effects.weighted(outcomes.astype(int), treated, np.full(400, 0.5), 1)
    assert not arms.is_there
    assert all(math.isfinite(one.p) for one in [*found, arms])
    assert segments.estimated(outcomes, treated, codes).low < 0


def test_what_was_put_together_is_no_segment():
    assert segments.members([{"地区": "東"}, {"地区": REST}]) == [("地区", "東")]


def test_a_mean_stands_on_five_mornings_or_five_evenings():
    evenings = "".join(f"1,2026/5/{day},22:00,120,70\r\n" for day in range(1, 6))
    found, _ = means(f"{evenings}1,2026/5/1,7:00,180,100\r\n")
    assert found["1"].high is False, "one morning is no mean of mornings"
    found, _ = means(
        "".join(
            f"1,2026/5/{day},{at},180,100\r\n"
            for day, at in ((1, "朝"), (2, "朝"), (3, "晩"), (4, "晩"), (5, "晩"))
        )
    )
    assert found["1"].high is None


def test_a_reading_after_midnight_is_of_the_evening_before():
    found, problems = means(
        "1,2026/5/1,22:00,120,70\r\n1,2026/5/2,0:30,130,80\r\n1,2026/5/2,22:00,140,70\r\n"
    )
    assert not problems
    assert found["1"].evening == (132.5, 72.5)
    assert found["1"].evenings == 2


@pytest.mark.parametrize(
    ("text", "value"), [("1,234", 1234), ("１，２３４，５６７円", 1234567), ("500千円", 500_000), ("3万円", 30_000), ("-2.5", -2.5), ("45歳", 45)]
)  # fmt: skip
def test_numbers_are_read_with_their_unit(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["120,80", "1,2", "12,34,567", "140/90", "約5", "-"])
def test_what_is_no_number_is_told(text):
    with pytest.raises(ValueError, match="数と読めません"):
        read_number(text)


@pytest.mark.slow
def test_counts_that_never_were_below_nothing_are_not_forecast_so():
    values = tuple(float(max(0, 60 - at)) for at in range(60))
    found = forecasts.tried(forecasts.Series(tuple(pressure.date(2021 + at // 12, at % 12 + 1, 1) for at in range(60)), values, 12), 6)  # fmt: skip
    for line in found["lines"].values():
        assert all(0 <= low <= one <= high for one, low, high in line)


def test_no_share_is_told_of_a_group_of_a_few():
    class Half:
        def risk(self, matrix):
            return matrix[:, 0]

    levels = ["東"] * 60 + ["西"] * 3
    rows = risk.Rows(np.linspace(0, 1, 63).reshape(-1, 1), np.arange(63) % 2, np.zeros(63), {"地区": levels})
    found = {one["level"]: one["n"] for one in risk._fairness(Half(), rows)}
    assert found == {"東": 60, risk.FEW_PEOPLE: 3}


def test_the_intervals_of_all_segments_hold_the_truth_together():
    chance, missed = np.random.default_rng(3), {1: 0, 12: 0}
    for _ in range(200):
        codes, treated, outcomes = (
            np.arange(7_200) % 12,
            np.arange(7_200) // 12 % 2,
            chance.random(7_200) < 0.4,
        )
        for together in missed:
            found = [segments.estimated(outcomes[codes == at], treated[codes == at], codes[codes == at], together) for at in range(12)]  # fmt: skip
            missed[together] += any(one.low > 0 or one.high < 0 for one in found)
    assert missed[12] < 0.1 * 200 < 0.3 * 200 < missed[1]


def test_a_dash_is_no_answer():
    from yakuba.services.outreach.engine.columns import READERS

    assert READERS["flag"]("未受診") is False
    for text in ("-", "ー", "―"):
        with pytest.raises(ValueError, match="読めません"):
            READERS["flag"](text)
