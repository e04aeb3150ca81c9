"""One more stop while rounds are under way, or a crew that is late: what remains of the day is planned again.

Two ways, both shown: `squeezed_in` leaves every order as it is and puts the new stop where it costs least; `solving.solve` on
what `rest_of` leaves, begun from the same orders, may change all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from yakuba.services.fieldwork.engine.rounds.improving import Orders, filled_up, planned, thinned
from yakuba.services.fieldwork.engine.rounds.problem import Break, Plan, Problem, Shift, Stop


@dataclass(frozen=True)
class Whereabouts:
    """Where a crew is (a row of the table of ways), from when on it is free, and how many breaks it has had."""

    place: int
    free: int
    rested: int = 0


def rest_of(
    problem: Problem,
    now: int,
    done: Collection[str],
    crews: Mapping[int, Whereabouts],
    new: Collection[Stop] = (),
) -> Problem:
    """What is still to be done from `now` on. done: stops that were worked at or are being worked at; crews: by number of
    their shift, of those that have set out; new: stops that came since."""
    shifts = tuple(_left(shift, now, crews.get(number)) for number, shift in enumerate(problem.shifts))
    stops = tuple(stop for stop in problem.stops if stop.key not in done)
    return replace(problem, stops=(*stops, *new), shifts=shifts)


def _left(shift: Shift, now: int, crew: Whereabouts | None) -> Shift:
    """The rest of a shift. One that is over has no time left and takes nothing."""
    begin = max(now, shift.hours[0], crew.free if crew else 0)
    if begin >= shift.hours[1]:
        return replace(
            shift, hours=(shift.hours[1], shift.hours[1]), breaks=(), capacity=0, skills=frozenset()
        )
    breaks = shift.breaks[crew.rested if crew else 0 :]
    return replace(
        shift,
        hours=(begin, shift.hours[1]),
        start=crew.place if crew else shift.start,
        breaks=_owed(breaks, begin),
    )


def _owed(breaks: Iterable[Break], begin: int) -> tuple[Break, ...]:
    """Who is past the time for a break and has not had it takes it next, and those that are owed one after another."""
    owed: list[Break] = []
    free = begin
    for rest in breaks:
        late = max(rest.window[1], free)
        owed.append(replace(rest, window=(rest.window[0], late)))
        free = max(rest.window[0], free) + rest.length
    return tuple(owed)


def orders_left(problem: Problem, plan: Plan) -> Orders:
    """The orders of a plan that stands, with the stops that the problem still has."""
    orders: Orders = [[] for _ in problem.shifts]
    asked = {stop.key: stop for stop in problem.stops}
    for round_ in plan.rounds:
        orders[round_.shift] = [asked[visit.stop] for visit in round_.visits if visit.stop in asked]
    return orders


def squeezed_in(problem: Problem, plan: Plan) -> Plan:
    """The standing plan's orders with what is in none of them where it costs least, or in the place of what is less urgent.
    What can no longer be reached in time is taken out, the least urgent first, and let in where it fits."""
    kept = [thinned(problem, number, order) for number, order in enumerate(orders_left(problem, plan))]
    return planned(problem, filled_up(problem, kept))


@dataclass(frozen=True)
class Moved:
    """A stop that another shift does, or that begins at another time. None: it is, or was, in no round."""

    stop: str
    shift: tuple[int | None, int | None]
    begin: tuple[int | None, int | None]


def changes(before: Plan, after: Plan, smallest: int = 60) -> list[Moved]:
    """What changes for whom between two plans, by the time after it; a beginning that moves by less than `smallest` seconds is
    none."""
    old, new = _told(before), _told(after)
    moved = []
    for stop in old.keys() | new.keys():
        (one, begun), (other, begins) = old.get(stop, (None, None)), new.get(stop, (None, None))
        if one != other or abs((begun or 0) - (begins or 0)) >= smallest:
            moved.append(Moved(stop, (one, other), (begun, begins)))
    return sorted(moved, key=lambda change: (change.begin[1] is None, change.begin[1] or 0, change.stop))


def _told(plan: Plan) -> dict[str, tuple[int, int]]:
    return {visit.stop: (round_.shift, visit.begin) for round_ in plan.rounds for visit in round_.visits}
