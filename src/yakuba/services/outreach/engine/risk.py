"""Risk models on a town's own table: trained on earlier years, tried on the last one, made right on the newest one.

A random split looks calibrated and is not: predictions for the next year were 5 points too high. So the last year is held out, and the
level is set anew on the year before it (Platt's recalibration); the model that is kept is set on the newest year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.outreach.engine.columns import BadColumn, ColumnSpec, known_on

MOST_LEVELS, FEWEST_ROWS, FEWEST_EVENTS = 30, 200, 30
SUSPICIOUS = 0.8  # AUC of a single column
RESAMPLES, REPEATS, SAMPLED = 200, 3, 4_000
CLEARLY_BETTER = 0.01  # AUC by which LightGBM must be better to be taken
TOP = 0.3  # share with the highest risk, of which recall is told
BANDS = (40, 50, 60, 65, 70, 75)
SMALLEST_GROUP = 20  # people; of fewer a share would be somebody's own outcome
FEW_PEOPLE = "（人数の少ないグループをまとめたもの）"
KINDS = {"logistic": "ロジスティック回帰", "lightgbm": "LightGBM（決定木の集まり）"}


class NoModel(ValueError):
    """The text says in Japanese why there is no model."""


@dataclass(frozen=True)
class Design:
    """How columns become numbers. columns: heading → its levels for texts, empty for numbers and flags; names: of the numbers."""

    columns: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> list[str]:
        """Of the numbers."""
        return [
            f"{heading}={level}" if level else heading
            for heading, levels in self.columns.items()
            for level in levels or ("",)
        ]

    def matrix(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """Rows × numbers; what is not known is NaN."""
        import numpy as np

        parts = []
        for heading, levels in self.columns.items():
            values = columns[heading]
            if levels:
                parts += [np.array([value == level for value in values], dtype=float) for level in levels]
            else:
                parts.append(np.array([np.nan if value is None else float(value) for value in values]))
        return np.column_stack(parts)


def design(columns: Mapping[str, Sequence[Any]], specs: Sequence[ColumnSpec]) -> Design:
    """From the features' values. Raises NoModel."""
    found: dict[str, tuple[str, ...]] = {}
    for one in specs:
        if one.kind == "date":
            raise NoModel(f"「{one.heading}」は日付なので、そのままではモデルに使えません。")
        levels = (
            sorted({value for value in columns[one.heading] if value is not None})
            if one.kind == "text"
            else []
        )
        if len(levels) > MOST_LEVELS:
            raise NoModel(
                f"「{one.heading}」の値が{len(levels)}種類あります（{MOST_LEVELS}まで）。まとめた列を作ってください。"
            )
        found[one.heading] = tuple(levels)
    if not found:
        raise NoModel("使う列がありません。")
    return Design(found)


def require_known(specs: Sequence[ColumnSpec], decided: str, years: Sequence[int]) -> None:
    """Raises NoModel for a column of which nobody said when it is known, or that is known after the day of the decision: such a
    column lifts the AUC and cannot be had when it is needed."""
    for one in specs:
        try:
            days = [(known_on(one.known, year), known_on(decided, year)) for year in years]
        except BadColumn as error:
            raise NoModel(str(error)) from error
        for known, day in days:
            if known is None:
                raise NoModel(
                    f"「{one.heading}」は、いつ知った値かが書かれていないので使えません。表のページで「知った日」を書いてください。"
                )
            if day is None or known > day:
                raise NoModel(
                    f"「{one.heading}」を知るのは {known.isoformat()} で、決める日（{day}）より後です。使えません。"
                )


