"""The times of a round in a given order: earliest arrival with windows and breaks, exact.

With its order given, being earlier is never worse: whoever waits can always wait. So for each stop and each number of breaks
taken so far only the earliest moment has to be kept, and n stops with b breaks cost n · (b + 1) steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from yakuba.services.fieldwork.engine.rounds.problem import (
    NO_WAY,
    Break,
    Problem,
    Rest,
    Round,
    Shift,
    Stop,
    Visit,
)


@dataclass(frozen=True)
class _Moment:
    """A state of the round: after some stops and breaks. before: the state it came from."""

    time: int
    before: _Moment | None = None
    visit: Visit | None = None
    rests: tuple[Rest, ...] = ()  # taken since `before`


def timetable(problem: Problem, shift_number: int, order: Sequence[Stop]) -> Round | None:
    """The round with its times; None where this order cannot be kept: a window, the hours, a break, the load, a skill, a way."""
    shift = problem.shifts[shift_number]
    if not can_take(shift, order):
        return None
    places = [shift.start, *(stop.place for stop in order), shift.end]
    legs = list(pairwise(places))
    seconds = [problem.ways.seconds[one][other] for one, other in legs]
    if max(seconds, default=0) >= NO_WAY:
        return None
    states: list[_Moment | None] = [_Moment(shift.hours[0]), *[None] * len(shift.breaks)]
    for stop, travel in zip(order, seconds, strict=False):
        arrived = _on_the_way(states, travel, shift.breaks)
        states = [_worked(moment, stop) for moment in arrived]
        if not any(states):
            return None
    last = _home(_on_the_way(states, seconds[-1], shift.breaks), shift)
    if last is None:
        return None
    visits, rests = _told(last)
    metres = sum(problem.ways.metres[one][other] for one, other in legs)
    return Round(shift_number, visits, rests, shift.hours[0], last.time, metres, sum(seconds))


def _home(arrivals: Sequence[_Moment | None], shift: Shift) -> _Moment | None:
    """Back in time with the fewest breaks on the way: one that may still begin then is taken at home."""
    for taken, moment in enumerate(arrivals):
        if (
            moment
            and moment.time <= shift.hours[1]
            and all(moment.time <= rest.window[1] for rest in shift.breaks[taken:])
        ):
            return moment
    return None


def can_take(shift: Shift, stops: Sequence[Stop]) -> bool:
    """Whether the crew has the skills and the load for all of them."""
    if any(stop.skills - shift.skills for stop in stops):
        return False
    return shift.capacity is None or sum(stop.demand for stop in stops) <= shift.capacity


def _on_the_way(
    states: Sequence[_Moment | None], travel: int, breaks: Sequence[Break]
) -> list[_Moment | None]:
    """The earliest arrivals at the next place, by the number of breaks taken until then."""
    arrivals: list[_Moment | None] = []
    for taken in range(len(states)):
        best: _Moment | None = None
        for before in range(taken + 1):
            state = states[before]
            moment = state and _travelled(state, travel, breaks[before:taken])
            if moment and (best is None or moment.time < best.time):
                best = moment
        arrivals.append(best)
    return arrivals


def _travelled(state: _Moment, travel: int, breaks: Sequence[Break]) -> _Moment | None:
    """Arriving after `travel` seconds and these breaks; None where one of them would begin too late. A break is begun as soon
    as it may be: waiting for it with the way still to go would only come later."""
    now, left = state.time, travel
    rests = []
    for rest in breaks:
        driven = min(left, max(0, rest.window[0] - now))
        now, left = now + driven, left - driven
        begin = max(now, rest.window[0])
        if begin > rest.window[1]:
            return None
        rests.append(Rest(begin, begin + rest.length))
        now = begin + rest.length
    return _Moment(now + left, state, None, tuple(rests))


def _worked(moment: _Moment | None, stop: Stop) -> _Moment | None:
    """After the work at a stop; None where no window is open any more."""
    if moment is None:
        return None
    begin = begins(stop, moment.time)
    if begin is None:
        return None
    visit = Visit(stop.key, moment.time, begin, begin + stop.service)
    return _Moment(visit.end, moment, visit)


def begins(stop: Stop, arrival: int) -> int | None:
    """When work can begin for who is there from `arrival` on."""
    if not stop.windows:
        return arrival
    return min((max(early, arrival) for early, late in stop.windows if arrival <= late), default=None)


def _told(last: _Moment) -> tuple[tuple[Visit, ...], tuple[Rest, ...]]:
    """The way back through the states."""
    visits: list[Visit] = []
    rests: list[Rest] = []
    moment: _Moment | None = last
    while moment is not None:
        rests.extend(reversed(moment.rests))
        if moment.visit:
            visits.append(moment.visit)
        moment = moment.before
    return tuple(reversed(visits)), tuple(reversed(rests))
