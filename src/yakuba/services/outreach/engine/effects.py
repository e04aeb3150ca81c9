"""What a letter did, from a randomised experiment. Each estimator gives a difference of shares with a 95 % interval.

outcomes, treated: 0 and 1 for each person; strata: codes from 0. Sources: Neyman 1923 (stratified difference with the variance of
each arm), Lin 2013 (regression with treatment × centred covariates, HC2), logistic standardisation with the delta method, Newcombe
1998 for few people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.services.outreach.contracts import Estimate

LEVEL = 0.05
FEW = 200  # people of an arm below which a segment's interval is Newcombe's alone
FEWEST = 5  # people with and without the outcome, below which no normal approximation says anything
TOO_FEW = "どちらかの群に2人以上いる層がないので、計算できません。"
SAME = f"受診した人かしなかった人が{FEWEST}人に満たないので、計算できません。"


def stratified(outcomes: Any, treated: Any, strata: Any, level: float = LEVEL) -> Estimate:
    """Differences within strata weighted by their people; the interval of 1 - level. Strata with fewer than two people of a group are left out, and told where
    that leaves nothing."""
    import numpy as np
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, _zstat_generic2

    found = []
    outcomes, treated, strata = (
        np.asarray(outcomes, float),
        np.asarray(treated).astype(bool),
        np.asarray(strata),
    )
    order = np.argsort(strata, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        one, other = outcomes[part[treated[part]]], outcomes[part[~treated[part]]]
        if len(one) > 1 and len(other) > 1:
            means = CompareMeans(DescrStatsW(one), DescrStatsW(other))
            found.append((len(part), means.d1.mean - means.d2.mean, means.std_meandiff_separatevar))
    if not found:
        return Estimate("stratified", note=TOO_FEW)
    if too_alike(outcomes):
        return Estimate("stratified", note=SAME)
    people, differences, errors = np.array(found).T
    weights = people / people.sum()
    difference, error = float(weights @ differences), float(np.sqrt(weights**2 @ errors**2))
    if not error:
        return Estimate("stratified", note=SAME)
    p = float(_zstat_generic2(difference, error, "two-sided")[1])
    return _interval("stratified", difference, error, p, level)


def too_alike(outcomes: Any) -> bool:
    """Whether (nearly) everybody has the same outcome: an interval without width would be a certainty that nobody has."""
    events = float(sum(outcomes))
    return min(events, len(outcomes) - events) < FEWEST


def _interval(method: str, difference: float, error: float, p: float, level: float = LEVEL) -> Estimate:
    from scipy.stats import norm

    reach = float(norm.ppf(1 - level / 2)) * error
    return Estimate(method, difference, difference - reach, difference + reach, p)


def lin(outcomes: Any, treated: Any, covariates: Any) -> Estimate:
    """Least squares on treatment, centred covariates and their products, with HC2 errors. covariates: people × columns."""
    import numpy as np
    import statsmodels.api as sm

    outcomes, treated = np.asarray(outcomes, float), np.asarray(treated, float)
    if too_alike(outcomes):
        return Estimate("lin", note=SAME)
    centred = _spread(covariates, treated)
    if min(treated.sum(), (1 - treated).sum()) <= centred.shape[1] + 1:
        return Estimate("lin", note="人数が列の数に比べて少ないので、計算できません。")
    design = np.column_stack([np.ones(len(outcomes)), treated, centred, treated[:, None] * centred])
    fit = sm.OLS(outcomes, design).fit(cov_type="HC2")
    difference, error = float(fit.params[1]), float(fit.bse[1])
    if not (np.isfinite(error) and error > 0):
        return Estimate("lin", note="列が互いに重なっているので、計算できません。")
    return _interval("lin", difference, error, float(fit.pvalues[1]))


def _spread(covariates: Any, treated: Any) -> Any:
    """The covariates centred, without columns that say nothing new within either group."""
    import numpy as np

    given = np.asarray(covariates, float).reshape(len(treated), -1)
    for arm in (0, 1):
        given = given[:, _independent(given[treated == arm])]
    return given - given.mean(axis=0) if given.shape[1] else given


def _independent(columns: Any) -> list[int]:
    """Which columns are no sum of the others and a constant (QR with pivoting)."""
    import numpy as np
    from scipy.linalg import qr

    if not columns.size:
        return []
    _, triangle, order = qr(columns - columns.mean(axis=0), mode="economic", pivoting=True)
    sizes = np.abs(np.diag(triangle))
    return sorted(int(one) for one in order[: len(sizes)][sizes > 1e-8 * max(1.0, float(sizes.max()))])


def logistic(outcomes: Any, treated: Any, covariates: Any) -> Estimate:
    """Logistic regression; everybody's chance with the letter less the one without, on the average (standardisation); the error by
    the delta method from the fitted covariance."""
    import warnings

    import numpy as np
    import statsmodels.api as sm

    outcomes, treated = np.asarray(outcomes, float), np.asarray(treated, float)
    design = np.column_stack([np.ones(len(outcomes)), treated, _spread(covariates, treated)])
    if too_alike(outcomes):
        return Estimate("logistic", note=SAME)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = sm.Logit(outcomes, design).fit(disp=0, maxiter=50)
    except Exception:  # statsmodels raises its own, numpy's and warnings where the fit does not settle
        return Estimate("logistic", note="当てはめが収束しないので、計算できません。")
    with_, without = design.copy(), design.copy()
    with_[:, 1], without[:, 1] = 1, 0
    one, other = fit.predict(with_), fit.predict(without)
    slope = (with_ * (one * (1 - one))[:, None]).mean(axis=0) - (
        without * (other * (1 - other))[:, None]
    ).mean(axis=0)
    difference, error = float((one - other).mean()), float(np.sqrt(slope @ fit.cov_params() @ slope))
    from scipy.stats import norm

    if not (np.isfinite(error) and error > 0):
        return Estimate("logistic", note="当てはめが収束しないので、計算できません。")
    return _interval("logistic", difference, error, float(2 * norm.sf(abs(difference) / error)))


def plain(outcomes: Any, treated: Any, level: float = LEVEL) -> Estimate:
    """The difference without strata, Newcombe's interval: too wide where people were assigned within strata, right for few."""
    import numpy as np
    from scipy.stats import fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep

    outcomes, treated = np.asarray(outcomes).astype(bool), np.asarray(treated).astype(bool)
    ones = [int(outcomes[treated == arm].sum()) for arm in (True, False)]
    alls = [int((treated == arm).sum()) for arm in (True, False)]
    if min(alls) == 0:
        return Estimate("plain", note="どちらかの群に人がいません。")
    low, high = confint_proportions_2indep(
        ones[0], alls[0], ones[1], alls[1], method="newcomb", compare="diff", alpha=level
    )
    p = float(fisher_exact([[ones[0], alls[0] - ones[0]], [ones[1], alls[1] - ones[1]]])[1])
    return Estimate("plain", ones[0] / alls[0] - ones[1] / alls[1], float(low), float(high), p)


