"""Is there a matching in which no family blocks but those who are allowed to? Found, or refuted with the reason.

Narrowing first; where more than one tuple is left to a family, each is tried in turn and narrowed on. Where every
family has one tuple left, the matching is found: a family that could claim something better would have contradicted
the narrowing. Where all tries fail, the families whose claims were used are a core: every matching has a blocking
family among them (or among those allowed to block before). A try that failed without its assumption makes the
others needless (backjumping), so independent corners of a city do not multiply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from yakuba.services.nursery.engine.matching import reasons
from yakuba.services.nursery.engine.matching.board import Plan, Records, blocking, board_of
from yakuba.services.nursery.engine.matching.layout import Flags, Ints
from yakuba.services.nursery.engine.matching.narrowing import propagation
from yakuba.services.nursery.engine.matching.narrowing.state import CLOCK, NEVER, Narrow, start
from yakuba.services.nursery.engine.matching.place_index import Index
from yakuba.services.nursery.engine.matching.reasons import NOTHING, Reason


@dataclass(frozen=True)
class Found:
    """held (F): each family's tuple."""

    held: Ints


@dataclass(frozen=True)
class Core:
    """families: one of them blocks in every matching (in which only the allowed ones block besides)."""

    families: frozenset[int]


@dataclass(frozen=True)
class Undecided:
    """More tries than allowed."""


@dataclass
class _Try:
    """A family being tried: what is left to try, where to go back to, why what was tried failed."""

    family: int
    left: list[int]
    clock: int
    resources: Records
    failed: Reason = NOTHING


@dataclass(frozen=True)
class _Level:
    """free (F): who may block; conflict: the family that has no tuple left even so, or -1; how to get back here."""

    free: Flags
    conflict: int
    clock: int
    resources: Records


class Ground:
    """What holds while the families of `free` (F) may block: where questions about fewer of them set out from.
    Levels lie on each other, each with fewer who may block."""

    def __init__(self, plan: Plan, index: Index, free: Flags) -> None:
        self.plan, self.index = plan, index
        self.state: Narrow = start(plan, free)
        self.levels: list[_Level] = []
        self._lay(free, propagation.narrow(plan, index, self.state))

    @property
    def top(self) -> _Level:
        """The level that questions set out from."""
        return self.levels[-1]

    def covers(self, relaxed: Flags) -> bool:
        """Go down to a level where all of these may block; False when there is none."""
        # A level stays good for every question that lets more block than it assumes not to: what was narrowed with fewer
        # free would refute matchings that are wanted now.
        while self.levels and (relaxed & ~self.top.free).any():
            self.levels.pop()
        if self.levels:
            self.restore()
        return bool(self.levels)

    def raise_to(self, free: Flags) -> None:
        """A further level: of those who may block, only these."""
        self._lay(free, self.tighten(free))

    def tighten(self, relaxed: Flags) -> int:
        """Narrow on as if only these might block. Returns the family that has no tuple left, or -1."""
        if self.top.conflict >= 0:
            return self.top.conflict
        strict = np.flatnonzero(self.top.free & ~relaxed).astype(np.int32)
        return int(propagation.tighten(self.plan, self.index, self.state, strict))

    def restore(self) -> None:
        """Forget what a question assumed."""
        propagation.undo(self.plan, self.index, self.state, self.top.clock, self.top.resources)
        self.state.families["relaxed"] = self.top.free

    def _lay(self, free: Flags, conflict: int) -> None:
        clock, resources = int(self.state.counters[CLOCK]), self.state.resources.copy()
        self.levels.append(_Level(free, conflict, clock, resources))


@dataclass(frozen=True)
class Goal:
    """So many children must be seated. seats (T): how many children a tuple seats."""

    seats: Ints
    wanted: int


