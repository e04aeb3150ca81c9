"""Who gets which letter: by chance within strata, each with a known probability; and whether what came of it is what was planned."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SMALLEST_STRATUM = 20  # people; smaller strata are put together before anybody is assigned
REST = "（人数の少ない層をまとめた層）"
MISMATCH = 0.001  # p of the χ² test below which the split is not the planned one


@dataclass(frozen=True)
class Strata:
    """codes: stratum of each person, from 0; labels: of each stratum, column → level."""

    codes: Any
    labels: tuple[dict[str, str], ...]


def levels(values: Sequence[Any], quantiles: int = 0) -> list[str]:
    """A column as levels: its values, or with quantiles its numbers cut into that many parts of about the same size."""
    if not quantiles:
        return ["（空）" if value is None or value == "" else _level(value) for value in values]
    import numpy as np

    known = np.array([float(value) for value in values if value is not None])
    if not len(known):
        return ["（空）"] * len(values)
    cuts = sorted(set(np.quantile(known, np.arange(1, quantiles) / quantiles).tolist()))
    ends = [-np.inf, *cuts, np.inf]
    names = [_between(low, high) for low, high in itertools.pairwise(ends)]
    return [
        "（空）" if value is None else names[int(np.searchsorted(cuts, float(value), side="right"))]
        for value in values
    ]


def _level(value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _between(low: float, high: float) -> str:
    if low == float("-inf"):
        return "すべて" if high == float("inf") else f"{high:g}未満"
    return f"{low:g}以上" if high == float("inf") else f"{low:g}以上{high:g}未満"


def strata(columns: Mapping[str, Sequence[str]], rows: int, smallest: int = SMALLEST_STRATUM) -> Strata:
    """Every combination of the columns' levels that has at least `smallest` people; those of the others are one stratum."""
    import numpy as np

    if not columns:
        return Strata(np.zeros(rows, dtype=np.int64), ({},))
    keys = list(zip(*columns.values(), strict=True))
    counts: dict[tuple[str, ...], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    large = sorted(key for key, count in counts.items() if count >= smallest)
    place = {key: at for at, key in enumerate(large)}
    codes = np.array([place.get(key, len(large)) for key in keys], dtype=np.int64)
    labels = [dict(zip(columns, key, strict=True)) for key in large]
    if len(large) < len(counts):
        labels.append({name: REST for name in columns})
    return Strata(codes, tuple(labels))


def assign(codes: Any, shares: Sequence[float], seed: int) -> Any:
    """The arm of each person, 0 … len(shares) - 1; each gets arm a with probability exactly shares[a].

    codes: stratum of each person. Within a stratum the people are put in a random order and the arms are dealt out along it from a
    random start (systematic sampling), so that an arm has its share of the stratum rounded up or down. Same seed, same arms.
    Raises ValueError for shares that are no probabilities.
    """
    import numpy as np

    given = np.asarray(shares, dtype=float)
    if len(given) < 2 or (given <= 0).any() or abs(given.sum() - 1) > 1e-9:
        raise ValueError("the shares of the arms must be above 0 and add up to 1")
    codes = np.asarray(codes)
    chance = np.random.default_rng(seed)
    edges = np.cumsum(given)[:-1]
    arms = np.zeros(len(codes), dtype=np.int64)
    order = np.lexsort((chance.random(len(codes)), codes))
    bounds = np.flatnonzero(np.diff(codes[order])) + 1
    for part in np.split(order, bounds):
        if len(part):
            places = (np.arange(len(part)) + chance.random()) / len(part)
            arms[part] = np.searchsorted(edges, places, side="right")
    return arms


def mismatch(counts: Sequence[int], shares: Sequence[float]) -> float:
    """p of the χ² test that people fell into the arms as planned (sample ratio mismatch). 1 for nobody."""
    from scipy.stats import chisquare

    total = sum(counts)
    if not total:
        return 1.0
    return float(chisquare(list(counts), [total * share for share in shares]).pvalue)
