"""A rule held against readings, one after the other: when it begins, when it ends.

Hysteresis: what began beyond `at` ends at `clear`, so that a value that trembles at the threshold is one alarm. A minimum time
is counted in the readings' own time. No framework; the state is plain data, so that it may be stored between two looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine import hazard
from yakuba.services.cityhub.engine.watchrules import Among, Limit, Rule

AHEAD = 3_600.0  # seconds
EVERY = 60.0  # seconds between two looks at a habit
LEARN = 21_600.0  # seconds after which a habit is learnt anew
MOST_KEPT = 500  # readings that a rate of change looks back over


@dataclass
class State:
    """since: when it began to hold, None while it does not; on: whether the alarm goes on; past: (moment, number) of the
    readings that a rate of change needs; newest: the moment looked at last. Of a habit: expected: what is learnt
    (`hazard.pattern`, empty for too little), learnt: when; event: the last one; clock: when it was looked at. Moments in seconds
    since 1970."""

    since: float | None = None
    on: bool = False
    past: list[tuple[float, float]] = field(default_factory=list)
    newest: float = 0.0
    expected: list[float] = field(default_factory=list)
    learnt: float = 0.0
    event: float = 0.0
    clock: float = 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        known = {
            "since": self.since,
            "on": self.on,
            "past": [list(one) for one in self.past],
            "newest": self.newest,
        }
        habit = {"expected": self.expected, "learnt": self.learnt, "event": self.event, "clock": self.clock}
        return known | (habit if self.clock else {})

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> State:
        """The state from its JSON."""
        past = [(float(at), float(number)) for at, number in plain.get("past", [])]
        return cls(
            plain.get("since"),
            bool(plain.get("on")),
            past,
            float(plain.get("newest", 0.0)),
            [float(one) for one in plain.get("expected", [])],
            *(float(plain.get(name, 0.0)) for name in ("learnt", "event", "clock")),
        )


@dataclass(frozen=True)
class Event:
    """begins: it begins, else it ends. number: the value (or its change) by which."""

    begins: bool
    at: float
    number: float | None


def looked(rule: Rule, state: State, at: float, number: float, others: Mapping[str, float]) -> Event | None:
    """Look at one reading; `state` is changed. others: last values of the entity's other attributes. A reading older than
    the newest one is not looked at: it cannot begin or end what is known to be later."""
    if at < state.newest:
        return None
    state.newest = at
    if rule.habit and number > 0:
        state.event = at
    if rule.silence or rule.habit:
        ends = state.on and (not rule.habit or number > 0)
        return _ended(state, at, number) if ends else None
    value, limit = _value(rule, state, at, number)
    if value is None or limit is None:
        return None
    beyond = limit.beyond(value) and all(
        one.attribute in others and one.limit.beyond(others[one.attribute]) for one in rule.also
    )
    if state.on:
        return _ended(state, at, value) if limit.over(value) else None
    if not beyond:
        # Between the two thresholds a time that has begun goes on; back at `clear` it is over.
        if limit.over(value) or rule.also:
            state.since = None
        return None
    if state.since is None:
        state.since = at
    if at - state.since < rule.lasting:
        return None
    state.on = True
    return Event(True, at, value)


def _value(rule: Rule, state: State, at: float, number: float) -> tuple[float | None, Limit | Among | None]:
    if rule.limit is not None:
        return number, rule.limit
    state.past = [one for one in state.past if one[0] >= at - rule.within]
    # Not the newest of a quick sensor, but some of the whole time.
    if not state.past or at - state.past[-1][0] >= rule.within / MOST_KEPT:
        state.past.append((at, number))
    if state.past[0][0] == at:
        return None, rule.change
    return number - state.past[0][1], rule.change


def _ended(state: State, at: float, number: float) -> Event:
    state.on, state.since = False, None
    return Event(False, at, number)


def is_due(rule: Rule, state: State, last: float, now: float) -> bool:
    """Whether there is anything to look at. last: moment of the newest reading."""
    if rule.habit and now - state.clock >= EVERY:
        return True
    return (
        last > state.newest
        or is_ahead(state, now)
        or _is_silent(rule, state, last, now)
        or _has_lasted(rule, state, now)
    )


def is_ahead(state: State, now: float) -> bool:
    """Whether what was looked at last is in the future: some clock went wrong, and nothing would be looked at until then."""
    return state.newest > now + AHEAD


def come_back(state: State, now: float) -> None:
    """Look again from now on, after a clock that was ahead: what it began or told counts as of now, not of then."""
    state.newest, state.past = 0.0, []
    state.since = None if state.since is None else min(state.since, now)
    state.event = min(state.event, now)


def _is_silent(rule: Rule, state: State, last: float, now: float) -> bool:
    return bool(rule.silence and not state.on and last and now - last > rule.silence)


def silent(rule: Rule, state: State, last: float, now: float) -> Event | None:
    """Look at the clock: whether a series has been silent for too long. last: its newest reading."""
    if not _is_silent(rule, state, last, now):
        return None
    state.on, state.since = True, last
    return Event(True, now, None)


def _has_lasted(rule: Rule, state: State, now: float) -> bool:
    # A sensor that sends changes alone says nothing while its posture stays: the clock does.
    return (
        isinstance(rule.limit, Among)
        and not state.on
        and state.since is not None
        and now - state.since >= rule.lasting
    )


def lasted(rule: Rule, state: State, now: float) -> Event | None:
    """Look at the clock: whether a code has stood long enough, without a further reading."""
    if not _has_lasted(rule, state, now):
        return None
    state.on = True
    return Event(True, now, None)


def is_to_learn(rule: Rule, state: State, now: float) -> bool:
    """Whether a habit has to be learnt anew from the events."""
    return bool(rule.habit) and now - state.learnt >= LEARN


def learn(state: State, events: Sequence[float], since: float, now: float) -> None:
    """Learn a habit. events: moments of values above 0; since: when the series begins."""
    state.expected, state.learnt = hazard.pattern(events, since, now) or [], now


def expected(rule: Rule, state: State, last: float, now: float) -> Event | None:
    """Look at the clock: whether an event is to be expected. last: the newest reading of any value; after a day without one the
    sensor is silent, and nothing is said."""
    if rule.habit is None:
        return None
    state.clock = now
    likely = 0.0
    if state.expected and now - last < hazard.DAY:
        likely = hazard.chance(state.expected, now, rule.habit.ahead)
    if state.on:
        return _ended(state, now, likely) if likely < rule.habit.chance else None
    if likely < rule.habit.chance or now - state.event < rule.habit.rest:
        return None
    state.on, state.since = True, now
    return Event(True, now, likely)
