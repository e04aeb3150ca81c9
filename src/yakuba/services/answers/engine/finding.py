"""Which entries answer a question, the best first.

Each signal is scaled by its own largest value and they are summed with weights; ranks (RRF) throw away how sure a signal
is, and were worse (docs/adr/0032). Questions that a person confirmed are signals of their own: they count only where one of
them is really alike, since for a question of a new kind they pull towards entries that are asked often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.kernel.search import texts
from yakuba.kernel.search.impacts import Impacts, bm25_index, cosine_index
from yakuba.services.answers.contracts import Entry
from yakuba.services.answers.engine import synonyms

WEIGHTS = np.array([0.30, 0.22, 0.26, 0.10, 0.12], dtype=np.float32)  # in the order of `OWN`
OWN = ("words of the whole entry", "words of a wording", "pairs of a wording", "pairs of all", "sound")
ALIKE = 0.45  # likeness to a confirmed question from which such questions count
CONFIRMED = 0.9  # what a confirmed question that is the same counts beside all own signals together
BEFORE = 0.5  # what a word of the topic before counts in a question that goes on with it
FEW_TERMS = 4  # a question of so few terms may go on with what was asked before
WHOLE = 0.6  # likeness to a wording from which a question says by itself what it is about
CANDIDATES = 40  # entries that are looked at closely


@dataclass(frozen=True)
class Signals:
    """What there is for a question. own: (5, entries), as `OWN`; confirmed: (2, entries), likeness of words and of pairs to
    the nearest confirmed question, 0 to 1; covered: (entries), how much of the question's weight its words have."""

    own: np.ndarray
    confirmed: np.ndarray
    covered: np.ndarray

    def plain(self) -> np.ndarray:
        """The weighted sum, without anything learned."""
        most = self.own.max(axis=1, keepdims=True) if self.own.shape[1] else self.own
        return WEIGHTS @ (self.own / np.maximum(most, 1e-9))

    def scores(self, alike: float = ALIKE) -> np.ndarray:
        """The same with confirmed questions where one of them is alike."""
        scores = self.plain()
        if self.is_known(alike):
            scores = scores + CONFIRMED * self.likeness()
        return scores

    def likeness(self) -> np.ndarray:
        """To the nearest confirmed question of each entry, 0 to 1: of words and pairs alike, since a polite phrase is not
        what a question is about."""
        likeness: np.ndarray = self.confirmed.mean(axis=0)
        return likeness

    def is_known(self, alike: float = ALIKE) -> bool:
        """Whether somebody asked much the same before and a person confirmed what answers it."""
        return bool(self.confirmed.size) and float(self.likeness().max()) >= alike

    def as_unconfirmed(self, places: np.ndarray) -> Signals:
        """As if nobody had confirmed a question of these entries yet."""
        confirmed = self.confirmed.copy()
        confirmed[:, places] = 0
        return Signals(self.own, confirmed, self.covered)

    def among(self, places: np.ndarray) -> Signals:
        """Of these entries alone, as if there were no others."""
        return Signals(self.own[:, places], self.confirmed[:, places], self.covered[places])


class Wordings:
    """Ways to ask, each with the entry that it asks for; the likeness of an entry is that of its nearest wording."""

    def __init__(self, asked: Sequence[tuple[int, str]], entries: int) -> None:
        self._owner = np.array([owner for owner, _ in asked], dtype=np.int64)
        self._entries = entries
        self.words = [texts.words(text) for _, text in asked]
        self.pairs = [texts.pairs(text) for _, text in asked]

    def nearest(self, scores: np.ndarray) -> np.ndarray:
        """Entry by entry, the highest score of its wordings."""
        found = np.zeros(self._entries, dtype=np.float32)
        np.maximum.at(found, self._owner, scores)
        return found


