"""A plan for a problem: PyVRP finds who goes where in which order, breaks are laid into the orders after it.

PyVRP (iterated local search) knows no breaks. So it is asked twice where crews have any: once with hours that are shorter by the
breaks, after which what a break makes impossible is taken out and let in again where it fits; and once with windows that end
earlier by the breaks too, whose orders stay possible when everything after a break comes later. The better one is kept, and stops near each other
are taken out and let in again for the rest of the time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
import pyvrp
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, StoppingCriterion

from yakuba.services.fieldwork.engine.rounds.improving import (
    Orders,
    improved,
    let_in,
    planned,
    recreated,
    thinned,
    worth,
)
from yakuba.services.fieldwork.engine.rounds.problem import (
    NO_WAY,
    PRIORITIES,
    LeftOut,
    Plan,
    Problem,
    Shift,
    Stop,
    Window,
)
from yakuba.services.fieldwork.engine.rounds.timetable import can_take, timetable

PLENTY = 1 << 40  # a load nobody reaches
ALWAYS = 1 << 40  # seconds: a moment nobody reaches
# A stop is worth thousands of seconds: what keeps a crew within its hours has to weigh as much.
PARAMETERS = pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=10_000_000))


@dataclass(frozen=True)
class Effort:
    """How long is searched: seconds of the clock, iterations, or what ends first. The same seed and iterations give the same
    plan on every machine; seconds do not. listen: called between any two iterations; what it raises ends the search."""

    seconds: float | None = None
    iterations: int | None = None
    seed: int = 1
    listen: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.iterations is None:
            raise ValueError("neither seconds nor iterations")

    def part(self, share: float) -> Effort:
        """For one of several searches."""
        return replace(
            self,
            seconds=None if self.seconds is None else self.seconds * share,
            iterations=None if self.iterations is None else max(1, round(self.iterations * share)),
        )

    def steps(self) -> Iterator[int]:
        """A count that goes on as long as the effort does."""
        until = math.inf if self.seconds is None else time.monotonic() + self.seconds
        for step in count():
            if step == self.iterations or time.monotonic() >= until:
                return
            if self.listen:
                self.listen()
            yield step

    def ends(self) -> StoppingCriterion:
        criteria: list[StoppingCriterion] = []
        if self.seconds is not None:
            criteria.append(MaxRuntime(self.seconds))
        if self.iterations is not None:
            criteria.append(MaxIterations(self.iterations))
        if self.listen:
            criteria.append(_Listening(self.listen))
        return MultipleCriteria(criteria)


class _Listening:
    """A criterion by which PyVRP's search never ends, and which it asks in every iteration."""

    def __init__(self, listen: Callable[[], None]) -> None:
        self.listen = listen

    def __call__(self, best_cost: float) -> bool:
        self.listen()
        return False


def solve(problem: Problem, effort: Effort, orders: Orders | None = None) -> Plan:
    """A plan that keeps every condition; what fits nowhere is left out with its reason, the less urgent first.
    orders: for each shift the stops of a plan that stands, from which the search begins."""
    hopeless = {stop.key: reason for stop in problem.stops if (reason := why_alone(problem, stop))}
    possible = [stop for stop in problem.stops if stop.key not in hopeless]
    found = _searched(problem, possible, effort, orders) if possible else [[] for _ in problem.shifts]
    plan = planned(problem, found)
    return replace(plan, left_out=plan.left_out | hopeless)


def why_alone(problem: Problem, stop: Stop) -> LeftOut | None:
    """Why no crew could do this stop though it had nothing else to do; None where one could."""
    skilled = [number for number, shift in enumerate(problem.shifts) if stop.skills <= shift.skills]
    if not skilled:
        return LeftOut.NO_SKILL
    strong = [number for number in skilled if can_take(problem.shifts[number], [stop])]
    if not strong:
        return LeftOut.TOO_MUCH
    seconds = problem.ways.seconds
    reached = [
        number
        for number in strong
        if max(
            seconds[problem.shifts[number].start][stop.place], seconds[stop.place][problem.shifts[number].end]
        )
        < NO_WAY
    ]
    if not reached:
        return LeftOut.NO_WAY
    if not any(timetable(problem, number, [stop]) for number in reached):
        return LeftOut.NO_TIME
    return None


def _searched(problem: Problem, stops: Sequence[Stop], effort: Effort, orders: Orders | None) -> Orders:
    """The best orders found. PyVRP alone is the better search where it need not leave anything out and nobody rests."""
    resting = any(shift.breaks for shift in problem.shifts)
    tries = [orders] if orders else []
    for narrow in (False, True) if resting else (False,):
        tries.append(_Model(problem, stops, narrow).orders(effort.part(1 / 3 if resting else 2 / 3), orders))
    best = min(
        (_fitted(problem, stops, found) for found in tries),
        key=lambda found: worth(problem, found),
    )
    last = effort.part(1 / 3)
    if resting or sum(map(len, best)) < len(stops):
        return recreated(problem, improved(problem, best), last.steps(), effort.seed)
    again = _fitted(problem, stops, _Model(problem, stops, narrow=False).orders(last, best))
    return min(best, again, key=lambda found: worth(problem, found))


def _fitted(problem: Problem, stops: Sequence[Stop], orders: Orders) -> Orders:
    """The orders as far as they can be kept, and what is in none of them where it fits."""
    kept = [thinned(problem, number, order) for number, order in enumerate(orders)]
    inside = {stop.key for order in kept for stop in order}
    return let_in(problem, kept, [stop for stop in stops if stop.key not in inside])


