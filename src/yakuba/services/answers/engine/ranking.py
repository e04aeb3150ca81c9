"""A small ranker learned on a town's confirmed pairs: one hidden layer over the signals, trained on whole lists (the
softmax of the scores against the grades). A few seconds in numpy for a thousand pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.services.answers.engine.finding import Signals

HIDDEN, EPOCHS, STEP, DECAY = 12, 160, 0.03, 1e-3


@dataclass(frozen=True)
class Case:
    """A question with what is known of it. signals: of its candidates alone; grades: of these, 0 where it is wrong; best: the
    grades of all right entries, candidates or not, the highest first."""

    signals: Signals
    grades: np.ndarray
    best: tuple[float, ...]


@dataclass(frozen=True)
class Ranker:
    """Weights of the network, and how its inputs are scaled."""

    middle: np.ndarray
    spread: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    direct: np.ndarray

    def scores(self, signals: Signals) -> np.ndarray:
        """A score for each candidate; only their order and differences mean anything."""
        inputs = (seen(signals) - self.middle) / self.spread
        hidden: np.ndarray = np.tanh(inputs @ self.inner) @ self.outer + inputs @ self.direct
        return hidden


def seen(signals: Signals) -> np.ndarray:
    """(candidates, inputs): the own signals scaled by the largest, the likenesses as they are, and the plain sum."""
    most = np.maximum(signals.own.max(axis=1, keepdims=True), 1e-9)
    rows = [*(signals.own / most), *signals.own[[2, 4]], *signals.confirmed, *signals.confirmed**2]
    return np.stack([*rows, signals.plain(), signals.covered], axis=1).astype(np.float64)


def train(cases: Sequence[Case], seed: int) -> Ranker:
    """Learn from cases of which a candidate is right; others say nothing about the order."""
    usable = [case for case in cases if case.grades.any()]
    inputs = [seen(case.signals) for case in usable]
    together = np.concatenate(inputs)
    middle, spread = together.mean(axis=0), together.std(axis=0) + 1e-6
    widest, columns = max(map(len, inputs)), together.shape[1]
    given = np.zeros((len(usable), widest, columns))
    wanted, there = np.zeros((len(usable), widest)), np.zeros((len(usable), widest), dtype=bool)
    for at, (rows, case) in enumerate(zip(inputs, usable, strict=True)):
        given[at, : len(rows)] = (rows - middle) / spread
        wanted[at, : len(rows)] = case.grades / case.grades.sum()
        there[at, : len(rows)] = True
    chance = np.random.default_rng(seed)
    weights = [
        chance.normal(0, 1 / columns**0.5, (columns, HIDDEN)),
        chance.normal(0, 0.1, HIDDEN),
        np.zeros(columns),
    ]
    weights = _descended(weights, given, wanted, there)
    return Ranker(middle, spread, *weights)


def _descended(
    weights: list[np.ndarray], given: np.ndarray, wanted: np.ndarray, there: np.ndarray
) -> list[np.ndarray]:
    """Adam over all cases at once."""
    first = [np.zeros_like(one) for one in weights]
    second = [np.zeros_like(one) for one in weights]
    for epoch in range(1, EPOCHS + 1):
        slopes = _slopes(weights, given, wanted, there)
        for at, slope in enumerate(slopes):
            slope = slope + DECAY * weights[at]
            first[at] = 0.9 * first[at] + 0.1 * slope
            second[at] = 0.999 * second[at] + 0.001 * slope**2
            change = (first[at] / (1 - 0.9**epoch)) / (np.sqrt(second[at] / (1 - 0.999**epoch)) + 1e-8)
            weights[at] = weights[at] - STEP * change
    return weights


def _slopes(
    weights: list[np.ndarray], given: np.ndarray, wanted: np.ndarray, there: np.ndarray
) -> list[np.ndarray]:
    inner, outer, direct = weights
    hidden = np.tanh(given @ inner)
    scores = np.where(there, hidden @ outer + given @ direct, -1e9)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    wrong = (shares - wanted) * there / len(given)
    back = (wrong[..., None] * outer) * (1 - hidden**2)
    return [
        np.einsum("qcf,qch->fh", given, back),
        np.einsum("qc,qch->h", wrong, hidden),
        np.einsum("qc,qcf->f", wrong, given),
    ]


def ndcg(order: Sequence[float], best: Sequence[float], most: int = 10) -> float:
    """Of the grades in the order told, against the best order there is."""
    ideal = _gain(sorted(best, reverse=True)[:most])
    return _gain(order[:most]) / ideal if ideal else 0.0


def _gain(grades: Sequence[float]) -> float:
    return float(sum(grade / np.log2(at + 2) for at, grade in enumerate(grades)))
