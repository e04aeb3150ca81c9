"""Invented towns with a planted effect, to see whether the estimators find what was planted and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.outreach.contracts import Estimate
from yakuba.services.outreach.engine import effects
from yakuba.services.outreach.engine.assignment import assign

STRATA = tuple(
    {"性別": sex, "地区": district, "年齢": age}
    for sex in ("女", "男") for district in ("北", "南", "東") for age in ("40代", "50代", "60代", "70代")
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """One town. truth: the mean effect among its people (share)."""

    codes: Any
    treated: Any
    outcomes: Any
    truth: float


def world(people: int, effect: float, seed: int, control: float = 1 / 3) -> World:
    """People of 24 strata of different size with base shares from .12 to .68, an effect that differs by stratum around its mean,
    assigned as the room assigns."""
    import numpy as np

    chance = np.random.default_rng(seed)
    sizes = chance.dirichlet(np.full(len(STRATA), 8.0))
    codes = chance.choice(len(STRATA), people, p=sizes)
    base = np.linspace(0.12, 0.68, len(STRATA))
    effects_ = effects_of(effect)
    treated = (assign(codes, (control, 1 - control), seed + 1) == 1).astype(int)
    shares = np.clip(base[codes] + treated * effects_[codes], 0, 1)
    outcomes = (chance.random(people) < shares).astype(int)
    return World(codes, treated, outcomes, float(effects_[codes].mean()))


def effects_of(effect: float) -> Any:
    """The effect in each stratum around its mean."""
    import numpy as np

    spread = np.linspace(-1, 1, len(STRATA))[np.random.default_rng(7).permutation(len(STRATA))]
    return effect * (1 + 1.5 * spread)


ESTIMATORS: dict[str, Callable[[World], Estimate]] = {
    "plain": lambda one: effects.plain(one.outcomes, one.treated),
    "stratified": lambda one: effects.stratified(one.outcomes, one.treated, one.codes),
    "lin": lambda one: effects.lin(one.outcomes, one.treated, effects.dummies(STRATA, one.codes)),
    "logistic": lambda one: effects.logistic(one.outcomes, one.treated, effects.dummies(STRATA, one.codes)),
}


@dataclass
class Tally:
    """Over worlds: how many, in how many the interval held the truth, in how many "no effect" was ruled out, the sum of errors."""

    worlds: int = 0
    covered: int = 0
    found: int = 0
    error: float = 0.0

    def add(self, estimate: Estimate, truth: float) -> None:
        """One more world."""
        self.worlds += 1
        self.covered += estimate.low <= truth <= estimate.high
        self.found += estimate.low > 0 or estimate.high < 0
        self.error += estimate.difference - truth

    @property
    def coverage(self) -> float:
        """Share of worlds whose interval held the truth."""
        return self.covered / self.worlds

    @property
    def power(self) -> float:
        """Share of worlds in which an effect was found."""
        return self.found / self.worlds


def tally(
    worlds: int, people: int, effect: float, seed: int, names: Sequence[str] = tuple(ESTIMATORS)
) -> dict[str, Tally]:
    """Every estimator over so many worlds; one thread, since threads that wait for each other take many times as long."""
    from threadpoolctl import threadpool_limits

    found = {name: Tally() for name in names}
    with threadpool_limits(1):
        for one in many(worlds, people, effect, seed):
            for name, tallied in found.items():
                tallied.add(ESTIMATORS[name](one), one.truth)
    return found


def many(worlds: int, people: int, effect: float, seed: int) -> Iterator[World]:
    """Worlds whose seeds follow one another."""
    for number in range(worlds):
        yield world(people, effect, seed * 1_000_003 + number * 2)
