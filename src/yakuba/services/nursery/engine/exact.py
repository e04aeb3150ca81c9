"""The fewest blocking families, proved: implicit hitting sets.

Every core (`search.Core`) has a blocking family in every matching. So a smallest set of families that hits all known
cores is a lower bound; if a matching exists in which only they block, it is the best there is; if not, there is a
new core without them. The bound holds at any time, also when the time ends before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from yakuba.services.nursery.engine import hitting, reasons
from yakuba.services.nursery.engine.board import Plan, blocking, board_of
from yakuba.services.nursery.engine.layout import Flags, Ints
from yakuba.services.nursery.engine.search import Core, Found, Search, Undecided

MOST_LIKED = 9
MOST_TRIES = 4000
SHRINK_TRIES = 100
SHRINKS = 1
MOST_VARIED = 12
VARY_TRIES = 150

Told = Callable[[str, float], None]


class OutOfTime(Exception):
    """The time allowed is over."""


@dataclass
class Clock:
    """The time allowed, and whom to tell. told(step, share of the time 0..1) may raise to stop the work."""

    seconds: float
    told: Told | None = None
    started: float = field(default_factory=time.perf_counter)
    last_told: float = 0.0

    @property
    def left(self) -> float:
        """Seconds left; negative when over."""
        return self.started + self.seconds - time.perf_counter()

    def tick(self, step: str = "もっとよい割り当てがないことを証明しています") -> None:
        """Raise OutOfTime when the time is over; tell now and then how it goes."""
        now = time.perf_counter()
        passed = now - self.started
        if passed >= self.seconds:
            raise OutOfTime
        if self.told and now - self.last_told > 0.1:
            self.last_told = now
            self.told(step, passed / self.seconds)


@dataclass(frozen=True)
class Proof:
    """held (F): the best matching known; fewest: its blocking families; bound: no matching has fewer than that."""

    held: Ints
    fewest: int
    bound: int


def fewest_blocking(plan: Plan, held: Ints, clock: Clock, liking: Mapping[int, int]) -> Proof:
    """Improve on the matching `held` (F) and prove how few families can block, as far as the time allows.

    liking: which families to let block rather, see `hitting.smallest`.
    """
    proof = _Proving(plan, held, clock, liking)
    with suppress(OutOfTime):
        proof.run()
    return Proof(proof.held, proof.fewest, proof.bound)


class _Proving:
    """The best matching and the cores known so far."""

    def __init__(self, plan: Plan, held: Ints, clock: Clock, liking: Mapping[int, int]) -> None:
        self.plan, self.held, self.clock = plan, held, clock
        claims = blocking(plan, board_of(plan, held))
        self.fewest = int((claims >= 0).sum())
        self.liking = dict(liking) | dict.fromkeys(np.flatnonzero(claims >= 0).tolist(), MOST_LIKED)
        self.index = reasons.index_of(plan)
        self.bound = 0
        self.cores: list[frozenset[int]] = []

    def run(self) -> None:
        """Until the bound meets the best matching, or nothing more is found."""
        self.descend()
        while self.bound < self.fewest:
            self.clock.tick()
            chosen = hitting.smallest(self.cores, self.liking, self.clock.left)
            if chosen is None:
                self.bound = max(self.bound, min(hitting.LARGER, self.fewest))
                return
            self.bound = min(len(chosen), self.fewest)
            if self.bound == self.fewest or not self.ask(chosen):
                return

    def descend(self) -> None:
        """A better matching soon: one family of each core in turn may block, the one that is liked best."""
        chosen: frozenset[int] = frozenset()
        while len(chosen) < self.fewest:
            search = Search(self.plan, self.flags(chosen), self.index)
            answer = search.run(MOST_TRIES, self.clock.tick)
            if not isinstance(answer, Core):
                if isinstance(answer, Found):
                    self.take(answer.held, search.relaxed)
                return
            self.cores.append(answer.families)
            chosen |= {max(sorted(answer.families), key=lambda family: self.liking.get(family, 0))}

    def ask(self, chosen: frozenset[int]) -> bool:
        """Is there a matching where only they block? Take it, or learn a core; False when neither."""
        relaxed = self.flags(chosen)
        answer = Search(self.plan, relaxed, self.index).run(MOST_TRIES, self.clock.tick)
        if isinstance(answer, Core):
            self.cores.append(self.shrunk(answer.families))
            self.vary(chosen)
        elif isinstance(answer, Found):
            return self.take(answer.held, relaxed)
        return not isinstance(answer, Undecided)

    def take(self, held: Ints, relaxed: Flags) -> bool:
        """Keep the matching if fewer families block. Counted on the board, whatever the search says; False when
        it is not what was asked for."""
        board = board_of(self.plan, held)
        claims = blocking(self.plan, board) >= 0
        fits = bool((board.load <= self.plan.resources["capacity"][:-1]).all())
        if not fits or (claims & ~relaxed).any():
            return False
        if claims.sum() < self.fewest:
            self.held, self.fewest = held, int(claims.sum())
        return True

    def shrunk(self, core: frozenset[int]) -> frozenset[int]:
        """The same core with families left out that are not needed: the fewer, the stronger the bound."""
        for _ in range(SHRINKS):
            others = ~self.flags(core)
            answer = Search(self.plan, others, self.index).run(SHRINK_TRIES, self.clock.tick)
            if not isinstance(answer, Core) or len(answer.families) >= len(core):
                break
            core = answer.families
        return core

    def vary(self, chosen: frozenset[int]) -> None:
        """More cores at once: let a part of the suspects block too, the least promising first. What still
        contradicts is a core without all of them; so most families are ruled out in groups, not one by one."""
        common = frozenset.intersection(*self.cores) or self.cores[-1]
        suspects = sorted(common, key=lambda family: (self.liking.get(family, 0), family))
        size, asked = (len(suspects) + 1) // 2, 0
        while size and suspects and asked < MOST_VARIED and self.bound < self.fewest:
            asked += 1
            group = frozenset(suspects[:size])
            search = Search(self.plan, self.flags(chosen | group), self.index)
            answer = search.run(VARY_TRIES, self.clock.tick)
            if isinstance(answer, Core):
                self.cores.append(answer.families)
                suspects = [family for family in suspects[size:] if family in answer.families]
                size = (len(suspects) + 1) // 2
            else:
                if isinstance(answer, Found):
                    self.take(answer.held, search.relaxed)
                suspects = suspects[size:] + suspects[:size]
                size //= 2

    def flags(self, families: frozenset[int]) -> Flags:
        """(F) True for the families."""
        flags = np.zeros(self.held.size, np.bool_)
        flags[list(families)] = True
        return flags