class Finder:
    """An index of entries. Building takes about two milliseconds an entry, a question a few."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.keys = [entry.key for entry in entries]
        self.entries = {entry.key: entry for entry in entries}
        self._place = {key: at for at, key in enumerate(self.keys)}
        asked = [(at, text) for at, entry in enumerate(entries) for text in (entry.question, *entry.wordings)]
        self._asked = Wordings(asked, len(entries))
        whole, all_pairs = self._whole(entries)
        self._whole_words, self._whole_pairs = bm25_index(whole), bm25_index(all_pairs)
        self._held = [frozenset(one) for one in whole]
        self._asked_words, self._asked_pairs = bm25_index(self._asked.words), cosine_index(self._asked.pairs)
        self._sounds = cosine_index([texts.sounds(text) for _, text in asked])
        told = [(at, text) for at, entry in enumerate(entries) for text in entry.confirmed]
        self._told = [text for _, text in told]
        self._confirmed = Wordings(told, len(entries))
        self._confirmed_words = cosine_index(self._confirmed.words)
        self._confirmed_pairs = cosine_index(self._confirmed.pairs)

    def signals(self, question: str, before: str = "", *, but: str = "") -> Signals:
        """What speaks for each entry. before: key of the entry that was told before, with which a short question goes on;
        but: a confirmed question that is passed over, so that something can be learned from it."""
        question = texts.asked(question)
        words, pairs = texts.words(question), texts.pairs(question)
        alike = self._asked_pairs.cosines(pairs)
        goes_on = len(words) <= FEW_TERMS and float(alike.max(initial=0.0)) < WHOLE
        wanted = self._expanded(question, words, before if goes_on else "")
        own = np.stack(
            [
                self._whole_words.scores(wanted),
                self._asked.nearest(self._asked_words.scores(wanted)),
                self._asked.nearest(alike),
                self._whole_pairs.scores(pairs),
                self._asked.nearest(self._sounds.cosines(texts.sounds(question))),
            ]
        )
        kept = np.array([text != but for text in self._told], dtype=np.float32)
        confirmed = np.stack(
            [
                self._confirmed.nearest(kept * self._confirmed_words.cosines(words)),
                self._confirmed.nearest(kept * self._confirmed_pairs.cosines(pairs)),
            ]
        )
        return Signals(own, confirmed, self._covered(wanted, own))

    def place(self, key: str) -> int | None:
        """Where an entry stands, None for one that is not there."""
        return self._place.get(key)

    def _whole(self, entries: Sequence[Entry]) -> tuple[list[dict[str, float]], list[Counter[str]]]:
        words: list[dict[str, float]] = [{} for _ in entries]
        pairs: list[Counter[str]] = [Counter() for _ in entries]
        at = 0
        for place, entry in enumerate(entries):
            for _ in (entry.question, *entry.wordings):
                _add(words[place], self._asked.words[at])
                pairs[place] += self._asked.pairs[at]
                at += 1
            _add(words[place], texts.words(f"{entry.field}。{entry.answer}"))
            pairs[place] += texts.pairs(entry.answer)
        return words, pairs

    def _expanded(self, question: str, words: Mapping[str, float], before: str) -> dict[str, float]:
        wanted: dict[str, float] = dict(words)
        for other in synonyms.others(question):
            for term, weight in texts.words(other).items():
                wanted.setdefault(term, texts.SYNONYM * weight)
        if before in self._place:
            for term, weight in texts.words(self.entries[before].question).items():
                wanted.setdefault(term, BEFORE * weight)
        return wanted

    def _covered(self, wanted: Mapping[str, float], own: np.ndarray) -> np.ndarray:
        """Only of the entries that may be told: it is looked up entry by entry."""
        covered = np.zeros(len(self.keys), dtype=np.float32)
        weights = {term: weight * self._rarity(term, self._whole_words) for term, weight in wanted.items()}
        asked = sum(weight for term, weight in weights.items() if wanted[term] >= BEFORE)
        if asked:
            for at in best(own[0] + own[1], CANDIDATES):
                held = self._held[at]
                covered[at] = min(
                    1.0, sum(weight for term, weight in weights.items() if term in held) / asked
                )
        return covered

    @staticmethod
    def _rarity(term: str, index: Impacts) -> float:
        return index.rarity.get(term, index.unknown)


def _add(held: dict[str, float], more: Mapping[str, float]) -> None:
    for term, often in more.items():
        held[term] = held.get(term, 0.0) + often


def best(scores: np.ndarray, most: int) -> np.ndarray:
    """The places of the highest scores above 0, the highest first; of equal ones the earlier first."""
    hits = np.flatnonzero(scores > 0)
    if len(hits) > most:
        hits = hits[np.argpartition(-scores[hits], most)[:most]]
    return hits[np.lexsort((hits, -scores[hits]))]


def candidates(signals: Signals) -> np.ndarray:
    """The places worth a closer look: the best by all signals, and those that a confirmed question names."""
    named = best(signals.likeness(), CANDIDATES // 4) if signals.is_known() else np.array([], dtype=int)
    return np.unique(np.concatenate([best(signals.scores(), CANDIDATES), named])).astype(int)
