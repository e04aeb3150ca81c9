"""A standard process model proposed from several bodies' steps. Pure Python.

The rule. A step is in the model where more than half of the bodies have it. Steps are sorted by where they stand on average, and
then two that stand next to one another change places as long as more bodies do them the other way round. What half of the
bodies have, an order on which they are divided, and orders that contradict one another are a person's choice: they are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, pairwise
from statistics import median

from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.contracts import Medium, StaffKind, TaskRow
from yakuba.services.reform.engine.comparison import sums
from yakuba.services.reform.engine.flow import MOST_STEPS, FlowStep

RULE = "半分を超える団体にある工程を、となり合う工程ごとに多くの団体がとる順に並べました。時間は、その工程がある団体の1件あたりの時間の中央値です。"
LEAST = 2  # bodies
MOST_TASKS = 12  # of a step
MOST_LEFT = 50  # steps that are shown beside the model


@dataclass
class Composed:
    """The proposal. choices: what a person has to decide; left: steps that fewer bodies have, with how many."""

    steps: list[FlowStep] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    left: list[FlowStep] = field(default_factory=list)


def compose(bodies: Mapping[str, Sequence[TaskRow]], marked: Iterable[str] = ()) -> Composed:
    """bodies: code → tasks in their order; marked: those with the best practice, whose tasks a step is filled with where they have
    it. Raises ValueError for fewer than two bodies."""
    ways = {code: _Way(rows) for code, rows in bodies.items() if rows}
    if len(ways) < LEAST:
        raise ValueError(f"標準の流れは、{LEAST}団体以上の工程から組み立てます。")
    counted = Counter(key for way in ways.values() for key in way.order)
    found = Composed()
    kept = [key for key, number in counted.items() if 2 * number > len(ways)]
    before = _before(ways.values())
    order, divided = _sorted(kept, ways.values(), before)
    names = {key: _most(way.names[key] for way in ways.values() if key in way.names) for key in counted}
    found.choices = [
        f"「{names[key]}」は、半分の団体（{number}/{len(ways)}）にあります。入れるかどうかを決めてください。"
        for key, number in counted.items()
        if 2 * number == len(ways)
    ]
    found.choices += [
        f"「{names[a]}」と「{names[b]}」は、どちらを先にするか団体が半分に分かれています。順を決めてください。"
        for a, b in pairwise(order)
        if (one := before.get((a, b), 0)) and one == before.get((b, a), 0)
    ]
    if divided:
        found.choices.append(
            "順の多数が互いに食い違う工程があります（Aの次にB、Bの次にC、Cの次にA）。並びを確かめてください。"
        )
    found.steps = [_step(key, names[key], ways, list(marked)) for key in order[:MOST_STEPS]]
    if over := order[MOST_STEPS:]:
        found.choices.insert(
            0,
            f"半分を超える団体にある工程が{len(order)}あり、{MOST_STEPS}までしか入りません。"
            f"「{names[over[0]]}」からあとは入っていません。業務を分けて組み立ててください。",
        )
    left = [key for key, number in counted.items() if 2 * number <= len(ways)]
    left = over + sorted(left, key=lambda key: -counted[key])
    found.left = [_step(key, names[key], ways, list(marked)) for key in left[:MOST_LEFT]]
    return found


class _Way:
    """How one body does it: its steps in their order."""

    def __init__(self, rows: Sequence[TaskRow]) -> None:
        self.rows: dict[str, list[TaskRow]] = {}
        self.names: dict[str, str] = {}
        for row in rows:
            name = row.step or row.task
            key = comparable(name)
            self.names.setdefault(key, name)
            self.rows.setdefault(key, []).append(row)
        self.order = list(self.rows)
        self.cases = sums([rows]).cases

    def minutes(self, key: str) -> Decimal | None:
        """Of a case of the process."""
        known = [one for row in self.rows[key] if (one := row.minutes_a_year) is not None]
        return sum(known, Decimal(0)) / self.cases if known and self.cases else None


def _before(ways: Iterable[_Way]) -> Counter[tuple[str, str]]:
    """How many bodies do the first before the second."""
    found: Counter[tuple[str, str]] = Counter()
    for way in ways:
        for at, one in enumerate(way.order):
            found.update((one, other) for other in way.order[at + 1 :])
    return found


def _sorted(
    keys: Sequence[str], ways: Iterable[_Way], before: Mapping[tuple[str, str], int]
) -> tuple[list[str], bool]:
    """In the order of the majority, and whether majorities contradict one another."""
    places: dict[str, list[float]] = {key: [] for key in keys}
    for way in ways:
        for at, key in enumerate(way.order):
            if key in places:
                places[key].append(at / len(way.order))
    order = sorted(keys, key=lambda key: (sum(places[key]) / len(places[key]), key))
    for _ in range(len(order) + 1):  # in a circle of majorities it would never end
        for at in range(len(order) - 1):
            a, b = order[at], order[at + 1]
            if before.get((b, a), 0) > before.get((a, b), 0):
                order[at], order[at + 1] = b, a
    against = any(before.get((b, a), 0) > before.get((a, b), 0) for a, b in combinations(order, 2))
    return order, against


def _step(key: str, name: str, ways: Mapping[str, _Way], marked: Sequence[str]) -> FlowStep:
    having = {code: way for code, way in ways.items() if key in way.rows}
    minutes = [one for way in having.values() if (one := way.minutes(key)) is not None]
    rows = [row for way in having.values() for row in way.rows[key]]
    by_time = sorted(
        having, key=lambda code: (code not in marked, having[code].minutes(key) or Decimal(10**9), code)
    )
    tasks = dict.fromkeys(row.task for row in having[by_time[0]].rows[key] if comparable(row.task) != key)
    staff, medium = _most(row.staff for row in rows), _most(row.medium for row in rows)
    return FlowStep(
        name=name,
        lane=StaffKind(staff).label if staff else "",
        minutes=median(minutes).quantize(Decimal("0.1")) if minutes else None,
        medium=Medium(medium).value if medium else "",
        tasks=tuple(tasks)[:MOST_TASKS],
        support=f"{len(having)}/{len(ways)}",
    )


def _most(words: Iterable[str]) -> str:
    """The most common word; the first in their order of two that are equally common."""
    counted = Counter(word for word in words if word)
    return max(sorted(counted), key=lambda word: counted[word]) if counted else ""
