"""Thousands of runs against a simulated target, with trouble and SIGKILL at every point."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.services.robots.contracts import Command, Ending, Intent, Row, RowState, Stamp
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.errors import (
    LoginRefused,
    NoEgress,
    NotReady,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
    Unanswered,
)
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.tests.simulation import (
    Faults,
    FaultyStore,
    Killed,
    SimulatedClock,
    SimulatedEgress,
    SimulatedTarget,
)

DAY = 86_400
LIMITS = Limits(settle_seconds=30, attempts=4, starts=20, failures_in_a_row=1000, backoff=1)
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
    between: Sequence[int] = (),
    kind: type[SimulatedTarget] = SimulatedTarget,
) -> World:
    """Run, and start again after every death and every stop, until nothing is open.

    pauses: at which questions to the person the answer is to pause.  between: what happens between one death and
    the next start, one number each: 1, 2 the clock is set ten minutes on or back, 3 the machine is started anew,
    4 the next holder works on another machine, 5 the egress dies.
    """
    questions = count()

    def control() -> Command:
        return Command.PAUSE if next(questions) in pauses else Command.GO

    clock, trouble = SimulatedClock(), Faults(faults)
    rows = [Row(n, f"R{n}", {}) for n in range(1, len(old) + 1)]
    store = FaultyStore(rows, trouble)
    before = {row.receipt_number: count for row, count in zip(rows, old, strict=True)}
    egress = SimulatedEgress(trouble)
    target = kind(store, clock, trouble, before, delay, egress)
    happenings = iter(between)
    for _ in range(300):
        happens = next(happenings, 0)
        egress.begin(elsewhere=happens == 4)
        clock.step({1: 600, 2: -600}.get(happens, 0))
        if happens == 3:
            clock.reboot()
        if happens == 5:
            egress.dies()
        try:
            report = Runner(
                store, target, limits=limits, clock=clock, egress=egress, rehearse=rehearse, control=control
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


BETWEEN = st.lists(st.integers(0, 5), max_size=12)
DELAYS = st.sampled_from([0.0, 29.0, 31.0, 300.0])


@settings(max_examples=1500)
@given(FAULTS, OLD, PAUSES, BETWEEN, DELAYS)
def test_nothing_is_entered_twice_and_nothing_is_lost(
    faults: list[int], old: list[int], pauses: set[int], between: list[int], delay: float
) -> None:
    """Deaths, processes that thaw long after, clocks that are set, other machines, and targets that take longer
    to store than was said."""
    check(play(faults, old, pauses, delay=delay, between=between))


class StoresBeforeConfirmation(SimulatedTarget):
    """The vendor has dropped the confirmation page: a step of the entry stores, and the one behind it cannot be made."""

    error: type[RobotError]

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        super().enter(row, between_steps)
        if self.stored.get(row.receipt_number) or self._under_way:
            return
        self._under_way.append((self._clock.elapsed + self._delay, row.receipt_number))
        raise self.error("the steps come to nothing")


@pytest.mark.parametrize("error", [NoEgress, NotReady, LoginRefused, ScreenChanged, Unanswered])
def test_whatever_ends_the_steps_of_an_entry_leaves_a_doubt(error: type[RobotError]) -> None:
    class Target(StoresBeforeConfirmation):
        pass

    Target.error = error
    world = play([], [0, 0], delay=20, kind=Target)
    check(world)
    assert [len(numbers) for numbers in world.target.stored.values()] == [1, 1]


@pytest.mark.parametrize("point", range(30))
def test_every_single_fault_and_every_pair_with_a_death(point: int) -> None:
    """Each kind of trouble at this point of the run, alone and followed by one more at each later point."""
    for kind in range(1, 11):
        alone = [0] * point + [kind]
        check(play(alone, [0, 0]))
        for gap in range(8):
            for second in (1, 2, 5, 6, 7):
                check(play([*alone, *[0] * gap, second], [0, 0]))


@settings(max_examples=300)
@given(FAULTS, OLD)
def test_a_rehearsal_never_presses_the_commit_step(faults: list[int], old: list[int]) -> None:
    world = play(faults, old, rehearse=True)
    assert world.target.commits == 0
    assert all(row.intent is None for row in world.store.rows.values())


def test_without_trouble_every_row_is_entered() -> None:
    world = play([], [0, 0, 0])
    assert [row.state for row in world.store.rows.values()] == [RowState.ENTERED] * 3
    assert all(row.starts == 1 and row.attempts == 0 for row in world.store.rows.values())


def test_what_stands_there_already_is_left_alone() -> None:
    world = play([], [0, 1, 2])
    states = [row.state for row in world.store.rows.values()]
    assert states == [RowState.ENTERED, RowState.FOUND_ALREADY, RowState.UNDECIDED]
    assert world.target.commits == 1


class _Hasty(SimulatedEgress):
    """Says of everything that nothing has left, and cuts nothing."""

    def cut(self, intent: Intent, row: int) -> bool:
        return True

    def lets(self, machine: str, number: int, row: int) -> bool:
        return True


def test_the_simulation_can_find_a_double_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an egress that lies, the same runs do enter rows twice."""
    monkeypatch.setattr("yakuba.services.robots.tests.test_engine_crashes.SimulatedEgress", _Hasty)
    chance = random.Random(1)
    found = 0
    for _ in range(300):
        faults = [chance.choice([0, 0, 0, 0, 1, 5, 6]) for _ in range(30)]
        found += bool(play(faults, [0, 0], delay=30).twice())
    assert found > 0