@dataclass(frozen=True)
class Model:
    """A fitted model that can be written as JSON. level: intercept and slope of the recalibration."""

    kind: str
    design: Design
    fitted: Mapping[str, Any]
    level: tuple[float, float] = (0.0, 1.0)

    def raw(self, matrix: Any) -> Any:
        """Risk of each row before recalibration."""
        import numpy as np
        from scipy.special import expit

        if self.kind == "lightgbm":
            return np.asarray(_booster(str(self.fitted["trees"])).predict(matrix, num_threads=1))
        median, mean, scale, slope = (
            np.array(self.fitted[name]) for name in ("median", "mean", "scale", "slope")
        )
        filled = np.where(np.isnan(matrix), median, matrix)
        return expit((filled - mean) / scale @ slope + self.fitted["intercept"])

    def risk(self, matrix: Any) -> Any:
        """Risk of each row."""
        import numpy as np
        from scipy.special import expit, logit

        return expit(self.level[0] + self.level[1] * logit(np.clip(self.raw(matrix), 1e-6, 1 - 1e-6)))

    def facts(self) -> dict[str, Any]:
        """As it is kept."""
        columns = {name: list(levels) for name, levels in self.design.columns.items()}
        return {"kind": self.kind, "columns": columns, "fitted": dict(self.fitted), "level": list(self.level)}


def model_of(facts: Mapping[str, Any]) -> Model:
    """A model that was kept."""
    columns = {name: tuple(levels) for name, levels in facts["columns"].items()}
    return Model(facts["kind"], Design(columns), facts["fitted"], (facts["level"][0], facts["level"][1]))


def _booster(text: str) -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=text)


def fit(kind: str, design_: Design, matrix: Any, outcomes: Any, seed: int) -> Model:
    """Fit one kind of model; one thread."""
    return Model(kind, design_, _FITS[kind](matrix, outcomes, seed))


def _logistic(matrix: Any, outcomes: Any, seed: int) -> dict[str, Any]:
    import numpy as np
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(matrix)
    scaler = StandardScaler().fit(imputer.transform(matrix))
    fitted = LogisticRegression(max_iter=500, random_state=seed).fit(
        scaler.transform(imputer.transform(matrix)), outcomes
    )
    found = {
        "median": imputer.statistics_,
        "mean": scaler.mean_,
        "scale": scaler.scale_,
        "slope": fitted.coef_[0],
    }
    return {name: np.asarray(one).tolist() for name, one in found.items()} | {
        "intercept": float(fitted.intercept_[0])
    }


def _lightgbm(matrix: Any, outcomes: Any, seed: int) -> dict[str, Any]:
    import lightgbm

    asked = {"objective": "binary", "num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 50, "num_threads": 1, "seed": seed, "deterministic": True, "force_row_wise": True, "verbose": -1}  # fmt: skip
    return {
        "trees": lightgbm.train(
            asked, lightgbm.Dataset(matrix, outcomes), num_boost_round=150
        ).model_to_string()
    }


_FITS = {"logistic": _logistic, "lightgbm": _lightgbm}


def recalibrated(model: Model, matrix: Any, outcomes: Any) -> Model:
    """The same order of risks with the level of these rows (Platt)."""
    import numpy as np
    from scipy.special import logit
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(outcomes)) < 2:
        return model
    given = logit(np.clip(model.raw(matrix), 1e-6, 1 - 1e-6)).reshape(-1, 1)
    fitted = LogisticRegression(C=1e6, max_iter=500).fit(given, outcomes)
    return Model(
        model.kind, model.design, model.fitted, (float(fitted.intercept_[0]), float(fitted.coef_[0][0]))
    )


@dataclass(frozen=True)
class Rows:
    """What a model learns from: a value a row. groups: heading → level of each row, for fairness."""

    matrix: Any
    outcomes: Any
    years: Any
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def at(self, places: Any) -> Rows:
        """Some of them."""
        import numpy as np

        groups = {name: np.asarray(levels)[places].tolist() for name, levels in self.groups.items()}
        return Rows(self.matrix[places], self.outcomes[places], self.years[places], groups)


