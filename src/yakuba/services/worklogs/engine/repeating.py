"""Routines: what people do again and again at a PC, found in logs that do not say where one begins or ends.

Two phases, so that memory does not grow with the logs. First every run of a few steps within a session is counted, in slots
by its hash: which runs are frequent enough to matter. Only of these the steps themselves are learned, then. Out of them
routines are chosen, the one that explains most first; what it explains is out of the way of the next. An occurrence may hold
a few other events (noise) between its steps. Routines that mostly follow one another are one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yakuba.services.worklogs.engine import run_loops

LENGTHS = run_loops.LONGEST - run_loops.SHORTEST + 1
MOST_RUNS = 30_000  # runs of each length that are learned
MOST_ROUTINES = 60
NOISE = 3  # other events between two steps
SAMPLE = 400_000  # events out of which routines are chosen
TOGETHER = 0.5  # of the occurrences of both: then two routines are one
TRIED = 3_000  # runs that are looked at while choosing

Run = tuple[int, ...]
Array = Any  # of numpy


@dataclass(frozen=True)
class Stretch:
    """Events of some PCs in their order. codes: which step each is (from 0); session: a number that grows where a session
    begins. Both have one entry an event."""

    codes: Array
    session: Array

    def __post_init__(self) -> None:
        """For other types of numbers each loop would be compiled once more."""
        object.__setattr__(self, "codes", np.ascontiguousarray(self.codes, np.int32))
        object.__setattr__(self, "session", np.ascontiguousarray(self.session, np.int64))

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
    def firsts(self) -> Array:
        """The index of each one's first step."""
        return self.at[:, 0]

    @property
    def lasts(self) -> Array:
        """The index of each one's last step."""
        return self.at.max(axis=1, initial=-1)


def session_begins(machine: Array, gap_before: Array, pause: int) -> Array:
    """Whether a session begins at each event. gap_before: milliseconds since the one before, -1 for a PC's first event."""
    begins = (gap_before < 0) | (gap_before > pause)
    begins[1:] |= machine[1:] != machine[:-1]
    return begins


def sessions_of(machine: Array, gap_before: Array, pause: int) -> Array:
    """A number for each event that grows where a session begins."""
    return np.cumsum(session_begins(machine, gap_before, pause))


class Counting:
    """The first phase: how often each run happens, in slots by its hash. Several can count side by side, each its own
    stretches."""

    def __init__(self) -> None:
        self.slots = np.zeros((LENGTHS, 1 << run_loops.SLOTS), np.uint32)

    def count(self, stretch: Stretch) -> None:
        """The runs of one more stretch."""
        run_loops.count_runs(stretch.codes, stretch.session, self.slots)

    def add(self, other: Counting) -> None:
        """What another counted."""
        self.slots += other.slots


