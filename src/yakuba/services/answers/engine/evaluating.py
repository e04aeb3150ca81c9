"""How well questions are answered: on files, with everything learned on other questions than those it is measured on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.kernel.search import texts
from yakuba.kernel.search.impacts import cosine_index
from yakuba.services.answers.contracts import Decision, Entry, Figures, Outcome
from yakuba.services.answers.engine.deciding import decide
from yakuba.services.answers.engine.finding import Finder, Signals, candidates
from yakuba.services.answers.engine.learning import Learned, learn, scored
from yakuba.services.answers.engine.ranking import Case, ndcg


@dataclass(frozen=True)
class Query:
    """A question and what answers it: key of an entry -> grade, 1 or more for what is right."""

    text: str
    relevant: Mapping[str, float]


@dataclass(frozen=True)
class _Judged:
    order: list[float]
    best: tuple[float, ...]
    decision: Decision
    right: bool
    shown_right: bool
    astray: bool


class Evaluation:
    """The signals of all queries, found once; what was confirmed is put in for each fold anew."""

    def __init__(self, entries: Sequence[Entry], queries: Sequence[Query]) -> None:
        self.finder = Finder(entries)
        self.queries = queries
        started = time.perf_counter()
        self._own = [self.finder.signals(query.text) for query in queries]
        self.ms = (time.perf_counter() - started) * 1000 / max(len(queries), 1)
        said: list[Mapping[str, float]] = [texts.words(query.text) for query in queries]
        spelt: list[Mapping[str, float]] = [texts.pairs(query.text) for query in queries]
        self._alike = [_between(said), _between(spelt)]
        self._right = [
            [
                (place, grade)
                for key, grade in query.relevant.items()
                if (place := self.finder.place(key)) is not None
            ]
            for query in queries
        ]
        pairs = [(at, place) for at, right in enumerate(self._right) for place, _ in right]
        self._asker, self._place = np.array(pairs, dtype=int).reshape(-1, 2).T

    def plain(self) -> Figures:
        """Without any label: the plain sum, and the decision by likeness."""
        return self._figures([self._judged(at, None, ()) for at in range(len(self.queries))], 0)

    def crossed(self, folds: int, seed: int = 1, *, by_answer: bool = False) -> Figures:
        """Ranker, confirmed questions and thresholds from the other folds alone. by_answer: whole answers are held out, so
        that no question of another fold has a right entry in common with one that is measured, as far as it can be."""
        fold_of = self._folds(folds, seed, by_answer)
        judged: list[_Judged] = []
        labels = []
        for fold in range(folds):
            known = np.flatnonzero(fold_of != fold).tolist()
            learned = learn([self._case(at, [one for one in known if one != at]) for at in known], seed)
            labels.append(learned.labels if learned else 0)
            judged += [self._judged(at, learned, known) for at in np.flatnonzero(fold_of == fold).tolist()]
        return self._figures(judged, min(labels))

    def case_of(self, at: int) -> Case:
        """One query as something to learn from, with all others known."""
        return self._case(at, [other for other in range(len(self.queries)) if other != at])

    def _folds(self, folds: int, seed: int, by_answer: bool) -> np.ndarray:
        chance = np.random.default_rng(seed)
        if not by_answer:
            return chance.permutation(len(self.queries)) % folds
        fold_of_entry = chance.integers(0, folds, len(self.finder.keys))
        best = [max(right, key=lambda one: one[1])[0] if right else 0 for right in self._right]
        return np.array([fold_of_entry[place] for place in best])

    def _signals(self, at: int, known: Sequence[int]) -> Signals:
        own = self._own[at]
        confirmed = np.zeros((2, own.own.shape[1]), dtype=np.float32)
        used = np.zeros(len(self.queries), dtype=bool)
        used[np.asarray(known, dtype=int)] = True
        pairs = used[self._asker]
        for row, alike in enumerate(self._alike):
            np.maximum.at(confirmed[row], self._place[pairs], alike[at, self._asker[pairs]])
        return Signals(own.own, confirmed, own.covered)

    def _case(self, at: int, known: Sequence[int]) -> Case:
        signals = self._signals(at, known)
        places = candidates(signals)
        return Case(signals.among(places), self._grades(at, places), self._best(at))

    def _grades(self, at: int, places: np.ndarray) -> np.ndarray:
        right = dict(self._right[at])
        return np.array([right.get(int(place), 0.0) for place in places])

    def _best(self, at: int) -> tuple[float, ...]:
        return tuple(sorted(self.queries[at].relevant.values(), reverse=True))

    def _judged(self, at: int, learned: Learned | None, known: Sequence[int]) -> _Judged:
        signals = self._signals(at, known)
        places = candidates(signals)
        near = signals.among(places)
        scores = scored(near, learned)
        decision = self._decided(places, near, scores, learned)
        order = places[np.argsort(-scores, kind="stable")]
        right = {self.finder.keys[place] for place, _ in self._right[at]}
        kept = np.array([place for place in places if self.finder.keys[place] not in right], dtype=int)
        away = signals.among(kept)
        without = self._decided(kept, away, scored(away, learned), learned)
        return _Judged(
            [float(one) for one in self._grades(at, order)],
            self._best(at),
            decision,
            bool(decision.keys) and decision.keys[0] in right,
            bool(right & set(decision.keys)),
            without.outcome is Outcome.ANSWERED,
        )

    def _decided(
        self, places: np.ndarray, near: Signals, scores: np.ndarray, learned: Learned | None
    ) -> Decision:
        keys = [self.finder.keys[place] for place in places]
        alone, three = (learned.alone, learned.three) if learned else (None, None)
        return decide(keys, near, scores, alone, three)

    def _figures(self, judged: Sequence[_Judged], labels: int) -> Figures:
        number = max(len(judged), 1)
        alone = [one for one in judged if one.decision.outcome is Outcome.ANSWERED]
        three = [one for one in judged if one.decision.outcome is not Outcome.HANDED_OVER]
        first = [next((at for at, grade in enumerate(one.order) if grade), None) for one in judged]
        return Figures(
            queries=len(judged),
            s1=sum(at == 0 for at in first) / number,
            s5=sum(at is not None and at < 5 for at in first) / number,
            mrr=sum(1 / (at + 1) for at in first if at is not None) / number,
            ndcg10=sum(ndcg(one.order, one.best) for one in judged) / number,
            answered=len(alone) / number,
            wrong_of_answered=sum(not one.right for one in alone) / max(len(alone), 1),
            ms_per_query=self.ms,
            answered_three=len(three) / number,
            wrong_of_three=sum(not one.shown_right for one in three) / max(len(three), 1),
            answered_out_of_scope=sum(one.astray for one in judged) / number,
            labels=labels,
        )


def _between(asked: Sequence[Mapping[str, float]]) -> np.ndarray:
    """How alike each question is to each other one, 0 to 1."""
    index = cosine_index(asked)
    return np.stack([index.cosines(one) for one in asked])