def trained(design_: Design, rows: Rows, seed: int) -> tuple[Model, dict[str, Any]]:
    """The model to be kept, and what it is worth. Raises NoModel for too few rows or years."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    years = sorted(int(one) for one in np.unique(rows.years))
    if len(years) < 2:
        raise NoModel(
            "結果の分かっている年度が2つ以上要ります。最後の年度を、確かめるために取っておくからです。"
        )
    if (
        len(rows.outcomes) < FEWEST_ROWS
        or min(rows.outcomes.sum(), (1 - rows.outcomes).sum()) < FEWEST_EVENTS
    ):
        raise NoModel(
            f"行が{FEWEST_ROWS}、結果の「はい」と「いいえ」がそれぞれ{FEWEST_EVENTS}は要ります（今は{len(rows.outcomes):,}行、「はい」{int(rows.outcomes.sum()):,}）。"
        )
    with threadpool_limits(1):
        tried = {kind: _tried(kind, design_, rows, years, seed) for kind in KINDS}
        better = tried["lightgbm"][1]["auc"]["value"] - tried["logistic"][1]["auc"]["value"] > CLEARLY_BETTER
        kind = "lightgbm" if better else "logistic"
        newest = rows.years == years[-1]
        model = fit(kind, design_, rows.matrix[~newest], rows.outcomes[~newest], seed)
        model = recalibrated(model, rows.matrix[newest], rows.outcomes[newest])
        figures = {
            "kind": kind, "years": years, "rows": len(rows.outcomes), "events": int(rows.outcomes.sum()),
            "compared": {name: figures_ for name, (_, figures_) in tried.items()},
            "importance": _importance(tried[kind][0], rows.at(rows.years == years[-1]), seed),
            "fairness": _fairness(tried[kind][0], rows.at(rows.years == years[-1])),
            "suspicious": _suspicious(design_, rows.at(rows.years != years[-1])),
        }  # fmt: skip
    return model, figures


def _tried(
    kind: str, design_: Design, rows: Rows, years: Sequence[int], seed: int
) -> tuple[Model, dict[str, Any]]:
    """Trained without the last year, its level set on the year before it (where there are three), looked at on the last one."""
    last, before = rows.years == years[-1], rows.years == years[-2]
    learning = ~last & ~before if len(years) > 2 else before
    model = fit(kind, design_, rows.matrix[learning], rows.outcomes[learning], seed)
    set_anew = recalibrated(model, rows.matrix[before], rows.outcomes[before]) if len(years) > 2 else model
    held = rows.at(last)
    risk = set_anew.risk(held.matrix)
    return set_anew, {
        "auc": _auc(held.outcomes, risk, seed), "brier": _brier(held.outcomes, risk), "error": _error(held.outcomes, risk),
        "error_before": _error(held.outcomes, model.risk(held.matrix)), "curve": _curve(held.outcomes, risk),
        "by_year": [
            {"year": year, "rows": int((rows.years == year).sum()), "observed": float(rows.outcomes[rows.years == year].mean()), "predicted": float(set_anew.risk(rows.matrix[rows.years == year]).mean())}
            for year in years
        ],
    }  # fmt: skip


def _auc(outcomes: Any, risk: Any, seed: int) -> dict[str, float]:
    """With a bootstrap interval: DeLong's is too narrow for few."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    if len(np.unique(outcomes)) < 2:
        raise NoModel("最後の年度の結果が「はい」か「いいえ」だけなので、確かめられません。")
    chance, found = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        places = chance.integers(0, len(outcomes), len(outcomes))
        if 0 < outcomes[places].sum() < len(places):
            found.append(roc_auc_score(outcomes[places], risk[places]))
    low, high = np.quantile(found, (0.025, 0.975))
    return {"value": float(roc_auc_score(outcomes, risk)), "low": float(low), "high": float(high)}


def _brier(outcomes: Any, risk: Any) -> float:
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(outcomes, risk))


def _error(outcomes: Any, risk: Any) -> float:
    """Predicted less observed, on the average (share)."""
    return float(risk.mean() - outcomes.mean())


