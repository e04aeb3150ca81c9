"""Problems of rounds drawn from a seed, and what is found for them by trying everything."""

from __future__ import annotations

import random
from itertools import permutations, product

from yakuba.services.fieldwork.engine.rounds.improving import Orders, worth
from yakuba.services.fieldwork.engine.rounds.problem import DAY, Break, Problem, Shift, Stop, Ways
from yakuba.services.fieldwork.engine.rounds.timetable import timetable

HOUR = 3600


def drawn(
    seed: int, stops: int, shifts: int = 2, days: int = 1, breaks: bool = True, tight: float = 0.5
) -> Problem:
    """Stops on a square of 12 km, ways along its sides at 30 km/h. tight: share of stops with windows; one in four stops asks
    for a skill, and every second crew has a load limit."""
    draw = random.Random(seed)
    points = [(draw.randrange(12_000), draw.randrange(12_000)) for _ in range(stops + 1)]
    metres = [[abs(a - c) + abs(b - d) for c, d in points] for a, b in points]
    seconds = [[round(way / (30 / 3.6)) for way in row] for row in metres]
    crews = [_shift(draw, number % shifts, day, breaks) for day in range(days) for number in range(shifts)]
    return Problem(
        tuple(_stop(draw, number, days, tight) for number in range(1, stops + 1)),
        tuple(crews),
        Ways(metres, seconds),
    )


def _shift(draw: random.Random, number: int, day: int, breaks: bool) -> Shift:
    begin = day * DAY + 8 * HOUR + 1800
    lunch = Break((day * DAY + 11 * HOUR + 1800, day * DAY + 12 * HOUR + 1800), HOUR)
    return Shift(
        crew=f"班{number}",
        start=0,
        end=0,
        hours=(begin, begin + draw.choice((6, 8)) * HOUR),
        breaks=(lunch,) if breaks else (),
        skills=frozenset({"高所"} if number == 0 else ()),
        capacity=12 if number % 2 else None,
    )


def _stop(draw: random.Random, number: int, days: int, tight: float) -> Stop:
    windows = []
    if draw.random() < tight:
        for _ in range(draw.choice((1, 1, 2))):
            begin = draw.randrange(days) * DAY + draw.randrange(8 * HOUR, 15 * HOUR)
            windows.append((begin, begin + draw.choice((1, 2, 4)) * HOUR))
    return Stop(
        key=f"S{number:03}",
        place=number,
        service=draw.randrange(10, 90) * 60,
        windows=tuple(windows),
        demand=draw.randrange(4),
        skills=frozenset({"高所"} if draw.random() < 0.25 else ()),
        priority=draw.choice((1, 2, 2, 3)),
    )


def best(problem: Problem) -> tuple[int, ...]:
    """The smallest worth of all plans, by trying every assignment and every order. Few stops only."""
    shifts = range(len(problem.shifts))
    found = []
    for assigned in product([None, *shifts], repeat=len(problem.stops)):
        orders: Orders = []
        for number in shifts:
            chosen = [stop for stop, where in zip(problem.stops, assigned, strict=True) if where == number]
            possible = [
                list(order)
                for order in permutations(chosen)
                if not order or timetable(problem, number, order)
            ]
            if not possible:
                break
            empty: Orders = [[] for _ in shifts]
            orders.append(
                min(
                    possible,
                    key=lambda order, n=number: worth(problem, [*empty[:n], order, *empty[n + 1 :]])[-1],
                )
            )
        else:
            found.append(worth(problem, orders))
    return min(found)