class Search:
    """One question: may none but the families of `relaxed` (F), all of them free on the ground, block, and so many
    children be seated?"""

    def __init__(self, ground: Ground, relaxed: Flags, goal: Goal | None = None) -> None:
        self.ground, self.plan, self.state, self.index = ground, ground.plan, ground.state, ground.index
        self.relaxed, self.goal = relaxed, goal
        self.tries = 0
        self.floor = 0  # when the tries began
        self.failures = np.ones(relaxed.size)  # how often a family's tuples were assumed in what failed

    def run(self, most_tries: int, tick: Callable[[], None] | None = None) -> Found | Core | Undecided:
        """Search. tick: called at each try; may raise to stop."""
        try:
            return self._run(most_tries, tick)
        finally:
            self.ground.restore()

    def _run(self, most_tries: int, tick: Callable[[], None] | None) -> Found | Core | Undecided:
        conflict = self.ground.tighten(self.relaxed)
        if conflict >= 0:
            return self._core(self._failure([conflict]))
        # Narrowing alone knows nothing of the goal: a matching may exist, and never with so many children.
        shortage = self._shortage()
        if shortage is not None:
            return self._core(shortage)
        path: list[_Try] = []
        self.floor = int(self.state.counters[CLOCK])
        while True:
            family = self._next()
            if family >= 0:
                path.append(self._try_of(family))
            else:
                failure = self._leaf_failure()
                if failure is None:
                    return Found(self.state.families["first"].copy())
                failure = self._back(path, failure)
                if failure is not None:
                    return self._core(failure)
            end = self._advance(path, most_tries, tick)
            if end is not None:
                return end

    def _advance(
        self, path: list[_Try], most_tries: int, tick: Callable[[], None] | None
    ) -> Core | Undecided | None:
        """Try on from the end of the path until something narrows without contradiction (None)."""
        while True:
            if self.tries >= most_tries:
                return Undecided()
            self.tries += 1
            if tick:
                tick()
            last = path[-1]
            conflict = propagation.assume(self.plan, self.index, self.state, last.family, last.left.pop(0))
            failed = self._failure([conflict]) if conflict >= 0 else self._shortage()
            if failed is None:
                return None
            failure = self._back(path, failed)
            if failure is not None:
                return self._core(failure)

    def _leaf_failure(self) -> Reason | None:
        """Every family has one tuple: does the matching hold, counted on the board? Seldom, with shared seats and
        weights that differ, it does not: narrowing takes the heaviest and lightest that a child can be somewhere.
        """
        plan = self.plan
        board = board_of(plan, self.state.families["first"])
        claims = np.where(self.state.families["relaxed"] == 0, blocking(plan, board), -1)
        full = np.flatnonzero(board.load > plan.resources["capacity"][:-1])
        # The reason need not be the smallest, only true: who could matter at the places of the claim is named.
        family = int(np.argmax(claims >= 0))
        if claims[family] >= 0:
            legs = plan.legs[slice(*plan.tuples["leg_first"][claims[family] : claims[family] + 2])]
            there = self._families_at(legs["resource"].tolist())
            return self._failure([family, *there], claimant=family)
        return self._failure(self._families_at(full[:1].tolist())) if full.size else None

    def _families_at(self, resources: list[int]) -> list[int]:
        """Families that have a place there."""
        first = self.plan.resources["place_first"]
        rows = [self.plan.place_family[first[at] : first[at + 1]] for at in resources]
        return [] if not rows else np.unique(np.concatenate(rows)).tolist()

    def _back(self, path: list[_Try], failure: Reason) -> Reason | None:
        """Go back to the last family that the failure depends on and that has a tuple left to try; the failure as
        a whole when there is none."""
        self.failures[list(failure.assumed)] += 1
        while path:
            last = path[-1]
            propagation.undo(self.plan, self.index, self.state, last.clock, last.resources)
            # A failure that does not hang on this family comes with whatever it holds: its other tuples are not tried
            # (backjumping).
            if last.family in failure.assumed:
                last.failed |= failure
                if last.left:
                    return None
                # None is left: why each of its tuples failed, and why the others had been dropped, say together that
                # none is possible.
                failure = last.failed | self._failure([last.family])
                failure = replace(failure, assumed=failure.assumed - {last.family})
            path.pop()
        return failure

    def _next(self) -> int:
        """The family to try, or -1 when all have one tuple: few tuples left, and often part of what failed."""
        left = self.state.families["left"]
        family = int(np.argmin(np.where(left > 1, left / self.failures, NEVER)))
        return family if left[family] > 1 else -1

    def _try_of(self, family: int) -> _Try:
        first, last = self.plan.tuple_first[family : family + 2].tolist()
        remaining = np.flatnonzero(self.state.tuples["dropped_at"][first:last] == NEVER) + first
        clock = int(self.state.counters[CLOCK])
        # Events are taken back one by one; thresholds and their sums come back from the copy.
        return _Try(family, remaining.tolist(), clock, self.state.resources.copy())

    def _failure(self, families: list[int], claimant: int = -1) -> Reason:
        """Why the dropped tuples of these families are impossible in the present state, back to the first try."""
        rows = [np.arange(*self.plan.tuple_first[family : family + 2]) for family in families]
        tuples = np.concatenate(rows) if rows else np.zeros(0, np.int32)
        reason = reasons.explain(self.plan, self.state, self.index, tuples.astype(np.int32), self.floor)
        return reason if claimant < 0 else replace(reason, used=reason.used | {claimant})

    def _shortage(self) -> Reason | None:
        """Why too few children can be seated in the present state; None when there may be enough."""
        if self.goal is None:
            return None
        seats, most = self.goal.seats, np.zeros(self.relaxed.size, np.int32)
        if propagation.most_seats(self.plan, self.state, seats, most) >= self.goal.wanted:
            return None
        missed = np.flatnonzero(seats > np.repeat(most, np.diff(self.plan.tuple_first))).astype(np.int32)
        return reasons.explain(self.plan, self.state, self.index, missed, self.floor)

    def _core(self, failure: Reason) -> Core:
        """All the families whose claims were used; every try is taken back."""
        return Core(reasons.used_by(self.plan, self.state, self.index, failure))
