"""The estimators, the assignment and the sizes: against other libraries' answers, and against worlds with a planted effect."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binomtest

from yakuba.services.outreach.engine import adaptive, assignment, effects, naha, segments, sizes, worlds
from yakuba.services.outreach.engine.columns import BadColumn, age_on, known_on
from yakuba.services.outreach.engine.rules import read_rule

ONE = worlds.world(3_000, 0.05, 11)


@pytest.mark.parametrize(("more", "people"), [(0.019, 10_309), (0.03, 4_156), (0.006, 102_731)])
def test_sizes_are_those_of_the_field(more, people):
    assert sizes.needed(0.377, more) == sizes.Size(people, people)
    assert sizes.power(0.377, more, people, people) == pytest.approx(0.8, abs=1e-4)
    assert sizes.smallest_found(0.377, people, people) == pytest.approx(more, rel=1e-3)


def test_the_stratified_difference_is_the_saturated_regression_with_hc2():
    strata = np.eye(24)[ONE.codes]
    design = np.column_stack([strata, strata * ONE.treated[:, None]])
    fit = sm.OLS(ONE.outcomes, design).fit(cov_type="HC2")
    weights = np.concatenate([np.zeros(24), np.bincount(ONE.codes, minlength=24) / len(ONE.codes)])
    test = fit.t_test(weights)
    found = effects.stratified(ONE.outcomes, ONE.treated, ONE.codes)
    assert found.difference == pytest.approx(float(test.effect[0]))
    assert [found.low, found.high] == pytest.approx(test.conf_int()[0].tolist())


def test_the_standardisation_is_the_average_marginal_effect_of_statsmodels():
    covariates = effects.dummies(worlds.STRATA, ONE.codes)
    design = np.column_stack([np.ones(len(ONE.codes)), ONE.treated, covariates - covariates.mean(axis=0)])
    margin = sm.Logit(ONE.outcomes, design).fit(disp=0).get_margeff(at="overall", dummy=True)
    found = effects.logistic(ONE.outcomes, ONE.treated, covariates)
    assert found.difference == pytest.approx(margin.margeff[0], rel=1e-6)
    assert found.high - found.low == pytest.approx(2 * 1.959964 * margin.margeff_se[0], rel=1e-4)


def test_columns_that_say_the_same_twice_spoil_no_regression():
    covariates = effects.dummies(worlds.STRATA, ONE.codes)
    twice = np.column_stack([covariates, covariates[:, 0], covariates.sum(axis=1)])
    for method in (effects.lin, effects.logistic):
        assert method(ONE.outcomes, ONE.treated, twice).difference == pytest.approx(
            method(ONE.outcomes, ONE.treated, covariates).difference, abs=1e-8
        )


def test_what_cannot_be_calculated_says_so():
    nobody = effects.stratified([1, 0], [1, 0], [0, 0])
    assert not nobody.is_there
    assert "2人" in nobody.note
    assert effects.logistic([1, 0, 0, 0], [1, 0, 1, 0], np.zeros((4, 0))).note
    assert effects.plain([1, 1], [1, 1]).note
    assert effects.lin([1, 0, 1], [1, 0, 1], np.zeros((3, 0))).note


def test_each_person_has_exactly_the_planned_probability():
    codes, shares = np.array([0] * 7 + [1] * 5 + [2]), (0.34, 0.33, 0.33)
    arms = np.array([assignment.assign(codes, shares, seed) for seed in range(6_000)])
    for person in range(len(codes)):
        for arm, share in enumerate(shares):
            assert binomtest(int((arms[:, person] == arm).sum()), 6_000, share).pvalue > 1e-5
    counts = [np.bincount(one[codes == 0], minlength=3) for one in arms]
    assert {int(count) for one in counts for count in one} == {2, 3}, "7 people in three arms"


def test_small_strata_are_put_together():
    found = assignment.strata({"地区": ["北"] * 30 + ["南"] * 25 + ["島"] * 3 + ["山"] * 2}, 60)
    assert [one["地区"] for one in found.labels] == ["北", "南", assignment.REST]
    assert np.bincount(found.codes).tolist() == [30, 25, 5]
    assert assignment.levels([1.0, 2.0, 3.0, 4.0, None], 2) == [
        "2.5未満",
        "2.5未満",
        "2.5以上",
        "2.5以上",
        "（空）",
    ]


def test_a_split_that_is_not_the_planned_one_is_found():
    assert assignment.mismatch([340, 330, 330], (0.34, 0.33, 0.33)) > 0.9
    assert assignment.mismatch([400, 270, 330], (0.34, 0.33, 0.33)) < assignment.MISMATCH


def test_thompson_sampling_keeps_its_floor_and_its_control_group():
    found = adaptive.probabilities([200, 200, 200, 200], [90, 60, 60, 20], 1)
    assert sum(found) == pytest.approx(1)
    assert min(found) >= adaptive.FLOOR - 1e-12
    assert max(found) == found[0]
    assert adaptive.shares(0.2, found)[0] == 0.2
    with pytest.raises(ValueError, match="floor"):
        adaptive.probabilities([1] * 11, [0] * 11, 1)


def test_segments_are_chosen_on_one_half_and_estimated_on_the_other():
    choosing = segments.halves(ONE.codes, ONE.treated, 3)
    assert abs(choosing.mean() - 0.5) < 0.02
    best = segments.best(ONE.outcomes, ONE.treated, ONE.codes, worlds.STRATA, 3)
    inside = segments.within(worlds.STRATA, ONE.codes, best.column, best.level)
    assert best.people == int((inside & ~choosing).sum())


def test_the_figures_of_naha():
    still = naha.reading(naha.ALL / naha.INVITED, 5_000)
    assert still.others == pytest.approx(0, abs=1e-12)
    assert still.reach == pytest.approx(0.019, abs=2e-4)
    assert naha.reading(0.2, 10_000).others == pytest.approx(0.00275)
    assert naha.reading(0.5, 10_000).difference == pytest.approx(0.026)
    assert naha.reading(0.5, 10_000).reach == pytest.approx(0.0134, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "day"),
    [("前年度末", date(2026, 3, 31)), ("年度末", date(2027, 3, 31)), ("06-01", date(2026, 6, 1)), ("2月3日", date(2027, 2, 3)), ("前年度12-31", date(2025, 12, 31)), ("R8.4.1", date(2026, 4, 1)), ("", None)],
)  # fmt: skip
def test_when_a_value_is_known(text, day):
    assert known_on(text, 2026) == day


def test_a_day_that_is_none_is_told():
    with pytest.raises(BadColumn, match="日と読めません"):
        known_on("いつか", 2026)
    with pytest.raises(BadColumn, match="ありません"):
        known_on("02-30", 2026)


def test_rules_read_what_a_clerk_writes():
    kinds = {"年齢": "number", "受診": "flag", "地区": "text"}
    rule = read_rule("受診 でない はい または 受診 空", kinds)
    assert [any(one.holds(value) for one in rule.conditions) for value in (True, False, None)] == [
        False,
        True,
        True,
    ]
    assert read_rule("年齢 以上 ４０歳", kinds).conditions[0].values == (40.0,)
    assert read_rule("地区 のどれか 北、南", kinds).conditions[0].holds("南")
    assert age_on(date(1980, 6, 2), date(2026, 6, 1)) == 45


def test_the_estimators_find_what_was_planted_in_a_few_worlds():
    """The gate of 4,000 worlds is below; a few hundred show at once that nothing is broken."""
    found = worlds.tally(150, 1_200, 0.04, 5, ("stratified", "lin"))
    for one in found.values():
        assert 0.90 <= one.coverage <= 0.985
        assert abs(one.error / one.worlds) < 0.006
    nothing = worlds.tally(150, 1_200, 0.0, 6, ("stratified",))["stratified"]
    assert 0.01 <= nothing.power <= 0.10


@pytest.mark.full
@pytest.mark.parametrize(("people", "seed"), [(6_000, 1)])
def test_intervals_cover_the_truth_and_nothing_is_found_where_nothing_is(people, seed):
    planted = worlds.tally(4_000, people, 0.019, seed)
    nothing = worlds.tally(4_000, people, 0.0, seed + 1)
    for name in ("stratified", "lin", "logistic"):
        assert 0.93 <= planted[name].coverage <= 0.97, (name, planted[name].coverage)
        assert 0.04 <= nothing[name].power <= 0.06, (name, nothing[name].power)
    assert planted["plain"].coverage >= 0.93, "too wide is its known fault"


@pytest.mark.full
def test_an_honest_split_of_segments_covers_the_truth():
    covered = of = 0
    for one in worlds.many(1_000, 12_000, 0.019, 9):
        best = segments.best(one.outcomes, one.treated, one.codes, worlds.STRATA, 4)
        inside = segments.within(worlds.STRATA, one.codes, best.column, best.level)
        truth = worlds.effects_of(0.019)[one.codes[inside]].mean()
        covered += best.estimate.low <= truth <= best.estimate.high
        of += 1
    assert 0.92 <= covered / of <= 0.985


@pytest.mark.full
def test_weighting_by_the_known_probabilities_undoes_adaptive_assignment():
    """Four letters of the same effect in 20 batches, a control group outside: no letter looks better or worse than it is."""
    covered = of = 0
    for seed in range(1_000):
        chance = np.random.default_rng(seed)
        sent, good, rows = np.zeros(4), np.zeros(4), []
        for batch in range(20):
            letters = adaptive.probabilities(
                sent.astype(int).tolist(), good.astype(int).tolist(), seed * 100 + batch
            )
            shares = adaptive.shares(0.2, letters)
            arms = assignment.assign(np.zeros(250, dtype=int), shares, seed * 1_000 + batch)
            outcomes = chance.random(250) < np.where(arms == 0, 0.25, 0.3)
            for arm in range(1, 5):
                sent[arm - 1] += (arms == arm).sum()
                good[arm - 1] += outcomes[arms == arm].sum()
            rows.append((arms, outcomes, np.array(shares)[arms]))
        arms, outcomes, shares = (np.concatenate(one) for one in zip(*rows, strict=True))
        for arm in range(1, 5):
            found = effects.weighted(outcomes, arms, shares, arm)
            covered += found.low <= 0.05 <= found.high
            of += 1
    assert 0.92 <= covered / of <= 0.975
