"""Learning the ranker and the thresholds from confirmed pairs, each judged on pairs that it had not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yakuba.services.answers.contracts import Decision
from yakuba.services.answers.engine.deciding import SHOWN, Chance, decide, fitted, signs, threshold
from yakuba.services.answers.engine.finding import ALIKE, Finder, Signals, candidates
from yakuba.services.answers.engine.ranking import Case, Ranker, ndcg, train

FEWEST_PAIRS = 60  # below that nothing is learned
FOLDS = 3
BETTER = 0.005  # nDCG by which what is harder to explain must be ahead


GATES = (ALIKE, 0.6, 0.75, 0.9)  # likeness to a confirmed question from which the ranker may be asked
CLOSED = 2.0  # a gate that nothing passes
WORSE = 0.01  # nDCG that may be lost on entries of which no question is confirmed yet


@dataclass(frozen=True)
class Learned:
    """What a town's confirmed pairs taught. ranker: None where the plain sum was as good; gate: likeness to a confirmed
    question from which confirmed questions count. labels: how many pairs; before, after: nDCG@10 on pairs that were not
    learned from, without and with them."""

    ranker: Ranker | None
    gate: float
    alone: Chance
    three: Chance
    labels: int
    before: float
    after: float


def scored(signals: Signals, learned: Learned | None) -> np.ndarray:
    """The scores of candidates. The ranker is asked only where a confirmed question is alike: it knows which entries people
    mean, not what an entry says that nobody asked for yet."""
    gate = learned.gate if learned else ALIKE
    if learned is not None and learned.ranker is not None and signals.is_known(gate):
        return learned.ranker.scores(signals)
    return signals.scores(gate)


def answer(finder: Finder, question: str, learned: Learned | None = None, before: str = "") -> Decision:
    """What to do with a question."""
    signals = finder.signals(question, before)
    places = candidates(signals)
    near = signals.among(places)
    alone, three = (learned.alone, learned.three) if learned else (None, None)
    return decide([finder.keys[at] for at in places], near, scored(near, learned), alone, three)


def learn(cases: Sequence[Case], seed: int = 1) -> Learned | None:
    """None for too few pairs. The signals of each case must not know its own pair."""
    cases = [case for case in cases if len(case.grades)]
    if len(cases) < FEWEST_PAIRS or not any(case.grades.any() for case in cases):
        return None
    folds = np.random.default_rng(seed).permutation(len(cases)) % FOLDS
    rankers = [_trained(cases, folds != fold, seed) for fold in range(FOLDS)]
    judges: list[tuple[Ranker | None, ...]] = [(None,) * FOLDS, tuple(rankers)]
    before = _mean([_quality(case, case.signals.plain()) for case in cases])
    tried = [(judge, gate) for judge in judges for gate in GATES]
    best, chosen, gate = before, judges[0], CLOSED
    for judge, at in tried:
        seen, unseen = _qualities(cases, folds, judge, at)
        if seen > best + BETTER and unseen >= before - WORSE:
            best, chosen, gate = seen, judge, at
    ranker = _trained(cases, np.ones(len(cases), dtype=bool), seed) if chosen is judges[1] else None
    alone, three = _chances(cases, folds, chosen, gate)
    return Learned(ranker, gate, alone, three, len(cases), before, best)


def _trained(cases: Sequence[Case], taken: np.ndarray, seed: int) -> Ranker:
    """On each case twice: as it is, and as if its entries had no confirmed question yet, so that the ranker does not learn
    that only entries that are asked often are ever right."""
    known = [case for case, take in zip(cases, taken, strict=True) if take]
    return train([*known, *map(_unconfirmed, known)], seed)


def _unconfirmed(case: Case) -> Case:
    return replace(case, signals=case.signals.as_unconfirmed(np.flatnonzero(case.grades)))


def _scores(signals: Signals, ranker: Ranker | None, gate: float) -> np.ndarray:
    if ranker is not None and signals.is_known(gate):
        return ranker.scores(signals)
    return signals.scores(gate)


def _qualities(
    cases: Sequence[Case], folds: np.ndarray, judge: Sequence[Ranker | None], gate: float
) -> tuple[float, float]:
    """nDCG of cases by rankers that had not seen them: as they are, and as if their entries were not confirmed."""
    pairs = [(case, judge[fold]) for case, fold in zip(cases, folds, strict=True)]
    seen = [_quality(case, _scores(case.signals, ranker, gate)) for case, ranker in pairs]
    others = [(_unconfirmed(case), ranker) for case, ranker in pairs]
    unseen = [_quality(case, _scores(case.signals, ranker, gate)) for case, ranker in others]
    return _mean(seen), _mean(unseen)


def _chances(
    cases: Sequence[Case], folds: np.ndarray, judge: Sequence[Ranker | None], gate: float
) -> tuple[Chance, Chance]:
    """For one entry and for three, from cases as they are and with all that answers them taken away."""
    given, first, three, fold_of, taken = [], [], [], [], []
    for case, fold in zip(cases, folds, strict=True):
        for signals, grades, away in (
            (case.signals, case.grades, False),
            (case.signals.among(case.grades == 0), case.grades[case.grades == 0], True),
        ):
            if not len(grades):
                continue
            scores = _scores(signals, judge[fold], gate)
            told = grades[np.argsort(-scores, kind="stable")[:SHOWN]]
            given.append(signs(signals, scores))
            first.append(float(told[0] > 0))
            three.append(float(told.any()))
            fold_of.append(fold)
            taken.append(away)
    rows, folds_of, away_of = np.stack(given), np.array(fold_of), np.array(taken)
    return (
        _chance(rows, np.array(first), folds_of, away_of),
        _chance(rows, np.array(three), folds_of, away_of),
    )


def _chance(given: np.ndarray, right: np.ndarray, folds: np.ndarray, away: np.ndarray) -> Chance:
    """Fitted on all; its threshold by chances that each came from the other folds."""
    chances = np.zeros(len(right))
    for fold in range(FOLDS):
        other = fitted(given[folds != fold], right[folds != fold])
        chances[folds == fold] = [other.of(row) for row in given[folds == fold]]
    found = threshold(chances[~away], right[~away], chances[away])
    return replace(fitted(given, right), threshold=found)


def _quality(case: Case, scores: np.ndarray) -> float:
    return ndcg(case.grades[np.argsort(-scores, kind="stable")[:10]].tolist(), case.best)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def as_json(learned: Learned) -> dict[str, Any]:
    """To be kept."""
    ranker = None if learned.ranker is None else {k: v.tolist() for k, v in vars(learned.ranker).items()}
    return {
        "ranker": ranker,
        "gate": learned.gate,
        "alone": _chance_as_json(learned.alone),
        "three": _chance_as_json(learned.three),
        "labels": learned.labels,
        "before": learned.before,
        "after": learned.after,
    }


def from_json(kept: Mapping[str, Any]) -> Learned:
    """What was kept."""
    ranker = kept["ranker"] and Ranker(**{k: np.array(v) for k, v in kept["ranker"].items()})
    alone, three = _chance_from_json(kept["alone"]), _chance_from_json(kept["three"])
    return Learned(ranker, kept["gate"], alone, three, kept["labels"], kept["before"], kept["after"])


def _chance_as_json(chance: Chance) -> dict[str, Any]:
    return {
        key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in vars(chance).items()
    }


def _chance_from_json(kept: Mapping[str, Any]) -> Chance:
    middle, spread, weights = (np.array(kept[name]) for name in ("middle", "spread", "weights"))
    return Chance(middle, spread, weights, float(kept["threshold"]))
