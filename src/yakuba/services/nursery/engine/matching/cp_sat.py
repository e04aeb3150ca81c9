"""CP-SAT as this room uses it: one worker and a fixed seed, so that the answer depends on the model alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

STOPPED_EARLY = 0.9  # share of the time allowed


def solved(model: cp_model.CpModel, seconds: float, linearization: int = 1) -> cp_model.CpSolver | None:
    """The solver with an answer to the model, None when there is none. linearization: CP-SAT's level, 0 to 2.

    TimeoutError: not known within `seconds`. KeyboardInterrupt: Ctrl-C meanwhile.
    """
    from ortools.sat.python import cp_model  # takes half a second to import, and is rarely needed

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.linearization_level = linearization
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    answer = solver.solve(model)
    if answer == cp_model.INFEASIBLE:
        return None
    if answer == cp_model.UNKNOWN:
        if solver.wall_time < STOPPED_EARLY * seconds:
            raise KeyboardInterrupt  # the solver takes Ctrl-C for itself and just stops
        raise TimeoutError
    return solver
