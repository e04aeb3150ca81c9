"""Thompson sampling over letters, as what follows an experiment: the better ones more often, none below a floor, the control group
outside. Every assignment's probability is known and kept, because without it no effect can be estimated afterwards."""

from __future__ import annotations

from collections.abc import Sequence

FLOOR = 0.1
DRAWS = 20_000


def probabilities(
    sent: Sequence[int], examined: Sequence[int], seed: int, floor: float = FLOOR
) -> list[float]:
    """The next probability of each letter: the chance that it is the best one, given what came of those sent (Beta posterior from a
    flat prior), not below the floor. They add up to 1. Raises ValueError where the floor leaves nothing to choose."""
    import numpy as np

    letters = len(sent)
    if not letters >= 2 or not 0 < floor <= 1 / letters:
        raise ValueError("the floor must leave something to choose")
    good, all_ = np.asarray(examined), np.asarray(sent)
    draws = np.random.default_rng(seed).beta(1 + good, 1 + all_ - good, size=(DRAWS, letters))
    best = np.bincount(draws.argmax(axis=1), minlength=letters) / DRAWS
    return [float(one) for one in floor + (1 - letters * floor) * best]


def shares(control: float, letters: Sequence[float]) -> list[float]:
    """Probabilities of all arms: the control group first, which stays as it is."""
    return [control, *((1 - control) * one for one in letters)]
