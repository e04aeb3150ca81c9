"""What is asked of a plan: stops, crews and days, and what a plan is. Plain data.

Time is whole seconds from midnight of the first day, so that the second day begins at 86,400; ways are whole metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

DAY = 86_400  # seconds; Japan keeps no summer time
PRIORITIES = (1, 2, 3)  # 1: first

Window = tuple[int, int]  # seconds, both ends belong to it


@dataclass(frozen=True)
class Stop:
    """A place to be worked at. place: its row of the table of ways; service: seconds of work there; windows: when the work may
    begin (none: whenever a crew works); demand: what has to be brought, in the crews' unit of load; skills: all of them are
    needed of the crew; priority: 1 to 3, who is left out last is 1."""

    key: str
    place: int
    service: int
    windows: tuple[Window, ...] = ()
    demand: int = 0
    skills: frozenset[str] = frozenset()
    priority: int = 2

    def __post_init__(self) -> None:
        if self.service < 0 or self.demand < 0 or self.priority not in PRIORITIES:
            raise ValueError(f"stop {self.key}: service, demand or priority out of range")
        if any(early > late for early, late in self.windows):
            raise ValueError(f"stop {self.key}: a window ends before it begins")


@dataclass(frozen=True)
class Break:
    """A rest of `length` seconds that begins within the window. It may be taken on the way, and never interrupts work at a stop."""

    window: Window
    length: int


def within(breaks: Iterable[Break], hours: Window) -> tuple[Break, ...]:
    """The breaks with when they may begin so that they lie within these hours, one after another; without those that do not fit
    into them (a half day)."""
    found: list[Break] = []
    free = hours[0]
    for rest in breaks:
        early, late = max(rest.window[0], free), min(rest.window[1], hours[1] - rest.length)
        if early <= late:
            found.append(Break((max(rest.window[0], hours[0]), late), rest.length))
            free = early + rest.length
    return tuple(found)


@dataclass(frozen=True)
class Shift:
    """One crew on one day. start and end: rows of the table of ways; hours: from leaving the start to arriving at the end;
    capacity: what it can load, None without limit. Breaks lie one after the other."""

    crew: str
    start: int
    end: int
    hours: Window
    breaks: tuple[Break, ...] = ()
    skills: frozenset[str] = frozenset()
    capacity: int | None = None

    def __post_init__(self) -> None:
        if self.hours[0] > self.hours[1]:
            raise ValueError(f"shift of {self.crew}: it ends before it begins")
        for one, next_ in pairwise(self.breaks):
            if one.window[0] + one.length > next_.window[1]:
                raise ValueError(f"shift of {self.crew}: its breaks are not in order")

    @property
    def day(self) -> int:
        """0: the first day."""
        return self.hours[0] // DAY


@dataclass(frozen=True)
class Ways:
    """How far it is from each place to each other. metres, seconds: square tables; a way that does not exist is `NO_WAY`."""

    metres: Sequence[Sequence[int]]
    seconds: Sequence[Sequence[int]]


NO_WAY = 1 << 40  # more than any way; small enough that sums of it stay within 64 bits


@dataclass(frozen=True)
class Problem:
    """stops and shifts over one table of ways. shortest: the sum of metres is made small, else the sum of seconds on the way."""

    stops: tuple[Stop, ...]
    shifts: tuple[Shift, ...]
    ways: Ways
    shortest: bool = False

    def __post_init__(self) -> None:
        keys = [stop.key for stop in self.stops]
        if len(set(keys)) != len(keys):
            raise ValueError("two stops have one key")

    def stop(self, key: str) -> Stop:
        """KeyError where no stop has the key."""
        return self._by_key[key]

    @property
    def _by_key(self) -> dict[str, Stop]:
        found: dict[str, Stop] | None = self.__dict__.get("_keys")
        if found is None:
            found = {stop.key: stop for stop in self.stops}
            object.__setattr__(self, "_keys", found)
        return found


class LeftOut(StrEnum):
    """Why a stop is in no round."""

    NO_SKILL = "no_skill"  # no crew has all that it needs
    NO_WAY = "no_way"  # no crew that could gets there and back
    TOO_MUCH = "too_much"  # it needs more than any such crew can load
    NO_TIME = "no_time"  # no such crew reaches it in time and is back in time, even alone
    CROWDED_OUT = "crowded_out"  # one could, and what is more urgent, or nearer, took the time


@dataclass(frozen=True)
class Visit:
    """A stop in a round: when the crew arrives, begins (arrival and beginning differ by waiting and rest) and leaves."""

    stop: str
    arrival: int
    begin: int
    end: int


@dataclass(frozen=True)
class Rest:
    """A break as it is taken."""

    begin: int
    end: int


@dataclass(frozen=True)
class Round:
    """What one shift does. leave, back: at its start and end; metres and seconds: on the way."""

    shift: int
    visits: tuple[Visit, ...]
    rests: tuple[Rest, ...]
    leave: int
    back: int
    metres: int
    seconds: int


@dataclass(frozen=True)
class Plan:
    """rounds: one for each shift that has a visit, in the order of shifts; left_out: every other stop with its reason."""

    rounds: tuple[Round, ...]
    left_out: dict[str, LeftOut] = field(default_factory=dict)

    @property
    def metres(self) -> int:
        return sum(round_.metres for round_ in self.rounds)

    @property
    def seconds(self) -> int:
        """On the way, all rounds together."""
        return sum(round_.seconds for round_ in self.rounds)
