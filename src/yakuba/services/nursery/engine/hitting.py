"""The fewest families that hit every core: no matching has fewer blocking families than that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ONE = 1000  # what one family costs; preferences stay below


def smallest(
    cores: Sequence[frozenset[int]], liking: Mapping[int, int], seconds: float
) -> frozenset[int] | None:
    """A smallest set with a member in every core, among those the one that is liked best in sum.

    liking: family → 0 … 9, 0 where missing; the sum over a set should stay below ONE. None when time is over.
    """
    if not cores:
        return frozenset()
    common = frozenset.intersection(*cores)
    if common:
        return frozenset({max(sorted(common), key=lambda family: liking.get(family, 0))})
    return _by_cp_sat(cores, liking, seconds)


def _by_cp_sat(
    cores: Sequence[frozenset[int]], liking: Mapping[int, int], seconds: float
) -> frozenset[int] | None:
    from ortools.sat.python import cp_model  # takes half a second to import, and is rarely needed

    model = cp_model.CpModel()
    families = sorted(frozenset().union(*cores))
    chosen = {family: model.new_bool_var(str(family)) for family in families}
    for core in cores:
        model.add_bool_or([chosen[family] for family in sorted(core)])
    model.minimize(sum((ONE - liking.get(family, 0)) * chosen[family] for family in families))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    return frozenset(family for family in families if solver.value(chosen[family]))
