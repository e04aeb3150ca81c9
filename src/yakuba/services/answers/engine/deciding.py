"""Whether to answer alone, to show up to three, or to hand over.

A high score is no reason to answer: what says how sure one may be is how far the first is ahead, whether the signals agree,
and how much of the question it covers. A logistic regression on these, learned on a town's confirmed pairs, gives a chance;
the thresholds are the lowest at which, on pairs that neither it nor the ranker had seen, at most 5 % were wrong, and at most
5 % of the same questions were answered with all that answers them taken away: a town is asked much that it has no answer to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.services.answers.contracts import Decision, Outcome
from yakuba.services.answers.engine.finding import Signals

WRONG = 0.05  # of what is answered
SHOWN = 3
NEVER = 2.0  # a threshold that nothing reaches
FEWEST = 20  # answered pairs, from which a share of wrong ones means anything
# Where nothing has been learned: answer alone only what is asked almost as an approved wording asks it.
SAME, AHEAD, COVERED, NEAR, FAR = 0.80, 0.15, 0.45, 0.22, 0.05


@dataclass(frozen=True)
class Chance:
    """Logistic regression with the threshold above which it is trusted."""

    middle: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    threshold: float

    def of(self, signs: np.ndarray) -> float:
        """The chance, 0 to 1."""
        inputs = np.append((signs - self.middle) / self.spread, 1.0)
        return float(1 / (1 + np.exp(-np.clip(inputs @ self.weights, -30, 30))))


def signs(signals: Signals, scores: np.ndarray) -> np.ndarray:
    """What says how sure one may be of the order that the scores make. At least one candidate."""
    order = np.argsort(-scores, kind="stable")
    first = order[0]
    shares = np.exp(scores[order[:10]] - scores[first])
    shares = shares / shares.sum()
    ahead = [float(scores[first] - scores[order[at]]) if len(order) > at else 1.0 for at in (1, 2, 3)]
    agree = float(np.mean([row.argmax() == first for row in signals.own]))
    return np.array(
        [
            *ahead,
            float(-(shares * np.log(shares + 1e-12)).sum()),
            agree,
            float(np.log1p(signals.own[0, first])),
            float(signals.own[2, first]),
            float(signals.own[4, first]),
            float(signals.likeness()[first]),
            float(signals.covered[first]),
        ]
    )


def decide(
    keys: Sequence[str], signals: Signals, scores: np.ndarray, alone: Chance | None, three: Chance | None
) -> Decision:
    """What to do with a question whose candidates these are. Without something learned, by the likeness alone."""
    if not len(scores):
        return Decision(Outcome.HANDED_OVER, (), 0.0)
    order = np.argsort(-scores, kind="stable")
    shown = tuple(keys[at] for at in order[:SHOWN])
    if alone is None or three is None:
        return _by_likeness(shown, signals, order)
    seen = signs(signals, scores)
    if (sure := alone.of(seen)) >= alone.threshold:
        return Decision(Outcome.ANSWERED, shown[:1], sure)
    if three.of(seen) >= three.threshold:
        return Decision(Outcome.SHOWN, shown, sure)
    return Decision(Outcome.HANDED_OVER, shown[:1], sure)


def _by_likeness(shown: tuple[str, ...], signals: Signals, order: np.ndarray) -> Decision:
    likeness = np.maximum(np.maximum(signals.own[2], signals.own[4]), signals.likeness())
    first = order[0]
    alike = float(likeness[first])
    ahead = alike - max((float(likeness[at]) for at in order[1:]), default=0.0)
    if alike >= SAME and ahead >= AHEAD:
        return Decision(Outcome.ANSWERED, shown[:1], alike)
    if alike >= FAR and (float(signals.covered[first]) >= COVERED or alike >= NEAR * 2):
        near = tuple(key for key, at in zip(shown, order, strict=False) if _is_near(signals, likeness, at))
        return Decision(Outcome.SHOWN, near or shown[:1], alike)
    return Decision(Outcome.HANDED_OVER, shown[:1], alike)


def _is_near(signals: Signals, likeness: np.ndarray, at: int) -> bool:
    return float(likeness[at]) >= NEAR or (
        float(signals.covered[at]) >= COVERED and float(likeness[at]) >= FAR
    )


def fitted(given: np.ndarray, right: np.ndarray) -> Chance:
    """Logistic regression by Newton's method, held back a little (ridge 1). Its threshold lets nothing through yet."""
    middle, spread = given.mean(axis=0), given.std(axis=0) + 1e-6
    inputs = np.hstack([(given - middle) / spread, np.ones((len(given), 1))])
    weights = np.zeros(inputs.shape[1])
    ridge = np.eye(inputs.shape[1])
    ridge[-1, -1] = 1e-6
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (chance - right) + ridge @ weights
        bend = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return Chance(middle, spread, weights, NEVER)


def threshold(chances: np.ndarray, right: np.ndarray, astray: np.ndarray) -> float:
    """The lowest above which, one more wrong one counted, no more than `WRONG` are wrong, and no more than `WRONG` of the
    questions that nothing answers are answered; NEVER where there is none. astray: the chances of these."""
    order = np.argsort(-chances, kind="stable")
    answered = np.arange(1, len(order) + 1)
    wrong = np.cumsum(1 - right[order])
    reached = np.searchsorted(np.sort(-astray), -chances[order], side="right")
    holds = ((wrong + 1) / (answered + 1) <= WRONG) & ((reached + 1) / (len(astray) + 1) <= WRONG)
    held = np.flatnonzero(holds & (answered >= FEWEST))
    return float(chances[order[held[-1]]]) if len(held) else NEVER
