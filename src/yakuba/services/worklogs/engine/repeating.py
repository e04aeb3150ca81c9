"""Routines: what people do again and again at a PC, found in logs that do not say where one begins or ends.

Two phases, so that memory does not grow with the logs. First every run of a few steps within a session is counted, in slots
by its hash: which runs are frequent enough to matter. Only of these the steps themselves are learned, then. Out of them
routines are chosen, the one that explains most first; what it explains is out of the way of the next. An occurrence may hold
a few other events (noise) between its steps. Routines that mostly follow one another are one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SHORTEST, LONGEST = 3, 10  # steps of a run that is counted
SLOTS = 22  # bits
MOST_RUNS = 30_000  # runs of each length that are learned
MOST_ROUTINES = 60
NOISE = 3  # other events between two steps
SAMPLE = 400_000  # events out of which routines are chosen
TOGETHER = 0.5  # of the occurrences of both: then two routines are one
TRIED = 3_000  # runs that are looked at while choosing
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)

Run = tuple[int, ...]
Array = Any  # of numpy


@dataclass(frozen=True)
class Stretch:
    """Events of some PCs in their order. codes: which step each is (from 0); session: a number that grows where a session
    begins. Both have one entry an event."""

    codes: Array
    session: Array

    def __len__(self) -> int:
        return len(self.codes)

    def beginning(self, most: int) -> Stretch:
        """At most so many events of it."""
        return Stretch(self.codes[:most], self.session[:most])


def put_together(stretches: Sequence[Stretch]) -> Stretch:
    """Several as one; no session reaches from one into the next."""
    sessions, last = [], 0
    for one in stretches:
        sessions.append(one.session + last)
        last = int(sessions[-1][-1]) + 1 if len(one) else last
    return Stretch(np.concatenate([one.codes for one in stretches]), np.concatenate(sessions))


@dataclass
class Occurrences:
    """Where a routine happened: for each time the index of every step, -1 where it lacks. at: shape (times, steps); the
    first step never lacks."""

    at: Array

    def __len__(self) -> int:
        return len(self.at)

    @property
    def events(self) -> Array:
        """The indexes of all steps."""
        return self.at[self.at >= 0]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and last index of each."""
        return (
            list(zip(self.at[:, 0].tolist(), self.at.max(axis=1).tolist(), strict=True)) if len(self) else []
        )


def sessions_of(machine: Array, gap_before: Array, pause: int) -> Array:
    """A number for each event that grows where a session begins. gap_before: -1 for a PC's first event."""
    begins = (gap_before < 0) | (gap_before > pause)
    begins[1:] |= machine[1:] != machine[:-1]
    return np.cumsum(begins)


@dataclass
class Counting:
    """The first phase and the second, over stretches one after the other. support: how often a run has to happen."""

    support: int
    _slots: dict[int, Array] = field(default_factory=dict)
    _runs: dict[int, dict[int, tuple[int, Run]]] = field(default_factory=dict)

    def count(self, stretch: Stretch) -> None:
        """Phase one: into slots."""
        for length, hashes, _ in _runs_in(stretch):
            slots = np.bincount(_slot(hashes), minlength=1 << SLOTS)
            known = self._slots.get(length)
            self._slots[length] = slots if known is None else known + slots

    def learn(self, stretch: Stretch) -> None:
        """Phase two: the steps of what is frequent, after every stretch was counted."""
        for length, hashes, at in _runs_in(stretch):
            often = self._slots[length][_slot(hashes)] >= self.support
            found, first, times = np.unique(hashes[often], return_index=True, return_counts=True)
            runs, starts = self._runs.setdefault(length, {}), at[often][first]
            for one, start, number in zip(found.tolist(), starts.tolist(), times.tolist(), strict=True):
                stands = runs.get(one)
                run = stands[1] if stands else tuple(stretch.codes[start : start + length].tolist())
                runs[one] = (number + (stands[0] if stands else 0), run)
            if len(runs) > 2 * MOST_RUNS:
                self._runs[length] = dict(sorted(runs.items(), key=lambda one: -one[1][0])[:MOST_RUNS])

    def frequent(self) -> list[tuple[int, Run]]:
        """How often, and the run; what begins as it ends is left out, since it is a piece of a loop."""
        found = [one for runs in self._runs.values() for one in runs.values() if one[0] >= self.support]
        kept = [one for one in found if not _turns(one[1])]
        return sorted(kept, key=lambda one: (-one[0] * (len(one[1]) - 1), one[1]))


