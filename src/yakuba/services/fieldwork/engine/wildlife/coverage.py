"""Where to put the next traps: of the sites at hand those few that reach most of what was seen (maximum coverage).

Greedy takes the best next site again and again; it is never below 1 − 1/e of the best (Nemhauser, Wolsey, Fisher 1978). The exact
way is the mixed-integer program  max Σ wᵢ yᵢ  with  yᵢ ≤ Σ_{j reaches i} xⱼ,  Σ xⱼ ≤ p,  x ∈ {0, 1}, 0 ≤ y ≤ 1, by HiGHS. Both are
given, with the gap between them, or the bound where time runs out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.services.fieldwork.engine.nearby import Point, metres

MOST_SITES, MOST_POINTS = 300, 3_000
SECONDS = 10.0


@dataclass(frozen=True)
class Choice:
    """Sites by index, in the order of choosing for greedy, and how much weight they reach."""

    sites: tuple[int, ...]
    covered: float


@dataclass(frozen=True)
class Placement:
    """total: the weight of all points; bound: what no choice can exceed; proved: whether `exact` is the best there is."""

    greedy: Choice
    exact: Choice
    total: float
    bound: float
    proved: bool

    @property
    def gap(self) -> float:
        """How far greedy is below what could be, as a share of it: 0 is none."""
        return 0.0 if self.bound <= 0 else max(0.0, 1 - self.greedy.covered / self.bound)


def place(
    sites: Sequence[Point],
    points: Sequence[tuple[Point, float]],
    reach: float,
    number: int,
    seconds: float = SECONDS,
) -> Placement:
    """points: (place, weight ≥ 0); reach: metres; number: how many sites. Raises ValueError beyond 300 sites or 3,000 points."""
    if len(sites) > MOST_SITES or len(points) > MOST_POINTS:
        raise ValueError("too many sites or points")
    weights = np.array([weight for _, weight in points], dtype=float)
    covers = np.array([[metres(site, at) <= reach for at, _ in points] for site in sites], dtype=bool)
    covers = covers.reshape(len(sites), len(points))
    number = min(number, len(sites))
    greedy = _greedy(covers, weights, number)
    total = float(weights.sum())
    if not number or not len(points):
        return Placement(greedy, greedy, total, greedy.covered, True)
    exact, bound, proved = _exact(covers, weights, number, seconds)
    best = exact if exact is not None and exact.covered >= greedy.covered else greedy
    return Placement(greedy, best, total, max(bound, best.covered), proved)


def _greedy(covers: np.ndarray, weights: np.ndarray, number: int) -> Choice:  # type: ignore[type-arg]
    left = weights.copy()
    chosen: list[int] = []
    for _ in range(number):
        gains = covers @ left
        gains[chosen] = -1.0
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        chosen.append(best)
        left[covers[best]] = 0.0
    return Choice(tuple(chosen), float(weights.sum() - left.sum()))


def _exact(
    covers: np.ndarray,
    weights: np.ndarray,
    number: int,
    seconds: float,  # type: ignore[type-arg]
) -> tuple[Choice | None, float, bool]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack

    sites, points = covers.shape
    cost = np.concatenate([np.zeros(sites), -weights])
    reached = hstack([csr_array(-covers.T.astype(float)), eye_array(points)], format="csr")
    few = csr_array(np.concatenate([np.ones(sites), np.zeros(points)])[None, :])
    found = milp(
        cost,
        integrality=np.concatenate([np.ones(sites), np.zeros(points)]),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(reached, -np.inf, 0), LinearConstraint(few, -np.inf, number)],
        options={"time_limit": seconds},
    )
    bound = -float(found.mip_dual_bound) if found.mip_dual_bound is not None else float(weights.sum())
    if found.x is None:
        return None, bound, False
    chosen = tuple(int(one) for one in np.flatnonzero(found.x[:sites] > 0.5))
    covered = float(weights[covers[list(chosen)].any(axis=0)].sum()) if chosen else 0.0
    return Choice(chosen, covered), bound, found.status == 0