def _curve(outcomes: Any, risk: Any) -> list[list[float]]:
    """Tenths of the people by risk: predicted, observed."""
    from sklearn.calibration import calibration_curve

    observed, predicted = calibration_curve(outcomes, risk, n_bins=10, strategy="quantile")
    return [[float(one), float(other)] for one, other in zip(predicted, observed, strict=True)]


def _importance(model: Model, rows: Rows, seed: int) -> list[dict[str, Any]]:
    """How much the AUC of the held-out year falls when a column is shuffled; all levels of a text together."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    chance = np.random.default_rng(seed)
    places = chance.permutation(len(rows.outcomes))[:SAMPLED]
    matrix, outcomes = rows.matrix[places], rows.outcomes[places]
    if len(np.unique(outcomes)) < 2:
        return []
    base, at, found = roc_auc_score(outcomes, model.risk(matrix)), 0, []
    for heading, levels in model.design.columns.items():
        width = len(levels) or 1
        falls = []
        for _ in range(REPEATS):
            shuffled = matrix.copy()
            shuffled[:, at : at + width] = matrix[chance.permutation(len(matrix)), at : at + width]
            falls.append(base - roc_auc_score(outcomes, model.risk(shuffled)))
        found.append({"column": heading, "fall": float(np.mean(falls)), "spread": float(np.std(falls))})
        at += width
    return sorted(found, key=lambda one: -one["fall"])


def _fairness(model: Model, rows: Rows) -> list[dict[str, Any]]:
    """Of each group of the held-out year: observed with a 95 % interval (Wilson) beside predicted, and of those with the outcome how
    many are among the 30 % with the highest risk."""
    import numpy as np
    from statsmodels.stats.proportion import proportion_confint

    risk = model.risk(rows.matrix)
    high = risk >= np.quantile(risk, 1 - TOP)
    found = []
    for name, levels in rows.groups.items():
        small = {one for one, count in Counter(levels).items() if count < SMALLEST_GROUP}
        levels = [FEW_PEOPLE if one in small else one for one in levels]
        for level in sorted(set(levels)):
            inside = np.array([one == level for one in levels])
            n, events = int(inside.sum()), int(rows.outcomes[inside].sum())
            hit = int((high & inside & (rows.outcomes == 1)).sum())
            low, top = proportion_confint(events, n, method="wilson")
            recall = proportion_confint(hit, events, method="wilson") if events else (0.0, 1.0)
            predicted = float(risk[inside].mean())
            found.append(
                {
                    "group": name, "level": level, "n": n, "observed": events / n, "low": float(low), "high": float(top), "predicted": predicted,
                    "off": not low <= predicted <= top, "recall": hit / events if events else None, "recall_low": float(recall[0]), "recall_high": float(recall[1]),
                }
            )  # fmt: skip
    return found


def _suspicious(design_: Design, rows: Rows) -> list[dict[str, Any]]:
    """Columns that alone tell nearly everything: they may have been filled in afterwards."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    found = []
    for at, name in enumerate(design_.names):
        values = rows.matrix[:, at]
        for what, given in (
            (
                name,
                np.where(np.isnan(values), np.nanmedian(values) if not np.isnan(values).all() else 0, values),
            ),
            (f"{name}（空かどうか）", np.isnan(values).astype(float)),
        ):
            area = roc_auc_score(rows.outcomes, given)
            if max(area, 1 - area) > SUSPICIOUS:
                found.append({"column": what, "auc": float(max(area, 1 - area))})
    return found


def band(age: int | None) -> str:
    """The age band that fairness is told by."""
    if age is None:
        return "（空）"
    below = [one for one in BANDS if age >= one]
    above = [one for one in BANDS if age < one]
    return (
        f"{below[-1]}歳以上{above[0]}歳未満"
        if below and above
        else f"{below[-1]}歳以上"
        if below
        else f"{BANDS[0]}歳未満"
    )