def _slot(hashes: Array) -> Array:
    return ((hashes * _SPREAD) >> np.uint64(64 - SLOTS)).astype(np.int64)


def _runs_in(stretch: Stretch) -> Iterable[tuple[int, Array, Array]]:
    """length, a hash of each run of that length within a session, and where it begins."""
    codes = stretch.codes.astype(np.uint64) + np.uint64(1)
    hashes, starts = codes, np.arange(len(codes))
    for length in range(2, LONGEST + 1):
        if len(codes) < length:
            return
        hashes = hashes[: len(codes) - length + 1] * _BASE + codes[length - 1 :]
        if length >= SHORTEST:
            within = stretch.session[: len(codes) - length + 1] == stretch.session[length - 1 :]
            yield length, hashes[within], starts[: len(within)][within]


def _turns(run: Run) -> bool:
    """Whether it ends with what it begins with."""
    return any(run[:size] == run[-size:] for size in range(1, len(run)))


class Matcher:
    """Finds routines in a stretch. used: which events are explained already."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self.used = np.zeros(len(stretch), bool)
        order = np.argsort(stretch.codes, kind="stable")
        self._order = order
        most = int(stretch.codes.max(initial=-1))
        self._starts = np.searchsorted(stretch.codes[order], np.arange(most + 2, dtype=stretch.codes.dtype))

    def places(self, code: int) -> Array:
        """Where a step stands."""
        if code + 1 >= len(self._starts):
            return self._order[:0]
        return self._order[self._starts[code] : self._starts[code + 1]]

    def find(self, run: Run) -> Occurrences:
        """Where the steps come one after the other within a session, with at most `NOISE` other events between two, nothing
        of it is used, and of eight steps two may lack, of four one. None reaches into another."""
        at = self.places(run[0])
        at = at[~self.used[at]]
        steps, lacking = [at], np.zeros(len(at), np.int64)
        for code in run[1:]:
            places = self.places(code)
            places = places[~self.used[places]]
            if not len(at):
                break
            there = np.zeros(len(at), bool)
            later = at
            if len(places):
                following = np.searchsorted(places, at, side="right")
                later = places[np.minimum(following, len(places) - 1)]
                there = (following < len(places)) & (later - at <= 1 + NOISE + lacking)
                there &= self.stretch.session[later] == self.stretch.session[at]
            lacking = lacking + ~there
            kept = lacking <= _may_lack(len(run))
            steps = [one[kept] for one in steps]
            steps.append(np.where(there, later, -1)[kept])
            at, lacking = np.where(there, later, at)[kept], lacking[kept]
        if not len(at):
            return Occurrences(np.empty((0, len(run)), np.int64))
        return Occurrences(_apart(np.stack(steps, axis=1), at, lacking))

    def use(self, found: Occurrences) -> None:
        """It is explained."""
        self.used[found.events] = True


def _may_lack(steps: int) -> int:
    """How many of its steps an occurrence may lack."""
    return min(2, steps // 4)


def _apart(found: Array, last: Array, lacking: Array) -> Array:
    """Those that do not reach into the one before. Of those that share their end, the fullest, then the shortest."""
    order = np.lexsort((-found[:, 0], lacking, last))
    kept, end = [], -1
    for row, first, its_end in zip(
        order.tolist(), found[order, 0].tolist(), last[order].tolist(), strict=True
    ):
        if first > end:
            kept.append(row)
            end = its_end
    return found[kept]


def choose(
    frequent: Sequence[tuple[int, Run]],
    sample: Stretch,
    support: int,
    told: Callable[[], None] = lambda: None,
) -> list[Run]:
    """The routines, the one that explains most first. sample: the events by which it is seen; support: how often one has to
    happen in it."""
    matcher = Matcher(sample)
    waiting = [(_gain(number, run, 0), run) for number, run in frequent[:TRIED]]
    chosen: list[Run] = []
    while waiting and len(chosen) < MOST_ROUTINES:
        told()
        best = _best(matcher, waiting, support)
        if best is None:
            break
        run, found = best
        matcher.use(found)
        chosen.append(run)
    return _joined(chosen, sample)


def _gain(times: int, run: Run, beginning: int) -> float:
    """How many events fewer somebody would have to tell: one for a whole occurrence, and the routine itself once. A little
    more for what begins a session: of a loop's turns, the one that people begin with."""
    return times * (len(run) - 1) - len(run) + 0.1 * beginning


