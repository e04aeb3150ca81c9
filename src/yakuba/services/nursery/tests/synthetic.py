"""Markets drawn by chance, of any size, shaped like a city's round: for benchmarks, tests and trials.

Homes and facilities lie in a square; families wish for facilities near by, and for popular ones. One family in
`siblings` children's share applies for two; `transfers` of the children have a seat elsewhere. The index has few
values, so that ties are heavy; facility points, then a lot, break them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

from yakuba.services.nursery.contracts import Market

AGE_SHARES = (0.20, 0.42, 0.18, 0.12, 0.05, 0.03)  # of applicants, age 0 to 5
SEAT_SHARES = (0.24, 0.36, 0.16, 0.14, 0.06, 0.04)  # of vacancies
BASIC = (40, 40, 40, 40, 38, 36, 36, 32, 30, 28, 26, 20, 16)
ADJUSTMENTS = (0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 6, -1, -2)


@dataclass(frozen=True)
class Shape:
    """What to draw. children, facilities > 0; the shares are of all children, 0 to 1; seats is vacancies per
    child."""

    children: int
    facilities: int
    seed: int = 0
    siblings: float = 0.19
    transfers: float = 0.04
    seats: float = 0.95
    wishes: int = 10
    household_index: bool = False


def draw(shape: Shape) -> Market:
    """The market of that shape; the same for the same shape."""
    chance = random.Random(shape.seed)
    places = [(chance.random(), chance.random()) for _ in range(shape.facilities)]
    charm = [chance.gauss(0, 0.04) for _ in places]
    nearby = _Neighbourhood(places)
    capacity = _capacity(shape, chance)
    ids: list[str] = []
    children: list[list[str]] = []
    wishes: list[list[list[str | None]]] = []
    current: dict[str, str] = {}
    rows: dict[str, list[tuple[float, float, str]]] = {slot: [] for slot in capacity}
    count = 0
    while count < shape.children:
        ages = _ages(shape, chance, shape.children - count)
        home = (chance.random(), chance.random())
        near = nearby.around(home, 3 * shape.wishes)
        near.sort(key=lambda at: _distance(home, places[at]) + charm[at] + chance.gauss(0, 0.02))
        names = [f"c{count + number + 1}" for number in range(len(ages))]
        count += len(ages)
        facilities = near[: chance.randint(min(3, shape.wishes), shape.wishes)]
        mine = _joint(chance, [[f"{at}-{age}" for at in facilities] for age in ages])
        if len(ages) == 1 and chance.random() < shape.transfers / (1 - shape.siblings):
            seat = f"{near[-1]}-{ages[0]}"
            capacity[seat] += 1
            current[names[0]] = seat
        basic = chance.choice(BASIC)
        household = basic + chance.choice(ADJUSTMENTS)
        for child, age in zip(names, ages, strict=True):
            index = household if shape.household_index else basic + chance.choice(ADJUSTMENTS)
            for rank, at in enumerate(facilities):
                points = index + (2 if rank == 0 and chance.random() < 0.2 else 0)
                rows[f"{at}-{age}"].append((-points, chance.random(), child))
        ids.append(f"f{len(ids) + 1}")
        children.append(names)
        wishes.append(mine)
    priorities = {slot: [child for _, _, child in sorted(row)] for slot, row in rows.items()}
    return Market(capacity, ids, children, wishes, current, priorities)


def _ages(shape: Shape, chance: random.Random, left: int) -> list[int]:
    """Ages of a family's applicants: one, two (siblings; now and then twins), rarely three."""
    families_with_two = (shape.siblings / 2) / (1 - shape.siblings / 2)
    first = chance.choices(range(6), AGE_SHARES)[0]
    if left < 2 or chance.random() >= families_with_two:
        return [first]
    if chance.random() < 0.08:
        return [first, first]
    ages = [first, (first + chance.randint(1, 4)) % 6]
    if left > 2 and chance.random() < 0.04:
        ages.append((first + 5) % 6)
    return ages


def _joint(chance: random.Random, single: list[list[str]]) -> list[list[str | None]]:
    """Joint wishes of one of three kinds: together or not at all; together first, then apart; then one alone."""
    together: list[list[str | None]] = [list(row) for row in zip(*single, strict=True)]
    kind = chance.random()
    if len(single) == 1 or kind < 0.3:
        return together
    ranks = product(range(len(single[0])), repeat=len(single))
    apart = sorted((rank for rank in ranks if len(set(rank)) > 1), key=lambda rank: (sum(rank), rank))[:30]
    pairs: list[list[str | None]] = [
        [row[at] for row, at in zip(single, rank, strict=True)] for rank in apart
    ]
    if kind < 0.6:
        return together + pairs
    alone: list[list[str | None]] = [
        [slot if number == child else None for number in range(len(single))]
        for child, row in enumerate(single)
        for slot in row
    ]
    return together + pairs + alone


def _capacity(shape: Shape, chance: random.Random) -> dict[str, int]:
    """Vacancies by slot, in sum about seats × children."""
    total = shape.seats * shape.children
    weights = {(at, age): chance.uniform(0.4, 1.6) for at in range(shape.facilities) for age in range(6)}
    mean = {age: total * share / shape.facilities for age, share in enumerate(SEAT_SHARES)}
    return {f"{at}-{age}": int(mean[age] * w + chance.random()) for (at, age), w in weights.items()}


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5


class _Neighbourhood:
    """Facilities by cell of a grid, to find the near ones without looking at all."""

    def __init__(self, places: list[tuple[float, float]]) -> None:
        self.places = places
        self.side = max(1, int((len(places) / 4) ** 0.5))
        self.cells: dict[tuple[int, int], list[int]] = {}
        for index, (x, y) in enumerate(places):
            self.cells.setdefault((int(x * self.side), int(y * self.side)), []).append(index)

    def around(self, home: tuple[float, float], count: int) -> list[int]:
        """The `count` nearest, nearly."""
        x, y = int(home[0] * self.side), int(home[1] * self.side)
        reach, found = 0, list[int]()
        while len(found) < min(2 * count, len(self.places)):
            reach += 1
            span = range(-reach, reach + 1)
            found = [at for i in span for j in span for at in self.cells.get((x + i, y + j), [])]
        return sorted(found, key=lambda at: _distance(home, self.places[at]))[:count]