class Learning:
    """The second phase: the steps of the runs whose slots were counted often. support: how often a run has to happen."""

    def __init__(self, counted: Counting, support: int) -> None:
        self._slots, self._support = counted.slots, support
        size = 1 << run_loops.TABLE
        self._table = np.zeros((LENGTHS, size, 2), np.uint64)
        self._runs = np.zeros((LENGTHS, size, run_loops.LONGEST), np.int32)
        self._filled = np.zeros(LENGTHS, np.int64)

    def learn(self, stretch: Stretch) -> None:
        """The runs of one more stretch, after every stretch was counted."""
        start, most = 0, 2 * MOST_RUNS
        tables = self._table, self._runs, self._filled
        while start < len(stretch):
            start = run_loops.learn_runs(
                stretch.codes, stretch.session, self._slots, self._support, start, *tables, most
            )
            self._thin_out()

    def add(self, other: Learning) -> None:
        """What another learned, of the same counting."""
        for which in range(LENGTHS):
            self._put(which, *other._held(which))
        self._thin_out()

    def frequent(self) -> list[tuple[int, Run]]:
        """How often, and the run, for as many as are tried; what begins as it ends is left out, since it is a piece of a
        loop."""
        found: list[tuple[int, Run]] = []
        for which in range(LENGTHS):
            held, runs = self._held(which)
            often = np.flatnonzero(held[:, 1] >= self._support)
            order = often[np.argsort(-held[often, 1].astype(np.int64), kind="stable")]
            each = ((int(held[row, 1]), self._run(which, runs[row])) for row in order.tolist())
            found += itertools.islice((one for one in each if not _turns(one[1])), 2 * TRIED)
        return sorted(found, key=lambda one: (-one[0] * (len(one[1]) - 1), one[1]))

    def _run(self, which: int, steps: Array) -> Run:
        return tuple(steps[: which + run_loops.SHORTEST].tolist())

    def _held(self, which: int) -> tuple[Array, Array]:
        """Of the runs of a length: hash and times; steps."""
        there = np.flatnonzero(self._table[which, :, 0])
        return self._table[which, there], self._runs[which, there]

    def _put(self, which: int, held: Array, runs: Array) -> None:
        self._filled[which] += run_loops.put_into_table(held, runs, self._table[which], self._runs[which])

    def _thin_out(self) -> None:
        """Of a table that is full, what was counted most often in all stretches stays."""
        for which in np.flatnonzero(self._filled >= 2 * MOST_RUNS).tolist():
            held, runs = self._held(which)
            counted = self._slots[which, run_loops.slots_of(held[:, 0])]
            best = np.argsort(counted, kind="stable")[-MOST_RUNS:]
            self._table[which], self._filled[which] = 0, 0
            self._put(which, held[best], runs[best])


def _turns(run: Run) -> bool:
    """Whether it ends with what it begins with."""
    return any(run[:size] == run[-size:] for size in range(1, len(run)))


class Matcher:
    """Finds routines in a stretch. used: which events are explained already."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self.used = np.zeros(len(stretch), bool)
        most = int(stretch.codes.max(initial=-1))
        self._order = np.empty(len(stretch), np.int64)
        self._starts = np.zeros(most + 2, np.int64)
        np.cumsum(np.bincount(stretch.codes, minlength=most + 1), out=self._starts[1:])
        run_loops.sort_places(stretch.codes, self._starts, self._order)

    def places(self, code: int) -> Array:
        """Where a step stands."""
        if code + 1 >= len(self._starts):
            return self._order[:0]
        return self._order[self._starts[code] : self._starts[code + 1]]

    def find(self, run: Run) -> Occurrences:
        """Where the steps come one after the other within a session, with at most `NOISE` other events between two, nothing
        of it is used, and of eight steps two may lack, of four one. None reaches into another."""
        places = self.places(run[0])
        steps = np.empty((len(places), len(run)), np.int64)
        last, lacking = np.empty(len(places), np.int64), np.empty(len(places), np.int64)
        events = self.stretch.codes, self.stretch.session, self.used
        number = run_loops.find_run(
            np.array(run, np.int64), *events, places, NOISE, _may_lack(len(run)), steps, last, lacking
        )
        return Occurrences(_apart(steps[:number], last[:number], lacking[:number]))

    def use(self, found: Occurrences) -> None:
        """It is explained."""
        self.used[found.events] = True


def _may_lack(steps: int) -> int:
    """How many of its steps an occurrence may lack."""
    return min(2, steps // 4)


def _apart(found: Array, last: Array, lacking: Array) -> Array:
    """Those that do not reach into the one before. Of those that share their end, the fullest, then the shortest."""
    first = np.ascontiguousarray(found[:, 0])
    order = np.lexsort((-first, lacking, last))
    kept = np.empty(len(found), np.int64)
    return found[kept[: run_loops.keep_apart(order, first, last, kept)]]


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
        first = found.firsts
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
        spans = sorted(
            (first, last, which)
            for which, each in enumerate(found)
            for first, last in zip(each.firsts.tolist(), each.lasts.tolist(), strict=True)
        )
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