def _best(matcher: Matcher, waiting: list[tuple[float, Run]], support: int) -> tuple[Run, Occurrences] | None:
    """What explains most now. Whatever was explained since can only have made a run's gain smaller, so that few are looked
    at anew; `waiting` is told what they gain now."""
    waiting.sort(key=lambda one: (-one[0], one[1]))
    best: tuple[float, int, Occurrences] | None = None
    dropped: set[int] = set()
    session = matcher.stretch.session
    for at, (hoped, run) in enumerate(waiting):
        if best is not None and hoped * 1.1 + len(run) <= best[0]:
            break
        found = matcher.find(run)
        first = found.at[:, 0] if len(found) else np.empty(0, np.int64)
        begins = int(np.count_nonzero((first == 0) | (session[first] != session[np.maximum(first - 1, 0)])))
        gain = _gain(len(found), run, begins) - (len(found) * len(run) - len(found.events))
        waiting[at] = (gain, run)
        if len(found) < support or gain <= 0:
            dropped.add(at)
        elif best is None or gain > best[0]:
            best = gain, at, found
    taken = None if best is None else (waiting[best[1]][1], best[2])
    if best is not None:
        dropped.add(best[1])
    waiting[:] = [one for at, one in enumerate(waiting) if at not in dropped]
    return taken


def _joined(chosen: list[Run], sample: Stretch) -> list[Run]:
    """The same, with those that mostly follow one another as one."""
    for _ in range(MOST_ROUTINES):
        found = matched(chosen, sample)
        counts = [len(one) for one in found]
        spans = sorted((first, last, which) for which, each in enumerate(found) for first, last in each.spans)
        follows: dict[tuple[int, int], int] = {}
        for (_, end, one), (start, _, other) in itertools.pairwise(spans):
            if one != other and start - end <= 1 + NOISE and sample.session[start] == sample.session[end]:
                follows[one, other] = follows.get((one, other), 0) + 1
        near = [
            (number / max(counts[one], counts[other]), one, other)
            for (one, other), number in follows.items()
            if number >= TOGETHER * max(counts[one], counts[other])
        ]
        if not near:
            return chosen
        _, one, other = max(near)
        both = chosen[one] + chosen[other]
        chosen = [both if at == one else run for at, run in enumerate(chosen) if at != other]
        chosen.sort(key=len, reverse=True)
    return chosen


def matched(routines: Sequence[Run], stretch: Stretch) -> list[Occurrences]:
    """Where each of the routines happened, the first ones first; no event is of two."""
    matcher = Matcher(stretch)
    found = []
    for run in routines:
        one = matcher.find(run)
        matcher.use(one)
        found.append(one)
    return found


def groups(routines: Sequence[Run], share: float = 0.5) -> list[list[int]]:
    """Routines that are variants of one, by their place in the list: they share so much of their steps (Jaccard)."""
    made: list[list[int]] = []
    for at, run in enumerate(routines):
        steps = set(run)
        near = next(
            (
                group
                for group in made
                if len(steps & set(routines[group[0]])) / len(steps | set(routines[group[0]])) >= share
            ),
            None,
        )
        if near is None:
            made.append([at])
        else:
            near.append(at)
    return made