class Scripted(SimulatedTarget):
    """What happens at each press is written down: see `commit`."""

    script: Iterator[str] = iter(())

    def commit(self, row: Row) -> str:
        does, _, delay = next(self.script, "").partition(" ")
        machine, number = self.egress.machine, self.egress.number
        if does == "lost":
            raise Trouble("nothing has left")
        if does == "refused":
            raise Refused("the page itself asks something")
        if does == "frozen":
            self._frozen.append((self._clock.elapsed + float(delay), machine, number, row))
            raise Killed
        if does in ("late", "killed"):
            assert self.egress.lets(machine, number, row.number)
            self._under_way.append((self._clock.elapsed + float(delay), row.receipt_number))
            raise Killed if does == "killed" else Trouble("no answer")
        return super().commit(row)


def press(*script: str, between: Sequence[str] = (), limits: Limits = LIMITS) -> tuple[Row, list[str], float]:
    """One row through that script; the row, what is stored in the end, and the seconds it took."""
    clock, calm = SimulatedClock(), Faults([])
    store, egress = FaultyStore([Row(1, "R1", {})], calm), SimulatedEgress(calm)
    target = Scripted(store, clock, calm, {"R1": 0}, 0, egress)
    target.script = iter(script)
    happenings = iter(between)
    while True:
        egress.begin()
        try:
            Runner(store, target, limits=limits, clock=clock, egress=egress).run()
            break
        except Killed:
            happens, _, amount = next(happenings, "").partition(" ")
            if happens == "step":
                clock.step(float(amount))
            elif happens == "reboot":
                clock.reboot()
            elif happens == "elsewhere":
                egress.begin(elsewhere=True)
            elif happens == "dies":
                egress.dies()
    took = clock.elapsed
    target.settle_all()
    return store.rows[1], target.stored["R1"], took


def test_a_press_without_an_answer_is_never_made_again() -> None:
    """The target takes ten times as long as was said: the row goes to a person, and is stored once in the end."""
    for way in ("late", "killed"):
        row, stored, _ = press(f"{way} 300")
        assert row.state is RowState.UNDECIDED
        assert row.problem is not None
        assert "押し直しません" in row.problem.message
        assert len(stored) == 1


def test_what_comes_within_the_time_is_adopted() -> None:
    row, stored, _ = press("late 20")
    assert (row.state, stored) == (RowState.ENTERED, [row.target_number])


def test_only_a_target_that_refuses_what_it_has_is_pressed_again() -> None:
    row, stored, _ = press("late 300", limits=replace(LIMITS, idempotent=True))
    assert row.state is RowState.ENTERED
    assert len(stored) == 2  # this simulated target does not refuse: the declaration was a lie


@pytest.mark.parametrize("fault", ["lost", "frozen 0.1", "frozen 400"])
def test_a_press_that_certainly_did_not_leave_is_made_again(fault: str) -> None:
    """The egress can say so: nobody has to look, and no settling is waited for."""
    row, stored, took = press(fault)
    assert (row.state, stored) == (RowState.ENTERED, [row.target_number])
    assert took < LIMITS.settle_seconds


