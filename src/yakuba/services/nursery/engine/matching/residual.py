"""What narrowing leaves, as a model for CP-SAT: for questions that the search of this package does not settle soon.

One variable for each tuple that remains to a family with several. A claim is kept off where those above fill one of
its legs; most claims are kept off already by families with one tuple left, and are not in the model.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from yakuba.services.nursery.engine.matching import cp_sat
from yakuba.services.nursery.engine.matching.board import Plan, Records
from yakuba.services.nursery.engine.matching.layout import Flags, Ints
from yakuba.services.nursery.engine.matching.narrowing.state import NEVER, Narrow
from yakuba.services.nursery.engine.matching.search import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


def matching(plan: Plan, state: Narrow, goal: Goal | None, seconds: float) -> Ints | None:
    """The tuple of each family (F) in a matching in which no family blocks but the relaxed ones, with none of the
    dropped tuples, and, with a goal, as many children seated as can be; None when there is none.

    TimeoutError: not known within `seconds`. KeyboardInterrupt: Ctrl-C while CP-SAT worked.
    """
    model = _Model(plan, state)
    if not model.build() or (goal and not model.aim(goal)):
        return None
    solver = cp_sat.solved(model.model, seconds)
    if solver is None:
        return None
    held = state.families["first"].copy()
    for joint, variable in model.holds.items():
        if solver.value(variable):
            held[plan.tuples["family"][joint]] = joint
    return held


class _Model:
    """holds: tuple → its variable, of families with several left. There: who may be at a resource, as place, family,
    weight, and the variable, or None for those who are."""

    def __init__(self, plan: Plan, state: Narrow) -> None:
        from ortools.sat.python import cp_model

        self.plan, self.state = plan, state
        self.model = cp_model.CpModel()
        self.remains: Flags = state.tuples["dropped_at"] == NEVER
        self.several = state.families["left"] > 1
        self.holds: dict[int, cp_model.IntVar] = {}
        self.there: defaultdict[int, list[tuple[int, int, int, Any]]] = defaultdict(list)
        self.full: dict[tuple[int, int, int, int], Any] = {}

    def build(self) -> bool:
        """Make the model; False when a claim cannot be kept off."""
        self._choices()
        self._who_is_there()
        self._capacity()
        return self._claims()

    def aim(self, goal: Goal) -> bool:
        """Seat as many as can be; False when there cannot be as many as wanted."""
        decided = self.state.families["first"][~self.several]
        fixed = int(goal.seats[decided].sum())
        seated = sum(int(goal.seats[joint]) * variable for joint, variable in self.holds.items())
        if not self.holds:
            return fixed >= goal.wanted
        self.model.add(seated >= goal.wanted - fixed)
        self.model.maximize(seated)
        return True

    def _choices(self) -> None:
        """Each family holds one of its tuples."""
        for family in np.flatnonzero(self.several).tolist():
            rows = self._tuples(family)
            for joint in rows:
                self.holds[joint] = self.model.new_bool_var("")
            self.model.add_exactly_one([self.holds[joint] for joint in rows])

    def _tuples(self, family: int) -> list[int]:
        first, last = self.plan.tuple_first[family : family + 2].tolist()
        rows: list[int] = (np.flatnonzero(self.remains[first:last]) + first).tolist()
        return rows

    def _who_is_there(self) -> None:
        """Note who may be at each resource that a family with several tuples may come to."""
        tuples = np.flatnonzero(self.remains)
        undecided = np.zeros(self.plan.resources.size, np.bool_)
        for joint in self.holds:
            for hold in self._rows(self.plan.holds, "hold_first", joint):
                undecided[hold["resource"]] = True
        for joint in tuples.tolist():
            for hold in self._rows(self.plan.holds, "hold_first", joint):
                if undecided[hold["resource"]]:
                    family = int(self.plan.tuples["family"][joint])
                    row = (int(hold["place"]), family, int(hold["weight"]), self.holds.get(joint))
                    self.there[int(hold["resource"])].append(row)

    def _rows(self, records: Records, first: str, joint: int) -> Records:
        return records[slice(*self.plan.tuples[first][joint : joint + 2].tolist())]

    def _capacity(self) -> None:
        for resource, rows in self.there.items():
            self.model.add(_sum(rows) <= int(self.plan.resources["capacity"][resource]))

    def _claims(self) -> bool:
        """Whoever may not block is kept off each claim to something better than it holds."""
        open_to = self._not_kept_off()
        for family in np.flatnonzero(self.state.families["relaxed"] == 0).tolist():
            rows = self._tuples(family)
            first = int(self.plan.tuple_first[family])
            # The worst that remains to it is what it gets at least: it can only claim what it prefers to that.
            for joint in range(first, rows[-1]):
                if not open_to[joint]:
                    continue
                # Whoever holds the tuple, or one that it likes better, does not claim it.
                better = [self.holds[row] for row in rows if row <= joint] if len(rows) > 1 else []
                reasons = self._kept_off(family, joint)
                if reasons is None:
                    continue
                if not better and not reasons:
                    return False
                self.model.add_bool_or(better + reasons)
        return True

    def _not_kept_off(self) -> Flags:
        """(T) False where families with one tuple left fill a leg, not a special one."""
        plan = self.plan
        alone = self.remains & ~np.repeat(self.several, np.diff(plan.tuple_first))
        holds = np.repeat(alone, np.diff(plan.tuples["hold_first"]))
        taken = np.zeros(plan.place_family.size + 1, np.int64)
        taken[plan.holds["place"][holds]] = plan.holds["weight"][holds]
        # For all legs at once: what lies above a place is the difference of two running sums.
        before = np.concatenate(([0], np.cumsum(taken)))
        legs = plan.legs
        start = plan.resources["place_first"][legs["resource"]]
        above = before[legs["worst"]] - before[start]
        filled = above + legs["weight"] > plan.resources["capacity"][legs["resource"]]
        # At a special leg the family itself may be among those above, and does not keep itself off.
        filled &= legs["special"] == 0
        counts = np.diff(plan.tuples["leg_first"])
        owner = np.repeat(np.arange(counts.size), counts)
        return np.bincount(owner[filled], minlength=counts.size) == 0

    def _kept_off(self, family: int, joint: int) -> list[Any] | None:
        """Literals of which each keeps the family off the tuple; None when it always is."""
        found = []
        for leg in self._rows(self.plan.legs, "leg_first", joint):
            resource, worst, weight = int(leg["resource"]), int(leg["worst"]), int(leg["weight"])
            own = family if leg["special"] else -1
            literal = self._filled(resource, worst, weight, own)
            if literal is True:
                return None
            if literal is not None:
                found.append(literal)
        return found

    def _filled(self, resource: int, worst: int, weight: int, family: int) -> Any:
        """A literal that those above, but of the family, leave less than the weight; True or None when they always,
        or never, do."""
        key = (resource, worst, weight, family)
        # Tuples of a family ask the same of a resource again and again: one literal answers all of them.
        if key not in self.full:
            self.full[key] = self._make_filled(resource, worst, weight, family)
        return self.full[key]

    def _make_filled(self, resource: int, worst: int, weight: int, family: int) -> Any:
        rows = [row for row in self._at(resource) if row[0] < worst and row[1] != family]
        needed = int(self.plan.resources["capacity"][resource]) - weight + 1
        if sum(row[2] for row in rows if row[3] is None) >= needed:
            return True
        if _most(rows) < needed:
            return None
        literal = self.model.new_bool_var("")
        self.model.add(_sum(rows) >= needed).only_enforce_if(literal)
        return literal

    def _at(self, resource: int) -> list[tuple[int, int, int, Any]]:
        """Who may be at the resource."""
        if resource not in self.there:
            first, last = self.plan.resources["place_first"][resource : resource + 2].tolist()
            rows = []
            for place in range(first, last):
                family = int(self.plan.place_family[place])
                if not self.several[family]:
                    for hold in self._rows(
                        self.plan.holds, "hold_first", int(self.state.families["first"][family])
                    ):
                        if hold["place"] == place:
                            rows.append((place, family, int(hold["weight"]), None))
            self.there[resource] = rows
        return self.there[resource]


def _sum(rows: list[tuple[int, int, int, Any]]) -> Any:
    return sum(weight if variable is None else weight * variable for _, _, weight, variable in rows)


def _most(rows: list[tuple[int, int, int, Any]]) -> int:
    """The most that can be there at once: of a family only one tuple."""
    best: defaultdict[tuple[int, int], int] = defaultdict(int)
    for place, family, weight, _ in rows:
        best[family, place] = max(best[family, place], weight)
    return sum(best.values())
