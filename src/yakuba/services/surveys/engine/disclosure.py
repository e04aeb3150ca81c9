"""Small counts of persons or firms are hidden, and so much beside them that sums do not give them away (秘匿処理).

Primary: a count from 1 below the threshold. Secondary: further counts, the smallest first, until what the published sums say
of every primary one is an interval at least as wide as the threshold. The bounds are those that somebody outside can work out
too, in whole numbers (Willenborg and de Waal, Elements of Statistical Disclosure Control, ch. 6; Handbook on
Statistical Disclosure Control 5.4.2): every count ≥ 0, every published sum as printed. Only where a question says that it
counts persons or firms: the published tables of bodies hold cells of 7 and 9 and stay whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PRIMARY, SECONDARY = "primary", "secondary"
LARGEST = 10**15  # of a count that no sum bounds


@dataclass(frozen=True)
class Protected:
    """hidden: cell → PRIMARY or SECONDARY; sums: numbers of the published sums that are hidden too."""

    hidden: Mapping[str, str]
    sums: frozenset[int]


def protected(counts: Mapping[str, int], sums: Sequence[frozenset[str]], threshold: int) -> Protected:
    """What to hide. counts: cell → count ≥ 0; sums: the cells of each published sum. Raises ValueError for a threshold below 2,
    negative counts and cells that nobody knows."""
    if threshold < 2 or any(value < 0 for value in counts.values()):
        raise ValueError("counts are not negative, and a threshold is at least 2")
    if any(not one <= counts.keys() for one in sums):
        raise ValueError("a sum of cells that are not there")
    hidden = {cell: PRIMARY for cell, value in counts.items() if 0 < value < threshold}
    gone = {at for at, one in enumerate(sums) if 0 < sum(counts[cell] for cell in one) < threshold}
    for cell in list(hidden):  # hiding more only widens an interval, so a cell that is safe stays so
        while _is_exposed(cell, counts, sums, hidden, gone, threshold):
            _hide_more(cell, counts, sums, hidden, gone)
    return Protected(hidden, frozenset(gone))


def _hide_more(
    cell: str,
    counts: Mapping[str, int],
    sums: Sequence[frozenset[str]],
    hidden: dict[str, str],
    gone: set[int],
) -> None:
    """The smallest shown count beside the cell goes, one of 0 last; where none is left, the sum itself."""
    of = [at for at, one in enumerate(sums) if cell in one and at not in gone]
    beside = {other for at in of for other in sums[at] if other not in hidden}
    if beside:
        hidden[min(beside, key=lambda other: (counts[other] == 0, counts[other], other))] = SECONDARY
    else:
        gone.add(min(of, key=lambda at: (len(sums[at]), at)))


def _is_exposed(
    cell: str, counts: Mapping[str, int], sums: Sequence[frozenset[str]], hidden: Mapping[str, str], gone: set[int], threshold: int
) -> bool:  # fmt: skip
    """Whether the sums tell too much of a primary cell."""
    low, high = bounds(cell, counts, sums, hidden, gone)
    return high is not None and high - low < threshold


def bounds(
    cell: str, counts: Mapping[str, int], sums: Sequence[frozenset[str]], hidden: Iterable[str], gone: Iterable[int] = ()
) -> tuple[int, int | None]:  # fmt: skip
    """The least and the largest that a hidden cell can be, as far as the shown counts and sums say; None: no bound."""
    from ortools.sat.python import (
        cp_model,
    )  # takes half a second to import; only questions on persons need it

    unknown, left_out = sorted(set(hidden)), set(gone)
    found = []
    for sign in (1, -1):
        model, solver = cp_model.CpModel(), cp_model.CpSolver()
        amounts = {one: model.new_int_var(0, LARGEST, "") for one in unknown}
        for at, one in enumerate(sums):
            inside = [amounts[name] for name in unknown if name in one]
            if inside and at not in left_out:
                shown = sum(counts[name] for name in one if name not in amounts)
                model.add(sum(inside) == sum(counts[name] for name in one) - shown)
        model.minimize(sign * amounts[cell])
        solver.parameters.num_workers = 1
        if solver.solve(model) != cp_model.OPTIMAL:
            raise ValueError("the counts do not add up to their sums")
        found.append(solver.value(amounts[cell]))
    return found[0], None if found[1] >= LARGEST else found[1]
