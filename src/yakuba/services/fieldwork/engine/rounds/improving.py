"""Orders of stops made possible, filled and shortened, with breaks. An order is changed only into one that has a timetable."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

from yakuba.services.fieldwork.engine.rounds.problem import PRIORITIES, LeftOut, Plan, Problem, Stop
from yakuba.services.fieldwork.engine.rounds.timetable import can_take, timetable

Orders = list[list[Stop]]  # for each shift of the problem

OVERLOOKED = 0.1  # of all places, drawn anew for each stop ("blinks", Christiaens and Vanden Berghe 2020)
PASSES = 20  # over all stops; far fewer are needed before nothing becomes shorter


def planned(problem: Problem, orders: Orders) -> Plan:
    """The orders with their times. ValueError where one of them cannot be kept; what is in none is crowded out."""
    rounds = []
    for number, order in enumerate(orders):
        if not order:
            continue
        round_ = timetable(problem, number, order)
        if round_ is None:
            raise ValueError(f"shift {number}: its order cannot be kept")
        rounds.append(round_)
    inside = {visit.stop for round_ in rounds for visit in round_.visits}
    return Plan(
        tuple(rounds), {stop.key: LeftOut.CROWDED_OUT for stop in problem.stops if stop.key not in inside}
    )


def worth(problem: Problem, orders: Orders) -> tuple[int, ...]:
    """The smaller the better: stops left out by priority, then the way."""
    out = [stop.priority for stop in _outside(problem, orders)]
    return (
        *(out.count(priority) for priority in PRIORITIES),
        sum(cost(problem, n, o) for n, o in enumerate(orders)),
    )


def cost(problem: Problem, number: int, order: Sequence[Stop]) -> int:
    """Metres or seconds on the way of a shift; nothing where it has no stop."""
    if not order:
        return 0
    shift = problem.shifts[number]
    table = problem.ways.metres if problem.shortest else problem.ways.seconds
    places = [shift.start, *(stop.place for stop in order), shift.end]
    return sum(table[one][other] for one, other in pairwise(places))


def thinned(problem: Problem, number: int, order: Sequence[Stop]) -> list[Stop]:
    """The order without the stops that have to go for it to be possible: one whose going is enough and that is the least
    urgent, else of those up to the first that comes too late the least urgent and last."""
    kept = list(order)
    while kept and timetable(problem, number, kept) is None:
        least = sorted(range(len(kept)), key=lambda place: (-kept[place].priority, -place))
        enough = (place for place in least if timetable(problem, number, kept[:place] + kept[place + 1 :]))
        gone = next(enough, None)
        if gone is None:
            late = next(
                n
                for n in range(1, len(kept) + 1)
                if n == len(kept) or timetable(problem, number, kept[:n]) is None
            )
            gone = next(place for place in least if place < late)
        del kept[gone]
    return kept


def let_in(
    problem: Problem, orders: Orders, stops: Sequence[Stop], draw: random.Random | None = None
) -> Orders:
    """The orders with each of the stops, the most urgent first, where it costs least; without those that fit nowhere."""
    filled = [list(order) for order in orders]
    for stop in sorted(stops, key=lambda stop: stop.priority):
        found = cheapest(problem, filled, stop, draw)
        if found:
            number, place, _ = found
            filled[number].insert(place, stop)
    return filled


def cheapest(
    problem: Problem, orders: Orders, stop: Stop, draw: random.Random | None = None
) -> tuple[int, int, int] | None:
    """Shift, place in its order, and what it costs there; None where it fits nowhere. draw: places are overlooked now and then,
    by which a search leaves what is best for one stop alone."""
    places = (
        (added, number, place)
        for number, order in enumerate(orders)
        for added, place in _places(problem, number, order, stop)
    )
    for added, number, place in sorted(places):
        if draw and draw.random() < OVERLOOKED:
            continue
        if timetable(problem, number, with_stop(orders[number], place, stop)):
            return number, place, added
    return None


def with_stop(order: Sequence[Stop], place: int, stop: Stop) -> list[Stop]:
    """The order with the stop at that place."""
    return [*order[:place], stop, *order[place:]]


def instead(problem: Problem, orders: Orders, stop: Stop) -> Orders | None:
    """The orders with the stop in the round of a less urgent one, which goes: the least urgent possible; None where none gives
    way."""
    less = [
        (number, one) for number, order in enumerate(orders) for one in order if one.priority > stop.priority
    ]
    for number, one in sorted(less, key=lambda pair: -pair[1].priority):
        order = [other for other in orders[number] if other is not one]
        for _, place in sorted(_places(problem, number, order, stop)):
            if timetable(problem, number, with_stop(order, place, stop)):
                return [
                    with_stop(order, place, stop) if n == number else kept for n, kept in enumerate(orders)
                ]
    return None


def _places(problem: Problem, number: int, order: Sequence[Stop], stop: Stop) -> Iterator[tuple[int, int]]:
    """What the stop would cost at each place of an order, its windows not yet looked at; without places where the way and the
    work alone are longer than the shift."""
    shift = problem.shifts[number]
    if not can_take(shift, [stop]):
        return
    costs = problem.ways.metres if problem.shortest else problem.ways.seconds
    seconds = problem.ways.seconds
    places = [shift.start, *(one.place for one in order), shift.end]
    ways = sum(seconds[one][other] for one, other in pairwise(places)) if order else 0
    spare = shift.hours[1] - shift.hours[0] - ways - sum(one.service for one in order) - stop.service
    for place, (one, other) in enumerate(pairwise(places)):
        direct = (seconds[one][other], costs[one][other]) if order else (0, 0)
        if seconds[one][stop.place] + seconds[stop.place][other] - direct[0] <= spare:
            yield costs[one][stop.place] + costs[stop.place][other] - direct[1], place


def improved(problem: Problem, orders: Orders) -> Orders:
    """The orders with single stops moved where that makes the whole way shorter, and what was left out let in where it fits
    then or in the place of what is less urgent, until nothing helps."""
    better = [list(order) for order in orders]
    for _ in range(PASSES):
        moved = _moved(problem, better)
        filled = filled_up(problem, better)
        if not moved and worth(problem, filled) == worth(problem, better):
            break
        better = filled
    return better


def filled_up(problem: Problem, orders: Orders) -> Orders:
    """The orders with what is in none of them where it fits; the more urgent in the place of the less urgent."""
    filled = let_in(problem, orders, _outside(problem, orders))
    for stop in sorted(_outside(problem, filled), key=lambda stop: stop.priority):
        filled = instead(problem, filled, stop) or filled
    return let_in(problem, filled, _outside(problem, filled))


def _outside(problem: Problem, orders: Orders) -> list[Stop]:
    inside = {stop.key for order in orders for stop in order}
    return [stop for stop in problem.stops if stop.key not in inside]


def recreated(problem: Problem, orders: Orders, goes_on: Iterator[object], seed: int) -> Orders:
    """Large neighbourhoods (ruin and recreate): some stops that lie near each other are taken out, and what is in no order is
    let in again, in an order drawn anew each time; kept where it is no worse. Once for each item of `goes_on`."""
    draw = random.Random(seed)
    best, value = orders, worth(problem, orders)
    for _ in goes_on:
        kept = _ruined(problem, best, draw)
        outside = _outside(problem, kept)
        draw.shuffle(outside)
        tried = let_in(problem, kept, outside, draw)
        found = worth(problem, tried)
        if found <= value:
            best, value = tried, found
    return best


def _ruined(problem: Problem, orders: Orders, draw: random.Random) -> Orders:
    """Without up to six stops around one drawn; an order that is then possible no more loses what it must."""
    inside = [stop for order in orders for stop in order]
    if not inside:
        return orders
    middle = draw.choice(problem.stops).place
    near = sorted(inside, key=lambda stop: problem.ways.seconds[middle][stop.place] * draw.uniform(0.5, 1.5))
    gone = {stop.key for stop in near[: draw.randint(1, 6)]}
    return [
        thinned(problem, number, [stop for stop in order if stop.key not in gone])
        for number, order in enumerate(orders)
    ]


def _moved(problem: Problem, orders: Orders) -> bool:
    """Each stop once to where it costs least, in place; whether one was moved."""
    any_moved = False
    for stop in [stop for order in orders for stop in order]:
        number = next(n for n, order in enumerate(orders) if stop in order)
        place = orders[number].index(stop)
        without = [
            order[:place] + order[place + 1 :] if n == number else order for n, order in enumerate(orders)
        ]
        if without[number] and timetable(problem, number, without[number]) is None:
            continue  # ways of a road graph need not be shorter without a stop between
        saved = cost(problem, number, orders[number]) - cost(problem, number, without[number])
        found = cheapest(problem, without, stop)
        if found and found[2] < saved:
            without[found[0]] = with_stop(without[found[0]], found[1], stop)
            orders[:] = without
            any_moved = True
    return any_moved