class _Model:
    """The problem as PyVRP takes it. Each shift is a vehicle type of one vehicle; each window of a stop a client, of which one
    at most is visited; each skill a load of which who has it can take any number and who lacks it none."""

    def __init__(self, problem: Problem, stops: Sequence[Stop], narrow: bool) -> None:
        self.problem, self.stops = problem, stops
        places = sorted(
            {place for shift in problem.shifts for place in (shift.start, shift.end)}
            | {s.place for s in stops}
        )
        self.row = {place: row for row, place in enumerate(places)}
        depots = sorted({place for shift in problem.shifts for place in (shift.start, shift.end)})
        self.depot = {place: number for number, place in enumerate(depots)}
        self.skills = sorted({skill for stop in stops for skill in stop.skills})
        self.clients: list[tuple[Stop, Window | None]] = []
        groups = []
        for stop in stops:
            windows = self._windows(stop, narrow)
            if len(windows) > 1:
                groups.append(list(range(len(self.clients), len(self.clients) + len(windows))))
            self.clients += [(stop, window) for window in windows]
        self.group = {client: number for number, group in enumerate(groups) for client in group}
        self.data = pyvrp.ProblemData(
            [pyvrp.Location(row, 0) for row in range(len(places))],
            self._clients(),
            [pyvrp.Depot(self.row[place]) for place in depots],
            [self._vehicle(shift) for shift in problem.shifts],
            [self._table(places, problem.ways.metres if problem.shortest else problem.ways.seconds)],
            [self._table(places, problem.ways.seconds)],
            [pyvrp.ClientGroup(group, required=False) for group in groups],
        )

    def orders(self, effort: Effort, begun: Orders | None) -> Orders:
        """For each shift its stops in their order, as PyVRP found them."""
        first = self._solution(begun) if begun else None
        result = pyvrp.solve(
            self.data,
            effort.ends(),
            effort.seed,
            collect_stats=False,
            params=PARAMETERS,
            initial_solution=first,
        )
        found: Orders = [[] for _ in self.problem.shifts]
        for route in result.best.routes():
            found[route.vehicle_type()] = [
                self.clients[step.idx][0] for step in route.schedule() if step.is_client()
            ]
        return found

    def _windows(self, stop: Stop, narrow: bool) -> list[Window | None]:
        """A window that a break could shift past its end ends earlier by it, as far as it is long enough."""
        longest = max((sum(rest.length for rest in shift.breaks) for shift in self.problem.shifts), default=0)
        first = min((rest.window[0] for shift in self.problem.shifts for rest in shift.breaks), default=0)
        windows: list[Window | None] = []
        for early, late in stop.windows:
            shorter = max(early, late - longest) if narrow and late >= first else late
            windows.append((early, shorter))
        return windows or [None]

    def _clients(self) -> list[pyvrp.Client]:
        prizes = self._prizes()
        return [
            pyvrp.Client(
                self.row[stop.place],
                delivery=[stop.demand, *(int(skill in stop.skills) for skill in self.skills)],
                service_duration=stop.service,
                tw_early=window[0] if window else 0,
                tw_late=window[1] if window else ALWAYS,
                prize=prizes[stop.priority],
                required=False,
                group=self.group.get(number),
            )
            for number, (stop, window) in enumerate(self.clients)
        ]

    def _prizes(self) -> dict[int, int]:
        """What it costs to leave a stop out: more than any detour, and each priority eight times the one below. Were one stop
        worth more than all below it, PyVRP's penalties, which are bounded, would no longer keep it within the hours."""
        costs = self.problem.ways.metres if self.problem.shortest else self.problem.ways.seconds
        detour = 2 * max((cost for row in costs for cost in row if cost < NO_WAY), default=0) + 1
        return {priority: detour * 8 ** (3 - priority) for priority in PRIORITIES}

    def _vehicle(self, shift: Shift) -> pyvrp.VehicleType:
        resting = sum(rest.length for rest in shift.breaks)
        load = PLENTY if shift.capacity is None else shift.capacity
        return pyvrp.VehicleType(
            1,
            [load, *(PLENTY if skill in shift.skills else 0 for skill in self.skills)],
            self.depot[shift.start],
            self.depot[shift.end],
            tw_early=shift.hours[0],
            tw_late=max(shift.hours[0], shift.hours[1] - resting),
        )

    def _table(self, places: list[int], table: Sequence[Sequence[int]]) -> Any:
        """Ways that do not exist are longer than any day, and not so long that they drown all others."""
        whole = np.array([[table[one][other] for other in places] for one in places], np.int64)
        latest = max(shift.hours[1] for shift in self.problem.shifts)
        real = int(whole[whole < NO_WAY].max(initial=0))
        whole[whole >= NO_WAY] = 2 * max(latest, real) + 1
        np.fill_diagonal(whole, 0)
        return whole

    def _solution(self, orders: Orders) -> pyvrp.Solution:
        """A plan that stands, as PyVRP begins with it. Of a stop's windows the one in which its timetable begins."""
        routes = []
        for number, order in enumerate(orders):
            known = [stop for stop in order if stop in self.stops]
            round_ = timetable(self.problem, number, known)
            begins = {visit.stop: visit.begin for visit in round_.visits} if round_ else {}
            clients = [self._client(stop, begins.get(stop.key)) for stop in known]
            if clients:
                routes.append(pyvrp.Route(self.data, clients, number))
        return pyvrp.Solution(self.data, routes)

    def _client(self, stop: Stop, begin: int | None) -> int:
        of_stop = [number for number, (one, _) in enumerate(self.clients) if one is stop or one == stop]
        for number in of_stop:
            window = self.clients[number][1]
            if begin is None or window is None or window[0] <= begin <= window[1]:
                return number
        return of_stop[0]
