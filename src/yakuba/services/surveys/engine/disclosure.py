"""Small counts of persons or firms are hidden, and so much beside them that sums do not give them away (秘匿処理).

Primary: a count from 1 below the threshold. Secondary: further counts, the smallest first, until what the equations say of every
primary one is an interval at least as wide as the threshold. The bounds are those that somebody outside can work out too, in whole
numbers (Willenborg and de Waal, Elements of Statistical Disclosure Control, ch. 6; Handbook on Statistical Disclosure Control
5.4.2): every count ≥ 0, every total the sum of its parts, every shown count as printed. A total is a count as any other, since it
is printed in one place and known in another. Only where a question says that it counts persons or firms: the published tables of
bodies hold cells of 7 and 9 and stay whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

PRIMARY, SECONDARY = "primary", "secondary"
LARGEST = 4 * 10**16  # of a count; a hundred of them still fit into 64 bits
Equation = tuple[str, frozenset[str]]  # a total, and the cells of which it is the sum


def protected(
    counts: Mapping[str, int], equations: Sequence[Equation], threshold: int, unseen: Collection[str] = ()
) -> dict[str, str]:
    """Which cells to hide, and why. counts: cell → count ≥ 0, totals too; unseen: cells that are printed nowhere. Raises ValueError for
    a threshold below 2, negative or too large counts, cells that nobody knows, and equations that do not hold."""
    if threshold < 2 or any(not 0 <= value <= LARGEST for value in counts.values()):
        raise ValueError("counts are not negative, and a threshold is at least 2")
    if any(not {total, *parts} <= counts.keys() for total, parts in equations):
        raise ValueError("a sum of cells that are not there")
    if any(counts[total] != sum(counts[cell] for cell in parts) for total, parts in equations):
        raise ValueError("the counts do not add up to their sums")
    hidden = dict.fromkeys(unseen, SECONDARY) | {
        cell: PRIMARY for cell, value in counts.items() if 0 < value < threshold
    }
    for cell in [one for one, why in hidden.items() if why == PRIMARY]:
        while _is_exposed(cell, counts, equations, hidden, threshold):  # hiding more only widens an interval
            hidden[_beside(cell, counts, equations, hidden)] = SECONDARY
    return hidden


def _beside(
    cell: str, counts: Mapping[str, int], equations: Sequence[Equation], hidden: Collection[str]
) -> str:
    """The next to go: the smallest shown count that an equation ties to the cell, totals and those of 0 last; where none is left, one
    that is tied to the hidden ones beside it."""
    reached = {cell}
    while True:
        near = [one for one in equations if not reached.isdisjoint({one[0], *one[1]})]
        shown = {
            (other, other == total)
            for total, parts in near
            for other in (total, *parts)
            if other not in hidden
        }
        if shown:
            return min(shown, key=lambda one: (one[1], counts[one[0]] == 0, counts[one[0]], one[0]))[0]
        reached |= {other for total, parts in near for other in (total, *parts)}


def _is_exposed(
    cell: str, counts: Mapping[str, int], equations: Sequence[Equation], hidden: Collection[str], threshold: int
) -> bool:  # fmt: skip
    """Whether the equations tell too much of a primary cell."""
    low, high = bounds(cell, counts, equations, hidden)
    return high is not None and high - low < threshold


def bounds(
    cell: str, counts: Mapping[str, int], equations: Sequence[Equation], hidden: Iterable[str]
) -> tuple[int, int | None]:  # fmt: skip
    """The least and the largest that a hidden cell can be, as far as the shown counts and the equations say; None: no bound."""
    from ortools.sat.python import (
        cp_model,
    )  # takes half a second to import; only questions on persons need it

    unknown = sorted(set(hidden))
    free = min(2 * max(counts.values(), default=0) + 1_000_000, LARGEST)
    found = []
    for sign in (1, -1):
        model, solver = cp_model.CpModel(), cp_model.CpSolver()
        amounts = {one: model.new_int_var(0, free, "") for one in unknown}
        for total, parts in equations:
            inside = [amounts[name] for name in unknown if name in parts]
            if inside or total in amounts:
                shown = sum(counts[name] for name in parts if name not in amounts)
                model.add(sum(inside) + shown == amounts.get(total, counts[total]))
        model.minimize(sign * amounts[cell])
        solver.parameters.num_workers = 1
        if solver.solve(model) != cp_model.OPTIMAL:
            raise ValueError("the counts do not add up to their sums")
        found.append(solver.value(amounts[cell]))
    return found[0], None if found[1] > free // 2 else found[1]
