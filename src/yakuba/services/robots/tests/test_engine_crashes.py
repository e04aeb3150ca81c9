"""Thousands of runs against a simulated target, with trouble and SIGKILL at every point."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.services.robots.contracts import Command, Ending, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.tests.simulation import (
    Faults,
    FaultyStore,
    Killed,
    SimulatedClock,
    SimulatedTarget,
)

LIMITS = Limits(settle_seconds=30, commit_window=5, attempts=4, starts=20, failures_in_a_row=1000, backoff=1)
FAULTS = st.lists(st.integers(0, 60).map(lambda n: n if n < 12 else 0), max_size=60)
PAUSES = st.sets(st.integers(0, 80), max_size=5)
OLD = st.lists(st.sampled_from([0, 0, 0, 0, 1, 2]), min_size=1, max_size=4)


@dataclass
class World:
    store: FaultyStore
    target: SimulatedTarget
    old: dict[str, int]

    def twice(self) -> list[str]:
        """Receipt numbers the robot entered although they stood there, by itself or by others."""
        return [
            receipt
            for receipt, numbers in self.target.stored.items()
            if sum(one.startswith("new") for one in numbers) > (0 if self.old[receipt] else 1)
        ]


def play(
    faults: list[int],
    old: list[int],
    pauses: Collection[int] = (),
    *,
    limits: Limits = LIMITS,
    delay: float = 30,
    rehearse: bool = False,
) -> World:
    """Run, and start again after every death and every stop, until nothing is open.

    pauses: at which questions to the person the answer is to pause.
    """
    questions = count()

    def control() -> Command:
        return Command.PAUSE if next(questions) in pauses else Command.GO

    clock, trouble = SimulatedClock(), Faults(faults)
    rows = [Row(n, f"R{n}", {}) for n in range(1, len(old) + 1)]
    store = FaultyStore(rows, trouble)
    before = {row.receipt_number: count for row, count in zip(rows, old, strict=True)}
    target = SimulatedTarget(store, clock, trouble, before, delay)
    for _ in range(300):
        try:
            report = Runner(
                store, target, limits=limits, clock=clock, rehearse=rehearse, control=control
            ).run()
        except Killed:
            clock.sleep(0.2)
            continue
        if report.ending is Ending.FINISHED:
            break
    else:
        raise AssertionError("does not come to an end")
    target.settle_all()
    return World(store, target, before)


def check(world: World) -> None:
    """Never twice; and every row is where it says, or with a person, or certainly not entered."""
    assert world.twice() == []
    for row in world.store.rows.values():
        numbers = world.target.stored[row.receipt_number]
        assert row.state not in OPEN
        if row.state in (RowState.ENTERED, RowState.FOUND_ALREADY):
            assert numbers == [row.target_number]
        elif row.state is RowState.FAILED:
            assert not any(one.startswith("new") for one in numbers)
        else:
            assert row.state is RowState.UNDECIDED
            assert row.problem is not None


@settings(max_examples=1500, deadline=None)
@given(FAULTS, OLD, PAUSES)
def test_nothing_is_entered_twice_and_nothing_is_lost(
    faults: list[int], old: list[int], pauses: set[int]
) -> None:
    check(play(faults, old, pauses))


@pytest.mark.parametrize("point", range(30))
def test_every_single_fault_and_every_pair_with_a_death(point: int) -> None:
    """Each kind of trouble at this point of the run, alone and followed by one more at each later point."""
    for kind in range(1, 11):
        alone = [0] * point + [kind]
        check(play(alone, [0, 0]))
        for gap in range(8):
            for second in (1, 2, 5, 6, 7):
                check(play([*alone, *[0] * gap, second], [0, 0]))


@settings(max_examples=300, deadline=None)
@given(FAULTS, OLD)
def test_a_rehearsal_never_presses_the_commit_step(faults: list[int], old: list[int]) -> None:
    world = play(faults, old, rehearse=True)
    assert world.target.commits == 0
    assert all(row.intent_at is None for row in world.store.rows.values())


def test_without_trouble_every_row_is_entered() -> None:
    world = play([], [0, 0, 0])
    assert [row.state for row in world.store.rows.values()] == [RowState.ENTERED] * 3
    assert all(row.starts == 1 and row.attempts == 0 for row in world.store.rows.values())


def test_what_stands_there_already_is_left_alone() -> None:
    world = play([], [0, 1, 2])
    states = [row.state for row in world.store.rows.values()]
    assert states == [RowState.ENTERED, RowState.FOUND_ALREADY, RowState.UNDECIDED]
    assert world.target.commits == 1


def test_the_simulation_can_find_a_double_entry() -> None:
    """With a wait that is shorter than what the target takes to store, the same runs do enter rows twice."""
    hasty = Limits(
        settle_seconds=1, commit_window=5, attempts=4, starts=20, failures_in_a_row=1000, backoff=1
    )
    chance = random.Random(1)
    found = 0
    for _ in range(600):
        faults = [chance.choice([0, 0, 0, 0, 5, 6]) for _ in range(30)]
        found += bool(play(faults, [0, 0], limits=hasty, delay=30).twice())
    assert found > 0
