"""The fewest families that hit every core: no matching has fewer blocking families than that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LARGER = 3  # what is not a single family or a pair has at least so many
Cores = Sequence[frozenset[int]]


def smallest(cores: Cores, liking: Mapping[int, int], seconds: float) -> frozenset[int] | None:
    """A smallest set with a member in every core; of one or two families, the one that is liked best in sum.

    liking: family → 0 … 9, 0 where missing. None when time is over: then it has three or more.
    KeyboardInterrupt: Ctrl-C while CP-SAT worked.
    """
    if not cores:
        return frozenset()
    return _single(cores, liking) or _pair(cores, liking) or _by_cp_sat(cores, seconds)


def _single(cores: Cores, liking: Mapping[int, int]) -> frozenset[int]:
    """A family of all cores; empty when there is none."""
    common = sorted(frozenset.intersection(*cores))
    return frozenset({max(common, key=lambda family: liking.get(family, 0))}) if common else frozenset()


def _pair(cores: Cores, liking: Mapping[int, int]) -> frozenset[int]:
    """Two families that hit all cores; empty when there are none."""
    pairs = []
    shortest = min(cores, key=len)
    for family in sorted(shortest):
        rest = [core for core in cores if family not in core]
        other = _single(rest, liking)
        if other:
            pairs.append(other | {family})
    value = {pair: sum(liking.get(family, 0) for family in pair) for pair in pairs}
    return max(sorted(pairs, key=sorted), key=value.__getitem__, default=frozenset())


def _by_cp_sat(cores: Cores, seconds: float) -> frozenset[int] | None:
    from ortools.sat.python import cp_model  # takes half a second to import, and is rarely needed

    model = cp_model.CpModel()
    families = sorted(frozenset().union(*cores))
    chosen = {family: model.new_bool_var(str(family)) for family in families}
    for core in cores:
        model.add_bool_or([chosen[family] for family in sorted(core)])
    model.minimize(sum(chosen.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    if solver.solve(model) != cp_model.OPTIMAL:
        if solver.wall_time < 0.9 * seconds:
            raise KeyboardInterrupt  # the solver takes Ctrl-C for itself and just stops
        return None
    return frozenset(family for family in families if solver.value(chosen[family]))