def weighted(outcomes: Any, arms: Any, probabilities: Any, arm: int) -> Estimate:
    """An arm against the control group (0) where later probabilities hung on earlier results: everybody weighted by one over the
    known probability of the arm they got, robust errors (HC2). No plain interval holds there."""
    import numpy as np
    import statsmodels.api as sm

    arms = np.asarray(arms)
    used = (arms == arm) | (arms == 0)
    outcomes, treated = np.asarray(outcomes, float)[used], (arms[used] == arm).astype(float)
    if min(treated.sum(), (1 - treated).sum()) < 2:
        return Estimate("weighted", note=TOO_FEW)
    if too_alike(outcomes):
        return Estimate("weighted", note=SAME)
    design = np.column_stack([np.ones(len(outcomes)), treated])
    fit = sm.WLS(outcomes, design, weights=1 / np.asarray(probabilities, float)[used]).fit(cov_type="HC2")
    return _interval("weighted", float(fit.params[1]), float(fit.bse[1]), float(fit.pvalues[1]))


def dummies(labels: Sequence[Mapping[str, str]], codes: Any) -> Any:
    """Covariates of people from the levels of their strata, one column for each level but the first: people × columns."""
    import numpy as np

    names = list(labels[0]) if labels else []
    columns = []
    for name in names:
        found = sorted({one[name] for one in labels})
        for level in found[1:]:
            of_strata = np.array([one[name] == level for one in labels], dtype=float)
            columns.append(of_strata[np.asarray(codes)])
    return np.column_stack(columns) if columns else np.zeros((len(codes), 0))


def estimates(outcomes: Any, treated: Any, codes: Any, labels: Sequence[Mapping[str, str]]) -> list[Estimate]:
    """All estimators of one comparison, the one to read first before the others."""
    covariates = dummies(labels, codes)
    return [
        stratified(outcomes, treated, codes), lin(outcomes, treated, covariates), logistic(outcomes, treated, covariates), plain(outcomes, treated),
    ]  # fmt: skip
