"""Similar cases: what happened to people who were much like this one, by the plan that they had. It says what happened, not what a plan
does: whoever chose the plan had reasons, and those who are gone are not in the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.outreach.engine.columns import ColumnSpec
from yakuba.services.outreach.engine.risk import design

NEAREST, FEWEST = 60, 20  # cases that are looked at; fewer with an outcome are too few to say anything
SHOWN = 8  # plans


@dataclass(frozen=True)
class Asked:
    """What is compared. features: by which cases are alike; plan: column of what was done, empty for none; outcome: number or flag."""

    features: tuple[ColumnSpec, ...]
    plan: str
    outcome: ColumnSpec


def similar(columns: Mapping[str, Sequence[Any]], place: int, asked: Asked) -> dict[str, Any]:
    """The case in row `place` beside the nearest others. Raises engine.risk.NoModel for columns that cannot be compared.

    n: with an outcome; lost: without one; enough: whether anything is said; groups: by plan; differences: of the features.
    """
    import numpy as np
    from sklearn.impute import SimpleImputer
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    matrix = design(columns, asked.features).matrix(columns)
    filled = StandardScaler().fit_transform(
        SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(matrix)
    )
    others = np.array([at for at in range(len(filled)) if at != place])
    found: dict[str, Any] = {"n": 0, "lost": 0, "enough": False, "groups": [], "differences": []}
    if not len(others):
        return found
    nearest = NearestNeighbors(n_neighbors=min(NEAREST, len(others)), n_jobs=1).fit(filled[others])
    _, order = nearest.kneighbors(filled[place : place + 1])
    near = [int(others[at]) for at in order[0]]
    outcomes = columns[asked.outcome.heading]
    known = [at for at in near if outcomes[at] is not None]
    found |= {"n": len(known), "lost": len(near) - len(known), "enough": len(known) >= FEWEST}
    if found["enough"]:
        found["whole"] = _said([outcomes[at] for at in known])
        found["groups"] = _groups(columns, near, asked) if asked.plan else []
        found["differences"] = [_difference(columns[one.heading], place, near, one) for one in asked.features]
    return found


def _groups(columns: Mapping[str, Sequence[Any]], near: Sequence[int], asked: Asked) -> list[dict[str, Any]]:
    """By plan: with fewer than 20 cases only how many there are."""
    plans: dict[str, list[int]] = {}
    for at in near:
        plans.setdefault(str(columns[asked.plan][at] or "（空）"), []).append(at)
    found = []
    for plan, places in sorted(plans.items(), key=lambda one: -len(one[1]))[:SHOWN]:
        known = [
            columns[asked.outcome.heading][at]
            for at in places
            if columns[asked.outcome.heading][at] is not None
        ]
        said = _said(known) if len(known) >= FEWEST else None
        found.append({"plan": plan, "n": len(known), "lost": len(places) - len(known), "said": said})
    return found


def _said(values: Sequence[Any]) -> dict[str, Any]:
    """Of numbers the median and the middle half and nine tenths; of flags the share with its 95 % interval (Wilson)."""
    import numpy as np
    from statsmodels.stats.proportion import proportion_confint

    if isinstance(values[0], bool):
        low, high = proportion_confint(sum(values), len(values), method="wilson")
        return {"share": sum(values) / len(values), "low": float(low), "high": float(high)}
    low, first, middle, third, high = (
        float(one) for one in np.quantile([float(one) for one in values], (0.05, 0.25, 0.5, 0.75, 0.95))
    )
    return {"middle": middle, "first": first, "third": third, "low": low, "high": high}


def _difference(values: Sequence[Any], place: int, near: Sequence[int], spec: ColumnSpec) -> dict[str, Any]:
    """A feature of the case beside that of the near ones: the mean of numbers, the most frequent of others with its share."""
    from statistics import fmean

    given = [values[at] for at in near if values[at] is not None]
    own = values[place]
    if not given:
        return {"column": spec.heading, "own": _text(own), "others": "―"}
    if spec.kind == "number":
        return {"column": spec.heading, "own": _text(own), "others": f"平均 {fmean(given):.1f}"}
    often = max(set(given), key=given.count)
    return {
        "column": spec.heading,
        "own": _text(own),
        "others": f"{_text(often)}（{given.count(often)}/{len(given)}）",
    }


def _text(value: Any) -> str:
    if value is None:
        return "（空）"
    return (
        ("はい" if value else "いいえ")
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
