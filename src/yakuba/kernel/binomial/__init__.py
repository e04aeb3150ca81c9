"""Exact bounds of a share: how many errors there may be where few or none were found."""

from __future__ import annotations

import math

CONFIDENCE = 0.95


def upper_bound(wrong: int, of: int, confidence: float = CONFIDENCE) -> float | None:
    """The share of errors that is not exceeded with `confidence`, when `wrong` of `of` were found wrong; None of none.

    One-sided Clopper-Pearson: the share at which so few errors would be seen only in 1 - confidence of all cases.
    Raises ValueError for counts that cannot be.
    """
    if not 0 <= wrong <= of:
        raise ValueError(f"{wrong} of {of} cannot be wrong")
    if of == 0:
        return None
    if wrong == of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, of, middle) > 1 - confidence else (low, middle)
    return high


def lower_bound(wrong: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The share of errors that is exceeded with `confidence`; 0 where none was found."""
    if wrong == 0:
        return 0.0
    return 1.0 - (upper_bound(of - wrong, of, confidence) or 0.0)


def _at_most(wrong: int, of: int, share: float) -> float:
    """The chance of at most `wrong` errors of `of` when each has the chance `share`, 0 < share < 1."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    logs = [
        math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
        + k * math.log(share) + (of - k) * math.log1p(-share)
        for k in range(wrong + 1)
    ]  # fmt: skip
    largest = max(logs)
    return math.exp(largest) * sum(math.exp(value - largest) for value in logs)