def test_what_the_page_refuses_before_it_sends_goes_to_a_person_at_once() -> None:
    row, stored, took = press("refused")
    assert (row.state, row.intent, stored) == (RowState.UNDECIDED, None, [])
    assert row.problem is not None
    assert row.problem.message == "the page itself asks something"
    assert took < LIMITS.settle_seconds


@pytest.mark.parametrize("between", ["elsewhere", "dies"])
def test_where_nobody_can_say_what_left_a_person_decides(between: str) -> None:
    row, stored, _ = press("frozen 400", between=[between])
    assert row.state is RowState.UNDECIDED
    assert len(stored) == (
        1 if between == "elsewhere" else 0
    )  # who is on another machine does send in the end


@pytest.mark.parametrize(
    "between", ["step -86400", "step -600", "step 600", "step 86400", "reboot", "elsewhere"]
)
def test_a_clock_that_is_set_changes_nothing(between: str) -> None:
    """The worker dies with its request under way, the clock is moved, and the next one comes."""
    row, stored, took = press("killed 20", between=[between])
    assert (row.state, stored) == (RowState.ENTERED, [row.target_number])
    assert took < 60  # and nobody waits for the clock to come back


def settles(clock: SimulatedClock, intent: Intent | None, late: float, by: float = 0.0) -> Row:
    """A row that was pressed now, or with that intent before, and that the target stores so many seconds from now.
    by: seconds by which the wall clock is set as soon as the row waits, and the run is somebody else's."""
    calm = Faults([])
    store, egress = FaultyStore([Row(1, "R1", {})], calm), SimulatedEgress(calm)
    target = Scripted(store, clock, calm, {"R1": 0}, 0, egress)
    target.script = iter([f"late {late}"])
    if intent is not None:
        egress.begin()
        store.rows[1] = replace(store.rows[1], state=RowState.RETRY, intent=replace(intent, egress=egress.id))
        target._under_way.append((clock.elapsed + late, "R1"))
    while True:
        egress.begin()
        report = Runner(store, target, limits=LIMITS, clock=clock, egress=egress, longest_wait=5.0).run()
        if report.ending is not Ending.WAITING:
            return store.rows[1]
        clock.step(by)
        by = 0.0
        clock.sleep(1.0)


@pytest.mark.parametrize("by", [-86_400.0, -600.0, 600.0, 86_400.0])
def test_a_clock_that_is_set_while_a_row_settles_does_not_shorten_it(by: float) -> None:
    row = settles(SimulatedClock(), None, 20, by)
    assert (row.state, bool(row.target_number)) == (RowState.ENTERED, True)


@pytest.mark.parametrize("seconds", [-1e9, 0.0, 1e9])
def test_a_stamp_of_another_boot_says_nothing_of_how_long_a_row_has_settled(seconds: float) -> None:
    """Neither that it has, nor that it has long to go: the whole wait begins anew."""
    clock = SimulatedClock()
    intent = Intent(clock.now(), "", 1, cut=True, settles_from=Stamp("another boot", seconds))
    row = settles(clock, intent, 20)
    assert (row.state, bool(row.target_number)) == (RowState.ENTERED, True)
    assert clock.elapsed < 2 * LIMITS.settle_seconds


class ClockSetBack(SimulatedClock):
    """A wall clock that is a day fast, and is put right as soon as something is said to wait."""

    def __init__(self, store: FaultyStore) -> None:
        super().__init__()
        self._store = store
        self.step(DAY)
        self._wrong = True

    def now(self) -> datetime:
        if self._wrong and any(row.not_before is not None for row in self._store.rows.values()):
            self._wrong = False
            self.step(-DAY)
        return super().now()


def test_a_clock_that_is_put_right_while_a_row_waits_keeps_the_run_from_nothing() -> None:
    """Else the call would end for a day, and the job with it."""
    calm = Faults([])
    store = FaultyStore([Row(1, "R1", {})], calm)
    clock, egress = ClockSetBack(store), SimulatedEgress(calm)
    egress.begin()
    target = SimulatedTarget(store, clock, Faults([1]), {}, 0.0, egress)
    report = Runner(store, target, clock=clock, egress=egress, longest_wait=5.0).run()
    assert (report.ending, report.wait) == (Ending.FINISHED, 0.0)
    assert store.rows[1].state is RowState.ENTERED
    assert clock.elapsed < 60
