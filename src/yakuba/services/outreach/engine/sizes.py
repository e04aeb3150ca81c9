"""How many people an experiment needs, and what it can find (normal approximation with arcsine effect size, statsmodels)."""

from __future__ import annotations

from dataclasses import dataclass

LEVEL, POWER = 0.05, 0.8
SMALLEST, LARGEST = 0.0001, 0.9


@dataclass(frozen=True)
class Size:
    """per_arm: people in the group that gets letters; control: in the other; both for a power of 80 % at the 5 % level."""

    per_arm: int
    control: int


def needed(before: float, more: float, ratio: float = 1.0) -> Size:
    """How many are needed to find that a share rises from `before` by `more`. ratio: control per letter. Raises ValueError."""
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    if not (0 < before < 1 and 0 < before + more < 1) or abs(more) < SMALLEST or not 0.01 <= ratio <= 100:
        raise ValueError("shares must lie between 0 and 1, with a difference between them")
    effect = abs(proportion_effectsize(before + more, before))
    treated = NormalIndPower().solve_power(effect, power=POWER, alpha=LEVEL, ratio=ratio)
    return Size(round(treated), round(treated * ratio))


def power(before: float, more: float, treated: int, control: int) -> float:
    """The chance that a true difference is found."""
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    if min(treated, control) < 2 or not (0 < before < 1 and 0 < before + more < 1):
        return 0.0
    effect = proportion_effectsize(before + more, before)
    return float(NormalIndPower().power(effect, treated, LEVEL, ratio=control / treated))


def smallest_found(before: float, treated: int, control: int) -> float | None:
    """The smallest rise that is found with a chance of 80 %; None where not even a rise to all is."""
    from scipy.optimize import brentq

    top = min(LARGEST, 0.999 - before)
    if min(treated, control) < 2 or not 0 < before < 0.99 or power(before, top, treated, control) < POWER:
        return None
    return float(brentq(lambda more: power(before, more, treated, control) - POWER, SMALLEST, top))
