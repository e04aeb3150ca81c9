"""The reckoning, against published cases, and its limits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yakuba.services.reform.contracts import Baseline
from yakuba.services.reform.engine.effect import effect_of, total


def reckon(cases, minutes_before, person_minutes, kind="measured"):
    return effect_of(
        "p", "手続", Baseline(minutes_before, kind, "実測"),
        cases=cases, person_seconds=person_minutes * 60, assumed_seconds=0, machine_seconds=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours_before", "hours_now", "saved", "rate"),
    [(240, 48, 192, 80.0), (592, 398, 194, 32.8), (201, 53, 148, 73.6), (15, 6, 9, 60.0)],
)
def test_the_published_table_of_one_city_comes_out(hours_before, hours_now, saved, rate):
    effect = reckon(100, hours_before * 60 / 100, hours_now * 60)
    assert effect.saved / 60 == pytest.approx(saved)
    assert round(100 * effect.rate, 1) == rate


def test_their_sum_comes_out_too():
    rows = [reckon(100, b * 60 / 100, n * 60) for b, n in [(240, 48), (592, 398), (201, 53), (15, 6)]]
    whole = total(rows)
    assert round(whole.saved / 60) == 543
    assert round(100 * whole.rate, 1) == 51.8


def test_without_a_finished_case_there_is_no_rate():
    effect = reckon(0, 14, 0)
    assert effect.rate is None
    assert total([]).rate is None


def test_longer_than_before_is_shown_as_a_loss():
    assert reckon(10, 1.0, 83).saved == -73.0


def test_one_estimate_makes_the_sum_an_estimate():
    assert total([reckon(1, 1, 1), reckon(1, 1, 1, "estimated")]).baseline.kind == "estimated"


@pytest.mark.parametrize("bad", [{"cases": -1}, {"person_seconds": -1}, {"assumed_seconds": 9}])
def test_impossible_figures_are_refused(bad):
    figures = {"cases": 1, "person_seconds": 1.0, "assumed_seconds": 0.0, "machine_seconds": 0.0} | bad
    with pytest.raises(ValueError, match="0以上"):
        effect_of("p", "手続", Baseline(1, "measured", ""), **figures)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # however busy the machine is
@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 1e4), st.floats(0, 1e7)), max_size=6))
def test_the_sum_saves_what_its_parts_save(rows):
    effects = [reckon(*row) for row in rows]
    assert total(effects).saved == pytest.approx(sum(effect.saved for effect in effects), abs=1e-3)
