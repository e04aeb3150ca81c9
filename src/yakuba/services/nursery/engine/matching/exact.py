"""The fewest blocking families, proved: implicit hitting sets.

Every core (`search.Core`) has a blocking family in every matching. So a smallest set of families that hits all known
cores is a lower bound; if a matching exists in which only they block, it is the best there is; if not, there is a
new core without them. The bound holds at any time, also when the time ends before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

import numpy as np

from yakuba.services.nursery.engine.matching import hitting
from yakuba.services.nursery.engine.matching.board import Plan, blocking, board_of
from yakuba.services.nursery.engine.matching.layout import Flags, Ints
from yakuba.services.nursery.engine.matching.place_index import index_of
from yakuba.services.nursery.engine.matching.search import Core, Found, Goal, Ground, Search, Undecided

MOST_LIKED = 9
SEARCH_TRIES = 400  # after so many a question goes to CP-SAT, unless it may not take more
CP_SAT_TRIES = 200  # what that costs, in tries
CP_SAT_SECONDS = 5.0
MOST_TRIES = SEARCH_TRIES + 1
PROVING, FILLING = (
    "もっとよい割り当てがないことを証明しています",
    "同じだけよい割り当てのうち、入所が多いものを探しています",
)
APART_TRIES = 30
APART_GAIN = 4

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

    def tick(self, step: str = PROVING) -> None:
        """Raise OutOfTime when the time is over; tell now and then how it goes."""
        now = time.perf_counter()
        passed = now - self.started
        if passed >= self.seconds:
            raise OutOfTime
        if self.told and now - self.last_told > 0.1:
            self.last_told = now
            self.told(step, passed / self.seconds)


def prove(
    plan: Plan, held: Ints, seats: Ints, clock: Clock, liking: Mapping[int, int], seat_tries: int
) -> Proof:
    """Improve on the matching `held` (F) and prove how few families can block, then, of such matchings, how many
    children can be seated, as far as the time allows.

    seats (T): how many children a tuple seats. seat_tries: how much work to spend on more seats. liking: which families to let block rather, see `hitting.sets`.
    """
    proof = Proof(plan, held, seats, clock, liking)
    # Whenever the time ends, what is known is true: the matching only gets better, and the bound only rises when every
    # set of its size was refuted.
    with suppress(OutOfTime):
        proof.run()
        proof.fill(seat_tries)
    proof.note_apart()
    return proof


class Proof:
    """The best matching and the cores known so far.

    held (F): the best matching known; fewest: its blocking families; bound: no matching has fewer than that.
    seats_proved: no matching with as few seats more children.
    """

    def __init__(self, plan: Plan, held: Ints, seats: Ints, clock: Clock, liking: Mapping[int, int]) -> None:
        self.plan, self.held, self.seats, self.clock = plan, held, seats, clock
        self.goal: Goal | None = None
        self.seats_proved = False
        claims = blocking(plan, board_of(plan, held))
        self.fewest = int((claims >= 0).sum())
        self.liking = dict(liking) | dict.fromkeys(np.flatnonzero(claims >= 0).tolist(), MOST_LIKED)
        self.index = index_of(plan)
        self.bound = 0
        self.cores: list[int] = []  # families as bits
        self.patience = 1
        self.asked = 0  # tries of the last question
        self.luck = 2 * APART_GAIN  # how often more cores apart may be asked for
        self.ground = Ground(plan, self.index, self.flags(frozenset()))

    def run(self) -> None:
        """Until the bound meets the best matching."""
        self.descend()
        self.note_apart()
        while self.bound < self.fewest:
            before = self.bound
            self.raise_bound()
            if self.bound == before:  # a question stayed open: ask once more
                # Four times as long each time, so that all rounds before cost a third of the last one together.
                self.patience *= 4

    def fill(self, tries: int) -> None:
        """Of matchings in which as few block, find one that seats the most. A set of families that may block has to
        hit, beside the cores, those that are learned from asking for more seats than known; none is left in the end.
        """
        is_open = False
        for chosen, others in self.candidates(self.fewest):
            answer: Found | Core | Undecided | None = None
            # The goal rises with each matching that is found, and the same families are asked until no more children
            # can be seated. Work is counted in tries, not in seconds: a faster machine seats nobody else.
            while answer is None or isinstance(answer, Found):
                self.clock.tick(FILLING)
                self.goal = Goal(self.seats, int(self.seats[self.held].sum()) + 1)
                answer = self.ask(chosen, tries, others)
                tries -= self.asked
            is_open |= not isinstance(answer, Core)
            if tries <= 0:
                return
        self.seats_proved = not is_open

    def descend(self) -> None:
        """A better matching soon: one family of each core in turn may block, the one that is liked best."""
        # Greedy, and seldom the smallest set; but `run` ends where the bound meets the best matching, so each family
        # fewer here saves it all sets of one size.
        chosen: frozenset[int] = frozenset()
        while len(chosen) < self.fewest:
            answer = self.ask(chosen, MOST_TRIES)
            if not isinstance(answer, Core):
                return
            chosen |= {max(sorted(answer.families), key=lambda family: self.liking.get(family, 0))}

    def note_apart(self) -> None:
        """Cores without a common member have a blocking family each."""
        self.bound = max(self.bound, min(hitting.apart(self.cores), self.fewest))

    def raise_bound(self) -> None:
        """Ask all sets of `bound` families that hit every core: one of them is the answer, or one more must block."""
        size, is_open = self.bound, False
        for chosen, others in self.candidates(size):
            answer = self.ask(chosen, MOST_TRIES, others)
            if (
                self.fewest == size
            ):  # `take` has kept a matching with as few as the bound says: nothing is better
                return
            is_open |= not isinstance(answer, Core)
            if isinstance(answer, Core) and size >= hitting.LARGER:
                self.learn_apart(chosen | answer.families)
        if not is_open:
            self.bound += 1

    def others(self, same: frozenset[int]) -> frozenset[int]:
        """Who could be the last of a set that hits every core, beside these."""
        chosen = hitting.bits(same)
        left = reduce(and_, (core for core in self.cores if not core & chosen), -1)
        return frozenset(hitting.members(left)) if left > 0 else frozenset()

    def learn_apart(self, families: frozenset[int]) -> None:
        """More cores at once, each without a member in common with those before: with several knots in a city, a
        set misses more than one. Given up where it seldom succeeds."""
        while self.luck:
            self.luck -= 1
            answer = self.ask(families, APART_TRIES)
            if not isinstance(answer, Core):
                return
            self.luck += APART_GAIN
            families |= answer.families

    def candidates(self, size: int) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
        """The sets of so many families that hit every core, as cores become known; each with who could stand in the
        next one for the only family that it does not share with the one before."""
        before = frozenset[int]()
        for chosen in self.sets_that_hit(size):
            same = chosen & before
            before = chosen
            yield chosen, self.others(same) if size - 1 == len(same) else frozenset()

    def sets_that_hit(self, size: int) -> Iterator[frozenset[int]]:
        """The sets themselves."""
        # While there are few they are all gone through, and one that stays open leaves only itself open. Their number
        # grows with the power of the size: beyond, CP-SAT names one that hits all cores known, which then misses a new
        # one or is the answer.
        if size < hitting.LARGER:
            yield from hitting.sets(self.cores, size, self.liking, self.clock.tick)
            return
        known, chosen = -1, None
        while known < len(self.cores):  # else the last one stayed open
            self.clock.tick()
            known = len(self.cores)
            chosen = chosen and hitting.repaired(self.cores, chosen, self.liking)
            chosen = chosen or self.one_set(size)
            if chosen is None:
                return
            yield chosen

    def one_set(self, size: int) -> frozenset[int] | None:
        """Up to so many families that hit every core, or None."""
        try:
            return hitting.one_set(self.cores, size, self.clock.left)
        except TimeoutError as error:
            raise OutOfTime from error

    def ask(
        self, chosen: frozenset[int], tries: int, others: frozenset[int] = frozenset()
    ) -> Found | Core | Undecided:
        """Is there a matching where only they block? Take it, or learn a core. others: who may be asked about next."""
        relaxed = self.flags(chosen)
        if not self.ground.covers(relaxed):
            known = frozenset(hitting.members(reduce(or_, self.cores, 0)))
            self.ground = Ground(self.plan, self.index, self.flags(chosen | known))
        soon = self.flags(chosen | others) & self.ground.top.free
        # A level more is worth its narrowing only where far fewer may block on it than on the one below.
        if others and 2 * soon.sum() < self.ground.top.free.sum():
            self.ground.raise_to(soon)
        search = Search(self.ground, relaxed, self.goal)
        # The search comes first, for it knows which claims it used and so finds small cores. CP-SAT's no names everybody
        # who was not chosen: true, and of little help to the next set.
        answer = search.run(min(tries, SEARCH_TRIES), self.clock.tick)
        self.asked = search.tries + 1
        if isinstance(answer, Undecided) and tries > SEARCH_TRIES:
            self.asked += CP_SAT_TRIES
            answer = self.model(relaxed)
        if isinstance(answer, Core):
            self.cores.append(hitting.bits(answer.families))
        elif isinstance(answer, Found) and not self.take(answer.held, relaxed):
            return Undecided()  # the board does not say the same: then nothing is proved by it
        return answer

    def model(self, relaxed: Flags) -> Found | Core | Undecided:
        """The same question for CP-SAT. Where it finds nothing, all that is known is that another family blocks."""
        from yakuba.services.nursery.engine.matching import residual

        try:
            self.ground.tighten(relaxed)
            seconds = min(CP_SAT_SECONDS * self.patience, self.clock.left)
            held = residual.matching(self.plan, self.ground.state, self.goal, seconds)
        except TimeoutError:
            return Undecided()
        finally:
            self.ground.restore()
        if held is not None:
            return Found(held)
        return Core(frozenset(np.flatnonzero(~relaxed).tolist()))

    def take(self, held: Ints, relaxed: Flags) -> bool:
        """Keep the matching if fewer families block. Counted on the board, whatever the search says; False when
        it is not what was asked for."""
        board = board_of(self.plan, held)
        claims = blocking(self.plan, board) >= 0
        fits = bool((board.load <= self.plan.resources["capacity"][:-1]).all())
        if not fits or (claims & ~relaxed).any():
            return False
        # In this order: one family more that blocks is not made up for by any number of seats.
        value = (int(claims.sum()), -int(self.seats[held].sum()))
        if value < (self.fewest, -int(self.seats[self.held].sum())):
            self.held, self.fewest = held, value[0]
        return self.goal is None or -value[1] >= self.goal.wanted

    def flags(self, families: frozenset[int]) -> Flags:
        """(F) True for the families."""
        flags = np.zeros(self.held.size, np.bool_)
        flags[list(families)] = True
        return flags
